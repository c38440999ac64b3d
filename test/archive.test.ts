/** Archiving ends what runs and lets nothing begin until it is reopened; a session without a name takes its first prompt's. */
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Effect, Option, Stream } from "effect"
import type { Client } from "../client/rpc/Client.ts"
import type { Directory } from "../shared/Session.ts"
import { AgentName } from "../shared/Ids.ts"
import { ask, endedTurn, makeRepository, newChat, newPromptId, prompt, until } from "./support/Journey.ts"
import { clientOf, runServer, temporaryFolder } from "./support/RunningServer.ts"

const scripted = AgentName.make("scripted")

const lists = Effect.fn("lists")(function*(client: Client, hold: (directory: Directory) => boolean) {
  return Option.getOrThrow(yield* client["project.Watch"]().pipe(Stream.filter(hold), Stream.runHead, Effect.timeout("60 seconds")))
})
/** Waits until a chat has no live backend. */
const letGo = (client: Client, chatId: string) => client["agent.WatchBackends"]().pipe(
  Stream.filter((all) => all.every((backend) => backend.chatId !== chatId)), Stream.runHead, Effect.timeout("60 seconds"))

it.live("an archived chat is stopped, let go and closed; an archived session with all its chats", () => Effect.gen(function*() {
  const folder = yield* temporaryFolder
  const server = yield* runServer({ dataDir: join(folder, "data") })
  const client = yield* clientOf(server)
  const { id: chatId, sessionId } = yield* newChat(client, makeRepository(folder), "scripted")
  yield* prompt(client, chatId, "say on it\nhang")
  yield* until(client, chatId, (chat) => chat.items.some((item) => item._tag === "Text"))
  yield* prompt(client, chatId, "say waiting")
  yield* client["chat.Archive"]({ chatId, archived: true })
  const stopped = yield* until(client, chatId, (chat) => endedTurn(chat, 0) !== undefined)
  assert.strictEqual(stopped.turns[0]?.outcome, "stopped")
  assert.deepStrictEqual(stopped.queue.map(({ held }) => held), [true])
  yield* letGo(client, chatId)
  for (const refused of [prompt(client, chatId, "say no"), client["chat.ResumeQueue"]({ chatId })]) {
    const error = yield* Effect.flip(refused)
    assert.strictEqual(error._tag === "ChatError" && error.reason._tag, "Archived")
    assert.include(error.message, "reopen it")
  }
  yield* client["chat.Archive"]({ chatId, archived: false })
  assert.strictEqual((yield* ask(client, chatId, "say again")).text, "again")

  yield* prompt(client, chatId, "hang")
  yield* until(client, chatId, (chat) => chat.turns.at(-1)?.deliveredAt !== undefined && chat.turns.at(-1)?.outcome === undefined)
  yield* client["session.Archive"]({ sessionId, archived: true })
  yield* until(client, chatId, (chat) => chat.turns.at(-1)?.outcome === "stopped")
  yield* letGo(client, chatId)
  const refused = yield* Effect.flip(prompt(client, chatId, "say no"))
  assert.strictEqual(refused._tag === "ChatError" && refused.reason._tag, "SessionArchived")
  const uncreated = yield* Effect.flip(client["chat.Create"]({ sessionId, agent: scripted }))
  assert.strictEqual(uncreated._tag === "ProjectError" && uncreated.reason._tag, "Archived")

  yield* server.kill("SIGKILL")
  const after = yield* clientOf(yield* runServer({ dataDir: join(folder, "data") }))
  assert.strictEqual((yield* Effect.flip(prompt(after, chatId, "say no")))._tag, "ChatError")
  yield* after["session.Archive"]({ sessionId, archived: false })
  assert.strictEqual((yield* ask(after, chatId, "say back")).text, "back")
}).pipe(Effect.scoped), 120_000)

it.live("an agent that nobody knows is taken nowhere, and keeps no place in the chat", () => Effect.gen(function*() {
  const folder = yield* temporaryFolder
  const client = yield* clientOf(yield* runServer({ dataDir: join(folder, "data") }))
  const { id: chatId, sessionId } = yield* newChat(client, makeRepository(folder), "scripted")
  const agent = AgentName.make("nobody")
  const content = [{ type: "text", text: "say hi" }] as const
  const errors = yield* Effect.all([
    Effect.flip(client["chat.Create"]({ sessionId, agent })), Effect.flip(client["chat.SetSettings"]({ chatId, agent, settings: {} })),
    Effect.flip(client["chat.Prompt"]({ chatId, promptId: newPromptId(), content, agent }))
  ])
  for (const error of errors) assert.strictEqual(error._tag === "ChatError" && error.reason._tag, "UnknownAgent")
  assert.deepStrictEqual(Object.keys((yield* until(client, chatId, () => true)).agents), ["scripted"])
}).pipe(Effect.scoped), 120_000)

it.live("a session that nobody has named takes the first title of its chats, once", () => Effect.gen(function*() {
  const folder = yield* temporaryFolder
  const client = yield* clientOf(yield* runServer({ dataDir: join(folder, "data") }))
  const chat = yield* newChat(client, makeRepository(folder), "scripted")
  const titleIs = (title: string, id = chat.sessionId) => lists(client, ({ sessions }) => sessions.some((one) => one.id === id && one.title === title))
  yield* titleIs("Session 1")
  yield* ask(client, chat.id, "\n say  fix the door\nsay done")
  yield* titleIs("say  fix the door")
  const other = yield* client["chat.Create"]({ sessionId: chat.sessionId, agent: scripted })
  yield* ask(client, other.id, "say something else")
  yield* client["chat.SetTitle"]({ chatId: other.id, title: "Another" })
  const { chats, projects } = yield* lists(client, (all) => all.chats.some(({ title }) => title === "Another"))
  assert.strictEqual(chats.length, 2)
  yield* titleIs("say  fix the door")
  const project = projects[0]
  if (project === undefined) return assert.fail("no project")
  const named = yield* client["session.Create"]({ projectId: project.id, title: " The roof " })
  const third = yield* client["chat.Create"]({ sessionId: named.id, agent: scripted })
  yield* ask(client, third.id, "say tiles")
  yield* titleIs("The roof", named.id)
}).pipe(Effect.scoped), 120_000)
