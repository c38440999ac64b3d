/** Real claude, codex and gemini through the whole program, against a scripted model on loopback: one journey each, for their starts are dear. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import type { Client } from "../client/rpc/Client.ts"
import { optionOfKind } from "../shared/AgentRequest.ts"
import { type Chat, openRequests } from "../shared/Chat.ts"
import type { ChatId } from "../shared/Ids.ts"
import { ask, endedTurn, makeRepository, newChat, prompt, until } from "./support/Journey.ts"
import { claude, codex, gemini } from "./support/RealAgents.ts"
import { clientOf, runServer, temporaryFolder } from "./support/RunningServer.ts"
import { ScriptedModel } from "./support/ScriptedModel.ts"

class World extends Context.Service<World, {
  readonly client: Client; readonly project: string; readonly model: ScriptedModel; readonly offered: ReadonlyArray<string>
}>()("test/OtherAgentsWorld") {
  static readonly layer = Layer.effect(World, Effect.gen(function*() {
    const folder = yield* temporaryFolder
    const dataDir = join(folder, "data")
    mkdirSync(dataDir, { recursive: true, mode: 0o711 })
    const model = yield* Effect.acquireRelease(Effect.promise(() => ScriptedModel.start()), (one) => Effect.promise(() => one[Symbol.asyncDispose]()))
    const agents = Object.entries({ claude, codex, gemini }).flatMap(([name, launchOf]) => {
      const launch = launchOf({ model: model.url, home: join(folder, name) })
      return launch === undefined ? [] : [{ name, ...launch }]
    })
    writeFileSync(join(dataDir, "agents.json"), JSON.stringify({ agents }))
    const server = yield* runServer({ dataDir })
    return World.of({ client: yield* clientOf(server), project: makeRepository(folder), model, offered: agents.map(({ name }) => name) })
  }))
}

interface Expected {
  /** What it does with leave only. */
  readonly write: string
  readonly continuity: "resumed" | "replayed"
}

const agents: Readonly<Record<string, Expected>> = {
  claude: { write: `call Write {"file_path":"$CWD/made.txt","content":"made\\n"}`, continuity: "resumed" },
  codex: {
    write: `call exec_command {"cmd":"echo made > made.txt","sandbox_permissions":"require_escalated","justification":"to write it"}`, continuity: "resumed"
  },
  gemini: { write: `call write_file {"file_path":"$CWD/made.txt","content":"made\\n"}`, continuity: "replayed" }
}

const streaming = (index: number) => (chat: Chat) => {
  const turn = chat.turns[index]
  return turn !== undefined && chat.items.some((item) => item._tag === "Text" && item.turnId === turn.turnId && item.text.includes("word 3"))
}

/** Allows once what the turn asks, which it does. */
const allow = Effect.fnUntraced(function*(client: Client, chatId: ChatId, index: number) {
  const asking = yield* until(client, chatId, (chat) => openRequests(chat).length > 0 || endedTurn(chat, index) !== undefined)
  const [question] = openRequests(asking)
  const option = question?.request._tag === "Permission" ? optionOfKind(question.request.options, "allow_once") : undefined
  assert.isDefined(question, "it asks")
  assert.isDefined(option)
  yield* client["chat.Answer"]({ chatId, requestId: question.requestId, answer: { _tag: "Selected", optionId: option.optionId } })
  return yield* until(client, chatId, (chat) => endedTurn(chat, index) !== undefined)
})

layer(World.layer, { excludeTestServices: true, timeout: "180 seconds" })("a real agent", (it) => {
  for (const [agent, { continuity, write }] of Object.entries(agents)) {
    it.effect(`${agent}: two turns on one process, a gated write, a stop and a prompt behind it, kill -9 and on`, () => Effect.gen(function*() {
      const { client, model, offered, project } = yield* World
      if (!offered.includes(agent)) return
      const { id } = yield* newChat(client, project, agent)
      const backend = Effect.map(client["agent.Backends"](), (all) => all.find(({ chatId }) => chatId === id))
      const first = yield* ask(client, id, "say first")
      assert.deepStrictEqual([first.text, first.turn.context?.continuity], ["first", "fresh"])
      assert.isTrue(first.chat.agents[agent]?.options?.some(({ category }) => category === "model"), "it offers its models")
      const pid = (yield* backend)?.pid
      assert.strictEqual((yield* ask(client, id, "say second")).text, "second")
      assert.strictEqual((yield* backend)?.pid, pid)

      yield* prompt(client, id, write)
      const wrote = yield* allow(client, id, 2)
      assert.strictEqual(wrote.turns[2]?.outcome, "completed")
      assert.isFalse(existsSync(join(project, "made.txt")))
      const calls = wrote.items.flatMap((item) => item._tag === "Tool" && item.turnId === wrote.turns[2]?.turnId ? [item.call.status] : [])
      assert.deepStrictEqual(calls, ["completed"])

      yield* prompt(client, id, "stream 500 every 20")
      yield* until(client, id, streaming(3))
      yield* client["chat.Stop"]({ chatId: id })
      const next = yield* ask(client, id, "say next")
      assert.deepStrictEqual([next.text, next.chat.turns[3]?.outcome, next.chat.turns[3]?.cause], ["next", "stopped", { _tag: "Stopped", by: next.chat.turns[3]?.stopBy, step: "cancel" }])

      yield* prompt(client, id, "stream 500 every 20")
      yield* until(client, id, streaming(5))
      const victim = (yield* backend)?.pid
      assert.isDefined(victim)
      process.kill(victim, "SIGKILL")
      const killed = yield* until(client, id, (chat) => endedTurn(chat, 5) !== undefined)
      assert.deepInclude(killed.turns[5]?.cause, { _tag: "ChildExited", signal: "SIGKILL" })
      const back = yield* ask(client, id, "say back")
      assert.deepStrictEqual([back.text, back.chat.agents[agent]?.continuity], ["back", continuity])
      assert.include(JSON.stringify(model.turns.at(-1)?.messages), "say first")
      yield* client["agent.Evict"]({ chatId: id, agent: back.turn.agent })
    }), 180_000)
  }
})
