/** What survives when the server, or its database, is killed. */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import { openRequests, type Chat } from "../shared/Chat.ts"
import { ask, endedTurn, isAlive, makeRepository, newChat, prompt, until } from "./support/Journey.ts"
import { clientOf, runServer, temporaryFolder } from "./support/RunningServer.ts"

const said = (chat: Chat): string => chat.items.map((item) => item._tag === "Text" ? item.text : "").join("")

const becomes = (what: () => boolean) => Effect.sync(what).pipe(
  Effect.repeat({ until: (is) => is, schedule: Schedule.spaced("20 millis") }), Effect.timeout("30 seconds"))

/** Postgres' postmaster of a data directory. */
const postmaster = (dataDir: string): number => {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0")
      if (command[0]?.endsWith("/postgres") === true && command.some((part) => part.startsWith(dataDir))) return Number(pid)
    } catch {
      continue // it is gone
    }
  }
  return 0
}

it.live("kill -9 of the server in mid-turn: nothing of ours is left, and after boot all is as promised (drill 2, P1, P6, P7, P13)", () => Effect.gen(function*() {
  const folder = yield* temporaryFolder
  const dataDir = join(folder, "data")
  const first = yield* runServer({ dataDir })
  const before = yield* clientOf(first)
  const chat = yield* newChat(before, makeRepository(folder), "scripted")
  const chatId = chat.id
  const { text } = yield* ask(before, chatId, "pid")
  const agent = Number(/\d+/.exec(text)?.[0])
  yield* prompt(before, chatId, "say half of it\npermission Go on?")
  yield* until(before, chatId, (one) => openRequests(one).length === 1)
  yield* prompt(before, chatId, "say one")
  yield* prompt(before, chatId, "say two")
  const database = postmaster(dataDir)
  assert.isAbove(database, 0)
  yield* first.kill("SIGKILL")
  yield* becomes(() => !isAlive(agent)).pipe(Effect.timeout("5 seconds"))
  yield* becomes(() => !isAlive(database)).pipe(Effect.timeout("20 seconds"))

  const second = yield* runServer({ dataDir })
  const after = yield* clientOf(second)
  const state = yield* until(after, chatId, () => true)
  assert.strictEqual(state.turns[1]?.outcome, "interrupted")
  assert.strictEqual(state.turns[1]?.cause?._tag, "ServerRestarted")
  assert.include(said(state), "half of it")
  assert.strictEqual(openRequests(state).length, 0)
  assert.deepStrictEqual(state.queue.map(({ content, held }) => [content, held]), [
    [[{ type: "text", text: "say one" }], true], [[{ type: "text", text: "say two" }], true]
  ])
  yield* after["chat.ResumeQueue"]({ chatId })
  const done = yield* until(after, chatId, (one) => one.queue.length === 0 && one.turns.every(({ outcome }) => outcome !== undefined))
  assert.include(said(done), "onetwo")
  assert.strictEqual(done.agents["scripted"]?.continuity, "resumed")
}).pipe(Effect.scoped), 90_000)

it.live("kill -9 of the embedded Postgres in mid-turn: it comes back, the turn goes on, nothing is lost", () => Effect.gen(function*() {
  const folder = yield* temporaryFolder
  const dataDir = join(folder, "data")
  const server = yield* runServer({ dataDir })
  const client = yield* clientOf(server)
  const { id: chatId } = yield* newChat(client, makeRepository(folder), "scripted")
  yield* prompt(client, chatId, "stream 400 every 10\nsay .")
  yield* until(client, chatId, (chat) => said(chat).includes("word 30 "))
  const pid = postmaster(dataDir)
  process.kill(pid, "SIGKILL")
  const chat = yield* until(client, chatId, (one) => endedTurn(one, 0) !== undefined)
  assert.strictEqual(chat.turns[0]?.outcome, "completed")
  const expected = Array.from({ length: 400 }, (_, index) => `word ${index + 1} `).join("") + "."
  assert.strictEqual(said(chat), expected)
  assert.notStrictEqual(postmaster(dataDir), pid)
}).pipe(Effect.scoped), 90_000)

it.live("a second server on the data directory is refused with the pid of the first", () => Effect.gen(function*() {
  const folder = yield* temporaryFolder
  const dataDir = join(folder, "data")
  const server = yield* runServer({ dataDir })
  const refused = yield* Effect.flip(runServer({ dataDir }))
  assert.include(refused.stderr, String(server.pid))
  assert.strictEqual(refused.stderr.trim().split("\n").length, 1)
}).pipe(Effect.scoped), 60_000)
