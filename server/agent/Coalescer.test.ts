/** How an agent's updates are joined: when they pass, what becomes of their texts, and who waits for whom. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Latch, Schema, Scope } from "effect"
import { TestClock } from "effect/testing"
import { PartId, ToolCallId } from "../../shared/Ids.ts"
import type { TurnUpdate } from "../../shared/SessionUpdate.ts"
import type { ToolCall } from "../../shared/ToolCall.ts"
import * as Coalescer from "./Coalescer.ts"

const text = (words: string, part = "p1"): Coalescer.RawUpdate => ({ _tag: "Text", partId: PartId.make(part), kind: "text", text: words })
const tool = (id: string, more: Partial<ToolCall> = {}): Coalescer.RawUpdate => ({ _tag: "Tool", call: {
  toolCallId: ToolCallId.make(id), title: id, kind: "other", status: "pending", content: [], locations: [], startedAt: 1, ...more
} })
const usage = (inputTokens: number): Coalescer.RawUpdate => ({ _tag: "Usage", usage: { inputTokens, outputTokens: 0, source: "measured" } })

const told = (update: TurnUpdate): string => {
  switch (update._tag) {
    case "Text": return `${update.partId}@${update.offset} ${update.text}`
    case "Tool": return `${update.call.toolCallId} ${update.call.status}`
    case "Plan": return `plan of ${update.entries.length}`
    case "Usage": return `usage ${update.usage.inputTokens}`
  }
}

/** A coalescer whose taker waits while the gate is shut. */
const make = Effect.gen(function*() {
  const batches: Array<ReadonlyArray<TurnUpdate>> = []
  const gate = yield* Latch.make(true)
  const flight = { now: 0, most: 0 }
  const coalescer = yield* Coalescer.make((updates) => Effect.gen(function*() {
    flight.now += 1
    flight.most = Math.max(flight.most, flight.now)
    batches.push(updates)
    yield* gate.await
  }).pipe(Effect.ensuring(Effect.sync(() => { flight.now -= 1 }))))
  const seen = () => batches.map((batch) => batch.map(told))
  const pushAll = (...updates: ReadonlyArray<Coalescer.RawUpdate>) => Effect.forEach(updates, coalescer.push, { discard: true })
  return { ...coalescer, pushAll, batches, seen, gate, flight }
})
const settle = TestClock.adjust(0)
const fork = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.forkChild(effect, { startImmediately: true })
/** The whole of each part, put together by the offsets. */
const parts = (batches: ReadonlyArray<ReadonlyArray<TurnUpdate>>): Record<string, string> => {
  const whole: Record<string, string> = {}
  for (const update of batches.flat()) {
    if (update._tag !== "Text") continue
    assert.strictEqual(update.offset, (whole[update.partId] ?? "").length, "an offset that follows")
    assert.isTrue(update.text.isWellFormed() && !update.text.includes("\0"), "a text that can be kept")
    whole[update.partId] = (whole[update.partId] ?? "") + update.text
  }
  return whole
}

describe("time", () => {
  it.effect("the first passes at once; what follows within 16 ms is joined", () => Effect.gen(function*() {
    const { pushAll, seen } = yield* make
    yield* pushAll(text("a"))
    yield* settle
    assert.deepStrictEqual(seen(), [["p1@0 a"]])
    yield* pushAll(text("b"), text("c"))
    yield* TestClock.adjust("15 millis")
    assert.deepStrictEqual(seen(), [["p1@0 a"]])
    yield* pushAll(text("d"))
    yield* TestClock.adjust("1 millis")
    assert.deepStrictEqual(seen(), [["p1@0 a"], ["p1@1 bcd"]])
  }))

  it.effect("after 16 ms of silence the next passes at once again", () => Effect.gen(function*() {
    const { pushAll, seen } = yield* make
    for (const words of ["a", "b", "c"]) {
      yield* pushAll(text(words))
      yield* settle
      assert.strictEqual(seen().at(-1)?.[0]?.slice(-1), words)
      yield* TestClock.adjust("16 millis")
    }
    assert.strictEqual(seen().length, 3)
  }))

  it.effect("2 KB don't wait", () => Effect.gen(function*() {
    const { pushAll, seen } = yield* make
    yield* pushAll(text("a"))
    yield* settle
    yield* pushAll(text("x".repeat(2047)))
    yield* settle
    assert.strictEqual(seen().length, 1)
    yield* pushAll(text("y"))
    yield* settle
    assert.strictEqual(seen().length, 2)
    yield* pushAll(text("z"))
    yield* settle
    assert.strictEqual(seen().length, 2, "what comes after them does")
  }))

  it.effect("nor does a tool call of that size", () => Effect.gen(function*() {
    const { pushAll, seen } = yield* make
    yield* pushAll(text("a"))
    yield* settle
    yield* pushAll(tool("t", { output: "x".repeat(2048) }))
    yield* settle
    assert.strictEqual(seen().length, 2)
  }))

  it.effect("the time that taking takes counts: a slow log adds nothing to it", () => Effect.gen(function*() {
    const { gate, pushAll, seen } = yield* make
    yield* gate.close
    yield* pushAll(text("a"))
    yield* settle
    yield* pushAll(text("b"))
    yield* TestClock.adjust("20 millis")
    assert.strictEqual(seen().length, 1)
    yield* gate.open
    yield* settle
    assert.strictEqual(seen().length, 2)
  }))
})

describe("what is joined", () => {
  it.effect("keeps the order in which it began; of a tool call, a plan and usage the last counts", () => Effect.gen(function*() {
    const { pushAll, seen } = yield* make
    yield* pushAll(text("now"))
    yield* settle
    yield* pushAll(text("a"), tool("t"), usage(1), text("b", "p2"), tool("t", { status: "completed" }), tool("u"), usage(2), text("c", "p2"),
      { _tag: "Plan", entries: [] })
    yield* TestClock.adjust("16 millis")
    assert.deepStrictEqual(seen()[1], ["p1@3 a", "t completed", "usage 2", "p2@0 bc", "u pending", "plan of 0"])
  }))

  it.effect("never splits a surrogate pair: its first half waits for the second", () => Effect.gen(function*() {
    const { pushAll, seen } = yield* make
    yield* pushAll(text("a\ud83d"))
    yield* settle
    assert.deepStrictEqual(seen(), [["p1@0 a"]])
    yield* TestClock.adjust("1 hour")
    assert.strictEqual(seen().length, 1)
    yield* pushAll(text("\ude00b"))
    yield* settle
    assert.deepStrictEqual(seen()[1], ["p1@1 😀b"])
  }))

  it.effect("mends what can't be kept: NUL, and halves whose other half never comes", () => Effect.gen(function*() {
    const { batches, flush, pushAll } = yield* make
    yield* pushAll(text("a\0b\udc00c\ud83d"))
    yield* settle
    yield* pushAll(text("x", "p2"), text("\ud83d", "p3"))
    yield* flush
    assert.deepStrictEqual(parts(batches), { p1: "a\ufffdb\ufffdc\ufffd", p2: "x", p3: "\ufffd" })
  }))

  it.effect("begins a new part where one would grow over 64 KB, and splits what is longer than that by itself", () => Effect.gen(function*() {
    const { batches, flush, pushAll } = yield* make
    const half = "x".repeat(32 * 1024)
    for (const piece of [half, `${half.slice(1)}😀`, "after"]) {
      yield* pushAll(text(piece))
      yield* flush
    }
    // 65,535 characters and a pair: the pair would be cut, so the first part ends before it
    yield* pushAll(text(`${half}${half.slice(1)}😀${half}`, "p2"))
    yield* flush
    const whole = parts(batches)
    assert.deepStrictEqual(Object.entries(whole).map(([id, { length }]) => [id, length]), [
      ["p1", 32 * 1024], ["p1~1", 32 * 1024 + 6], ["p2", 65_535], ["p2~1", 32 * 1024 + 2]
    ])
    assert.strictEqual(whole["p2~1"]?.slice(0, 2), "😀")
  }))
})

describe("one batch is in flight", () => {
  it.effect("while it is, what comes is joined; past the bound push waits", () => Effect.gen(function*() {
    const { batches, flight, flush, gate, push, pushAll } = yield* make
    yield* gate.close
    yield* pushAll(text("a"))
    yield* settle
    yield* pushAll(text("b"), tool("t", { output: "y".repeat(200 * 1024) }), tool("t", { output: "z".repeat(200 * 1024) }))
    yield* pushAll(text("x".repeat(56 * 1024)))
    const waiting = yield* fork(push(text("c")))
    yield* TestClock.adjust("1 hour")
    assert.isUndefined(waiting.pollUnsafe())
    assert.strictEqual(batches.length, 1)
    yield* gate.open
    yield* Fiber.join(waiting)
    yield* flush
    assert.deepStrictEqual(parts(batches), { p1: `ab${"x".repeat(56 * 1024)}c` })
    assert.strictEqual(flight.most, 1)
  }))

  it.effect("flush waits for it, and then nothing is left", () => Effect.gen(function*() {
    const { flush, gate, pushAll, seen } = yield* make
    yield* gate.close
    yield* pushAll(text("a"))
    yield* settle
    yield* pushAll(text("b"))
    const flushed = yield* fork(flush)
    yield* TestClock.adjust("1 hour")
    assert.isUndefined(flushed.pollUnsafe())
    assert.deepStrictEqual(seen(), [["p1@0 a"]])
    yield* gate.open
    yield* Fiber.join(flushed)
    assert.deepStrictEqual(seen(), [["p1@0 a"], ["p1@1 b"]])
    yield* flush
    assert.strictEqual(seen().length, 2)
  }))

  it.effect("the end of its scope lets go whoever waits for room, and what comes later goes nowhere", () => Effect.gen(function*() {
    const scope = yield* Scope.make()
    const { batches, gate, push } = yield* Scope.provide(make, scope)
    yield* gate.close
    yield* push(text("a"))
    yield* settle
    yield* push(text("x".repeat(256 * 1024)))
    const waiting = yield* fork(push(text("b")))
    yield* settle
    assert.isUndefined(waiting.pollUnsafe())
    yield* Scope.close(scope, Exit.void)
    yield* Fiber.join(waiting)
    yield* push(text("c"))
    yield* TestClock.adjust("1 hour")
    assert.strictEqual(batches.length, 1)
  }))
})

describe("whatever an agent says, however it is cut", () => {
  const pieces = Schema.Array(Schema.Struct({
    cut: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 9 })), wait: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 20 })), flush: Schema.Boolean
  }))
  it.effect.prop("comes out whole, well-formed and in order", { pieces }, ({ pieces }) => Effect.scoped(Effect.gen(function*() {
    const { batches, flush, push } = yield* make
    const said = "a😀b\u{1f468}\u200d\u{1f469}c—d".repeat(20)
    let at = 0
    for (const { cut, flush: flushes, wait } of pieces) {
      yield* push(text(said.slice(at, at + cut)))
      at += cut
      if (wait > 0) yield* TestClock.adjust(wait)
      // a flush comes at the end of what an agent says, never within a character
      if (flushes && said.slice(0, at).isWellFormed()) yield* flush
    }
    yield* flush
    const expected = said.slice(0, at)
    assert.strictEqual(parts(batches)["p1"] ?? "", expected.isWellFormed() ? expected : `${expected.slice(0, -1)}\ufffd`)
  })), { arbitrary: { runs: 200, size: 40 } })
})

it.effect("a taker that is slow loses nothing of a flood", () => Effect.gen(function*() {
  const done = yield* Deferred.make<void>()
  let length = 0
  const coalescer = yield* Coalescer.make((updates) => Effect.andThen(Effect.sleep("50 millis"), Effect.sync(() => {
    for (const update of updates) length += update._tag === "Text" ? update.text.length : 0
  })))
  yield* fork(Effect.gen(function*() {
    for (let left = 2000; left > 0; left--) yield* coalescer.push(text("x".repeat(1000)))
    yield* coalescer.flush
    yield* Deferred.succeed(done, undefined)
  }))
  yield* TestClock.adjust("10 seconds")
  yield* Deferred.await(done)
  assert.strictEqual(length, 2_000_000)
}))
