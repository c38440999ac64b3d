/** Who may be in a worktree: turns together, or one alone, and nobody waits for who has gone. */
import { assert, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { AgentName, SessionId, TurnId } from "../../../shared/Ids.ts"
import { makeGate } from "./Gate.ts"
import { pauseAfter } from "./Looking.ts"

const session = SessionId.make("10000000-0000-4000-8000-000000000000")
const turn = (nth: number) => TurnId.make(`20000000-0000-4000-8000-00000000000${nth}`)
const goose = AgentName.make("goose"), qwen = AgentName.make("qwen")

const world = () => {
  const told: Array<string> = []
  const gate = makeGate((id) => Effect.sync(() => { told.push(id) }))
  return { gate, told }
}
const isDone = (fiber: Fiber.Fiber<unknown, unknown>) => fiber.pollUnsafe() !== undefined
const rest = Effect.andThen(Effect.yieldNow, Effect.yieldNow)

it.effect("turns are in it together, each agent named once; who wants it alone waits for the last", () => Effect.gen(function*() {
  const { gate, told } = world()
  yield* gate.enter(session, turn(1), goose)
  yield* gate.enter(session, turn(2), qwen)
  yield* gate.join(session, turn(3), goose)
  assert.deepStrictEqual([gate.running(session), told.length], [[goose, qwen], 3])
  const alone = yield* Effect.forkChild(gate.alone(session, Effect.succeed("alone")), { startImmediately: true })
  for (const nth of [1, 2, 3]) {
    assert.isFalse(isDone(alone))
    yield* gate.leave(session, turn(nth))
    yield* rest
  }
  assert.strictEqual(yield* Fiber.join(alone), "alone")
}))

it.effect("no turn enters while somebody has it alone, but one that began by itself; all go on when it is free, however it ended", () => Effect.gen(function*() {
  const { gate } = world()
  for (const end of [Exit.void, Exit.fail("no")]) {
    const done = Deferred.makeUnsafe<void, string>()
    const alone = yield* Effect.forkChild(Effect.exit(gate.alone(session, Deferred.await(done))), { startImmediately: true })
    const entering = yield* Effect.forkChild(gate.enter(session, turn(1), goose), { startImmediately: true })
    yield* gate.join(session, turn(2), qwen)
    yield* rest
    assert.deepStrictEqual([isDone(entering), gate.running(session)], [false, [qwen]])
    yield* Deferred.done(done, end)
    yield* Fiber.join(alone)
    yield* Fiber.join(entering)
    yield* gate.leave(session, turn(1))
    yield* gate.leave(session, turn(2))
  }
}))

it.effect("a turn that has ended is waited for by who enters, for two seconds at most, and not by one that began by itself", () => Effect.gen(function*() {
  const { gate } = world()
  yield* gate.enter(session, turn(1), goose)
  yield* gate.enter(session, turn(2), goose)
  yield* gate.ending(session, turn(1))
  const entering = yield* Effect.forkChild(gate.enter(session, turn(3), qwen), { startImmediately: true })
  yield* gate.join(session, turn(4), goose)
  yield* rest
  assert.deepStrictEqual([isDone(entering), gate.running(session)], [false, [goose]])
  yield* gate.leave(session, turn(1))
  yield* Fiber.join(entering)
  yield* gate.ending(session, turn(2))
  const impatient = yield* Effect.forkChild(gate.enter(session, turn(5), qwen), { startImmediately: true })
  yield* TestClock.adjust("1900 millis")
  assert.isFalse(isDone(impatient))
  yield* TestClock.adjust("200 millis")
  yield* Fiber.join(impatient)
}))

it.effect("who gives up waiting holds nothing, and who is interrupted frees it", () => Effect.gen(function*() {
  const { gate } = world()
  yield* gate.enter(session, turn(1), goose)
  const waiting = yield* Effect.forkChild(gate.alone(session, Effect.never), { startImmediately: true })
  yield* Fiber.interrupt(waiting)
  assert.strictEqual(yield* Effect.flip(gate.aloneNow(session, Effect.void, () => "at work")), "at work")
  yield* gate.leave(session, turn(1))
  const holding = yield* Effect.forkChild(gate.alone(session, Effect.never), { startImmediately: true })
  yield* rest
  const entering = yield* Effect.forkChild(gate.enter(session, turn(2), goose), { startImmediately: true })
  yield* rest
  assert.isFalse(isDone(entering))
  yield* Fiber.interrupt(holding)
  yield* Fiber.join(entering)
  yield* gate.leave(session, turn(2))
  assert.strictEqual(yield* gate.aloneNow(session, Effect.succeed(1), () => "at work"), 1)
}))

it("looks rest forty times as long as they took, but not for ever", () => {
  assert.deepStrictEqual([0, 20, 50, 200, 1500, 10_000].map(pauseAfter), [2000, 2000, 2000, 8000, 60_000, 60_000])
})
