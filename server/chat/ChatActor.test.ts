/** One chat alive, over the log in memory and a fake agent: its turns, its deaths at every step, its watchers, its log. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Layer, Logger, Queue, Schedule, Scope, Stream } from "effect"
import { TestClock } from "effect/testing"
import { type Chat, empty, evolve, openRequests, openTurns } from "../../shared/Chat.ts"
import type { ChatEvent, LogEntry } from "../../shared/ChatEvent.ts"
import type { ChatError } from "../../shared/Errors.ts"
import { applyFrame, type ChatFrame, type Watched } from "../../shared/Feed.ts"
import { BootId, ChatId, PartId } from "../../shared/Ids.ts"
import type { TurnEnd, TurnUpdate } from "../../shared/SessionUpdate.ts"
import { assertSame } from "../../test/support/assertSame.ts"
import { ada, bob, fold, goose, permission, promptId, queued, started, text, toolCall, turnId } from "../../test/support/given.ts"
import type { TurnPrompt } from "../agent/AgentBackend.ts"
import { EventLog } from "../store/EventLog.ts"
import { LogFaults } from "../store/MemoryLogTable.ts"
import * as ChatActor from "./ChatActor.ts"
import type { ChatMessage } from "./ChatMessage.ts"
import type { RunTurn } from "./TurnRunner.ts"

const answered: TurnEnd = { cause: { _tag: "Answered", stopReason: "end_turn" }, stopReason: "end_turn" }

interface Running { readonly turn: TurnPrompt; readonly end: Deferred.Deferred<TurnEnd> }

/** An agent that does what the test tells it, turn by turn. */
const makeAgent = Effect.gen(function*() {
  const started = yield* Queue.unbounded<Running>()
  const interrupted: Array<string> = []
  let current: Running | undefined
  let said = 0
  const prompt: RunTurn["prompt"] = (_, turn) => Effect.gen(function*() {
    const mine = current = { turn, end: yield* Deferred.make<TurnEnd>() }
    said = 0
    yield* Queue.offer(started, mine)
    yield* turn.sink.delivered
    return yield* Deferred.await(mine.end)
  }).pipe(Effect.onInterrupt(() => Effect.sync(() => { interrupted.push(turn.turnId) })))
  const says = (words: string): TurnUpdate => {
    said += words.length
    return { _tag: "Text", partId: PartId.make("p1"), kind: "text", offset: said - words.length, text: words }
  }
  return {
    run: { prompt, listen: (agent, turn) => prompt(agent, { ...turn, content: [], settings: {} }), areWithin: () => Effect.succeed(true) } satisfies RunTurn, interrupted, says, started: Queue.take(started), current: () => current,
    say: (words: string) => Effect.suspend(() => current?.turn.sink.updates([says(words)]) ?? Effect.void),
    end: (how: TurnEnd = answered) => Effect.suspend(() => current === undefined ? Effect.void : Deferred.succeed(current.end, how))
  }
})

const world = Effect.gen(function*() {
  const log = yield* EventLog
  const faults = yield* LogFaults
  const agent = yield* makeAgent
  const chatId = ChatId.make(crypto.randomUUID())
  yield* faults.addChat(chatId)
  const dying: { now: boolean; run: RunTurn } = { now: false, run: agent.run }
  const texts = new Map<string, string>()
  const test = yield* Effect.scope
  /** An actor of its own, until it is killed. */
  const openOf = (chatId: ChatId) => Effect.gen(function*() {
    const scope = yield* Scope.fork(test)
    const actor = yield* Scope.provide(ChatActor.make({
      chatId, log, bootId: BootId.make(crypto.randomUUID()), run: { prompt: (...turn) => dying.run.prompt(...turn), listen: (...turn) => dying.run.listen(...turn), areWithin: (paths) => dying.run.areWithin(paths) },
      putText: (stored) => Effect.sync(() => {
        texts.set(`hash${texts.size}`, stored)
        return `hash${texts.size - 1}`
      }),
      along: () => undefined,
      turnEnded: () => Effect.void, changed: () => Effect.suspend(() => {
        if (!dying.now) return Effect.void
        dying.now = false
        return Effect.die(new Error("dies between append and publish"))
      })
    }), scope)
    return { actor, kill: Scope.close(scope, Exit.void) }
  })
  const open = openOf(chatId)
  const entries = Effect.map(log.read(chatId, 0, 100_000), (rows) => Effect.forEach(rows, ChatActor.fromRow)).pipe(Effect.flatten)
  const folded = Effect.map(entries, (all) => all.reduce((chat: Chat, entry: LogEntry) => evolve(chat, entry), empty))
  return { log, faults, agent, chatId, dying, texts, open, openOf, entries, folded }
})
type World = Effect.Success<typeof world>

const prompt = (n: number): ChatMessage => ({ _tag: "Prompt", promptId: promptId(n), content: text(`prompt ${n}`), agent: goose, by: ada })
const fork = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.forkChild(effect, { startImmediately: true })
/** Waits for a fact while time stands still. */
const until = <E, R>(fact: Effect.Effect<boolean, E, R>) => Effect.gen(function*() {
  for (let turn = 0; turn < 5000; turn++) {
    if (yield* fact) return
    yield* Effect.yieldNow
  }
  assert.fail("what was waited for has not come")
})
/** Lets everything go on that waits for nothing but its turn. */
const settle = Effect.andThen(TestClock.adjust(0), Effect.repeat(Effect.yieldNow, { times: 20 }))
const reasonOf = (error: ChatError) => error.reason._tag
const textOf = (chat: Chat) => chat.items.map((item) => item._tag === "Text" ? item.text : "").join("")
const lastTurn = (chat: Chat) => chat.turns.at(-1)
const isRetryable = (error: ChatError) => reasonOf(error) === "Restarted" || reasonOf(error) === "ShuttingDown"

/** Restarts are wanted here, and nobody reads of them. */
const inMemory = Layer.merge(Layer.fresh(EventLog.layerMemory), Logger.layer([]))
const testing = (name: string, test: Effect.Effect<void, unknown, EventLog | LogFaults | Scope.Scope>) =>
  it.effect(name, () => Effect.provide(test, inMemory))

describe("a turn", () => {
  testing("runs from the prompt to its end, and the log folds to what the actor holds", Effect.gen(function*() {
    const { agent, folded, open } = yield* world
    const { actor } = yield* open
    const reply = yield* actor.ask(prompt(1))
    const { turn } = yield* agent.started
    assert.deepStrictEqual(reply, { _tag: "Accepted", promptId: promptId(1), turnId: turn.turnId })
    yield* agent.say("Hello ")
    yield* agent.say("world.")
    assert.strictEqual(textOf(actor.current()), "Hello world.")
    assert.isDefined(lastTurn(actor.current())?.deliveredAt)
    yield* agent.end()
    yield* settle
    yield* actor.idle
    assert.strictEqual(lastTurn(actor.current())?.outcome, "completed")
    assertSame(yield* folded, actor.current(), "fold of the log")
  }))

  testing("is told to be delivered though the agent says nothing", Effect.gen(function*() {
    const { agent, open } = yield* world
    const { actor } = yield* open
    yield* actor.ask(prompt(1))
    yield* agent.started
    yield* TestClock.adjust("1 second")
    assert.isDefined(lastTurn(actor.current())?.deliveredAt)
    yield* agent.end()
    yield* until(Effect.sync(() => openTurns(actor.current()).length === 0))

    yield* actor.ask(prompt(2))
    yield* agent.started
    yield* agent.end()
    yield* until(Effect.sync(() => openTurns(actor.current()).length === 0))
    assert.isDefined(lastTurn(actor.current())?.deliveredAt, "not even a moment")
  }))

  testing("that ends closes its sink: what comes late goes nowhere, and asks nobody (P3)", Effect.gen(function*() {
    const { agent, open } = yield* world
    const { actor } = yield* open
    yield* actor.ask(prompt(1))
    const { turn } = yield* agent.started
    yield* agent.end()
    yield* settle
    yield* turn.sink.updates([agent.says("late")])
    assert.deepStrictEqual(yield* turn.sink.ask(permission), { _tag: "Cancelled" })
    yield* turn.sink.step("sigkill")
    yield* actor.idle
    assert.strictEqual(textOf(actor.current()), "")
    assert.deepStrictEqual(openRequests(actor.current()), [])
  }))

  testing("whose agent breaks in our hands is failed, and the next one runs", Effect.gen(function*() {
    const { agent, dying, open } = yield* world
    const { actor } = yield* open
    dying.run = { ...agent.run, prompt: () => { throw new Error("a bug of ours") } }
    yield* actor.ask(prompt(1))
    yield* settle
    const { cause, outcome } = lastTurn(actor.current()) ?? {}
    assert.strictEqual(outcome, "failed")
    assert.include(cause?._tag === "AgentFailed" ? cause.message : "", "a bug of ours")
    dying.run = agent.run
    yield* actor.ask(prompt(2))
    yield* agent.started
  }))

  testing("asks a person: the first answer goes to the agent, the second learns who was first", Effect.gen(function*() {
    const { agent, open } = yield* world
    const { actor } = yield* open
    yield* actor.ask(prompt(1))
    const { turn } = yield* agent.started
    const question = yield* fork(turn.sink.ask(permission))
    yield* settle
    const requestId = openRequests(actor.current())[0]?.requestId
    assert.isDefined(requestId)
    const answer = (optionId: string, by: typeof ada): ChatMessage => ({ _tag: "Answer", requestId, answer: { _tag: "Selected", optionId }, by })
    const [first, second] = yield* Effect.all([Effect.exit(actor.ask(answer("once", ada))), Effect.flip(actor.ask(answer("no", bob)))], { concurrency: 2 })
    assert.isTrue(Exit.isSuccess(first))
    assert.deepStrictEqual(second.reason, { _tag: "AlreadyAnswered", requestId, by: ada })
    assert.deepStrictEqual(yield* Fiber.join(question), { _tag: "Selected", optionId: "once" })
  }))

  testing("keeps the large texts of its tool calls by hash", Effect.gen(function*() {
    const { agent, open, texts } = yield* world
    const { actor } = yield* open
    yield* actor.ask(prompt(1))
    const { turn } = yield* agent.started
    const large = "ü".repeat(20_000)
    yield* turn.sink.updates([{ _tag: "Tool", call: toolCall("t", {
      input: "small", output: large, content: [
        { type: "content", content: { type: "text", text: `${large}1` } }, { type: "diff", path: "a", oldText: `${large}2`, newText: "small" }
      ]
    }) }])
    const item = actor.current().items.at(-1)
    assert(item?._tag === "Tool")
    const { content, input, output } = item.call
    const stored = (at: number, bytes = 40_001) => ({ type: "stored" as const, hash: `hash${at}`, bytes, head: "ü".repeat(2048) })
    assert.deepStrictEqual({ input, output }, { input: "small", output: stored(2, 40_000) })
    assert.deepStrictEqual(content, [{ type: "content", content: stored(0) }, { type: "diff", path: "a", oldText: stored(1), newText: "small" }])
    assert.deepStrictEqual([...texts.values()], [`${large}1`, `${large}2`, large])
  }))
})

describe("stop", () => {
  testing("interrupts the agent, says who, and holds the queue", Effect.gen(function*() {
    const { agent, open } = yield* world
    const { actor } = yield* open
    yield* actor.ask(prompt(1))
    yield* actor.ask(prompt(2))
    const { turn } = yield* agent.started
    assert.deepStrictEqual(yield* actor.stop(ada), { _tag: "Stopping", turnId: turn.turnId })
    yield* settle
    assert.deepStrictEqual(agent.interrupted, [turn.turnId])
    const { cause, outcome } = lastTurn(actor.current()) ?? {}
    assert.deepStrictEqual([outcome, cause], ["stopped", { _tag: "Stopped", by: ada }])
    assert.deepStrictEqual(actor.current().queue.map(({ held }) => held), [true])
  }))

  testing("then a prompt at once, a hundred times: each turn ends stopped, each prompt runs (drill 3)", Effect.gen(function*() {
    const { agent, folded, open } = yield* world
    const { actor } = yield* open
    for (let n = 1; n <= 100; n++) {
      yield* Effect.all([actor.ask(prompt(2 * n)), actor.stop(ada), actor.ask(prompt(2 * n + 1))], { concurrency: "unbounded" })
      yield* until(Effect.sync(() => openTurns(actor.current())[0]?.promptId === promptId(2 * n + 1)))
      yield* actor.stop(bob)
      yield* until(Effect.sync(() => openTurns(actor.current()).length === 0))
    }
    assert.isTrue(actor.current().turns.every(({ outcome }) => outcome === "stopped"))
    assert.strictEqual(agent.interrupted.length, 200)
    assertSame((yield* folded).turns, actor.current().turns, "turns")
  }))

  testing("acts at once though the database is away, and is recorded when it is back", Effect.gen(function*() {
    const { agent, faults, open } = yield* world
    const { actor } = yield* open
    yield* actor.ask(prompt(1))
    const { turn } = yield* agent.started
    yield* faults.away
    const stop = yield* fork(actor.stop(bob))
    yield* settle
    assert.deepStrictEqual(agent.interrupted, [turn.turnId])
    yield* TestClock.adjust("1 hour")
    assert.isUndefined(stop.pollUnsafe(), "no answer before it is durable")
    yield* faults.back
    assert.deepStrictEqual(yield* Fiber.join(stop), { _tag: "Stopping", turnId: turn.turnId })
    yield* settle
    assert.deepStrictEqual(lastTurn(actor.current())?.cause, { _tag: "Stopped", by: bob })
  }))
})

describe("the database away", () => {
  testing("prompts wait and are accepted when it is back; updates wait, and none is lost", Effect.gen(function*() {
    const { agent, faults, folded, open } = yield* world
    const { actor } = yield* open
    yield* actor.ask(prompt(1))
    yield* agent.started
    yield* agent.say("before ")
    yield* faults.away
    const update = yield* fork(agent.say("while away "))
    const prompts = yield* Effect.forEach([2, 3], (n) => fork(actor.ask(prompt(n))))
    yield* TestClock.adjust("1 hour")
    assert.isUndefined(update.pollUnsafe(), "the agent is held up")
    for (const waiting of prompts) assert.isUndefined(waiting.pollUnsafe())
    assert.strictEqual(textOf(actor.current()), "before ", "nothing is shown that isn't durable")
    yield* faults.back
    yield* Fiber.join(update)
    assert.deepStrictEqual((yield* Effect.forEach(prompts, Fiber.join)).map(({ _tag }) => _tag), ["Accepted", "Accepted"])
    yield* agent.say("after")
    assert.strictEqual(textOf(actor.current()), "before while away after")
    assert.deepStrictEqual(actor.current().queue.map((queued) => queued.promptId), [promptId(2), promptId(3)])
    assertSame(yield* folded, actor.current(), "fold of the log")
  }))

  testing("at the start: whoever asks and watches waits", Effect.gen(function*() {
    const { faults, open } = yield* world
    yield* faults.away
    const { actor } = yield* open
    const accepted = yield* fork(actor.ask(prompt(1)))
    const watched = yield* fork(Stream.runHead(actor.watch(undefined)))
    yield* TestClock.adjust("1 hour")
    assert.isUndefined(accepted.pollUnsafe())
    assert.isUndefined(watched.pollUnsafe())
    yield* faults.back
    assert.strictEqual((yield* Fiber.join(accepted))._tag, "Accepted")
    yield* Fiber.join(watched)
  }))
})

describe("killed at every step, and restarted from the log", () => {
  type Fault = "fence" | "refuse" | "lose the answer" | "die before publish" | "kill"
  type Alive = Effect.Success<World["open"]>

  /** One life of a chat with everything in it: three prompts, one in the queue, one changed, an answer, a stop, an end. */
  const steps: ReadonlyArray<(tell: (message: ChatMessage) => Effect.Effect<unknown, ChatError>, world: World, alive: () => Alive) => Effect.Effect<unknown, ChatError>> = [
    (tell) => tell(prompt(1)),
    (tell) => tell(prompt(2)),
    (_, { agent }) => agent.say("first "),
    (_, { agent }) => Effect.andThen(
      Effect.forkDetach(Effect.suspend(() => agent.current()?.turn.sink.ask(permission) ?? Effect.void)), Effect.sleep("5 millis")),
    (tell, _, alive) => Effect.suspend(() => {
      const open = openRequests(alive().actor.current())[0]
      return open === undefined ? Effect.void
        : Effect.ignore(tell({ _tag: "Answer", requestId: open.requestId, answer: { _tag: "Selected", optionId: "once" }, by: ada }))
    }),
    (tell) => Effect.ignore(tell({ _tag: "ChangePrompt", promptId: promptId(2), content: text("changed"), by: bob })),
    (_, { agent }) => agent.say("second"),
    (_, { agent }) => agent.end(),
    (tell) => tell({ _tag: "Stop", by: ada }),
    (tell) => tell(prompt(3)),
    (tell) => tell({ _tag: "SetTitle", title: "A title", by: ada })
  ]

  const inject = ({ chatId, dying, faults, log }: World, fault: Fault) => {
    switch (fault) {
      case "fence": return Effect.asVoid(log.claim(chatId))
      case "refuse": return faults.refuse(chatId, "as the test wants")
      case "lose the answer": return faults.loseNextAnswer
      case "die before publish": return Effect.sync(() => { dying.now = true })
      case "kill": return Effect.void
    }
  }

  const play = Effect.fnUntraced(function*(fault: Fault, at: number) {
    const here = yield* world
    let alive = yield* here.open
    const tell = (message: ChatMessage) => Effect.suspend(() => alive.actor.ask(message)).pipe(
      Effect.retry({ while: isRetryable, schedule: Schedule.spaced("5 millis"), times: 50 }))
    for (const [index, step] of steps.entries()) {
      if (index === at) {
        yield* inject(here, fault)
        if (fault === "kill") {
          yield* alive.kill
          alive = yield* here.open
        }
      }
      yield* step(tell, here, () => alive)
      yield* Effect.sleep("1 millis")
    }
    // then everything is brought to its end
    for (let left = 20; left > 0; left--) {
      yield* tell({ _tag: "ResumeQueue", by: ada })
      yield* here.agent.end()
      yield* Effect.sleep("2 millis")
      yield* alive.actor.idle
      const { queue } = alive.actor.current()
      if (queue.length === 0 && openTurns(alive.actor.current()).length === 0) break
    }
    return { ...here, chat: alive.actor.current() }
  })

  const checkAll = Effect.fnUntraced(function*({ chat, folded }: Effect.Success<ReturnType<typeof play>>, what: string) {
    assertSame(yield* folded, chat, `${what}: fold of the log`)
    assert.deepStrictEqual(chat.turns.map((turn) => turn.promptId).toSorted(), [promptId(1), promptId(2), promptId(3)], `${what}: each prompt ran once`)
    assert.isTrue(chat.turns.every(({ outcome }) => outcome !== undefined), what)
    assert.deepStrictEqual([chat.queue, openRequests(chat)], [[], []], what)
    assert.strictEqual(chat.title, "A title", what)
  })

  for (const fault of ["fence", "refuse", "lose the answer", "die before publish", "kill"] as const) {
    it.live(`${fault}: nothing accepted is lost or done twice, every turn ends`, () => Effect.forEach(steps, (_, at) => Effect.scoped(Effect.gen(function*() {
      const played = yield* play(fault, at)
      yield* checkAll(played, `${fault} at step ${at}`)
      const interrupted = played.chat.turns.filter(({ outcome }) => outcome === "interrupted").length
      if (fault === "lose the answer") assert.strictEqual(interrupted, 0, "an answer that is lost is found again")
      else if (at > 0 && at < 7) assert.strictEqual(interrupted, 1, `${fault} at step ${at}: the turn at work was interrupted`)
    })).pipe(Effect.provide(inMemory)), { discard: true }))
  }
})

describe("killed", () => {
  testing("in mid-turn: the next life ends the turn, expires its requests and holds the queue (P1)", Effect.gen(function*() {
    const { agent, folded, open } = yield* world
    const dead = yield* open
    yield* dead.actor.ask(prompt(1))
    const { turn } = yield* agent.started
    yield* dead.actor.ask(prompt(2))
    yield* agent.say("so far")
    yield* fork(turn.sink.ask(permission))
    yield* settle
    const requestId = openRequests(dead.actor.current())[0]?.requestId
    assert.isDefined(requestId)
    yield* dead.kill
    assert.strictEqual(reasonOf(yield* Effect.flip(dead.actor.ask(prompt(3)))), "ShuttingDown")

    const { actor } = yield* open
    yield* actor.idle
    const chat = actor.current()
    assert.deepStrictEqual(chat.turns.map(({ outcome }) => outcome), ["interrupted"])
    assert.strictEqual(textOf(chat), "so far")
    assert.deepStrictEqual(chat.queue.map(({ held, promptId }) => [promptId, held]), [[promptId(2), true]])
    const stale = yield* Effect.flip(actor.ask({ _tag: "Answer", requestId, answer: { _tag: "Selected", optionId: "always" }, by: ada }))
    assert.strictEqual(stale.reason._tag, "RequestExpired")
    assertSame(yield* folded, chat, "fold of the log")
  }))

  testing("but still believing it lives: the log is the new actor's, and the old one's append is lost with its caller told", Effect.gen(function*() {
    const { agent, chatId, entries, faults, log, open } = yield* world
    const old = yield* open
    yield* old.actor.ask(prompt(1))
    yield* agent.started
    yield* faults.latency("1 second")
    yield* fork(log.claim(chatId)) // what a new actor does first
    const late = yield* fork(Effect.flip(old.actor.ask({ _tag: "SetTitle", title: "Of the old", by: ada })))
    for (let second = 0; second < 10; second++) yield* Effect.andThen(settle, TestClock.adjust("1 second"))
    assert.strictEqual(reasonOf(yield* Fiber.join(late)), "Restarted")
    yield* faults.latency(0)
    assert.isFalse((yield* entries).some(({ event }) => event._tag === "TitleSet" && event.title === "Of the old"))
  }))
})

describe("a log with rows that can't be read", () => {
  const damaged = `{"_tag":"FromAnotherVersion"}`
  /** The log of a chat that died in its first turn, with the rows of some events damaged, or one more at its end. */
  const written = Effect.fnUntraced(function*({ agent, chatId, log, open }: World, ...broken: ReadonlyArray<ChatEvent["_tag"] | "end">) {
    const { actor, kill } = yield* open
    yield* actor.ask(prompt(1))
    yield* agent.started
    yield* agent.say("Hello ")
    yield* agent.say("world.")
    const before = yield* log.read(chatId, 0, 1000)
    yield* kill
    const other = ChatId.make(crypto.randomUUID())
    yield* (yield* LogFaults).addChat(other)
    const rows = before.map((row) => broken.some((tag) => row.body.includes(`"_tag":"${tag}"`)) ? { ...row, body: damaged } : row)
    const last = rows.at(-1)?.seq ?? 0
    if (broken.includes("end")) rows.push({ seq: last + 1, anchor: last + 1, at: 0, body: damaged })
    const { epoch } = yield* log.claim(other)
    yield* log.append({ chatId: other, epoch, expected: 0, rows })
    return { other, rows }
  })
  const tags: ReadonlyArray<ChatEvent["_tag"] | "end"> =
    ["SettingSet", "TitleSet", "PromptQueued", "TurnStarted", "PromptDelivered", "TextAppended", "end"]

  for (const tag of tags) {
    testing(`opens without them, goes on, and leaves them where they are: ${tag}`, Effect.gen(function*() {
      const here = yield* world
      const { other, rows } = yield* written(here, tag)
      const { agent, log, openOf } = here
      const first = yield* openOf(other)
      yield* first.actor.idle
      assert.strictEqual(openTurns(first.actor.current()).length, 0)
      yield* first.actor.ask(prompt(2))
      yield* agent.started
      yield* agent.say("Again.")
      yield* agent.end()
      yield* until(Effect.sync(() => lastTurn(first.actor.current())?.outcome === "completed"))
      assert.include(textOf(first.actor.current()), "Again.")
      yield* settle
      yield* first.kill
      const second = yield* openOf(other)
      yield* second.actor.idle
      assert.strictEqual(second.actor.current().seq, first.actor.current().seq)
      assert.include(textOf(second.actor.current()), "Again.")
      const kept = (yield* log.read(other, 0, 1000)).filter(({ body }) => body === damaged).map(({ seq }) => seq)
      assert.deepStrictEqual(kept, rows.filter(({ body }) => body === damaged).map(({ seq }) => seq))
      assert.isAbove(kept.length, 0)
    }))
  }
})

describe("a watch", () => {
  const watcher = Effect.fnUntraced(function*(actor: ChatActor.ChatActor, slowness: number) {
    const held: { watched: Watched | undefined; frames: Array<ChatFrame["_tag"]> } = { watched: undefined, frames: [] }
    yield* Effect.forkScoped(Stream.runForEach(actor.watch(undefined), (frame) => Effect.gen(function*() {
      if (frame._tag === "Events" && frame.epoch === held.watched?.cursor.epoch) assert.strictEqual(frame.from, held.watched.cursor.seq, "no gap")
      held.watched = applyFrame(held.watched, frame)
      held.frames.push(frame._tag)
      if (slowness > 0) yield* Effect.sleep(slowness)
    })), { startImmediately: true })
    return held
  })

  testing("of a burst comes to the actor's state, at any speed; who falls behind gets a new snapshot", Effect.gen(function*() {
    const { agent, open } = yield* world
    const { actor } = yield* open
    const watchers = yield* Effect.forEach([0, 0, 7, 100, 20_000], (slowness) => watcher(actor, slowness))
    yield* actor.ask(prompt(1))
    const { turn } = yield* agent.started
    for (let batch = 0; batch < 200; batch++) {
      yield* turn.sink.updates(Array.from({ length: 20 }, () => agent.says("word ")))
      yield* TestClock.adjust("3 millis")
    }
    yield* agent.end()
    yield* TestClock.adjust("2 minutes")
    assert.strictEqual(textOf(actor.current()).length, 20_000)
    for (const { watched } of watchers) assertSame(watched?.chat, actor.current(), "what the watcher holds")
    assert.deepStrictEqual(watchers[0]?.frames.filter((tag) => tag === "Snapshot").length, 1, "who keeps up gets one")
    assert.isAbove(watchers[4]?.frames.filter((tag) => tag === "Snapshot").length ?? 0, 1)
  }))

  testing("goes over to the next life by a snapshot of it", Effect.gen(function*() {
    const { agent, chatId, log, open } = yield* world
    const { actor } = yield* open
    const held = yield* watcher(actor, 0)
    yield* actor.ask(prompt(1))
    yield* agent.started
    yield* log.claim(chatId)
    yield* Effect.ignore(actor.ask({ _tag: "SetTitle", title: "lost", by: ada }))
    yield* TestClock.adjust("1 second")
    assert.strictEqual(lastTurn(actor.current())?.outcome, "interrupted")
    assertSame(held.watched?.chat, actor.current(), "what the watcher holds")
    assert.strictEqual(held.watched?.cursor.epoch, 3)
  }))

  testing("that never reads holds up nobody", Effect.gen(function*() {
    const { agent, open } = yield* world
    const { actor } = yield* open
    const frames = yield* fork(Stream.runForEach(actor.watch(undefined), () => Effect.never))
    yield* actor.ask(prompt(1))
    yield* agent.started
    for (let batch = 0; batch < 100; batch++) yield* agent.say("word ")
    assert.strictEqual(textOf(actor.current()).length, 500)
    yield* Fiber.interrupt(frames)
  }))
})

describe("compaction", () => {
  /** What the log holds, but for the chat's title and settings. */
  const turnTags = ({ entries }: World) => Effect.map(entries, (all) => all.flatMap(({ event: { _tag } }) => _tag === "SettingSet" || _tag === "TitleSet" ? [] : [_tag]))
  const isCompacted = (here: World) => Effect.map(turnTags(here), (tags) => tags.includes("TurnSealed"))
  const speak = ({ agent }: World, count: number) => Effect.gen(function*() {
    const { turn } = yield* agent.started
    for (let left = count; left > 0; left -= 50) yield* turn.sink.updates(Array.from({ length: Math.min(left, 50) }, () => agent.says("word ")))
    yield* turn.sink.updates([{ _tag: "Tool", call: toolCall("t", { status: "completed" }) }])
  })

  testing("leaves of an ended turn one row an item and one for the turn, also where it is longer than a page of the log", Effect.gen(function*() {
    const here = yield* world
    const { actor } = yield* here.open
    yield* actor.ask(prompt(1))
    yield* actor.ask(prompt(2))
    yield* speak(here, 4500)
    yield* here.agent.end()
    yield* until(isCompacted(here))
    yield* TestClock.adjust("1 second")
    assert.deepStrictEqual(yield* turnTags(here), ["PromptQueued", "ItemSealed", "ItemSealed", "TurnSealed", "TurnStarted", "PromptDelivered"])
    assertSame(yield* here.folded, actor.current(), "fold of the log")
    assert.strictEqual(textOf(actor.current()).length, 22_500)
  }))

  testing("that a death left undone is done by the next life", Effect.gen(function*() {
    const here = yield* world
    const dead = yield* here.open
    yield* dead.actor.ask(prompt(1))
    yield* speak(here, 10)
    yield* here.faults.latency("1 second")
    yield* here.agent.end()
    yield* settle
    yield* TestClock.adjust("1 second")
    yield* until(Effect.sync(() => lastTurn(dead.actor.current())?.outcome === "completed"))
    yield* dead.kill
    yield* here.faults.latency(0)
    assert.include(yield* turnTags(here), "TextAppended")

    const { actor } = yield* here.open
    yield* until(isCompacted(here))
    assert.deepStrictEqual(yield* turnTags(here), ["ItemSealed", "ItemSealed", "TurnSealed"])
    assertSame(yield* here.folded, actor.current(), "fold of the log")
    assert.strictEqual(textOf(actor.current()).length, 50)
  }))

  testing("of a turn that a dead boot left open comes with its end", Effect.gen(function*() {
    const here = yield* world
    const dead = yield* here.open
    yield* dead.actor.ask(prompt(1))
    yield* speak(here, 4500)
    yield* dead.kill
    const { actor } = yield* here.open
    yield* until(isCompacted(here))
    assert.deepStrictEqual(yield* turnTags(here), ["ItemSealed", "ItemSealed", "TurnSealed"])
    assertSame(yield* here.folded, actor.current(), "fold of the log")
    assert.strictEqual(textOf(actor.current()).length, 22_500)
  }))
})

it("an append tells every turn that it starts, also beside one that is open", () => {
  const alone = fold(empty, [queued(1), started(1, 1)])
  const both = fold(alone, [started(2)])
  assert.deepStrictEqual([ChatActor.begunTurns(empty, both), ChatActor.begunTurns(alone, both), ChatActor.begunTurns(both, both)], [
    { begun: [1, 2].map((nth) => ({ turnId: turnId(nth), agent: goose })) }, { begun: [{ turnId: turnId(2), agent: goose }] }, {}
  ])
})
