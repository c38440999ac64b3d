/** Real goose, qwen and opencode at work in one session, against a scripted model: the changes name each of them rightly. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Client } from "../client/rpc/Client.ts"
import type { Chat } from "../shared/Chat.ts"
import { AgentName, type ChatId, type SessionId } from "../shared/Ids.ts"
import { makeRepository, newPromptId, until } from "./support/Journey.ts"
import { goose, opencode, qwen } from "./support/RealAgents.ts"
import { clientOf, runServer, temporaryFolder } from "./support/RunningServer.ts"
import { ScriptedModel } from "./support/ScriptedModel.ts"
import { told, untilWork } from "./support/Work.ts"

const world = Effect.gen(function*() {
  const folder = yield* temporaryFolder
  const dataDir = join(folder, "data")
  mkdirSync(dataDir, { recursive: true, mode: 0o711 })
  const model = yield* Effect.acquireRelease(Effect.promise(() => ScriptedModel.start()), (one) => Effect.promise(() => one[Symbol.asyncDispose]()))
  const of = (name: string) => ({ model: model.url, home: join(folder, name) })
  const launches = { goose: goose(of("goose")), qwen: qwen(of("qwen")), opencode: opencode(of("opencode")) }
  writeFileSync(join(dataDir, "agents.json"), JSON.stringify({ agents: Object.entries(launches).flatMap(([name, launch]) => launch === undefined ? [] : [{ name, ...launch }]) }))
  const client = yield* clientOf(yield* runServer({ dataDir }))
  const { id: projectId } = yield* client["project.Add"]({ path: makeRepository(folder) })
  const { id: sessionId } = yield* client["session.Create"]({ projectId })
  return { client, sessionId }
})

const chatOf = (client: Client, sessionId: SessionId, agent: string) =>
  Effect.map(client["chat.Create"]({ sessionId, agent: AgentName.make(agent) }), ({ id }) => id)

/** Prompts an agent that may do all that it wants, to the end of its turn. */
const done = (client: Client, chatId: ChatId, agent: string, text: string): Effect.Effect<Chat, unknown> => Effect.gen(function*() {
  const promptId = newPromptId()
  yield* client["chat.Prompt"]({ chatId, promptId, content: [{ type: "text", text }], agent: AgentName.make(agent), settings: { permissions: "all" } })
  const chat = yield* until(client, chatId, ({ turns }) => turns.some((turn) => turn.promptId === promptId && turn.outcome !== undefined))
  const turn = chat.turns.find((one) => one.promptId === promptId)
  assert.strictEqual(turn?.outcome, "completed", JSON.stringify(turn?.cause))
  return chat
})

const changed = (client: Client, sessionId: SessionId, ...wanted: ReadonlyArray<string>) =>
  untilWork(client, sessionId, ({ changes, running }) => running.length === 0 && JSON.stringify(told(changes)) === JSON.stringify(wanted))

const calls: Record<string, (path: string, content: string) => string> = {
  goose: (path, content) => `call write ${JSON.stringify({ path: `$CWD/${path}`, content })}`,
  qwen: (path, content) => `call write_file ${JSON.stringify({ file_path: `$CWD/${path}`, content })}`,
  opencode: (path, content) => `call write ${JSON.stringify({ filePath: `$CWD/${path}`, content })}`
}
const writes = (agent: string, ...files: ReadonlyArray<readonly [string, string]>) => files.map(([path, content]) => calls[agent]?.(path, content) ?? "").join("\n")

it.live("goose and qwen edit some of the same files: each change names who made it, one after the other and side by side", () => Effect.gen(function*() {
  const { client, sessionId } = yield* world
  const chats = { goose: yield* chatOf(client, sessionId, "goose"), qwen: yield* chatOf(client, sessionId, "qwen") }
  yield* done(client, chats.goose, "goose", writes("goose", ["both.txt", "goose\n"], ["goose.txt", "1\n"]))
  yield* changed(client, sessionId, "create both.txt +1 -0 goose", "create goose.txt +1 -0 goose")
  // an agent overwrites only what it has read
  yield* done(client, chats.qwen, "qwen", `call read_file {"file_path":"$CWD/both.txt"}\n${writes("qwen", ["both.txt", "goose\nqwen\n"], ["qwen.txt", "1\n"])}`)
  yield* changed(client, sessionId, "create both.txt +2 -0 goose,qwen", "create goose.txt +1 -0 goose", "create qwen.txt +1 -0 qwen")
  yield* Effect.all([
    done(client, chats.goose, "goose", `stream 40 every 20\n${writes("goose", ["goose 2.txt", "1\n"])}\nstream 60 every 20`),
    done(client, chats.qwen, "qwen", `stream 40 every 20\n${writes("qwen", ["qwen 2.txt", "1\n"])}\nstream 60 every 20`)
  ], { concurrency: 2 })
  yield* changed(client, sessionId, "create both.txt +2 -0 goose,qwen", "create goose 2.txt +1 -0 goose", "create goose.txt +1 -0 goose",
    "create qwen 2.txt +1 -0 qwen", "create qwen.txt +1 -0 qwen")
}).pipe(Effect.scoped), 180_000)

it.live("opencode, then the scripted agent, then a hand, in one chat: three makers; back at opencode its session goes on", () => Effect.gen(function*() {
  const { client, sessionId } = yield* world
  const chatId = yield* chatOf(client, sessionId, "opencode")
  yield* done(client, chatId, "opencode", writes("opencode", ["opencode.txt", "1\n"], ["all.txt", "1\n"]))
  yield* done(client, chatId, "scripted", "write scripted.txt 1\\n\nwrite all.txt 1\\n2\\n")
  const { worktree } = yield* changed(client, sessionId, "create all.txt +2 -0 opencode,scripted", "create opencode.txt +1 -0 opencode", "create scripted.txt +1 -0 scripted")
  writeFileSync(join(worktree?.path ?? "", "all.txt"), `${readFileSync(join(worktree?.path ?? "", "all.txt"), "utf8")}3\n`)
  writeFileSync(join(worktree?.path ?? "", "by hand.txt"), "1\n")
  yield* changed(client, sessionId, "create all.txt +3 -0 opencode,scripted,manual", "create by hand.txt +1 -0 manual",
    "create opencode.txt +1 -0 opencode", "create scripted.txt +1 -0 scripted")
  const session = (yield* until(client, chatId, () => true)).agents["opencode"]?.agentSessionId
  const chat = yield* done(client, chatId, "opencode", "say back again")
  assert.strictEqual(chat.agents["opencode"]?.agentSessionId, session)
  assert.include(["resumed", "fresh"], chat.agents["opencode"]?.continuity ?? "")
}).pipe(Effect.scoped), 180_000)
