import { assert, it } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { supervise } from "./Supervisor.ts"

const intensity = { restarts: 3, within: "1 minute", pause: "1 second" } as const

/** A life that ends as it is told, and how often it began. */
const lives = (end: Effect.Effect<never, string>) => {
  let begun = 0
  return { life: Effect.andThen(Effect.sync(() => { begun += 1 }), end), begun: () => begun }
}
const fork = <A, E>(effect: Effect.Effect<A, E>) => Effect.forkChild(effect, { startImmediately: true })

it.effect("restarts a life after a pause, so often within the period, then passes its last cause on", () => Effect.gen(function*() {
  const { begun, life } = lives(Effect.fail("boom"))
  const fiber = yield* fork(Effect.exit(supervise(life, intensity)))
  const seen: Array<number> = []
  for (let second = 0; second < 5; second++) {
    seen.push(begun())
    yield* TestClock.adjust("1 second")
  }
  assert.deepStrictEqual(seen, [1, 2, 3, 4, 4])
  assert.deepStrictEqual(yield* Fiber.join(fiber), Exit.fail("boom"))
}))

it.effect("never gives up on a life that ends seldom enough", () => Effect.gen(function*() {
  const { begun, life } = lives(Effect.andThen(Effect.sleep("20 seconds"), Effect.fail("boom")))
  const fiber = yield* fork(supervise(life, intensity))
  yield* TestClock.adjust("210 seconds")
  assert.strictEqual(begun(), 11)
  assert.isUndefined(fiber.pollUnsafe())
}))

it.effect("restarts after a defect as after a failure", () => Effect.gen(function*() {
  const { begun, life } = lives(Effect.die(new Error("a broken invariant")))
  const fiber = yield* fork(Effect.exit(supervise(life, intensity)))
  yield* TestClock.adjust("10 seconds")
  const exit = yield* Fiber.join(fiber)
  assert.strictEqual(begun(), 4)
  assert.isTrue(Exit.isFailure(exit) && Cause.hasDies(exit.cause))
}))

it.effect("lets an interrupted life rest", () => Effect.gen(function*() {
  const { begun, life } = lives(Effect.never)
  const fiber = yield* fork(supervise(life, intensity))
  yield* Fiber.interrupt(fiber)
  yield* TestClock.adjust("1 hour")
  assert.strictEqual(begun(), 1)

  const inner = lives(Effect.interrupt)
  const exit = yield* Effect.exit(supervise(inner.life, intensity))
  assert.strictEqual(inner.begun(), 1)
  assert.isTrue(Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause))
}))
