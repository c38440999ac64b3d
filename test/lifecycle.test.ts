/** The life of warm backends: the cap and who goes, the idle time, a changed configuration, and what is said of continuity. */
import { rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer, Stream } from "effect"
import type { Client } from "../client/rpc/Client.ts"
import { ask, endedTurn, isAlive, makeRepository, newChat, prompt, until } from "./support/Journey.ts"
import { clientOf, runServer, type RunningServer, temporaryFolder } from "./support/RunningServer.ts"

class World extends Context.Service<World, { readonly server: RunningServer; readonly client: Client; readonly project: string }>()("test/LifecycleWorld") {
  static readonly layer = (...args: ReadonlyArray<string>) => Layer.effect(World, Effect.gen(function*() {
    const folder = yield* temporaryFolder
    const project = makeRepository(folder)
    const server = yield* runServer({ dataDir: join(folder, "data"), args })
    return World.of({ server, project, client: yield* clientOf(server) })
  }))
}

const pidIn = (text: string): number => Number(/pid (\d+)/.exec(text)?.[1])

const chats = (count: number) => Effect.gen(function*() {
  const { client, project } = yield* World
  return yield* Effect.forEach(Array.from({ length: count }), () => newChat(client, project, "scripted"))
})
const pidOf = (chatId: Parameters<typeof ask>[1]) => Effect.gen(function*() {
  const { client } = yield* World
  return pidIn((yield* ask(client, chatId, "pid")).text)
})
const live = Effect.flatMap(World, ({ client }) => Effect.map(client["agent.Backends"](), (backends) => backends.map(({ chatId }) => chatId)))

layer(World.layer("--max-backends", "10"), { excludeTestServices: true, timeout: "120 seconds" })("eleven chats under a cap of ten", (it) => {
  it.effect("the least recently used idle one goes, and resumes when it comes back (P7)", () => Effect.gen(function*() {
    const { client } = yield* World
    const all = yield* chats(11)
    const [first, second, ...others] = all
    assert.isDefined(first)
    assert.isDefined(second)
    const pids = new Map<string, number>()
    for (const { id } of [first, second, ...others.slice(0, 8)]) pids.set(id, yield* pidOf(id))
    // the first is used again, so the second is the oldest
    assert.strictEqual(yield* pidOf(first.id), pids.get(first.id))
    const last = others.at(-1)
    assert.isDefined(last)
    yield* pidOf(last.id)
    const now = yield* live
    assert.strictEqual(now.length, 10)
    assert.notInclude(now, second.id)
    assert.isFalse(isAlive(pids.get(second.id) ?? 0))
    const [evicted] = yield* client["session.AgentSessions"]({ sessionId: second.sessionId })
    assert.deepStrictEqual([evicted?.status, evicted?.hasSession], ["closed", true])
    const back = yield* ask(client, second.id, "pid")
    assert.notStrictEqual(pidIn(back.text), pids.get(second.id))
    assert.strictEqual(back.chat.agents["scripted"]?.continuity, "resumed")
    assert.strictEqual((yield* live).length, 10)
  }))

  it.effect("never one that is busy or waits for a person; then there are more than ten", () => Effect.gen(function*() {
    const { client } = yield* World
    const all = yield* chats(11)
    yield* Effect.forEach(all, ({ id }, index) => prompt(client, id, index % 2 === 0 ? "sleep 60000" : "permission Write"), { concurrency: "unbounded" })
    yield* Effect.forEach(all, ({ id }) => until(client, id, (chat) => chat.turns[0]?.deliveredAt !== undefined))
    const now = yield* live
    for (const { id } of all) assert.include(now, id)
    const [busyOne] = all
    assert.isDefined(busyOne)
    assert.isFalse(yield* client["agent.Evict"]({ chatId: busyOne.id, agent: busyOne.agent }))
    yield* Effect.forEach(all, ({ id }) => client["chat.Stop"]({ chatId: id }), { concurrency: "unbounded" })
    yield* Effect.forEach(all, ({ id }) => until(client, id, (chat) => endedTurn(chat, 0)?.outcome === "stopped"))
  }))
})

layer(World.layer("--idle-ttl", "1s"), { excludeTestServices: true, timeout: "60 seconds" })("an idle time of a second", (it) => {
  it.effect("ends the agent, and the next prompt takes its session up again", () => Effect.gen(function*() {
    const { client } = yield* World
    const [chat] = yield* chats(1)
    assert.isDefined(chat)
    const pid = yield* pidOf(chat.id)
    while (isAlive(pid)) yield* Effect.sleep(50)
    assert.deepStrictEqual(yield* live, [])
    const back = yield* ask(client, chat.id, "say back")
    assert.strictEqual(back.chat.agents["scripted"]?.continuity, "resumed")
  }))
})

layer(World.layer(), { excludeTestServices: true, timeout: "60 seconds" })("a configuration that changes", (it) => {
  it.effect("renews the backend between turns, resumed, and says so; what stays the same renews nothing", () => Effect.gen(function*() {
    const { client, server } = yield* World
    const [chat] = yield* chats(1)
    assert.isDefined(chat)
    const pid = yield* pidOf(chat.id)
    yield* client["agent.Refresh"]()
    assert.strictEqual(yield* pidOf(chat.id), pid)
    yield* prompt(client, chat.id, "say working\nsleep 1500\npid")
    writeFileSync(join(server.dataDir, "agents.json"), JSON.stringify({ agents: [{ name: "scripted", env: { WHATEVER: "1" } }] }))
    yield* client["agent.Refresh"]()
    const busy = yield* until(client, chat.id, (one) => one.turns.length === 3 && one.turns.every(({ outcome }) => outcome === "completed"))
    assert.isTrue(busy.items.some((item) => item._tag === "Text" && item.text.includes(`pid ${pid}`)), "not under a turn")
    const renewed = yield* ask(client, chat.id, "pid")
    assert.notStrictEqual(pidIn(renewed.text), pid)
    assert.strictEqual(renewed.chat.agents["scripted"]?.continuity, "resumed")
    assert.match(renewed.chat.agents["scripted"]?.why ?? "", /^Its configuration was changed\./)
    assert.isFalse(isAlive(pid))
  }))

  it.effect("by an update of the agent's program is noticed without a refresh", () => Effect.gen(function*() {
    const { client, project, server } = yield* World
    const program = join(server.dataDir, "agent.sh"), looking = join(server.dataDir, "looking")
    const install = (version: number) => writeFileSync(program, `#!/bin/sh
[ "$1" = --version ] && { while [ -e "${looking}" ]; do sleep 0.02; done; echo 1.${version}; exit; }
exec "${process.execPath}" "${join(import.meta.dirname, "../server/main.ts")}" scripted-agent
`, { mode: 0o755 })
    install(0)
    writeFileSync(join(server.dataDir, "agents.json"), JSON.stringify({ agents: [{ name: "mine", command: program, versionArgs: ["--version"] }] }))
    yield* client["agent.Refresh"]()
    const { id } = yield* newChat(client, project, "mine")
    const pid = pidIn((yield* ask(client, id, "pid")).text)
    install(10)
    // the prompt waits for no look, and this look lasts as long as the prompt
    writeFileSync(looking, "")
    assert.strictEqual(pidIn((yield* ask(client, id, "pid")).text), pid)
    rmSync(looking)
    yield* Stream.runHead(Stream.filter(client["agent.Watch"](), (agents) => agents.some(({ name, version }) => name === "mine" && version === "1.10")))
    const renewed = yield* ask(client, id, "pid")
    assert.notStrictEqual(pidIn(renewed.text), pid)
    assert.strictEqual(renewed.chat.agents["mine"]?.continuity, "resumed")
    assert.match(renewed.chat.agents["mine"]?.why ?? "", /^Its configuration was changed\./)
  }))
})
