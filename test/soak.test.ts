/**
 * Any interleaving of prompts, stops, crashes, late updates, answers and restarts: 300 turns over 20 chats, chosen by
 * chance, with agents and the server killed on the way. What must hold in the end holds for every log. The seed is told
 * where it fails; `BOOCODE_SOAK_SEED` plays the same choices again, though not the same times.
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Effect, Exit, FiberSet, Schedule, Scope, Stream } from "effect"
import type { Client } from "../client/rpc/Client.ts"
import { type Chat, openRequests } from "../shared/Chat.ts"
import type { ChatEvent } from "../shared/ChatEvent.ts"
import type { AgentName, ChatId, PromptId } from "../shared/Ids.ts"
import { isAlive, makeRepository, newChat, newPromptId, processesOf, prompt, until } from "./support/Journey.ts"
import { clientOf, runServer, type RunningServer, temporaryFolder } from "./support/RunningServer.ts"

const seed = Number(process.env["BOOCODE_SOAK_SEED"] ?? Math.floor(Math.random() * 2 ** 31))
const chatCount = 20
const promptCount = 300
/** Prompts between two kills of the server; the last stretch is long, for memory is measured in it. */
const killsAt = [50, 100, 150]

/** Mulberry32: small, and the same for the same seed. */
const chances = (from: number) => {
  let state = from
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number) => Math.floor(next() * limit)
  const pick = <A>(choices: readonly [A, ...ReadonlyArray<A>]): A => choices[below(choices.length)] ?? choices[0]
  return { below, pick }
}
type Chances = ReturnType<typeof chances>

/** What a prompt has the agent do. Its token comes back in the agent's words, and in no other turn's. */
const scriptOf = ({ pick }: Chances, token: string): string => `say ${token};\n${pick([
  "say done", "stream 10 every 5", "sleep 30\nsay done", "tool Look 20", "permission Go on?", "think hm\nsay done", "crash", "crash 3",
  "late-update 20", "sleep 400", "end-turn-on-cancel\nsleep 300", "fork-child\ncrash", "garbage\nsay done", "plan a; b\nusage 5 5 0.1"
])}\nsay ${token};`

interface Sent { readonly chatId: ChatId; readonly promptId: PromptId; readonly token: string }
interface Seen { readonly events: Map<number, ChatEvent>; contradicted: string | undefined }

interface World {
  readonly client: Client
  readonly server: () => RunningServer
  readonly restart: Effect.Effect<void>
  readonly chats: ReadonlyArray<{ readonly id: ChatId; readonly agent: AgentName }>
}

const makeWorld = Effect.gen(function*() {
  const folder = yield* temporaryFolder
  const outer = yield* Effect.scope
  const dataDir = join(folder, "data")
  let life = yield* Scope.fork(outer)
  let server = yield* Scope.provide(runServer({ dataDir, args: ["--max-backends", "8"] }), life)
  const port = Number(new URL(server.url).port)
  const client = yield* clientOf(server)
  const project = makeRepository(folder)
  const chats = yield* Effect.forEach(Array.from({ length: chatCount }), () => newChat(client, project, "scripted"))
  const restart = Effect.gen(function*() {
    yield* server.kill("SIGKILL")
    yield* Scope.close(life, Exit.void)
    life = yield* Scope.fork(outer)
    server = yield* Scope.provide(runServer({ dataDir, port, args: ["--max-backends", "8"] }), life)
  })
  return { client, chats, restart: Effect.orDie(restart), server: () => server, dataDir }
})

/** Calls again until the server that was killed meanwhile answers. A prompt is the same by its id. */
const stubborn = <A, E>(call: Effect.Effect<A, E>) => call.pipe(
  Effect.timeout("10 seconds"), Effect.retry({ schedule: Schedule.spaced("100 millis"), times: 300 }))

/** Everything that is published of a chat, by seq, over all lives of the server. */
const record = (client: Client, chatId: ChatId, seen: Seen) => client["chat.Watch"]({ chatId }).pipe(
  Stream.runForEach((frame) => Effect.sync(() => {
    if (frame._tag !== "Events") return
    for (const { event, seq } of frame.events) {
      const before = seen.events.get(seq)
      if (before !== undefined && JSON.stringify(before) !== JSON.stringify(event)) seen.contradicted = `seq ${seq} is told twice, and differently`
      seen.events.set(seq, event)
    }
  })),
  Effect.exit, Effect.andThen(Effect.sleep("50 millis")), Effect.forever)

/** Something that people and machines do to a chat. */
const disturb = Effect.fnUntraced(function*({ client }: World, { below, pick }: Chances, chatId: ChatId, agent: AgentName) {
  const what = pick(["stop", "stop", "kill", "answer", "answer", "evict", "resume", "nothing"])
  yield* Effect.sleep(below(120))
  switch (what) {
    case "stop": return yield* client["chat.Stop"]({ chatId })
    case "resume": return yield* client["chat.ResumeQueue"]({ chatId })
    case "evict": return yield* client["agent.Evict"]({ chatId, agent })
    case "kill": {
      const pid = (yield* client["agent.Backends"]()).find((health) => health.chatId === chatId)?.pid
      if (pid !== undefined && isAlive(pid)) process.kill(pid, "SIGKILL")
      return
    }
    case "answer": {
      const chat = yield* until(client, chatId, () => true)
      for (const { request, requestId } of openRequests(chat)) {
        if (request._tag !== "Permission") continue
        yield* client["chat.Answer"]({ chatId, requestId, answer: { _tag: "Selected", optionId: pick(["allow_once", "reject_once"]) } })
      }
      return
    }
    case "nothing": return
  }
})

const isSettled = (chat: Chat): boolean => chat.queue.length === 0 && chat.turns.every(({ outcome }) => outcome !== undefined)

/** Answers what is asked and lets run what waits, until nothing is open any more. */
const settle = Effect.fnUntraced(function*({ client }: World, chatId: ChatId) {
  for (;;) {
    const chat = yield* until(client, chatId, (one) => isSettled(one) || openRequests(one).length > 0 || one.queue.some(({ held }) => held))
    if (isSettled(chat)) return chat
    for (const { requestId } of openRequests(chat)) {
      yield* Effect.ignore(client["chat.Answer"]({ chatId, requestId, answer: { _tag: "Cancelled" } }))
    }
    if (chat.queue.some(({ held }) => held)) yield* client["chat.ResumeQueue"]({ chatId })
    yield* Effect.sleep("50 millis")
  }
})

/** Of a process, in bytes. */
const rssOf = (pid: number): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024

/** What each turn said, and what was prompted in it. */
const judge = (chat: Chat, seen: Seen, sent: ReadonlyArray<Sent>) => {
  assert.isUndefined(seen.contradicted)
  const ends = new Map<string, number>()
  for (const event of seen.events.values()) if (event._tag === "TurnEnded") ends.set(event.turnId, (ends.get(event.turnId) ?? 0) + 1)
  for (const [turnId, count] of ends) assert.strictEqual(count, 1, `turn ${turnId} ended ${count} times`)
  assert.deepStrictEqual(openRequests(chat), [])
  for (const { promptId, token } of sent) {
    const turns = chat.turns.filter((turn) => turn.promptId === promptId)
    assert.strictEqual(turns.length, 1, `the prompt ${token} has ${turns.length} turns`)
    const [turn] = turns
    assert.isDefined(turn?.cause)
    for (const item of chat.items) {
      if (item._tag === "Text" && item.text.includes(token)) assert.strictEqual(item.turnId, turn?.turnId, `${token} was said in another turn`)
    }
    if (turn?.outcome === "completed") {
      // late words of the turn before come while this one runs: ACP says of no update which prompt it belongs to
      const said = chat.items.map((item) => item._tag === "Text" && item.turnId === turn.turnId ? item.text : "").join("").replaceAll("late", "")
      assert.isTrue(said === "" && chat.floor > turn.anchor || said.startsWith(`${token};`) && said.endsWith(`${token};`), `${token} is whole: ${said}`)
    }
  }
  for (const item of chat.items) {
    if (item._tag === "Tool") assert.include(["completed", "failed", "canceled"], item.call.status)
  }
}

it.live(`300 turns over 20 chats, with agents and the server killed on the way (seed ${seed})`, () => Effect.gen(function*() {
  const made = yield* makeWorld
  const world: World = made
  const { chats, client, restart, server } = world
  const chance = chances(seed)
  const sent: Array<Sent> = []
  const logs = new Map(chats.map(({ id }): [ChatId, Seen] => [id, { events: new Map(), contradicted: undefined }]))
  for (const [chatId, seen] of logs) yield* Effect.forkScoped(record(client, chatId, seen))
  const disturbances = yield* FiberSet.make()
  let early = 0
  for (let index = 0; index < promptCount; index++) {
    const chat = chats[chance.below(chats.length)] ?? chats[0]
    assert.isDefined(chat)
    const token = `T${index}x`
    const promptId = newPromptId()
    // its answer may be lost with a server that is killed; sent again it is the same prompt
    yield* stubborn(prompt(client, chat.id, scriptOf(chance, token), promptId))
    sent.push({ chatId: chat.id, promptId, token })
    yield* FiberSet.run(disturbances, Effect.ignore(disturb(world, chance, chat.id, chat.agent)))
    yield* Effect.sleep(chance.below(60))
    if (killsAt.includes(index)) yield* restart
    if (index === 200) early = rssOf(server().pid)
  }
  yield* FiberSet.awaitEmpty(disturbances)
  const settled = Effect.forEach(chats, ({ id }) => settle(world, id), { concurrency: 4 })
  yield* settled
  // agents that have late words say them now, in turns of their own
  yield* Effect.sleep("500 millis")
  const live = yield* settled
  live.forEach((chat, index) => {
    const { id } = chats[index] ?? { id: undefined }
    const seen = id === undefined ? undefined : logs.get(id)
    assert.isDefined(seen)
    judge(chat, seen, sent.filter(({ chatId }) => chatId === id))
  })
  const late = rssOf(server().pid)
  assert.isBelow(late, early * 1.5 + 50 * 1024 * 1024, `from ${early} to ${late} bytes`)

  // the log, folded anew, is what was seen
  yield* restart
  const folded = yield* Effect.forEach(chats, ({ id }) => stubborn(until(client, id, () => true)), { concurrency: 4 })
  folded.forEach((chat, index) => {
    assert.deepStrictEqual(chat.items, live[index]?.items)
    assert.deepStrictEqual(chat.turns, live[index]?.turns)
  })
  yield* server().kill("SIGTERM")
  yield* Effect.sync(() => processesOf(made.dataDir)).pipe(
    Effect.repeat({ until: (left) => left.length === 0, schedule: Schedule.spaced("100 millis"), times: 100 }),
    Effect.map((left) => { assert.deepStrictEqual(left, []) }))
}).pipe(Effect.scoped), 300_000)
