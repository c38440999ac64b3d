/** Faults of agents and watchers that must stay with those who cause them. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { NodeWS } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { type Client, rpcAddress, tokenProtocols } from "../client/rpc/Client.ts"
import { ask, endedTurn, makeRepository, newChat, prompt, until } from "./support/Journey.ts"
import { clientOf, runServer, type RunningServer, temporaryFolder } from "./support/RunningServer.ts"

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
  it.effect("an agent that hangs in its start delays no other, and is stopped at once (drill 9)", () => Effect.gen(function*() {
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

  it.effect("a watcher that never reads costs the server no memory and the agent no time (drill 14)", () => Effect.gen(function*() {
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
    yield* Effect.sleep("500 millis")
    assert.isTrue(sockets.every(({ readyState }) => readyState === NodeWS.WebSocket.OPEN))
    const from = rss(server.pid)
    // 24 MB, of which each watcher would have to be sent all
    const { turn } = yield* ask(client, chatId, "burst 1500 16384")
    assert.strictEqual(turn.outcome, "completed")
    assert.isBelow(rss(server.pid) - from, 250 * 1024 * 1024)
  }))
})
