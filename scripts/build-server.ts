/**
 * Bundles the program for starts from a checkout: `dist/server/main.mjs`, with what it loads on demand in files beside it.
 * Read from its sources it is some 560 modules, and loading them takes longer than all the rest of a start.
 *
 * Folders are as deep as in the sources, so that what is found from a module's place is found from the bundle too.
 */
import { build } from "esbuild"
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { basename, join, resolve } from "node:path"

const root = resolve(import.meta.dirname, "..")
const to = join(root, "dist/server")
const main = join(to, "main.mjs")

const { outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: ["server/main.ts"],
  outdir: to,
  outExtension: { ".js": ".mjs" },
  write: false,
  bundle: true,
  splitting: true,
  platform: "node",
  format: "esm",
  target: "esnext",
  legalComments: "none",
  logLevel: "warning",
  external: ["bun", "bun:*"]
})

mkdirSync(to, { recursive: true })
// the main file last and at once: whoever starts meanwhile has the old program or the new one
for (const { contents, path } of outputFiles) if (path !== main) writeFileSync(path, contents)
const draft = `${main}.${process.pid}`
for (const { contents, path } of outputFiles) if (path === main) writeFileSync(draft, contents)
renameSync(draft, main)
const current = new Set(outputFiles.map(({ path }) => basename(path)))
for (const name of readdirSync(to)) if (!current.has(name)) rmSync(join(to, name))
