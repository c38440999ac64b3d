/** Real opencode through the whole program: chats that share its server, and what is left of it after any death. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, layer, it as plain } from "@effect/vitest"
import { Context, Effect, Layer, Option, type Scope } from "effect"
import type { Client } from "../client/rpc/Client.ts"
import { optionOfKind } from "../shared/AgentRequest.ts"
import { type Chat, openRequests } from "../shared/Chat.ts"
import { AgentName, type ChatId } from "../shared/Ids.ts"
import { endedTurn, makeRepository, newChat, newPromptId, textOf, until } from "./support/Journey.ts"
import { opencode } from "./support/RealAgents.ts"
import { clientOf, runServer, type RunningServer, temporaryFolder } from "./support/RunningServer.ts"
import { ScriptedModel } from "./support/ScriptedModel.ts"

interface WorldShape {
  readonly server: RunningServer; readonly client: Client; readonly project: string; readonly model: ScriptedModel
}

const world = Effect.fn("world")(function*(): Effect.fn.Return<WorldShape, unknown, Scope.Scope> {
  const folder = yield* temporaryFolder
  const dataDir = join(folder, "data")
  mkdirSync(dataDir, { recursive: true, mode: 0o711 })
  const model = yield* Effect.acquireRelease(Effect.promise(() => ScriptedModel.start()), (one) => Effect.promise(() => one[Symbol.asyncDispose]()))
  const launch = Option.getOrThrow(Option.fromNullishOr(opencode({ model: model.url, home: join(folder, "opencode") })))
  writeFileSync(join(dataDir, "agents.json"), JSON.stringify({ agents: [{ name: "opencode", ...launch }] }))
  const server = yield* runServer({ dataDir })
  return { server, model, client: yield* clientOf(server), project: makeRepository(folder) }
})

class World extends Context.Service<World, WorldShape>()("test/OpencodeWorld") {
  static readonly layer = Layer.effect(World, world())
}

const prompt = (client: Client, chatId: ChatId, text: string, agent?: string) => client["chat.Prompt"]({
  chatId, promptId: newPromptId(), content: [{ type: "text", text }], ...(agent === undefined ? {} : { agent: AgentName.make(agent) })
})

/** Prompts and waits for the end of the chat's turn with that number. */
const ask = Effect.fn("ask")(function*(client: Client, chatId: ChatId, index: number, text: string, agent?: string) {
  yield* prompt(client, chatId, text, agent)
  return yield* ended(client, chatId, index)
})

const ended = Effect.fn("ended")(function*(client: Client, chatId: ChatId, index: number) {
  const chat = yield* until(client, chatId, (one) => endedTurn(one, index) !== undefined)
  const turn = Option.getOrThrow(Option.fromNullishOr(endedTurn(chat, index)))
  return { chat, turn, text: textOf(chat, turn) }
})

const isTalking = (index: number) => (chat: Chat) => {
  const turn = chat.turns[index]
  return turn !== undefined && textOf(chat, turn) !== ""
}

const pidOf = (client: Client, chatId: ChatId) =>
  Effect.map(client["agent.Backends"](), (backends) => backends.find((one) => one.chatId === chatId)?.pid ?? 0)

/** The processes whose environment names a path. */
const processesOf = (path: string): ReadonlyArray<number> => readdirSync("/proc").filter((name) => /^\d+$/.test(name)).flatMap((pid) => {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").includes(path) ? [Number(pid)] : []
  } catch {
    return [] // it is gone, or not ours
  }
})

layer(World.layer, { excludeTestServices: true, timeout: "90 seconds" })("chats on opencode", (it) => {
  it.effect("opencode, another agent, and opencode again in one chat: the second turn knows what was said in the first", () => Effect.gen(function*() {
    const { client, model, project } = yield* World
    const { id: chatId } = yield* newChat(client, project, "opencode")
    const first = yield* ask(client, chatId, 0, "say the first answer")
    assert.strictEqual(first.turn.outcome, "completed", JSON.stringify(first.turn.cause))
    assert.strictEqual(first.text, "the first answer")
    const session = first.chat.agents["opencode"]?.agentSessionId
    const pid = yield* pidOf(client, chatId)
    const other = yield* ask(client, chatId, 1, "say in between", "scripted")
    assert.strictEqual(other.text, "in between")
    const second = yield* ask(client, chatId, 2, "say the second answer", "opencode")
    assert.strictEqual(second.text, "the second answer")
    assert.strictEqual(second.chat.agents["opencode"]?.agentSessionId, session)
    assert.strictEqual(yield* pidOf(client, chatId), pid)
    assert.include(JSON.stringify(model.turns.at(-1)?.messages), "the first answer")
    const { usage } = second.turn
    assert.strictEqual(usage?.source, "measured")
    assert.isAbove(usage?.inputTokens ?? 0, 0)
    assert.isAbove(usage?.cost ?? 0, 0)
  }), 90_000)

  it.effect("asks, then writes a file in the session's worktree", () => Effect.gen(function*() {
    const { client, project, server } = yield* World
    const { id: chatId } = yield* newChat(client, project, "opencode")
    yield* prompt(client, chatId, `call write {"filePath":"$CWD/made.txt","content":"made by opencode\\n"}\nsay written`)
    const asking = yield* until(client, chatId, (one) => openRequests(one).length > 0)
    const [open] = openRequests(asking)
    const option = open?.request._tag === "Permission" ? optionOfKind(open.request.options, "allow_once") : undefined
    if (open !== undefined) {
      yield* client["chat.Answer"]({ chatId, requestId: open.requestId, answer: { _tag: "Selected", optionId: option?.optionId ?? "" } })
    }
    const { chat, text } = yield* ended(client, chatId, 0)
    assert.strictEqual(text, "written")
    const worktrees = join(server.dataDir, "worktrees")
    const made = readdirSync(worktrees).map((name) => join(worktrees, name, "made.txt")).filter((path) => existsSync(path))
    assert.deepStrictEqual(made.map((path) => readFileSync(path, "utf8")), ["made by opencode\n"])
    assert.isFalse(existsSync(join(project, "made.txt")))
    const tool = chat.items.find((item) => item._tag === "Tool")
    assert.strictEqual(tool?._tag === "Tool" ? tool.call.status : undefined, "completed")
  }), 90_000)

  it.effect("a stop in mid-stream followed at once by a new prompt", () => Effect.gen(function*() {
    const { client, project } = yield* World
    const { id: chatId } = yield* newChat(client, project, "opencode")
    yield* prompt(client, chatId, "stream 2000 every 20")
    yield* until(client, chatId, isTalking(0))
    yield* client["chat.Stop"]({ chatId })
    const next = yield* ask(client, chatId, 1, "say after the stop")
    assert.deepInclude(next.chat.turns[0], { outcome: "stopped", stopStep: "cancel" })
    assert.strictEqual(next.turn.outcome, "completed", JSON.stringify(next.turn.cause))
    assert.strictEqual(next.text, "after the stop")
  }), 90_000)

  it.effect("kill -9 of `opencode serve` under two running chats: both end with that cause, both resume on the next prompt", () => Effect.gen(function*() {
    const { client, model, project } = yield* World
    const chats = [yield* newChat(client, project, "opencode"), yield* newChat(client, project, "opencode")]
    yield* Effect.forEach(chats, ({ id }) => prompt(client, id, "stream 4000 every 20"))
    yield* Effect.forEach(chats, ({ id }) => until(client, id, isTalking(0)))
    const [pid = 0, same] = yield* Effect.forEach(chats, ({ id }) => pidOf(client, id))
    assert.strictEqual(pid, same)
    process.kill(pid, "SIGKILL")
    const ends = yield* Effect.forEach(chats, ({ id }) => ended(client, id, 0), { concurrency: 2 })
    for (const { turn } of ends) {
      assert.strictEqual(turn.outcome, "failed")
      assert.deepInclude(turn.cause, { _tag: "ChildExited", signal: "SIGKILL" })
    }
    const next = yield* Effect.forEach(chats, ({ id }) => ask(client, id, 1, "say back"), { concurrency: 2 })
    assert.deepStrictEqual(next.map(({ text }) => text), ["back", "back"])
    assert.deepStrictEqual(next.map(({ chat }) => chat.agents["opencode"]?.continuity), ["resumed", "resumed"])
    // of a text that was never finished it keeps nothing, but what was asked
    for (const { messages } of model.turns.slice(-2)) assert.include(JSON.stringify(messages), "stream 4000 every 20")
  }), 90_000)
})

describe("opencode and the server's death", () => {
  plain.live("kill -9 of the server leaves no process of opencode's, nor of its tools", () => Effect.gen(function*() {
    const { client, project, server } = yield* world()
    const { id: chatId } = yield* newChat(client, project, "opencode")
    yield* prompt(client, chatId, `call bash ${JSON.stringify({ command: "sleep 300 & echo $!; wait", description: "Sleep" })}`)
    const asking = yield* until(client, chatId, (one) => openRequests(one).length > 0)
    const [open] = openRequests(asking)
    if (open !== undefined) yield* client["chat.Answer"]({ chatId, requestId: open.requestId, answer: { _tag: "Selected", optionId: "once" } })
    yield* until(client, chatId, (one) => one.items.some((item) => item._tag === "Tool" && /\d+/.test(String(item.call.output))))
    const home = join(server.dataDir, "..", "opencode")
    assert.isAtLeast(processesOf(home).length, 3)
    yield* server.kill("SIGKILL")
    const left = Effect.andThen(Effect.sleep("50 millis"), Effect.sync(() => processesOf(home).length))
    yield* Effect.timeout(Effect.repeat(left, { while: (count) => count > 0 }), "2 seconds")
  }).pipe(Effect.scoped), 90_000)
})
