import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import { loadPage } from "./PageFiles.ts"

const folder = Effect.flatMap(FileSystem.FileSystem, (fs) => fs.makeTempDirectoryScoped())

it.effect("reads what the manifest names, each file under its path", () => Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const home = yield* folder
  yield* fs.writeFileString(`${home}/index.html`, "<p>hello")
  yield* fs.writeFileString(`${home}/main-1.js`, "go()")
  yield* fs.writeFileString(`${home}/main-1.js.gz`, "smaller")
  yield* fs.writeFileString(`${home}/manifest.json`, JSON.stringify([
    { path: "/", type: "text/html; charset=utf-8", etag: "\"a\"", immutable: false, gzip: false },
    { path: "/main-1.js", type: "text/javascript; charset=utf-8", etag: "\"b\"", immutable: true, gzip: true }
  ]))
  const page = yield* loadPage(home)
  const text = (bytes: Uint8Array | undefined) => bytes && new TextDecoder().decode(bytes)
  assert.deepStrictEqual([...page.keys()], ["/", "/main-1.js"])
  assert.strictEqual(text(page.get("/")?.body), "<p>hello")
  assert.isUndefined(page.get("/")?.gzip)
  assert.strictEqual(text(page.get("/main-1.js")?.gzip), "smaller")
  assert.isTrue(page.get("/main-1.js")?.immutable)
}).pipe(Effect.provide(NodeServices.layer)))

it.effect("says how to build a page that is not there", () => Effect.gen(function*() {
  const error = yield* Effect.flip(loadPage(`${yield* folder}/nowhere`))
  assert.strictEqual(error.reason, "missing")
  assert.include(error.message, "bun run build:page")
}).pipe(Effect.provide(NodeServices.layer)))

it.effect("calls a page unreadable whose files are gone", () => Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const home = yield* folder
  yield* fs.writeFileString(`${home}/manifest.json`, JSON.stringify([{ path: "/", type: "t", etag: "\"a\"", immutable: false, gzip: false }]))
  assert.strictEqual((yield* Effect.flip(loadPage(home))).reason, "unreadable")
}).pipe(Effect.provide(NodeServices.layer)))
