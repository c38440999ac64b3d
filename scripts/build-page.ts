/**
 * Builds the page: `client/` into `dist/page/`, which `server/edge/PageFiles.ts` reads.
 *
 * `client/index.html` names what is loaded first, by paths relative to itself: `<script type="module" src="main.ts">` and
 * stylesheets. Each becomes a file with its content's hash in its name; what only a dynamic `import()` reaches becomes a
 * file of its own. `client/asset/**` is copied to `/asset/`. No script stands inline: the page's Content-Security-Policy
 * allows only its own files. Prints the compressed size of the scripts of the first load and fails over the limit.
 *
 *   bun scripts/build-page.ts [--from client] [--to dist/page]
 */
import { build, type Metafile, type Plugin } from "esbuild"
import { createHash } from "node:crypto"
import { existsSync, readFileSync } from "node:fs"
import { mkdir, readdir, readFile, rename, rm, utimes, writeFile } from "node:fs/promises"
import { dirname, extname, join, relative, resolve } from "node:path"
import { parseArgs } from "node:util"
import { gzipSync } from "node:zlib"

const firstLoadLimit = 120_000

const types: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2"
}

interface Built {
  /** The path under which the page asks for it. */
  readonly path: string
  readonly body: Uint8Array
  readonly immutable: boolean
}

/**
 * `import { Effect } from "effect"` becomes `import * as Effect from "effect/Effect"`. esbuild keeps everything of a module
 * that it meets through `export * as`: without this the first load is twice as large.
 */
const directImports: Plugin = {
  name: "direct imports of effect",
  setup({ onLoad }) {
    onLoad({ filter: /\/(client|shared)\/.*\.ts$/ }, ({ path }) => ({
      loader: "ts",
      contents: readFileSync(path, "utf8").replaceAll(/^import \{([^}]*)\} from "(effect(?:\/[\w-]+)?)"/gm, (_, names: string, from: string) =>
        names.split(",").map((name) => name.trim()).filter((name) => name !== "" && !name.startsWith("type "))
          .map((name) => isModule(`${from}/${name}`) ? `import * as ${name} from "${from}/${name}";` : `import { ${name} } from "${from}";`).join(" "))
    }))
  }
}

const { values: flags } = parseArgs({ options: { from: { type: "string" }, to: { type: "string" } } })
const root = resolve(import.meta.dirname, "..")
const from = resolve(flags.from ?? join(root, "client"))
const to = resolve(flags.to ?? join(root, "dist/page"))

const html = await readFile(join(from, "index.html"), "utf8")
const entries = entriesOf(html)
const { metafile, outputFiles } = await bundle().catch(() => fail("it can't be bundled: see above."))
const scripts = loadedFirst(metafile)
const files: ReadonlyArray<Built> = [
  { path: "/", body: Buffer.from(linked(html)), immutable: false },
  ...outputFiles.map((file) => ({ path: `/${relative(to, file.path)}`, body: file.contents, immutable: true })),
  ...await assets()
]
await publish()
report()

/** What the page itself loads, relative to it. */
function entriesOf(page: string): ReadonlyArray<string> {
  if (/<script(?![^>]*\ssrc=)/i.test(page)) fail("index.html holds an inline script, which the page's own policy forbids.")
  const found = [...page.matchAll(/\s(?:src|href)="(?![\w-]+:|\/)([^"]+\.(?:ts|css))"/g)].map((match) => match[1] ?? "")
  if (!found.some((name) => name.endsWith(".ts"))) fail("index.html loads no script: it needs <script type=\"module\" src=\"main.ts\">.")
  return found
}

function isModule(name: string): boolean {
  return existsSync(join(root, "node_modules", name.replace("effect/", "effect/dist/") + ".js"))
}

function bundle() {
  return build({
    plugins: [directImports],
    absWorkingDir: from,
    entryPoints: [...entries],
    outdir: to,
    entryNames: "assets/[name]-[hash]",
    chunkNames: "assets/[name]-[hash]",
    assetNames: "assets/[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2022",
    minify: true,
    legalComments: "external",
    metafile: true,
    write: false,
    logLevel: "warning",
    publicPath: "/",
    loader: { ".png": "file", ".svg": "file", ".woff2": "file" },
    define: { "process.env.NODE_ENV": "\"production\"" }
  })
}

/** An output's path on the server, from its name in the metafile. */
function served(output: string): string {
  return `/${relative(to, join(from, output))}`
}

/** The metafile's entry in the page's words: `main.ts` and `./main.ts` are one. */
function isEntry(entryPoint: string | undefined): boolean {
  return entryPoint !== undefined && entries.some((entry) => join(entry) === entryPoint)
}

/** The scripts that the page's own script reaches by static imports, itself first. */
function loadedFirst({ outputs }: Metafile): ReadonlyArray<string> {
  const found = new Set(Object.keys(outputs).filter((name) => name.endsWith(".js") && isEntry(outputs[name]?.entryPoint)))
  for (const name of found) {
    for (const used of outputs[name]?.imports ?? []) {
      if (used.kind === "import-statement" && used.external !== true) found.add(used.path)
    }
  }
  return [...found].map(served)
}

/** The page with hashed names, its script's static imports announced, and the styles they import linked. */
function linked(page: string): string {
  const names = new Map(Object.entries(metafile.outputs).flatMap(([name, { entryPoint }]) =>
    entryPoint !== undefined && isEntry(entryPoint) ? [[entryPoint, served(name)]] : []))
  const styles = Object.values(metafile.outputs).flatMap(({ cssBundle, entryPoint }) =>
    isEntry(entryPoint) && cssBundle !== undefined ? [`<link rel="stylesheet" href="${served(cssBundle)}">`] : [])
  const preloads = scripts.filter((path) => ![...names.values()].includes(path)).map((path) => `<link rel="modulepreload" href="${path}">`)
  return entries
    .reduce((text, entry) => text.replaceAll(`"${entry}"`, `"${names.get(join(entry)) ?? entry}"`), page)
    .replace("</head>", `${[...preloads, ...styles].join("")}</head>`)
}

async function assets(): Promise<ReadonlyArray<Built>> {
  const folder = join(from, "asset")
  if (!existsSync(folder)) return []
  const names = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
    .map((entry) => relative(from, join(entry.parentPath, entry.name)))
  return Promise.all(names.map(async (name) => ({ path: `/${name}`, body: await readFile(join(from, name)), immutable: false })))
}

/**
 * Writes beside the old page and then takes its place, so that a server that starts now reads one or the other. The same
 * page again only gets a new time.
 */
async function publish(): Promise<void> {
  const next = `${to}.${process.pid}`
  const manifest = JSON.stringify(await Promise.all(files.map((file) => writeFileOf(file, next))))
  await writeFile(join(next, "manifest.json"), manifest)
  const old = join(to, "manifest.json")
  if (existsSync(old) && readFileSync(old, "utf8") === manifest) {
    await utimes(old, new Date(), new Date())
    await rm(next, { recursive: true })
    return
  }
  await rm(to, { recursive: true, force: true })
  await rename(next, to).catch(() => rm(next, { recursive: true })) // another build was quicker, with the same page
}

async function writeFileOf({ body, immutable, path }: Built, folder: string) {
  const name = join(folder, path === "/" ? "index.html" : path)
  const type = types[extname(name)] ?? fail(`${path} is of a type that the page doesn't know: add it to scripts/build-page.ts.`)
  const compressed = gzipSync(body, { level: 9 })
  const gzip = compressed.length < body.length * 0.9
  await mkdir(dirname(name), { recursive: true })
  await writeFile(name, body)
  if (gzip) await writeFile(`${name}.gz`, compressed)
  return { path, type, etag: `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`, immutable, gzip }
}

function report(): void {
  const size = files.filter(({ path }) => scripts.includes(path)).reduce((sum, { body }) => sum + gzipSync(body, { level: 9 }).length, 0)
  const inKilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`
  console.error(`page: ${files.length} files; first load ${inKilobytes(size)} of script, gzipped, in ${scripts.length} files (limit ${inKilobytes(firstLoadLimit)})`)
  if (size > firstLoadLimit) fail("The first load is too large: reach by import() what the first screen does not need.")
}

function fail(message: string): never {
  console.error(`page: ${message}`)
  process.exit(1)
}
