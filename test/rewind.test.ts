/** Rewinds and forks by the typed client: files are back, agents are told once, also over a kill of the server; a fork is whole or not there. */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer, Option, Schedule, Stream } from "effect"
import type { Client } from "../client/rpc/Client.ts"
import { AgentName, ChatId, type SessionId, type TurnId } from "../shared/Ids.ts"
import { ask, endedTurn, makeRepository, newChat, newPromptId, prompt, textOf, until } from "./support/Journey.ts"
import { clientOf, runServer, temporaryFolder } from "./support/RunningServer.ts"

class World extends Context.Service<World, { readonly client: Client; readonly project: string; readonly worktrees: string }>()("test/RewindWorld") {
  static readonly layer = Layer.effect(World, Effect.gen(function*() {
    const folder = yield* temporaryFolder
    const server = yield* runServer({ dataDir: join(folder, "data") })
    return World.of({ client: yield* clientOf(server), project: makeRepository(folder), worktrees: join(folder, "data", "worktrees") })
  }))
}

const directory = (client: Client) => Effect.map(Stream.runHead(client["project.Watch"](undefined)), Option.getOrThrow)
const folderOf = Effect.fnUntraced(function*(client: Client, sessionId: SessionId) {
  const folders = Stream.map(client["project.Watch"](undefined), ({ sessions }) => sessions.find(({ id }) => id === sessionId)?.worktree)
  return Option.getOrThrow(yield* Stream.runHead(Stream.filter(folders, (folder) => folder !== undefined)).pipe(Effect.timeout("30 seconds"))) ?? ""
})
const text = (folder: string, name: string) => existsSync(join(folder, name)) ? readFileSync(join(folder, name), "utf8").trim() : undefined
const scripted = AgentName.make("scripted")
const newId = () => ChatId.make(crypto.randomUUID())

/** The checkpoint after a turn is taken beside its end. */
const rested = <A, E extends { readonly _tag: string }, R>(effect: Effect.Effect<A, E, R>) => Effect.retry(effect, { while: (error) => error._tag === "WorkError", schedule: Schedule.spaced("50 millis") }).pipe(Effect.timeout("30 seconds"))

const around = (client: Client, sessionId: SessionId, turnId: TurnId) => client["change.AroundTurn"]({ sessionId, turnId }).pipe(
  Effect.repeat({ until: ({ after, before }) => before !== null && after !== null, schedule: Schedule.spaced("50 millis") }), Effect.timeout("30 seconds"))

/** Two turns that write: `a.txt` twice, then `b.txt` too. */
const twoTurns = Effect.fn("twoTurns")(function*(client: Client, project: string) {
  const { id: chatId, sessionId } = yield* newChat(client, project, "scripted")
  const first = yield* ask(client, chatId, "write a.txt one")
  const second = yield* ask(client, chatId, "write a.txt two\nwrite b.txt new")
  return { chatId, sessionId, first, second, folder: yield* folderOf(client, sessionId) }
})

layer(World.layer, { excludeTestServices: true, timeout: "90 seconds" })("a rewind", (it) => {
  it.effect("makes the files what they were, tells every chat that had a turn, is undone, and is told to the agent once", () => Effect.gen(function*() {
    const { client, project } = yield* World
    const { chatId, folder, second, sessionId } = yield* twoTurns(client, project)
    const idle = yield* client["chat.Create"]({ sessionId })
    const { before } = yield* around(client, sessionId, second.turn.turnId)
    assert(before !== null)
    assert.strictEqual(before.count, 2)
    assert.strictEqual(JSON.stringify(before.files), JSON.stringify([{ path: "a.txt", operation: "edit" }, { path: "b.txt", operation: "delete" }]))

    const { undo } = yield* rested(client["change.Rewind"]({ sessionId, seq: before.seq }))
    assert.deepStrictEqual([text(folder, "a.txt"), text(folder, "b.txt")], ["one", undefined])
    const told = yield* until(client, chatId, ({ notes }) => notes.length === 1)
    const [note] = told.notes
    assert(note?._tag === "Rewound")
    assert.deepStrictEqual([note.to, note.count, note.undo], [{ _tag: "Before", turnId: second.turn.turnId, words: "write a.txt two" }, 2, undo])
    assert.deepStrictEqual((yield* until(client, idle.id, () => true)).notes, [])

    const said = yield* ask(client, chatId, "context")
    assert.include(said.text, `owner made the files of the worktree what they were before "write a.txt two". Files that are other than before: "a.txt" (changed), "b.txt" (gone).`)
    assert.deepStrictEqual(said.chat.items.findLast((item) => item._tag === "Prompt")?.content, [{ type: "text", text: "context" }])
    assert.strictEqual((yield* ask(client, chatId, "context")).text.trim(), "nothing was told")

    const ahead = yield* client["change.Ahead"]({ sessionId, seq: undo })
    assert.deepStrictEqual(ahead.files, [{ path: "a.txt", operation: "edit" }, { path: "b.txt", operation: "create" }])
    yield* rested(client["change.Rewind"]({ sessionId, seq: undo }))
    assert.deepStrictEqual([text(folder, "a.txt"), text(folder, "b.txt")], ["two", "new"])
    const undone = (yield* until(client, chatId, ({ notes }) => notes.length === 2)).notes[1]
    assert.deepStrictEqual(undone?._tag === "Rewound" && undone.to, { _tag: "Undone", id: note.id })
    const { changes } = yield* client["change.Watch"]({ sessionId }).pipe(Stream.filter((frame) => frame._tag === "Saved"), Stream.runHead, Effect.map(Option.getOrThrow))
    assert.deepStrictEqual(changes.map(({ agents, path }) => [path, agents]), [["a.txt", [scripted]], ["b.txt", [scripted]]])
  }), 120_000)

  it.effect("goes to what each turn of a queue left, though the next began in the same moment", () => Effect.gen(function*() {
    const { client, project } = yield* World
    const { id: chatId, sessionId } = yield* newChat(client, project, "scripted")
    const words = ["one", "two", "three", "four"]
    yield* Effect.forEach(words, (word) => prompt(client, chatId, `write a.txt ${word}\nwrite ${word}.txt ${word}`), { discard: true })
    const { turns } = yield* until(client, chatId, (chat) => endedTurn(chat, 3) !== undefined)
    const folder = yield* folderOf(client, sessionId)
    yield* around(client, sessionId, turns.at(-1)?.turnId ?? assert.fail("no turn"))
    for (const [nth, { turnId }] of turns.entries()) {
      const made = yield* client["change.OfTurn"]({ sessionId, turnId, limit: 200 })
      assert.deepStrictEqual(made.files.map(({ path }) => path).toSorted(), ["a.txt", `${words[nth]}.txt`])
      const { after } = yield* around(client, sessionId, turnId)
      yield* rested(client["change.Rewind"]({ sessionId, seq: after?.seq ?? 0 }))
      assert.deepStrictEqual(["a.txt", ...words.map((word) => `${word}.txt`)].map((name) => text(folder, name)),
        [words[nth], ...words.map((word, at) => at <= nth ? word : undefined)])
    }
  }), 120_000)

  it.effect("is refused while a turn runs in any chat of the session", () => Effect.gen(function*() {
    const { client, project } = yield* World
    const { chatId, folder, second, sessionId } = yield* twoTurns(client, project)
    const { before } = yield* around(client, sessionId, second.turn.turnId)
    const other = yield* client["chat.Create"]({ sessionId })
    yield* prompt(client, other.id, "say busy\nhang")
    yield* until(client, other.id, ({ items }) => items.some((item) => item._tag === "Text"))
    const refused = yield* Effect.flip(client["change.Rewind"]({ sessionId, seq: before?.seq ?? 0 }))
    assert.match(refused.message, /^scripted is at work in the worktree; stop it or wait/)
    assert.strictEqual(text(folder, "a.txt"), "two")
    yield* client["chat.Stop"]({ chatId: other.id })
    yield* until(client, other.id, (chat) => endedTurn(chat, 0) !== undefined)
    yield* rested(client["change.Rewind"]({ sessionId, seq: before?.seq ?? 0 }))
    assert.strictEqual((yield* until(client, other.id, ({ notes }) => notes.length === 1)).notes.length, 1)
    assert.strictEqual((yield* until(client, chatId, ({ notes }) => notes.length === 1)).notes.length, 1)
  }), 120_000)
})

layer(World.layer, { excludeTestServices: true, timeout: "90 seconds" })("a fork", (it) => {
  it.effect("has a session of its own, with the files and the words before the prompt, and its agent is told them", () => Effect.gen(function*() {
    const { client, project } = yield* World
    const { chatId, folder, second, sessionId } = yield* twoTurns(client, project)
    yield* around(client, sessionId, second.turn.turnId)
    const promptId = second.turn.promptId ?? newPromptId(), id = newId()
    const fork = yield* client["chat.Fork"]({ chatId, promptId, id, where: "session" })
    assert.notStrictEqual(fork.session.id, sessionId)
    assert.deepStrictEqual([fork.chat.id, fork.chat.sessionId, fork.files], [id, fork.session.id, "before"])
    assert.match(fork.session.title, / \(fork\)$/)
    assert.deepStrictEqual(fork.content, [{ type: "text", text: "write a.txt two\nwrite b.txt new" }])

    const mine = yield* folderOf(client, fork.session.id)
    assert.deepStrictEqual([text(mine, "a.txt"), text(mine, "b.txt")], ["one", undefined])
    const chat = yield* until(client, id, () => true)
    assert.deepStrictEqual(chat.turns.map(({ promptId, usage }) => [promptId, usage]), [[endedTurn(second.chat, 0)?.promptId, undefined]])
    assert.deepStrictEqual(chat.notes.map((note) => note._tag === "Forked" && [note.chatId, note.words, note.files]), [[chatId, "write a.txt two", "before"]])
    const { changes } = yield* client["change.Watch"]({ sessionId: fork.session.id }).pipe(Stream.filter((frame) => frame._tag === "Saved"), Stream.runHead, Effect.map(Option.getOrThrow))
    assert.deepStrictEqual(changes.map(({ agents, manual, path }) => [path, agents, manual]), [["a.txt", [scripted], false]])

    const reply = yield* ask(client, id, "context")
    assert.include(reply.text, "owner to scripted:\nwrite a.txt one")
    assert.deepStrictEqual([reply.turn.context?.continuity, reply.turn.context?.why], ["replayed", "This chat is a fork: the agent has a session of its own here, and is told what was said before."])
    yield* ask(client, id, "write c.txt mine")
    assert.deepStrictEqual([text(mine, "c.txt"), text(folder, "c.txt"), text(folder, "a.txt")], ["mine", undefined, "two"])
    // the one it is a fork of
    const origin = yield* until(client, chatId, () => true)
    assert.deepStrictEqual([origin.turns.length, origin.notes], [2, []])
    // asked again it is the same, and no other session is there
    assert.deepStrictEqual((yield* client["chat.Fork"]({ chatId, promptId, id, where: "session" })).session.id, fork.session.id)
    assert.strictEqual((yield* directory(client)).sessions.filter(({ title }) => title === fork.session.title).length, 1)
  }), 120_000)

  it.effect("beside its chat shares the session and its files", () => Effect.gen(function*() {
    const { client, project } = yield* World
    const { chatId, second, sessionId } = yield* twoTurns(client, project)
    const fork = yield* client["chat.Fork"]({ chatId, promptId: second.turn.promptId ?? newPromptId(), id: newId(), where: "beside" })
    assert.deepStrictEqual([fork.session.id, fork.chat.number, fork.files], [sessionId, 2, "shared"])
    const reply = yield* ask(client, fork.chat.id, "read a.txt")
    assert.include(reply.text, "two")
  }), 120_000)

  it.effect("is refused of a prompt that began no turn", () => Effect.gen(function*() {
    const { client, project } = yield* World
    const { chatId } = yield* twoTurns(client, project)
    assert.match((yield* Effect.flip(client["chat.Fork"]({ chatId, promptId: newPromptId(), id: newId(), where: "session" }))).message, /No turn of this chat began/)
  }), 120_000)
})

layer(Layer.empty, { excludeTestServices: true })("over a kill of the server", (it) => {
  it.effect("an agent is told of a rewind all the same, and a fork that was being made is not there", () => Effect.gen(function*() {
    const folder = yield* temporaryFolder
    const dataDir = join(folder, "data"), project = makeRepository(folder)
    const one = yield* runServer({ dataDir })
    const before = yield* clientOf(one)
    const { chatId, second, sessionId } = yield* twoTurns(before, project)
    const offer = yield* around(before, sessionId, second.turn.turnId)
    yield* rested(before["change.Rewind"]({ sessionId, seq: offer.before?.seq ?? 0 }))
    const worktrees = join(dataDir, "worktrees")
    const known = readdirSync(worktrees).length
    const id = newId(), promptId = second.turn.promptId ?? newPromptId()
    yield* Effect.forkScoped(Effect.ignore(before["chat.Fork"]({ chatId, promptId, id, where: "session" })))
    yield* Effect.repeat(Effect.sync(() => readdirSync(worktrees).length), { until: (count) => count > known, schedule: Schedule.spaced("1 millis") })
    yield* one.kill("SIGKILL")

    const two = yield* runServer({ dataDir })
    const client = yield* clientOf(two)
    const { chats, sessions } = yield* directory(client)
    const isThere = chats.some((chat) => chat.id === id)
    assert.strictEqual(sessions.length, isThere ? 2 : 1)
    assert.strictEqual(readdirSync(worktrees).filter((name) => !name.startsWith(".")).length, isThere ? 2 : 1)
    const said = yield* ask(client, chatId, "context")
    assert.include(said.text, `owner made the files of the worktree what they were before "write a.txt two"`)
    assert.strictEqual((yield* ask(client, chatId, "context")).text.trim(), "nothing was told")
    // asked again it is made
    const fork = yield* client["chat.Fork"]({ chatId, promptId, id, where: "session" })
    assert.strictEqual(textOf(yield* until(client, id, () => true), second.turn), "")
    assert.strictEqual(text(yield* folderOf(client, fork.session.id), "a.txt"), "one")
  }), 120_000)
})
