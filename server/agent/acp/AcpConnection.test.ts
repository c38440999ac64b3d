import { mkdtempSync, rmSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Cause, Clock, Deferred, Effect, Exit, Fiber, Queue, Scope, Stream } from "effect"
import { TestClock } from "effect/testing"
import { spawn } from "../AgentProcess.ts"
import { ProcessLedger } from "../ProcessLedger.ts"
import { type ConnectionOptions, type Fault, open } from "./AcpConnection.ts"
import { methodNotFound } from "./JsonRpc.ts"

const quiet = {
  onNotification: () => Effect.void,
  onRequest: (method: string) => Effect.fail(methodNotFound(method))
}

/** A connection over pipes in memory, and the agent's end of them. */
const inMemory = Effect.fnUntraced(function*(options: Partial<ConnectionOptions> = {}) {
  const output = yield* Queue.unbounded<Uint8Array, Cause.Done>()
  const written = yield* Queue.unbounded<unknown>()
  const connection = yield* open({
    ...quiet,
    ...options,
    wire: {
      stdout: Stream.fromQueue(output),
      write: (line) => Effect.asVoid(Queue.offer(written, JSON.parse(line)))
    }
  })
  const say = (...lines: ReadonlyArray<unknown>) => Effect.forEach(lines, (line) =>
    Queue.offer(output, new TextEncoder().encode(`${typeof line === "string" ? line : JSON.stringify(line)}\n`)))
  const sayBytes = (text: string) => Queue.offer(output, new TextEncoder().encode(text))
  return { connection, say, sayBytes, heard: Queue.take(written), hangUp: Queue.end(output) }
})

const reasonOf = <A>(effect: Effect.Effect<A, { readonly reason: unknown }>) => Effect.map(Effect.flip(effect), ({ reason }) => reason)
const streamEnded = { _tag: "StreamEnded" }

it.effect("answers come in any order and find their request", () => Effect.gen(function*() {
  const { connection, heard, say } = yield* inMemory()
  const first = yield* Effect.forkChild(connection.request("initialize", { protocolVersion: 1 }), { startImmediately: true })
  const second = yield* Effect.forkChild(connection.request("_vendor/ask", [1]), { startImmediately: true })
  const third = yield* Effect.forkChild(connection.request("_vendor/ask", undefined), { startImmediately: true })
  assert.deepStrictEqual(yield* heard, { jsonrpc: "2.0", id: 1, method: "initialize", params: { protocolVersion: 1 } })
  assert.deepStrictEqual(yield* heard, { jsonrpc: "2.0", id: 2, method: "_vendor/ask", params: [1] })
  assert.deepStrictEqual(yield* heard, { jsonrpc: "2.0", id: 3, method: "_vendor/ask" })
  yield* say({ id: "3", result: "third" }, { id: 2, error: { code: -32602, message: "no", data: { a: [1] } } }, { id: 99, result: 1 }, { id: null, error: { code: -32700, message: "?" } }, { id: 1, result: { x: 1 } })
  assert.deepStrictEqual(yield* Fiber.join(first), { x: 1 })
  assert.deepStrictEqual(yield* reasonOf(Fiber.join(second)), { _tag: "Rpc", method: "_vendor/ask", code: -32602, message: "no", data: { a: [1] } })
  assert.strictEqual(yield* Fiber.join(third), "third")
}))

it.effect("an interrupted request is forgotten, its late answer ignored, the next goes on", () => Effect.gen(function*() {
  const { connection, heard, say } = yield* inMemory()
  const fiber = yield* Effect.forkChild(connection.request("a", {}), { startImmediately: true })
  yield* heard
  yield* Fiber.interrupt(fiber)
  const next = yield* Effect.forkChild(connection.request("b", {}), { startImmediately: true })
  yield* heard
  yield* say({ id: 1, result: "late" }, { id: 2, result: "right" })
  assert.strictEqual(yield* Fiber.join(next), "right")
}))

it.effect("a request with a time limit fails when there is no answer within it", () => Effect.gen(function*() {
  const { connection } = yield* inMemory()
  const fiber = yield* Effect.forkChild(reasonOf(connection.request("session/load", { sessionId: "s", cwd: "/", mcpServers: [] }, { timeout: "2 seconds" })), { startImmediately: true })
  yield* TestClock.adjust("2 seconds")
  assert.deepStrictEqual(yield* Fiber.join(fiber), { _tag: "NoAnswer", method: "session/load", seconds: 2 })
}))

it.effect("the agent's requests are answered; unknown ones refused; a handler's defect is an internal error", () => Effect.gen(function*() {
  const { heard, say } = yield* inMemory({
    onRequest: (method, params) => method === "echo" ? Effect.succeed(params)
      : method === "nothing" ? Effect.void
      : method === "broken" ? Effect.die(new Error("secret"))
      : Effect.fail(methodNotFound(method))
  })
  yield* say({ id: "a", method: "echo", params: { x: 1 } }, { id: 1, method: "nothing" }, { id: 2, method: "broken" }, { id: 3, method: "fs/write_text_file", params: {} })
  assert.deepStrictEqual(yield* heard, { jsonrpc: "2.0", id: "a", result: { x: 1 } })
  assert.deepStrictEqual(yield* heard, { jsonrpc: "2.0", id: 1, result: null })
  assert.deepStrictEqual(yield* heard, { jsonrpc: "2.0", id: 2, error: { code: -32603, message: "Internal error" } })
  assert.deepStrictEqual(yield* heard, { jsonrpc: "2.0", id: 3, error: { code: -32601, message: "Method not found: fs/write_text_file" } })
}))

it.effect("a request that waits for a person holds up neither updates nor the answer of the prompt", () => Effect.gen(function*() {
  const person = yield* Deferred.make<string>()
  const seen: Array<unknown> = []
  const { connection, heard, say } = yield* inMemory({
    onRequest: () => Deferred.await(person),
    onNotification: (_, params) => Effect.sync(() => { seen.push(params) })
  })
  const prompt = yield* Effect.forkChild(connection.request("session/prompt", { sessionId: "s", prompt: [] }), { startImmediately: true })
  yield* heard
  yield* say({ id: 1, method: "session/request_permission" }, { method: "session/update", params: 1 }, { id: 1, result: { stopReason: "end_turn" } })
  assert.deepStrictEqual(yield* Fiber.join(prompt), { stopReason: "end_turn" })
  assert.deepStrictEqual(seen, [1])
  yield* Deferred.succeed(person, "allow_once")
  assert.deepStrictEqual(yield* heard, { jsonrpc: "2.0", id: 1, result: "allow_once" })
}))

it.effect("notifications are handled one after the other, and before an answer that came after them", () => Effect.gen(function*() {
  const seen: Array<unknown> = []
  const { connection, heard, say } = yield* inMemory({
    onNotification: (_, params) => Effect.andThen(Effect.sleep("1 second"), Effect.sync(() => { seen.push(params) }))
  })
  const prompt = yield* Effect.forkChild(connection.request("session/prompt", { sessionId: "s", prompt: [] }), { startImmediately: true })
  yield* heard
  yield* say({ method: "u", params: 1 }, { method: "u", params: 2 }, { id: 1, result: "done" }, { method: "u", params: 3 })
  yield* TestClock.adjust("1999 millis")
  assert.deepStrictEqual(seen, [1])
  assert.isUndefined(prompt.pollUnsafe())
  yield* TestClock.adjust("1 millis")
  assert.strictEqual(yield* Fiber.join(prompt), "done")
  assert.deepStrictEqual(seen, [1, 2])
}))

it.effect("garbage is counted, reported, seen by the wire log and skipped", () => Effect.gen(function*() {
  const faults: Array<Fault> = []
  const lines: Array<string> = []
  const { connection, heard, say } = yield* inMemory({
    onFault: (fault) => Effect.sync(() => { faults.push(fault) }),
    onWire: (direction, line) => { lines.push(`${direction} ${line}`) }
  })
  const request = yield* Effect.forkChild(connection.request("a", {}), { startImmediately: true })
  yield* heard
  yield* say("Loading…", "", "[]", `{"jsonrpc":"2.0","id":1,"result":1}`)
  assert.strictEqual(yield* Fiber.join(request), 1)
  assert.deepStrictEqual(faults, [{ _tag: "Garbage", sample: "Loading…", count: 1 }, { _tag: "Garbage", sample: "[]", count: 2 }])
  assert.deepStrictEqual(lines, [`out {"jsonrpc":"2.0","id":1,"method":"a","params":{}}`, "in Loading…", "in []", `in {"jsonrpc":"2.0","id":1,"result":1}`])
}))

it.effect("when the output ends everybody who waits is told, and who comes later too; half a line is no fault", () => Effect.gen(function*() {
  const faults: Array<Fault> = []
  const { connection, hangUp, heard, sayBytes } = yield* inMemory({ onFault: (fault) => Effect.sync(() => { faults.push(fault) }) })
  const request = yield* Effect.forkChild(reasonOf(connection.request("a", {})), { startImmediately: true })
  yield* heard
  yield* sayBytes(`{"jsonrpc":"2.0","id":1,"resu`)
  yield* hangUp
  assert.deepStrictEqual(yield* Fiber.join(request), streamEnded)
  assert.deepStrictEqual(yield* reasonOf(connection.closed), streamEnded)
  assert.deepStrictEqual(yield* reasonOf(connection.request("b", {})), streamEnded)
  assert.deepStrictEqual(yield* reasonOf(connection.notify("c", {})), streamEnded)
  assert.deepStrictEqual(faults, [])
}))

it.effect("when the scope closes everybody who waits is told", () => Effect.gen(function*() {
  const scope = yield* Scope.make()
  const { connection } = yield* inMemory().pipe(Scope.provide(scope))
  const request = yield* Effect.forkChild(reasonOf(connection.request("a", {})), { startImmediately: true })
  yield* Scope.close(scope, Exit.void)
  assert.deepStrictEqual(yield* Fiber.join(request), streamEnded)
}))

it.effect("a defect of the one who handles notifications is not swallowed", () => Effect.gen(function*() {
  const { connection, say } = yield* inMemory({ onNotification: () => Effect.die("a bug") })
  const request = yield* Effect.forkChild(Effect.exit(connection.request("a", {})), { startImmediately: true })
  yield* say({ method: "u" })
  const exit = yield* Fiber.join(request)
  assert.isTrue(Exit.isFailure(exit) && Cause.squash(exit.cause) === "a bug")
}))

// ── over real processes ──

const inFolder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "boocode-acp-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
)

/** An agent in JavaScript: `on(message)` runs for each line, `send` writes one. */
const scriptAgent = Effect.fnUntraced(function*(body: string) {
  const folder = yield* inFolder
  const file = join(folder, "agent.js")
  yield* Effect.promise(() => Bun.write(file, `
    const send = (message) => console.log(JSON.stringify({ jsonrpc: "2.0", ...message }))
    ${body}
    for await (const line of console) await on(JSON.parse(line))`))
  return yield* spawn({ command: process.execPath, args: [file], cwd: folder, ladder: { stdin: "200 millis" } })
})

const shellAgent = (script: string) => spawn({ command: "sh", args: ["-c", script], cwd: tmpdir(), ladder: { stdin: "100 millis" } })

it.live("a conversation with a process: answers, updates, and a question of the agent while the prompt runs", () => Effect.gen(function*() {
  const updates: Array<unknown> = []
  const connection = yield* open({
    wire: yield* scriptAgent(`
      let prompt
      const on = (m) => {
        if (m.method === "session/prompt") {
          prompt = m.id
          for (let i = 0; i < 1000; i++) send({ method: "session/update", params: i })
          send({ id: "ask", method: "session/request_permission", params: { title: "write" } })
        } else if (m.id === "ask") send({ id: prompt, result: m.result })
        else send({ id: m.id, result: m.method })
      }`),
    onNotification: (_, params) => Effect.sync(() => { updates.push(params) }),
    onRequest: (method, params) => Effect.as(Effect.yieldNow, { method, params })
  })
  assert.strictEqual(yield* connection.request("initialize", { protocolVersion: 1 }), "initialize")
  assert.deepStrictEqual(yield* connection.request("session/prompt", { sessionId: "s", prompt: [] }),
    { method: "session/request_permission", params: { title: "write" } })
  assert.deepStrictEqual(updates, Array.from({ length: 1000 }, (_, index) => index))
}).pipe(Effect.provide(ProcessLedger.layerMemory)))

it.live("a process that is killed fails the request that waits, with its exit, after all it has said", () => Effect.gen(function*() {
  const updates: Array<unknown> = []
  const agent = yield* shellAgent(`
    echo "fatal: out of luck" >&2
    i=0; while [ $i -lt 200 ]; do echo '{"method":"u","params":'$i'}'; i=$((i + 1)); done; kill -KILL $$`)
  const connection = yield* open({
    ...quiet, wire: agent, onNotification: (_, params) => Effect.andThen(Effect.sleep(1), Effect.sync(() => { updates.push(params) }))
  })
  const exited = { _tag: "Exited", code: null, signal: "SIGKILL", stderrTail: "fatal: out of luck\n" }
  assert.deepStrictEqual(yield* reasonOf(connection.request("session/prompt", { sessionId: "s", prompt: [] })), exited)
  assert.deepStrictEqual(updates, Array.from({ length: 200 }, (_, index) => index))
  assert.deepStrictEqual(yield* reasonOf(connection.closed), exited)
  assert.deepStrictEqual(yield* reasonOf(connection.notify("x", {})), exited)
}).pipe(Effect.provide(ProcessLedger.layerMemory)))

it.live("a process that is killed from outside fails the request at once, also where a descendant holds its output open", () => Effect.gen(function*() {
  const agent = yield* shellAgent(`sleep 300 & echo '{"method":"up"}'; while :; do read -r _; done`)
  const up = yield* Deferred.make<void>()
  const connection = yield* open({ ...quiet, wire: agent, onNotification: () => Deferred.succeed(up, undefined) })
  const request = yield* Effect.forkChild(reasonOf(connection.request("a", {})))
  yield* Deferred.await(up)
  const start = yield* Clock.currentTimeMillis
  process.kill(agent.pid, "SIGKILL")
  assert.deepStrictEqual(yield* Fiber.join(request), { _tag: "Exited", code: null, signal: "SIGKILL", stderrTail: "" })
  assert.isBelow((yield* Clock.currentTimeMillis) - start, 1_000)
}).pipe(Effect.provide(ProcessLedger.layerMemory)))

it.live("a process that closes its output and lives on has ended the connection", () => Effect.gen(function*() {
  const connection = yield* open({ ...quiet, wire: yield* shellAgent("exec >&-; while :; do read -r _; done") })
  assert.deepStrictEqual(yield* reasonOf(connection.request("a", {})), streamEnded)
}).pipe(Effect.provide(ProcessLedger.layerMemory)))

it.live("a line of 20 MB is dropped and reported without standing in memory, and the next line is read", () => Effect.gen(function*() {
  const faults: Array<Fault> = []
  const connection = yield* open({
    ...quiet,
    wire: yield* shellAgent(`read -r _; head -c 20971520 /dev/zero | tr '\\0' x; echo; echo '{"id":1,"result":"after"}'; read -r _`),
    onFault: (fault) => Effect.sync(() => { faults.push(fault) })
  })
  assert.strictEqual(yield* connection.request("a", {}), "after")
  assert.lengthOf(faults, 1)
  const [fault] = faults
  assert.isTrue(fault?._tag === "LineTooLong" && fault.bytes > 16 * 1024 * 1024 && fault.bytes < 17 * 1024 * 1024)
}).pipe(Effect.provide(ProcessLedger.layerMemory)))

it.live("a slow handler stops what the process writes, and nothing is lost", () => Effect.gen(function*() {
  const folder = yield* inFolder
  const counter = join(folder, "written")
  const go = yield* Deferred.make<void>()
  const seen: Array<unknown> = []
  const agent = yield* shellAgent(`
    pad=$(head -c 1000 /dev/zero | tr '\\0' x); i=0
    while [ $i -lt 1000 ]; do
      echo '{"method":"u","params":['$i',"'$pad'"]}'; i=$((i + 1)); echo $i > ${counter}
    done; echo '{"id":1,"result":"end"}'; read -r _`)
  const connection = yield* open({
    ...quiet, wire: agent, onNotification: (_, params) => Effect.andThen(Deferred.await(go), Effect.sync(() => { seen.push(params) }))
  })
  const request = yield* Effect.forkChild(connection.request("a", {}))
  const written = Effect.promise(() => readFile(counter, "utf8").then(Number, () => 0))
  let before = -1
  for (let now = 0; now !== before || now === 0; now = yield* written) {
    before = now
    yield* Effect.sleep(300)
  }
  assert.isBelow(before, 700)
  yield* Deferred.succeed(go, undefined)
  assert.strictEqual(yield* Fiber.join(request), "end")
  assert.deepStrictEqual(seen.map((params) => Array.isArray(params) ? params[0] : params), Array.from({ length: 1000 }, (_, index) => index))
}).pipe(Effect.provide(ProcessLedger.layerMemory)))
