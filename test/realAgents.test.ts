/** Real goose and real qwen through the whole program, against a scripted model on loopback. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer, Schedule } from "effect"
import type { Client } from "../client/rpc/Client.ts"
import { type Chat, openRequests } from "../shared/Chat.ts"
import { optionOfKind } from "../shared/AgentRequest.ts"
import { AgentName, type ChatId } from "../shared/Ids.ts"
import { ask, endedTurn, makeRepository, newChat, processesOf, prompt, until } from "./support/Journey.ts"
import { goose, qwen } from "./support/RealAgents.ts"
import { clientOf, runServer, type RunningServer, temporaryFolder } from "./support/RunningServer.ts"
import { ScriptedModel } from "./support/ScriptedModel.ts"

class World extends Context.Service<World, {
  readonly client: Client; readonly project: string; readonly model: ScriptedModel; readonly dataDir: string; readonly server: RunningServer
  readonly homeOf: (agent: string) => string
}>()("test/RealAgentsWorld") {
  static readonly layer = Layer.effect(World, Effect.gen(function*() {
    const folder = yield* temporaryFolder
    const dataDir = join(folder, "data")
    mkdirSync(dataDir, { recursive: true, mode: 0o711 })
    const model = yield* Effect.acquireRelease(Effect.promise(() => ScriptedModel.start()), (one) => Effect.promise(() => one[Symbol.asyncDispose]()))
    const homeOf = (agent: string) => join(folder, agent)
    const launches = { goose: goose({ model: model.url, home: homeOf("goose") }), qwen: qwen({ model: model.url, home: homeOf("qwen") }) }
    const agents = Object.entries(launches).flatMap(([name, launch]) => launch === undefined ? [] : [{ name, ...launch }])
    writeFileSync(join(dataDir, "agents.json"), JSON.stringify({ agents }))
    const server = yield* runServer({ dataDir })
    return World.of({ client: yield* clientOf(server), project: makeRepository(folder), model, dataDir, server, homeOf })
  }))
}

const said = (chat: Chat): string => chat.items.map((item) => item._tag === "Text" && item.kind === "text" ? item.text : "").join("")

/** Answers every permission of the running turn once, until the turn has ended. */
const allowing = Effect.fn("allowing")(function*(client: Client, chatId: ChatId, index: number) {
  for (;;) {
    const chat = yield* until(client, chatId, (one) => openRequests(one).length > 0 || endedTurn(one, index) !== undefined)
    if (endedTurn(chat, index) !== undefined) return chat
    for (const { request, requestId } of openRequests(chat)) {
      const option = request._tag === "Permission" ? optionOfKind(request.options, "allow_once") : undefined
      assert.isDefined(option)
      yield* client["chat.Answer"]({ chatId, requestId, answer: { _tag: "Selected", optionId: option?.optionId ?? "" } })
    }
  }
})

/** Worktrees whose file was looked at. */
const seen = new Set<string>()

const writes: Record<string, string> = {
  goose: `call write {"path":"$CWD/made.txt","content":"made by an agent\\n"}`,
  qwen: `call write_file {"file_path":"$CWD/made.txt","content":"made by an agent\\n"}`
}

/** Where they keep their sessions, in their homes. */
const memories: Record<string, ReadonlyArray<string>> = { goose: [".local"], qwen: [".qwen/projects", ".qwen/tmp", ".qwen/sessions"] }

const runs: Record<string, string> = {
  goose: `call shell {"command":"echo said by a command"}`,
  qwen: `call run_shell_command {"command":"touch it; echo said by a command","is_background":false}`
}

layer(World.layer, { excludeTestServices: true, timeout: "90 seconds" })("a real agent", (it) => {
  for (const agent of ["goose", "qwen"]) {
    it.effect(`${agent}: two turns in one chat on one agent session, its history kept`, () => Effect.gen(function*() {
      const { client, model, project } = yield* World
      const { id: chatId } = yield* newChat(client, project, agent)
      const first = yield* ask(client, chatId, "say the first answer")
      assert.strictEqual(first.turn.outcome, "completed", JSON.stringify(first.turn.cause))
      assert.include(first.text, "the first answer")
      const session = first.chat.agents[agent]?.agentSessionId
      const backends = yield* client["agent.Backends"]()
      const pid = backends.find((one) => one.chatId === chatId)?.pid
      const second = yield* ask(client, chatId, "say the second answer")
      assert.include(second.text, "the second answer")
      assert.strictEqual(second.chat.agents[agent]?.agentSessionId, session)
      assert.strictEqual((yield* client["agent.Backends"]()).find((one) => one.chatId === chatId)?.pid, pid)
      const last = JSON.stringify(model.turns.at(-1))
      assert.include(last, "the first answer")
    }), 90_000)

    it.effect(`${agent}: asks, then writes a file in the session's worktree`, () => Effect.gen(function*() {
      const { client, dataDir, project } = yield* World
      const { id: chatId } = yield* newChat(client, project, agent)
      yield* prompt(client, chatId, writes[agent] ?? "")
      const chat = yield* allowing(client, chatId, 0)
      assert.strictEqual(chat.turns[0]?.outcome, "completed", JSON.stringify(chat.turns[0]?.cause))
      assert.isFalse(existsSync(join(project, "made.txt")))
      const request = chat.items.find((item) => item._tag === "Request")
      assert.strictEqual(request?._tag === "Request" ? request.closed?.why : undefined, "answered")
      const tool = chat.items.find((item) => item._tag === "Tool")
      assert.strictEqual(tool?._tag === "Tool" ? tool.call.status : undefined, "completed")
      const [worktree = ""] = readdirSync(join(dataDir, "worktrees")).map((name) => join(dataDir, "worktrees", name)).filter((path) => existsSync(join(path, "made.txt")) && !seen.has(path))
      seen.add(worktree)
      assert.strictEqual(readFileSync(join(worktree, "made.txt"), "utf8"), "made by an agent\n")
    }), 90_000)

    it.effect(`${agent}: what a command says is kept, in a terminal of ours where the agent wants one`, () => Effect.gen(function*() {
      const { client, project } = yield* World
      const { id: chatId } = yield* newChat(client, project, agent)
      yield* prompt(client, chatId, runs[agent] ?? "")
      const chat = yield* allowing(client, chatId, 0)
      const [call] = chat.items.flatMap((item) => item._tag === "Tool" ? [item.call] : [])
      assert.strictEqual(call?.status, "completed")
      assert.include(JSON.stringify(call?.content), "said by a command")
      const wire = JSON.stringify(yield* client["agent.Wire"]({ chatId, agent: AgentName.make(agent) }))
      assert.strictEqual(wire.includes("terminal/create"), agent === "goose")
    }), 90_000)

    it.effect(`${agent}: a stop in mid-stream followed at once by a new prompt`, () => Effect.gen(function*() {
      const { client, project } = yield* World
      const { id: chatId } = yield* newChat(client, project, agent)
      yield* prompt(client, chatId, "stream 2000 every 20")
      yield* until(client, chatId, (chat) => said(chat).length > 100)
      yield* client["chat.Stop"]({ chatId })
      const next = yield* ask(client, chatId, "say after the stop")
      assert.strictEqual(next.chat.turns[0]?.outcome, "stopped")
      assert.strictEqual(next.turn.outcome, "completed", JSON.stringify(next.turn.cause))
      assert.include(next.text, "after the stop")
    }), 90_000)

    it.effect(`${agent}: kill -9 in mid-turn: its cause within a second, the text so far; the next prompt resumes (drill 1)`, () => Effect.gen(function*() {
      const { client, model, project } = yield* World
      const { id: chatId } = yield* newChat(client, project, agent)
      yield* ask(client, chatId, "say remember the heron")
      yield* prompt(client, chatId, "stream 2000 every 20")
      yield* until(client, chatId, (chat) => said(chat).length > 100)
      const pid = (yield* client["agent.Backends"]()).find((one) => one.chatId === chatId)?.pid
      assert.isDefined(pid)
      const at = Date.now()
      process.kill(pid, "SIGKILL")
      const chat = yield* until(client, chatId, (one) => endedTurn(one, 1) !== undefined)
      assert.deepStrictEqual([chat.turns[1]?.outcome, chat.turns[1]?.cause?._tag], ["failed", "ChildExited"])
      assert.isBelow((chat.turns[1]?.endedAt ?? Infinity) - at, 3000)
      assert.isAbove(said(chat).length, 100)
      const next = yield* ask(client, chatId, "say back again")
      assert.deepStrictEqual([next.turn.outcome, next.chat.agents[agent]?.continuity], ["completed", "resumed"], JSON.stringify(next.turn.cause))
      assert.include(JSON.stringify(model.turns.at(-1)), "remember the heron")
    }), 90_000)

    it.effect(`${agent}: a stop with a permission open closes it, an answer comes too late, and the next prompt is asked again (drill 5)`, () => Effect.gen(function*() {
      const { client, project } = yield* World
      const { id: chatId } = yield* newChat(client, project, agent)
      yield* prompt(client, chatId, writes[agent] ?? "")
      const [open] = openRequests(yield* until(client, chatId, (one) => openRequests(one).length > 0))
      assert.isDefined(open)
      yield* client["chat.Stop"]({ chatId })
      const always = open.request._tag === "Permission" ? optionOfKind(open.request.options, "allow_always", "allow_once") : undefined
      const late = yield* Effect.flip(client["chat.Answer"]({ chatId, requestId: open.requestId, answer: { _tag: "Selected", optionId: always?.optionId ?? "" } }))
      assert.strictEqual(late._tag === "ChatError" ? late.reason._tag : late._tag, "RequestExpired")
      const stopped = yield* until(client, chatId, (one) => endedTurn(one, 0) !== undefined)
      assert.strictEqual(stopped.turns[0]?.outcome, "stopped")
      yield* prompt(client, chatId, writes[agent] ?? "")
      yield* until(client, chatId, (one) => openRequests(one).length > 0)
      const done = yield* allowing(client, chatId, 1)
      assert.strictEqual(done.turns[1]?.outcome, "completed", JSON.stringify(done.turns[1]?.cause))
    }), 90_000)

    it.effect(`${agent}: "always" is answered once, stands as a rule, and is asked again when it is taken back`, () => Effect.gen(function*() {
      const { client, project } = yield* World
      const { id: chatId } = yield* newChat(client, project, agent)
      yield* prompt(client, chatId, writes[agent] ?? "")
      const [open] = openRequests(yield* until(client, chatId, (one) => openRequests(one).length > 0))
      const always = open?.request._tag === "Permission" ? optionOfKind(open.request.options, "allow_always") : undefined
      assert.isDefined(open)
      assert.isDefined(always)
      yield* client["chat.Answer"]({ chatId, requestId: open.requestId, answer: { _tag: "Selected", optionId: always.optionId } })
      const { rules } = yield* until(client, chatId, (one) => endedTurn(one, 0) !== undefined)
      assert.strictEqual(rules.length, 1)
      const ruled = yield* ask(client, chatId, writes[agent] ?? "")
      assert.strictEqual(ruled.turn.outcome, "completed")
      const answered = ruled.chat.items.flatMap((item) => item._tag === "Request" && item.turnId === ruled.turn.turnId ? [item.closed?.why] : [])
      assert.deepStrictEqual(answered, ["rule"])
      yield* client["chat.RevokeRule"]({ chatId, ruleId: rules[0]?.ruleId ?? open.requestId })
      yield* prompt(client, chatId, writes[agent] ?? "")
      yield* until(client, chatId, (one) => openRequests(one).length > 0)
      yield* client["chat.Stop"]({ chatId })
      yield* until(client, chatId, (one) => endedTurn(one, 2) !== undefined)
    }), 90_000)

    it.effect(`${agent}: a session that it has lost makes way for a fresh one, and why is said (drill 10)`, () => Effect.gen(function*() {
      const { client, homeOf, project } = yield* World
      const { id: chatId } = yield* newChat(client, project, agent)
      yield* ask(client, chatId, "say one")
      assert.isTrue(yield* client["agent.Evict"]({ chatId, agent: AgentName.make(agent) }))
      for (const kept of memories[agent] ?? []) rmSync(join(homeOf(agent), kept), { recursive: true, force: true })
      const second = yield* ask(client, chatId, "say two")
      assert.strictEqual(second.turn.outcome, "completed", JSON.stringify(second.turn.cause))
      assert.strictEqual(second.chat.agents[agent]?.continuity, "fresh")
      assert.match(second.chat.agents[agent]?.why ?? "", /could not be taken up again/)
    }), 90_000)
  }

  it.effect("kill -9 of the server with three agents busy: nothing of ours is left (drill 2)", () => Effect.gen(function*() {
    const { client, dataDir, project, server } = yield* World
    for (const agent of ["goose", "qwen", "scripted"]) {
      const { id: chatId } = yield* newChat(client, project, agent)
      yield* prompt(client, chatId, "stream 2000 every 20")
      yield* until(client, chatId, (chat) => said(chat).length > 50)
    }
    const left = () => processesOf(dirname(dataDir))
    assert.isAbove(left().length, 2)
    yield* server.kill("SIGKILL")
    yield* Effect.sync(left).pipe(Effect.repeat({ until: (pids) => pids.length === 0, schedule: Schedule.spaced("100 millis"), times: 100 }))
    assert.deepStrictEqual(left(), [])
  }), 90_000)
})
