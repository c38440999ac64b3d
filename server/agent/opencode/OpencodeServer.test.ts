/** The supervision of opencode's server, with a program that speaks as little as it takes. Real opencode is in test/opencode.test.ts. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, layer } from "@effect/vitest"
import { Context, Deferred, Effect, Layer } from "effect"
import { type LedgerEntry, ProcessLedger } from "../ProcessLedger.ts"
import * as OpencodeFeed from "./OpencodeFeed.ts"
import * as OpencodeServer from "./OpencodeServer.ts"
import { OpencodeServers } from "./OpencodeServers.ts"

const program = `#!${process.execPath}
const [, , verb, , , , port, mode] = process.argv
if (verb !== "serve") process.exit(2)
if (mode === "refuse") { console.error("Error: no home for its data"); process.exit(1) }
if (mode === "silent") setInterval(() => {}, 1000)
else {
  let connections = 0
  const wanted = "Basic " + btoa("opencode:" + process.env.OPENCODE_SERVER_PASSWORD)
  Bun.serve({ hostname: "127.0.0.1", port: Number(port), fetch: async (request) => {
    const { pathname } = new URL(request.url)
    if (request.headers.get("authorization") !== wanted) return new Response("who are you?", { status: 401 })
    if (pathname === "/slow") await Bun.sleep(10_000)
    if (pathname === "/missing") return Response.json({ name: "NotFoundError", data: { message: "Session not found: x" } }, { status: 404 })
    if (pathname === "/event") {
      const number = ++connections
      const frame = (event) => "data: " + JSON.stringify(event) + "\\n\\n"
      return new Response(new ReadableStream({ start: (stream) => {
        stream.enqueue(frame({ type: "server.connected", properties: {} }) + frame({ type: "session.idle", properties: { sessionID: "ses_" + number } }))
        if (number === 2) stream.close()
      } }), { headers: { "content-type": "text/event-stream" } })
    }
    if (pathname === "/die") process.exit(3)
    return Response.json({ healthy: true, asked: request.url })
  } })
  console.log("a warning before it\\nopencode server listening on http://127.0.0.1:" + port)
}
`

class World extends Context.Service<World, { readonly launch: (mode: string) => OpencodeServer.OpencodeLaunch }>()("test/OpencodeServerWorld") {
  static readonly layer = Layer.effect(World, Effect.map(
    Effect.acquireRelease(Effect.sync(() => mkdtempSync(join(tmpdir(), "opencode-"))), (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))),
    (folder) => {
      const file = join(folder, "program.ts")
      writeFileSync(file, program)
      chmodSync(file, 0o755)
      return World.of({ launch: (mode) => ({ command: file, args: [mode], env: {} }) })
    }))
}

const entries = new Map<number, LedgerEntry>()
const ledger = Layer.succeed(ProcessLedger, ProcessLedger.memory(entries))

const made = (mode: string, options: OpencodeServer.ServerOptions = {}) =>
  Effect.flatMap(World, ({ launch }) => OpencodeServer.make(launch(mode), { ladder: { term: "300 millis" }, ...options }))

const gone = (pid: number) => Effect.gen(function*() {
  while (entries.has(pid)) yield* Effect.sleep(10)
}).pipe(Effect.timeout("10 seconds"))

layer(Layer.merge(World.layer, ledger), { excludeTestServices: true })("OpencodeServer", (it) => {
  it.effect("is started by the first that needs it, once, behind a password", () => Effect.gen(function*() {
    const server = yield* made("serve")
    assert.strictEqual(entries.size, 0)
    const [one, two] = yield* Effect.all([server.ready, server.ready], { concurrency: 2 })
    assert.strictEqual(one.process.pid, two.process.pid)
    const answer = yield* one.api.request("GET", "/global/health", { directory: "/a b" })
    assert.include(JSON.stringify(answer), "directory=%2Fa+b")
    const { pid } = one.process
    assert.include(entries.get(pid)?.command, "program.ts")
  }))

  it.effect("answers with what went wrong", () => Effect.gen(function*() {
    const { api } = yield* (yield* made("serve")).ready
    const reason = (path: string) => Effect.map(Effect.flip(api.request("GET", path, { deadline: "200 millis" })), ({ reason }) => reason)
    assert.deepStrictEqual(yield* reason("/missing"), { _tag: "Rpc", method: "GET /missing", code: 404, message: "Session not found: x" })
    assert.deepStrictEqual(yield* reason("/slow"), { _tag: "NoAnswer", method: "GET /slow", seconds: 0.2 })
    assert.deepInclude(yield* reason("/die"), { _tag: "Exited", code: 3 })
  }))

  it.effect("its events go on after a connection that is silent, or ended, and the gap is told", () => Effect.gen(function*() {
    const { api } = yield* (yield* made("serve", { silenceLimit: "200 millis" })).ready
    const seen: Array<string> = []
    const third = yield* Deferred.make<void>()
    yield* OpencodeFeed.follow({
      api, directory: "/", onWire: () => {}, onGap: Effect.sync(() => { seen.push("gap") }),
      onEvent: (event) => Effect.suspend(() => {
        seen.push(event.type === "session.idle" ? event.properties.sessionID : "")
        return seen.at(-1) === "ses_3" ? Deferred.succeed(third, undefined) : Effect.void
      })
    })
    yield* Deferred.await(third)
    assert.deepStrictEqual(seen, ["ses_1", "gap", "ses_2", "gap", "ses_3"])
  }))

  it.effect("died idle, it waits for the next that needs it; died under a turn, it is started at once", () => Effect.gen(function*() {
    const server = yield* made("serve")
    const first = yield* server.ready
    process.kill(first.process.pid, "SIGKILL")
    yield* gone(first.process.pid)
    assert.strictEqual(entries.size, 0)
    const second = yield* server.ready
    assert.strictEqual(server.restarts(), 1)
    yield* Effect.scoped(Effect.gen(function*() {
      yield* second.hold
      process.kill(second.process.pid, "SIGKILL")
      const { reason } = yield* Effect.flip(second.over)
      assert.deepInclude(reason, { _tag: "Exited", signal: "SIGKILL" })
      yield* gone(second.process.pid)
    }))
    while (entries.size === 0) yield* Effect.sleep(10)
    assert.strictEqual((yield* server.ready).process.pid, entries.keys().next().value)
  }))

  it.effect("is ended when it hangs, but not under a turn", () => Effect.gen(function*() {
    const server = yield* made("serve", { healthEvery: "20 millis", healthDeadline: "100 millis" })
    const life = yield* server.ready
    const { pid } = life.process
    yield* Effect.scoped(Effect.gen(function*() {
      yield* life.hold
      process.kill(pid, "SIGSTOP")
      yield* Effect.sleep("1 second")
      assert.isTrue(entries.has(pid))
    }))
    const { reason } = yield* Effect.flip(life.over)
    assert.strictEqual(reason._tag, "NoAnswer")
    yield* gone(pid)
    assert.notStrictEqual((yield* server.ready).process.pid, pid)
  }))

  it.effect("hanging, it is given up at once where the next needs it", () => Effect.gen(function*() {
    const server = yield* made("serve", { healthEvery: "400 millis", healthDeadline: "200 millis" })
    const life = yield* server.ready
    process.kill(life.process.pid, "SIGSTOP")
    yield* Effect.sleep("700 millis")
    yield* life.proven
    const next = yield* server.ready
    assert.notStrictEqual(next.process.pid, life.process.pid)
    yield* next.proven
    assert.strictEqual(yield* server.ready, next)
  }))

  it.effect("that doesn't start says why, and is tried anew by the next", () => Effect.gen(function*() {
    const refusing = yield* made("refuse")
    const { message } = yield* Effect.flip(refusing.ready)
    assert.include(message, "Its last words: Error: no home for its data")
    assert.strictEqual(refusing.restarts(), 3)
    const silent = yield* made("silent", { startDeadline: "500 millis" })
    const both = yield* Effect.all([Effect.flip(silent.ready), Effect.flip(silent.ready)], { concurrency: 2 })
    for (const { reason } of both) assert.deepStrictEqual(reason, { _tag: "StartTimeout", seconds: 0.5 })
    assert.strictEqual(entries.size, 0)
  }))

  it.effect("is shared by those who start it alike, and ended when nobody has held it for a while", () => Effect.gen(function*() {
    const { launch } = yield* World
    const servers = yield* OpencodeServers
    const pid = yield* Effect.scoped(Effect.gen(function*() {
      const [one, same, other] = [yield* servers.get(launch("serve")), yield* servers.get(launch("serve")), yield* servers.get({ ...launch("serve"), env: { A: "1" } })]
      assert.strictEqual(one, same)
      assert.notStrictEqual(one, other)
      return (yield* one.ready).process.pid
    }))
    yield* Effect.scoped(Effect.flatMap(servers.get(launch("serve")), ({ ready }) => Effect.map(ready, (life) => assert.strictEqual(life.process.pid, pid))))
    yield* gone(pid)
  }).pipe(Effect.provide(OpencodeServers.layer({ idleTimeToLive: "200 millis" }))))
})
