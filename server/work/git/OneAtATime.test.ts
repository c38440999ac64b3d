import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber } from "effect"
import { oneAtATime } from "./OneAtATime.ts"

describe("one at a time of each key", () => {
  it.effect("in their order, beside other keys, also where one is given up or fails; and nothing of a key is left", () => Effect.gen(function*() {
    const alone = oneAtATime<string>(), said: Array<string> = []
    const gate = yield* Deferred.make<void>()
    const say = (what: string) => Effect.sync(() => { said.push(what) })
    const first = yield* Effect.forkChild(alone("a")(Effect.andThen(say("first"), Deferred.await(gate))), { startImmediately: true })
    const given = yield* Effect.forkChild(alone("a")(say("given up")), { startImmediately: true })
    const failing = yield* Effect.forkChild(Effect.exit(alone("a")(Effect.andThen(say("second"), Effect.fail("no")))), { startImmediately: true })
    const last = yield* Effect.forkChild(alone("a")(say("third")), { startImmediately: true })
    yield* alone("b")(say("beside"))
    assert.strictEqual(alone.keys(), 1)
    yield* Fiber.interrupt(given)
    assert.deepStrictEqual(said, ["first", "beside"])
    yield* Deferred.succeed(gate, undefined)
    yield* Effect.all([Fiber.join(first), Fiber.join(failing), Fiber.join(last)])
    assert.deepStrictEqual(said, ["first", "beside", "second", "third"])
    assert.strictEqual(alone.keys(), 0)
  }))
})
