/** The loop of an actor, on one that adds numbers: the order inside it, its batches, its lives and their ends. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Scope } from "effect"
import { TestClock } from "effect/testing"
import * as Actor from "./Actor.ts"
import type { Intensity } from "./Supervisor.ts"

type Message =
  | { readonly add: number }
  /** Refused, without an entry. */
  | { readonly refuse: string }
  /** Breaks an invariant where it says. */
  | { readonly die: "step" | "publish" | "perform" }
  | { readonly begin: true }
type Action = { readonly act: number } | { readonly die: true }

const intensity: Intensity = { restarts: 3, within: "1 minute", pause: "1 second" }

/** What an asker gets: the reply, what it was refused with, or what became of the actor. */
const told = (reply: Effect.Effect<number, string | Actor.ActorRestarted>) => Effect.match(reply, {
  onSuccess: (sum): number | string => sum,
  onFailure: (failure) => typeof failure === "string" ? failure : failure.closed ? "closed" : "restarted"
})

/** Everything an adder does, as it happens; and what is done to it. */
interface World {
  readonly journal: Array<string>
  readonly durable: Array<number>
  lives: number
  /** What an append does before it is durable. */
  append: Effect.Effect<void, string>
  recover: Effect.Effect<void, string>
  /** Once. */
  dieIn: string
}

const makeAdder = Effect.fnUntraced(function*(options: {
  readonly durable?: ReadonlyArray<number>; readonly perform?: (action: number, scope: Scope.Scope) => Effect.Effect<void>
} = {}) {
  const journal: Array<string> = []
  const durable: Array<number> = [...options.durable ?? []]
  const world: World = { journal, durable, lives: 0, append: Effect.void, recover: Effect.void, dieIn: "" }
  const dies = (place: string) => {
    if (world.dieIn !== place) return false
    world.dieIn = ""
    return true
  }
  const step = (state: number, message: Message): Actor.Step<number, number, Action, number, string> => {
    const nothing = { state, entries: [], actions: [] }
    if ("begin" in message) return { ...nothing, reply: Exit.succeed(state) }
    if ("refuse" in message) return { ...nothing, reply: Exit.fail(message.refuse) }
    if ("die" in message) {
      if (message.die === "step") throw new Error("a step that dies")
      world.dieIn = message.die
      return { state: state + 1, entries: [1], actions: [{ die: true }], reply: Exit.succeed(-1) }
    }
    const sum = state + message.add
    return { state: sum, entries: [message.add], actions: [{ act: message.add }], reply: Exit.succeed(sum) }
  }
  const actor = yield* Actor.make<number, Message, number, Action, number, string, string>({
    recover: Effect.andThen(Effect.suspend(() => world.recover), Effect.sync(() => {
      world.lives += 1
      return durable.reduce((sum, entry) => sum + entry, 0)
    })),
    started: () => ({ begin: true }),
    step,
    append: (before, entries, after) => Effect.andThen(Effect.suspend(() => world.append), Effect.sync(() => {
      durable.push(...entries)
      journal.push(`append ${entries.join(" ")} (${before} to ${after})`)
    })),
    publish: (state, entries) => {
      journal.push(`publish ${state}`)
      if (entries.length > 0 && dies("publish")) throw new Error("a feed that dies")
    },
    perform: (action, _, scope) => {
      if ("die" in action) return dies("perform") ? Effect.die(new Error("an action that dies")) : Effect.void
      journal.push(`perform ${action.act}`)
      return options.perform?.(action.act, scope) ?? Effect.void
    }
  }, intensity)
  return { actor, world }
})

const fork = <A>(effect: Effect.Effect<A>) => Effect.forkChild(effect, { startImmediately: true })
const gate = () => {
  const open = Deferred.makeUnsafe<void>()
  return { wait: Deferred.await(open), open: Deferred.succeed(open, undefined) }
}

describe("the order of the loop", () => {
  it.effect("append, publish, reply, perform; nothing of it before what stands before it", () => Effect.gen(function*() {
    const disk = gate(), action = gate()
    const { actor, world } = yield* makeAdder({ perform: () => action.wait })
    yield* actor.idle
    world.journal.length = 0
    world.append = disk.wait
    const reply = yield* fork(told(actor.ask({ add: 5 })))
    yield* TestClock.adjust("1 hour")
    assert.deepStrictEqual(world.journal, [])
    assert.isUndefined(reply.pollUnsafe(), "no reply before it is durable")

    yield* disk.open
    assert.strictEqual(yield* Fiber.join(reply), 5, "the reply doesn't wait for the actions")
    assert.deepStrictEqual(world.journal, ["append 5 (0 to 5)", "publish 5", "perform 5"])
    const idle = yield* fork(actor.idle)
    yield* TestClock.adjust("1 hour")
    assert.isUndefined(idle.pollUnsafe(), "idle means that the actions have begun")
    yield* action.open
    yield* Fiber.join(idle)
  }))

  it.effect("a life publishes what it recovered before it takes a message", () => Effect.gen(function*() {
    const { actor, world } = yield* makeAdder({ durable: [40] })
    assert.strictEqual(yield* actor.ask({ add: 2 }), 42)
    yield* actor.idle
    assert.deepStrictEqual(world.journal, ["publish 40", "append 2 (40 to 42)", "publish 42", "perform 2"])
  }))

  it.effect("takes up to 64 waiting messages, folds them over a working copy and appends once", () => Effect.gen(function*() {
    const disk = gate()
    const { actor, world } = yield* makeAdder()
    yield* actor.idle
    world.append = disk.wait
    const first = yield* fork(told(actor.ask({ add: 1 })))
    yield* TestClock.adjust(0)
    const replies = yield* Effect.forEach(Array.from({ length: 100 }), () => fork(told(actor.ask({ add: 1 }))))
    yield* disk.open
    assert.strictEqual(yield* Fiber.join(first), 1)
    for (const [index, reply] of replies.entries()) assert.strictEqual(yield* Fiber.join(reply), index + 2, "in the order in which they were sent")
    assert.deepStrictEqual(world.journal.filter((line) => line.startsWith("append")).map((line) => line.split(" ").length - 4), [1, 64, 36])
  }))

  it.effect("what changes nothing is answered without an append, after what came before it", () => Effect.gen(function*() {
    const disk = gate()
    const { actor, world } = yield* makeAdder()
    yield* actor.idle
    world.append = disk.wait
    const both = yield* Effect.forEach([{ add: 1 }, { refuse: "no" }], (message) => fork(told(actor.ask(message))))
    yield* TestClock.adjust("1 second")
    assert.isUndefined(both[1]?.pollUnsafe())
    yield* disk.open
    assert.deepStrictEqual(yield* Effect.forEach(both, Fiber.join), [1, "no"])
    assert.strictEqual(yield* Effect.flip(actor.ask({ refuse: "again" })), "again")
    assert.deepStrictEqual(world.durable, [1])
  }))

  it.effect("send puts its message into the mailbox when it is called, not when its reply is waited for", () => Effect.gen(function*() {
    const { actor } = yield* makeAdder()
    const first = actor.send({ add: 1 })
    const second = actor.send({ add: 10 })
    assert.deepStrictEqual([yield* second, yield* first], [11, 1])
  }))
})

describe("a life that ends", () => {
  it.effect("by an append that fails: its callers know, the state is recovered anew, and the rest goes on", () => Effect.gen(function*() {
    const disk = gate()
    const { actor, world } = yield* makeAdder()
    yield* actor.ask({ add: 1 })
    world.append = Effect.andThen(disk.wait, Effect.fail("fenced"))
    const lost = yield* Effect.forEach([{ add: 2 }, { add: 3 }], (message) => fork(told(actor.ask(message))))
    yield* TestClock.adjust(0)
    const waiting = yield* fork(told(actor.ask({ add: 10 })))
    const idle = yield* fork(actor.idle)
    world.durable.push(100) // somebody else's
    yield* disk.open
    for (const fiber of lost) assert.strictEqual(yield* Fiber.join(fiber), "restarted")
    world.append = Effect.void
    yield* TestClock.adjust("1 second")
    assert.strictEqual(yield* Fiber.join(waiting), 111, "what waited in the mailbox is handled by the next life")
    yield* Fiber.join(idle)
    assert.deepStrictEqual([world.lives, world.durable], [2, [1, 100, 10]])
  }))

  it.effect.each(["step", "publish", "perform"] as const)("by a defect in %s: the message is dropped, and the next life is sound", (die) => Effect.gen(function*() {
    const { actor, world } = yield* makeAdder()
    yield* actor.ask({ add: 1 })
    const answer = yield* told(actor.ask({ die }))
    // an action fails after its caller was answered
    assert.strictEqual(answer, die === "perform" ? -1 : "restarted")
    const reply = yield* fork(told(actor.ask({ add: 10 })))
    yield* TestClock.adjust("1 second")
    // what was durable when it died stays so
    assert.strictEqual(yield* Fiber.join(reply), die === "step" ? 11 : 12)
    assert.strictEqual(world.lives, 2)
  }))

  it.effect("ends what it has forked", () => Effect.gen(function*() {
    const ended: Array<number> = []
    const { actor, world } = yield* makeAdder({
      perform: (n, scope) => Effect.asVoid(Effect.forkIn(Effect.onInterrupt(Effect.never, () => Effect.sync(() => { ended.push(n) })), scope, { startImmediately: true }))
    })
    yield* actor.ask({ add: 1 })
    yield* told(actor.ask({ die: "step" }))
    yield* TestClock.adjust("1 second")
    yield* actor.ask({ add: 2 })
    assert.deepStrictEqual([ended, world.lives], [[1], 2])
  }))

  it.effect("and whose recovery fails, is tried again while its callers wait", () => Effect.gen(function*() {
    const { actor, world } = yield* makeAdder()
    yield* actor.idle
    world.recover = Effect.fail("unreadable")
    yield* told(actor.ask({ die: "step" }))
    const reply = yield* fork(told(actor.ask({ add: 1 })))
    yield* TestClock.adjust("2 seconds")
    assert.isUndefined(reply.pollUnsafe())
    world.recover = Effect.void
    yield* TestClock.adjust("1 second")
    assert.strictEqual(yield* Fiber.join(reply), 1)
  }))

  it.effect("too often: everybody is answered at once, and after a rest it is tried anew", () => Effect.gen(function*() {
    const { actor, world } = yield* makeAdder()
    yield* actor.idle
    world.recover = Effect.fail("unreadable")
    yield* told(actor.ask({ die: "step" }))
    const waiting = yield* fork(told(actor.ask({ add: 1 })))
    const idle = yield* fork(actor.idle)
    yield* TestClock.adjust("3 seconds")
    assert.strictEqual(yield* Fiber.join(waiting), "restarted")
    yield* Fiber.join(idle)
    assert.strictEqual(yield* told(actor.ask({ add: 1 })), "restarted", "and so is whoever comes later")
    world.recover = Effect.void
    yield* TestClock.adjust("59 seconds")
    assert.strictEqual(yield* told(actor.ask({ add: 1 })), "restarted")
    yield* TestClock.adjust("1 second")
    assert.strictEqual(yield* actor.ask({ add: 1 }), 1)
  }))
})

it.effect("closing the scope answers everybody: who is at work, who waits, and who comes later", () => Effect.gen(function*() {
  const scope = yield* Scope.make()
  const { actor, world } = yield* Scope.provide(makeAdder(), scope)
  yield* actor.idle
  world.append = Effect.never
  const atWork = yield* fork(told(actor.ask({ add: 1 })))
  yield* TestClock.adjust(0)
  const waiting = yield* fork(told(actor.ask({ add: 2 })))
  const idle = yield* fork(actor.idle)
  yield* Scope.close(scope, Exit.void)
  for (const fiber of [atWork, waiting]) assert.strictEqual(yield* Fiber.join(fiber), "closed")
  yield* Fiber.join(idle)
  assert.strictEqual(yield* told(actor.ask({ add: 3 })), "closed")
  yield* actor.cast({ add: 4 })
  yield* actor.idle
  assert.deepStrictEqual([world.lives, world.durable], [1, []])
}))
