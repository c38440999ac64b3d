/** The one file: built, started somewhere else, and asked for its page, its scripts and a turn over `/rpc`. */
import { spawnSync } from "node:child_process"
import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { ask, makeRepository, newChat } from "./support/Journey.ts"
import { clientOf, runServer, type RunningServer, temporaryFolder } from "./support/RunningServer.ts"

const build = join(import.meta.dirname, "../scripts/build-binary.ts")

class World extends Context.Service<World, { readonly folder: string; readonly server: RunningServer }>()("test/BinaryWorld") {
  static readonly layer = Layer.effect(World, Effect.gen(function*() {
    const folder = yield* temporaryFolder
    const program = join(folder, "boocode")
    const built = spawnSync(process.execPath, [build, "--to", program], { encoding: "utf8" })
    assert.strictEqual(built.status, 0, built.stderr)
    return World.of({ folder, server: yield* runServer({ program, dataDir: join(folder, "data") }) })
  }))
}

const get = ({ token, url }: RunningServer, path: string) => Effect.promise(async () => {
  const response = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } })
  return { status: response.status, type: response.headers.get("content-type"), text: await response.text() }
})

layer(World.layer, { excludeTestServices: true, timeout: "3 minutes" })("the binary", (it) => {
  it.effect("serves the page with all that its first load names", () => Effect.gen(function*() {
    const { server } = yield* World
    const page = yield* get(server, "/")
    assert.deepStrictEqual([page.status, page.type], [200, "text/html; charset=utf-8"])
    const named = [...page.text.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map((match) => match[1] ?? "")
    assert.isTrue(named.some((path) => /^\/assets\/main-\w+\.js$/.test(path)), page.text)
    for (const path of named) {
      const file = yield* get(server, path)
      assert.strictEqual(file.status, 200, path)
      assert.isAbove(file.text.length, 0, path)
    }
  }))

  it.effect("runs a turn of the scripted agent, which is the binary again, over /rpc", () => Effect.gen(function*() {
    const { folder, server } = yield* World
    const client = yield* clientOf(server)
    const chat = yield* newChat(client, makeRepository(folder), "scripted")
    const { text, turn } = yield* ask(client, chat.id, "say Hello from one file")
    assert.deepStrictEqual([turn.outcome, text], ["completed", "Hello from one file"])
  }))

  it.effect("keeps its own Postgres in the data directory", () => Effect.gen(function*() {
    const { server } = yield* World
    const unpacked = readdirSync(server.dataDir).filter((name) => name.startsWith("postgres-programs-"))
    assert.strictEqual(unpacked.length, 1)
    assert.isTrue(existsSync(join(server.dataDir, unpacked[0] ?? "", "bin/postgres")))
  }))
})
