/** The path of a prompt through the whole program, with the scripted agent: what is promised when all goes well, and when it doesn't. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Fiber, Layer, Stream } from "effect"
import { openRequests, type Chat } from "../shared/Chat.ts"
import type { Client } from "../client/rpc/Client.ts"
import { ask, endedTurn, isAlive, makeRepository, newChat, newPromptId, prompt, states, textOf, until } from "./support/Journey.ts"
import { clientOf, runServer, type RunningServer, temporaryFolder } from "./support/RunningServer.ts"

class World extends Context.Service<World, { readonly server: RunningServer; readonly client: Client; readonly project: string }>()("test/World") {
  static readonly layer = Layer.effect(World, Effect.gen(function*() {
    const folder = yield* temporaryFolder
    const project = makeRepository(folder)
    const server = yield* runServer({ dataDir: join(folder, "data") })
    return World.of({ server, project, client: yield* clientOf(server) })
  }))
}

const scripted = Effect.gen(function*() {
  const { client, project } = yield* World
  const chat = yield* newChat(client, project, "scripted")
  return { client, chatId: chat.id }
})

const said = (chat: Chat): string => chat.items.map((item) => item._tag === "Text" ? item.text : "").join("")

layer(World.layer, { excludeTestServices: true, timeout: "60 seconds" })("a prompt to the scripted agent and back", (it) => {
  it.effect("two turns run on one process and one agent session", () => Effect.gen(function*() {
    const { chatId, client } = yield* scripted
    const first = yield* ask(client, chatId, "pid")
    const second = yield* ask(client, chatId, "pid")
    assert.strictEqual(first.turn.outcome, "completed")
    const pid = (text: string) => /\d+/.exec(text)?.[0]
    assert.isDefined(pid(first.text))
    assert.strictEqual(pid(second.text), pid(first.text))
    assert.strictEqual(second.chat.agents["scripted"]?.continuity, "fresh")
  }))

  it.effect("a stop right behind the first prompt to an agent stops it, though the agent isn't there yet", () => Effect.gen(function*() {
    for (const _ of Array.from({ length: 5 })) {
      const { chatId, client } = yield* scripted
      yield* Effect.all([prompt(client, chatId, "sleep 20000"), client["chat.Stop"]({ chatId })], { concurrency: "unbounded" })
      const chat = yield* until(client, chatId, (one) => endedTurn(one, 0) !== undefined)
      assert.strictEqual(chat.turns[0]?.outcome, "stopped")
    }
  }))

  it.effect("what an agent says by itself is a turn of its own, and a prompt needn't wait for it", () => Effect.gen(function*() {
    const { chatId, client } = yield* scripted
    yield* ask(client, chatId, "say first\nlate-update 500")
    const spoken = yield* until(client, chatId, (one) => said(one).includes("late"))
    assert.deepStrictEqual(spoken.turns.map(({ origin }) => origin), ["prompt", "agent"])
    yield* ask(client, chatId, "say second")
    const chat = yield* until(client, chatId, (one) => one.turns.every(({ outcome }) => outcome !== undefined))
    assert.deepStrictEqual(chat.turns.map(({ origin, outcome }) => [origin, outcome]),
      [["prompt", "completed"], ["agent", "completed"], ["prompt", "completed"]])
    const own = chat.turns[1]?.turnId
    assert.strictEqual(chat.items.flatMap((item) => item._tag === "Text" && item.turnId === own ? [item.text] : []).join(""), "late")
    // after a stop it is late, and in no turn
    yield* prompt(client, chatId, "say third\nlate-update 300\nsleep 20000")
    yield* until(client, chatId, (one) => said(one).includes("third"))
    yield* client["chat.Stop"]({ chatId })
    yield* until(client, chatId, (one) => one.turns.at(-1)?.outcome === "stopped")
    yield* Effect.sleep(600)
    const { text } = yield* ask(client, chatId, "say fourth")
    assert.strictEqual(text, "fourth")
  }))

  it.effect("the agents' own sessions are rows: active, idle, closed or crashed, with what they used", () => Effect.gen(function*() {
    const { client, project } = yield* World
    const { server } = yield* World
    const chat = yield* newChat(client, project, "scripted")
    const { sessionId } = chat
    const read = Effect.promise(async () => {
      const answer = await fetch(`${server.url}/api/sessions/${sessionId}/agent-sessions`, { headers: { authorization: `Bearer ${server.token}` } })
      return await answer.json()
    })
    const rows = client["session.AgentSessions"]({ sessionId })
    assert.deepStrictEqual(yield* read, [])
    yield* ask(client, chat.id, "usage 100 20 0.5")
    const [row] = yield* rows
    assert.deepStrictEqual([row?.chatId, row?.status, row?.hasSession, row?.continuity, row?.inputTokens, row?.outputTokens, row?.cost, row?.source],
      [chat.id, "idle", true, "fresh", 100, 20, 0.5, "measured"])
    assert.deepStrictEqual(yield* read, [{
      agent: "scripted", status: "idle", has_session: true, last_active_at: new Date(row?.lastActiveAt ?? 0).toISOString()
    }])
    yield* prompt(client, chat.id, "sleep 20000")
    yield* until(client, chat.id, (one) => one.turns.at(-1)?.deliveredAt !== undefined)
    assert.strictEqual((yield* rows)[0]?.status, "active")
    yield* client["chat.Stop"]({ chatId: chat.id })
    yield* until(client, chat.id, (one) => one.turns.at(-1)?.outcome === "stopped")
    assert.isTrue(yield* client["agent.Evict"]({ chatId: chat.id, agent: chat.agent }))
    assert.strictEqual((yield* rows)[0]?.status, "closed")
    // by hand, and its session is taken up again
    yield* ask(client, chat.id, "say warm")
    assert.isTrue(yield* client["agent.Restart"]({ chatId: chat.id, agent: chat.agent }))
    assert.strictEqual((yield* rows)[0]?.continuity, "resumed")
    const [health] = (yield* client["agent.Backends"]()).filter(({ chatId }) => chatId === chat.id)
    assert.strictEqual(health?.state, "ready")
    process.kill(health?.pid ?? 0, "SIGKILL")
    yield* until(client, chat.id, (one) => one.agents["scripted"]?.down !== undefined)
    assert.strictEqual((yield* rows)[0]?.status, "crashed")
    const missing = yield* Effect.promise(() => fetch(`${server.url}/api/sessions/${crypto.randomUUID()}/agent-sessions`, { headers: { authorization: `Bearer ${server.token}` } }))
    assert.deepStrictEqual([missing.status, yield* Effect.promise(() => missing.json())], [404, { error: "session not found" }])
    assert.strictEqual((yield* Effect.promise(() => fetch(`${server.url}/api/sessions/${sessionId}/agent-sessions`))).status, 401)
  }))

  it.effect("the same prompt id runs once; with other content it is refused (P10)", () => Effect.gen(function*() {
    const { chatId, client } = yield* scripted
    const promptId = newPromptId()
    const first = yield* prompt(client, chatId, "say once", promptId)
    const again = yield* prompt(client, chatId, "say once", promptId)
    assert.strictEqual(again.turnId, first.turnId)
    const other = yield* Effect.flip(prompt(client, chatId, "say twice", promptId))
    assert.strictEqual(other._tag === "ChatError" ? other.reason._tag : other._tag, "PromptConflict")
    const chat = yield* until(client, chatId, (one) => endedTurn(one, 0) !== undefined)
    assert.strictEqual(chat.turns.length, 1)
    assert.strictEqual(said(chat), "once")
  }))

  it.effect("stop in mid-stream, then a prompt at once: the turn ends stopped, the next runs", () => Effect.gen(function*() {
    const { chatId, client } = yield* scripted
    yield* prompt(client, chatId, "stream 10000 every 5")
    yield* until(client, chatId, (chat) => said(chat).includes("word 20"))
    yield* client["chat.Stop"]({ chatId })
    const next = yield* ask(client, chatId, "say after")
    assert.strictEqual(next.chat.turns[0]?.outcome, "stopped")
    assert.deepStrictEqual(next.chat.turns[0]?.cause?._tag, "Stopped")
    assert.strictEqual(next.text, "after")
  }))

  it.effect("stop holds what was queued; a prompt after it runs first; Resume runs the rest in order (P13)", () => Effect.gen(function*() {
    const { chatId, client } = yield* scripted
    yield* prompt(client, chatId, "hang")
    yield* until(client, chatId, (chat) => chat.turns[0]?.deliveredAt !== undefined)
    yield* prompt(client, chatId, "say one")
    yield* prompt(client, chatId, "say two")
    yield* client["chat.Stop"]({ chatId })
    const first = yield* ask(client, chatId, "say first")
    assert.deepStrictEqual(first.chat.queue.map(({ held }) => held), [true, true])
    yield* client["chat.ResumeQueue"]({ chatId })
    const chat = yield* until(client, chatId, (one) => one.queue.length === 0 && one.turns.every(({ outcome }) => outcome !== undefined))
    assert.deepStrictEqual(chat.turns.map((turn) => textOf(chat, turn)), ["", "first", "one", "two"])
  }))

  it.effect("kill -9 of the agent in mid-turn: its cause, the text so far, the next prompt (drill 1)", () => Effect.gen(function*() {
    const { chatId, client } = yield* scripted
    const { text } = yield* ask(client, chatId, "pid")
    const pid = Number(/\d+/.exec(text)?.[0])
    yield* prompt(client, chatId, "say before\nhang")
    yield* until(client, chatId, (chat) => said(chat).includes("before"))
    process.kill(pid, "SIGKILL")
    const chat = yield* until(client, chatId, (one) => endedTurn(one, 1) !== undefined).pipe(Effect.timeout("1 second"))
    assert.strictEqual(chat.turns[1]?.outcome, "failed")
    assert.deepInclude(chat.turns[1]?.cause, { _tag: "ChildExited", signal: "SIGKILL" })
    assert.include(said(chat), "before")
    const next = yield* ask(client, chatId, "pid")
    assert.notInclude(next.text, String(pid))
    assert.strictEqual(next.chat.agents["scripted"]?.continuity, "resumed")
  }))

  it.effect("an agent writes in the session's worktree, not in the project", () => Effect.gen(function*() {
    const { chatId, client } = yield* scripted
    const { chat, text } = yield* ask(client, chatId, "write notes/hello.txt Hello there\ncwd")
    const folder = text.trim().split("\n").at(-1) ?? ""
    assert.include(readFileSync(join(folder, "notes/hello.txt"), "utf8"), "Hello there")
    const { project } = yield* World
    assert.throws(() => readFileSync(join(project, "notes/hello.txt")))
    const tool = chat.items.find((item) => item._tag === "Tool")
    assert.strictEqual(tool?._tag === "Tool" ? tool.call.status : undefined, "completed")
  }))

  it.effect("two browsers answer one permission: one wins, the other is told who (drill 6)", () => Effect.gen(function*() {
    const { chatId, client } = yield* scripted
    yield* prompt(client, chatId, "permission Do it?")
    const asked = yield* until(client, chatId, (chat) => openRequests(chat).length === 1)
    const [request] = openRequests(asked)
    const option = request?.request._tag === "Permission" ? request.request.options[0] : undefined
    if (request === undefined || option === undefined) return assert.fail("no permission was asked")
    const answer = client["chat.Answer"]({ chatId, requestId: request.requestId, answer: { _tag: "Selected", optionId: option.optionId } })
    const results = yield* Effect.all([Effect.result(answer), Effect.result(answer)], { concurrency: 2 })
    assert.deepStrictEqual(results.map(({ _tag }) => _tag).sort(), ["Failure", "Success"])
    const chat = yield* until(client, chatId, (one) => endedTurn(one, 0) !== undefined)
    const closed = chat.items.find((item) => item._tag === "Request")
    const end = closed?._tag === "Request" ? closed.closed : undefined
    assert.deepStrictEqual([String(end?.by), end?.why], ["owner", "answered"])
  }))

  it.effect("an agent that ignores cancel is escalated, and nothing of it is left (drill 4)", () => Effect.gen(function*() {
    const { chatId, client } = yield* scripted
    const { text } = yield* ask(client, chatId, "pid")
    const pid = Number(/\d+/.exec(text)?.[0])
    yield* prompt(client, chatId, "ignore-cancel\nexit-slowly\nhang")
    yield* until(client, chatId, (chat) => chat.turns[1]?.deliveredAt !== undefined)
    yield* client["chat.Stop"]({ chatId })
    const chat = yield* until(client, chatId, (one) => endedTurn(one, 1) !== undefined)
    assert.strictEqual(chat.turns[1]?.outcome, "stopped")
    assert.match(chat.turns[1]?.stopStep ?? "none", /^sig(term|kill)$/)
    assert.isFalse(isAlive(pid))
    assert.strictEqual((yield* ask(client, chatId, "say alive")).text, "alive")
  }), 60_000)

  it.effect("a watcher that joins at any moment folds to the same timeline (drill 7)", () => Effect.gen(function*() {
    const { chatId, client } = yield* scripted
    const early = yield* Effect.forkChild(Stream.runCollect(Stream.takeUntil(states(client, chatId), (chat) => endedTurn(chat, 0) !== undefined)))
    yield* prompt(client, chatId, "think hm\nstream 60 every 5\ntool build 20\nplan a; b\nsay done")
    const joined = yield* Effect.forEach([1, 20, 40, 59], (word) =>
      Effect.andThen(until(client, chatId, (chat) => said(chat).includes(`word ${word} `)), until(client, chatId, (chat) => endedTurn(chat, 0) !== undefined)))
    const last = (yield* Fiber.join(early)).at(-1)
    for (const chat of joined) {
      assert.deepStrictEqual(chat.items, last?.items)
      assert.deepStrictEqual(chat.turns, last?.turns)
    }
  }))

  it.effect("bad input is one sentence each, and the server stays up", () => Effect.gen(function*() {
    const { chatId, client } = yield* scripted
    const { project } = yield* World
    const sentence = <A, E extends { readonly message: string }>(effect: Effect.Effect<A, E>) => Effect.map(Effect.flip(effect), ({ message }) => message)
    assert.include(yield* sentence(client["project.Add"]({ path: join(project, "..", "nowhere") })), "not a directory")
    assert.include(yield* sentence(client["project.Add"]({ path: "/" })), "not a git repository")
    assert.include(yield* sentence(prompt(client, chatId, "")), "empty")
    assert.include(yield* sentence(prompt(client, chatId, "x".repeat(1_500_000))), "at most")
    assert.strictEqual((yield* ask(client, chatId, "garbage\nsay well")).text, "well")
  }))
})
