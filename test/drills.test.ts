/** Faults of agents and watchers that must stay with those who cause them. */
import { execFileSync } from "node:child_process"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { NodeWS } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Context, Duration, Effect, Fiber, Layer, Stream } from "effect"
import { type Client, rpcAddress, tokenProtocols } from "../client/rpc/Client.ts"
import { ask, endedTurn, makeRepository, newChat, prompt, until } from "./support/Journey.ts"
import { clientOf, runServer, type RunningServer, temporaryFolder } from "./support/RunningServer.ts"
import { untilWork } from "./support/Work.ts"

const program = join(import.meta.dirname, "../server/agent/scripted/run.ts")
/** The scripted agent under another name, with a fault of its own. */
const row = (name: string, env: Readonly<Record<string, string>>) => ({ name, command: process.execPath, args: [program], env })

class World extends Context.Service<World, { readonly server: RunningServer; readonly client: Client; readonly project: string; readonly dataDir: string }>()("test/DrillWorld") {
  static readonly layer = Layer.effect(World, Effect.gen(function*() {
    const folder = yield* temporaryFolder
    const dataDir = join(folder, "data")
    mkdirSync(dataDir, { mode: 0o711 })
    const home = { BOOCODE_SCRIPTED_HOME: join(folder, "other") }
    writeFileSync(join(dataDir, "agents.json"), JSON.stringify({ agents: [
      row("hanging", { ...home, SCRIPTED_HANG_START: "1" }), row("forgetful", { ...home, SCRIPTED_FAIL_LOAD: "1" })
    ] }))
    const project = makeRepository(folder)
    const server = yield* runServer({ dataDir })
    return World.of({ server, project, dataDir, client: yield* clientOf(server) })
  }))
}

const rss = (pid: number): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024

layer(World.layer, { excludeTestServices: true, timeout: "60 seconds" })("what one does, others don't feel", (it) => {
  it.effect("an agent that hangs in its start delays no other, and is stopped at once (drill 9, P21)", () => Effect.gen(function*() {
    const { client, project } = yield* World
    const stuck = yield* newChat(client, project, "hanging")
    yield* prompt(client, stuck.id, "say never")
    const other = yield* newChat(client, project, "scripted")
    const { text } = yield* ask(client, other.id, "say here")
    assert.strictEqual(text, "here")
    const still = yield* until(client, stuck.id, () => true)
    assert.isUndefined(still.turns[0]?.outcome)
    assert.isUndefined(still.turns[0]?.deliveredAt)
    yield* client["chat.Stop"]({ chatId: stuck.id })
    const { turns } = yield* until(client, stuck.id, (chat) => endedTurn(chat, 0) !== undefined)
    assert.strictEqual(turns[0]?.outcome, "stopped")
    yield* client["agent.Evict"]({ chatId: stuck.id, agent: stuck.agent })
  }))

  it.effect("a resume that fails is a fresh session, and says why (drill 10)", () => Effect.gen(function*() {
    const { client, project } = yield* World
    const { agent, id: chatId } = yield* newChat(client, project, "forgetful")
    const first = yield* ask(client, chatId, "say one")
    assert.isTrue(yield* client["agent.Evict"]({ chatId, agent }))
    const second = yield* ask(client, chatId, "say two")
    const before = first.chat.agents["forgetful"], after = second.chat.agents["forgetful"]
    assert.deepStrictEqual([before?.continuity, after?.continuity], ["fresh", "fresh"])
    assert.match(after?.why ?? "", /could not be taken up again/)
    assert.notStrictEqual(after?.agentSessionId, before?.agentSessionId)
    assert.strictEqual(second.text, "two")
  }))

  it.effect("a diff of 200 MB in one session stalls no other chat (drill 8)", () => Effect.gen(function*() {
    const { client, project, server } = yield* World
    const large = yield* newChat(client, project, "scripted"), other = yield* newChat(client, project, "scripted")
    // packing it is git's work, and no part of what is told
    execFileSync("git", ["config", "core.compression", "0"], { cwd: project })
    yield* ask(client, large.id, "write here.txt 1")
    yield* ask(client, other.id, "say warm")
    const [alone] = yield* Effect.timed(ask(client, other.id, "stream 20 every 5"))
    const { worktree } = yield* untilWork(client, large.sessionId, ({ changes }) => changes.length === 1)
    writeFileSync(join(worktree?.path ?? "", "large.txt"), `${"a line of a large file that somebody has put there; ".repeat(4)}\n`.repeat(1024 * 1024))
    const { changes } = yield* untilWork(client, large.sessionId, (work) => work.changes.length === 2)
    const { added, baseBlob, blob, path } = changes.find(({ path }) => path === "large.txt") ?? assert.fail("no such change")
    assert.strictEqual(added, 1024 * 1024)
    const far = yield* clientOf(server)
    let lines = 0
    const reading = yield* Effect.forkChild(Stream.runForEach(far["diff.Diff"]({ sessionId: large.sessionId, path, baseBlob, blob, anyway: true }),
      (frame) => Effect.sync(() => { if (frame._tag === "Hunks") lines += frame.hunks.reduce((sum, hunk) => sum + hunk.lines.length, 0) })))
    yield* Effect.repeat(Effect.sleep("5 millis"), { until: () => lines > 0 })
    const from = lines
    const { turn } = yield* ask(client, other.id, "stream 20 every 5").pipe(Effect.timeout(Duration.toMillis(alone) * 5 + 1000))
    // answered while the diff was on its way: it has come on since, and is not over
    assert.deepStrictEqual([turn.outcome, lines > from, reading.pollUnsafe()], ["completed", true, undefined])
    yield* Fiber.interrupt(reading)
  }), 120_000)

  it.effect("a watcher that never reads costs the server no memory and the agent no time (drill 14, P15)", () => Effect.gen(function*() {
    const { client, project, server } = yield* World
    const { id: chatId } = yield* newChat(client, project, "scripted")
    yield* ask(client, chatId, "burst 200 16384")
    const sockets = yield* Effect.acquireRelease(Effect.sync(() => Array.from({ length: 20 }, () => {
      const socket = new NodeWS.WebSocket(rpcAddress(server.url), tokenProtocols(server.token))
      socket.on("open", () => {
        socket.send(`${JSON.stringify({ _tag: "Request", id: "1", tag: "chat.Watch", payload: { chatId }, headers: [] })}\n`)
        socket.pause()
      })
      return socket
    })), (all) => Effect.sync(() => { for (const socket of all) socket.terminate() }))
    yield* Effect.repeat(Effect.sleep("20 millis"), { until: () => sockets.every(({ readyState }) => readyState === NodeWS.WebSocket.OPEN) })
    const from = rss(server.pid)
    // 24 MB, of which each watcher would have to be sent all
    const { turn } = yield* ask(client, chatId, "burst 1500 16384")
    assert.strictEqual(turn.outcome, "completed")
    assert.isBelow(rss(server.pid) - from, 250 * 1024 * 1024)
  }))
})
