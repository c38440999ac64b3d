/** What the watchers of a chat get: whatever they have, and however slowly they read, it comes to the actor's state. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Schema, Stream } from "effect"
import { anchorOf, type Chat, empty, evolve } from "../../shared/Chat.ts"
import type { ChatEvent, LogEntry } from "../../shared/ChatEvent.ts"
import { applyFrame, type ChatFrame, type Cursor, type Watched } from "../../shared/Feed.ts"
import { assertSame } from "../../test/support/assertSame.ts"
import { at, queued, said, started } from "../../test/support/given.ts"
import * as ChatFeed from "./ChatFeed.ts"

/** A chat whose turn speaks, and its feed. */
const speaking = () => {
  const feed = ChatFeed.make()
  let chat: Chat = empty
  let length = 0
  let epoch = 1
  const log: Array<LogEntry> = []
  const entryOf = (event: ChatEvent): LogEntry => {
    const seq = chat.seq + 1
    const entry = { seq, anchor: anchorOf(chat, event, seq), at, event }
    chat = evolve(chat, entry)
    log.push(entry)
    return entry
  }
  const say = (count: number, words = "word ") => {
    const entries = Array.from({ length: count }, () => {
      length += words.length
      return entryOf(said(1, words, "p1", length - words.length))
    })
    feed.publish(epoch, chat, entries)
  }
  const begun = [queued(1), started(1, 1)].map(entryOf)
  feed.publish(epoch, chat, begun)
  const restart = () => feed.publish(++epoch, chat, [])
  return { feed, say, log, chat: () => chat, restart }
}

const kinds = (frames: ReadonlyArray<ChatFrame>) => frames.map((frame) =>
  frame._tag === "Snapshot" ? `snapshot ${frame.chat.seq}` : `${frame.events.length} after ${frame.from}`)
/** The frames that are there for the taking: a watch of a chat that falls silent. */
const take = (feed: ChatFeed.ChatFeed, cursor: Cursor | undefined, count: number) =>
  Effect.map(Stream.runCollect(Stream.take(feed.watch(cursor), count)), kinds)
const waits = Effect.fnUntraced(function*(feed: ChatFeed.ChatFeed, cursor: Cursor | undefined) {
  const fiber = yield* Effect.forkChild(take(feed, cursor, 1), { startImmediately: true })
  for (let turn = 0; turn < 5; turn++) yield* Effect.yieldNow
  const waiting = fiber.pollUnsafe() === undefined
  yield* Fiber.interrupt(fiber)
  return waiting
})

describe("a watch", () => {
  it.effect("begins with a snapshot, then brings what happens", () => Effect.gen(function*() {
    const { feed, say } = speaking()
    const frames = yield* Effect.forkChild(take(feed, undefined, 2), { startImmediately: true })
    say(3)
    assert.deepStrictEqual(yield* Fiber.join(frames), ["snapshot 2", "3 after 2"])
  }))

  it.effect("of a chat that nothing is known of yet waits for its first state", () => Effect.gen(function*() {
    const feed = ChatFeed.make()
    assert.isTrue(yield* waits(feed, undefined))
    const frames = yield* Effect.forkChild(take(feed, undefined, 1), { startImmediately: true })
    feed.publish(3, speaking().chat(), [])
    assert.deepStrictEqual(yield* Fiber.join(frames), ["snapshot 2"])
  }))

  it.effect("goes on after its cursor where the ring still holds what came after it", () => Effect.gen(function*() {
    const { feed, say } = speaking()
    say(1000)
    assert.deepStrictEqual(yield* take(feed, { epoch: 1, seq: 2 }, 2), ["512 after 2", "488 after 514"])
    assert.deepStrictEqual(yield* take(feed, { epoch: 1, seq: 1001 }, 1), ["1 after 1001"])
    assert.isTrue(yield* waits(feed, { epoch: 1, seq: 1002 }), "nothing is new")
  }))

  it.effect("gets a snapshot where it does not: too long ago, of another life, or ahead of the chat (P14)", () => Effect.gen(function*() {
    const { feed, restart, say } = speaking()
    say(1030)
    assert.deepStrictEqual(yield* take(feed, { epoch: 1, seq: 8 }, 1), ["512 after 8"])
    assert.deepStrictEqual(yield* take(feed, { epoch: 1, seq: 7 }, 1), ["snapshot 1032"])
    assert.deepStrictEqual(yield* take(feed, { epoch: 1, seq: 1033 }, 1), ["snapshot 1032"])
    restart()
    assert.deepStrictEqual(yield* take(feed, { epoch: 1, seq: 1032 }, 1), ["snapshot 1032"])
    assert.isTrue(yield* waits(feed, { epoch: 2, seq: 1032 }))
  }))

  it.effect("that waits while the chat is restarted gets a snapshot of its new life", () => Effect.gen(function*() {
    const { feed, restart } = speaking()
    const frames = yield* Effect.forkChild(take(feed, undefined, 2), { startImmediately: true })
    restart()
    assert.deepStrictEqual(yield* Fiber.join(frames), ["snapshot 2", "snapshot 2"])
  }))

  it.effect("finds no more than 1 MB in the ring, and an event larger than that in a snapshot", () => Effect.gen(function*() {
    const { feed, say } = speaking()
    say(20, "x".repeat(100 * 1024))
    assert.deepStrictEqual(yield* take(feed, { epoch: 1, seq: 2 }, 1), ["snapshot 22"])
    assert.deepStrictEqual(yield* take(feed, { epoch: 1, seq: 14 }, 1), ["8 after 14"])
    say(1, "x".repeat(2 * 1024 * 1024))
    assert.deepStrictEqual(yield* take(feed, { epoch: 1, seq: 22 }, 1), ["snapshot 23"])
    say(1)
    assert.deepStrictEqual(yield* take(feed, { epoch: 1, seq: 23 }, 1), ["1 after 23"])
  }))
})

describe("whoever watches, at whatever speed", () => {
  const speeds = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 900 })))
  const reads = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 6 }))

  it.effect.prop("holds the actor's state in the end, without a gap on the way", { bursts: speeds, reads }, ({ bursts, reads }) => Effect.gen(function*() {
    const { chat, feed, log, restart, say } = speaking()
    let watched: Watched | undefined
    const watcher = yield* Effect.forkChild(Stream.runForEach(feed.watch(undefined), (frame) => Effect.gen(function*() {
      if (frame._tag === "Events") {
        assert.strictEqual(frame.from, watched?.cursor.seq)
        assertSame(frame.events, log.slice(frame.from, frame.from + frame.events.length), "the events as they are in the log")
      }
      watched = applyFrame(watched, frame)
      for (let turn = 0; turn < reads * 3; turn++) yield* Effect.yieldNow
    })), { startImmediately: true })
    for (const burst of bursts) {
      if (burst % 97 === 3) restart()
      else for (let left = burst; left > 0; left -= 64) say(Math.min(left, 64))
      for (let turn = 0; turn < 4; turn++) yield* Effect.yieldNow
    }
    for (let turn = 0; turn < 400 && watched?.chat !== chat() && watched?.chat.seq !== chat().seq; turn++) yield* Effect.yieldNow
    assertSame(watched?.chat, chat(), "what the watcher holds")
    yield* Fiber.interrupt(watcher)
  }), { arbitrary: { runs: 60, size: 12 } })
})
