/**
 * Joins what an agent says into few updates. The first passes at once; later ones join until 16 ms after it set out, or
 * until 2 KB wait. One batch is in flight at a time, and past a bound `push` waits: that is how a database that is away
 * stops the reading of an agent's output, and nothing else does. It gives texts their offsets, never splits a
 * surrogate pair, mends what can't be stored, and begins a new part where one grows too long for a page.
 */
import { Clock, Effect, Latch, type Scope, Semaphore } from "effect"
import { PartId } from "../../shared/Ids.ts"
import type { TurnUpdate } from "../../shared/SessionUpdate.ts"
import { cutText, mendText } from "../../shared/Text.ts"
import type { LargeText, ToolCall } from "../../shared/ToolCall.ts"

/** A turn's update as a translator makes it: texts without offsets. */
export type RawUpdate =
  | Omit<Extract<TurnUpdate, { _tag: "Text" }>, "offset">
  | Exclude<TurnUpdate, { _tag: "Text" }>

export interface Coalescer {
  readonly push: (update: RawUpdate) => Effect.Effect<void>
  /** Everything pushed so far is taken when it returns. */
  readonly flush: Effect.Effect<void>
  /** From now on nobody waits for room: what finds none is dropped. */
  readonly letGo: Effect.Effect<void>
}

const pauseMillis = 16
const eager = 2048
const bound = 256 * 1024
const partLimit = 64 * 1024

const keyOf = (update: RawUpdate): string => {
  switch (update._tag) {
    case "Text": return `text ${update.partId}`
    case "Tool": return `tool ${update.call.toolCallId}`
    case "Plan": case "Usage": return update._tag
  }
}

/** In characters, about. */
const weight = (update: RawUpdate | undefined): number => {
  switch (update?._tag) {
    case undefined: return 0
    case "Text": return update.text.length
    case "Tool": return 256 + callSize(update.call)
    case "Plan": case "Usage": return 256
  }
}

const textSize = (text: LargeText | null | undefined): number => typeof text === "string" ? text.length : 0

const callSize = ({ content, input, output }: ToolCall): number => content.reduce((size, one) => {
  switch (one.type) {
    case "content": return size + (one.content.type === "text" ? one.content.text.length : one.content.type === "image" ? one.content.data.length : 0)
    case "diff": return size + textSize(one.oldText) + textSize(one.newText)
    case "terminal": return size
  }
}, textSize(input) + textSize(output))

export const make = Effect.fnUntraced(function*(
  take: (updates: ReadonlyArray<TurnUpdate>) => Effect.Effect<void>
): Effect.fn.Return<Coalescer, never, Scope.Scope> {
  const clock = yield* Clock.Clock
  let waiting = new Map<string, RawUpdate>()
  let size = 0
  let closed = false
  let dropping = false
  const lengths = new Map<string, { parts: number; length: number }>()
  const some = Latch.makeUnsafe(false)
  const much = Latch.makeUnsafe(false)
  const room = Latch.makeUnsafe(true)
  const oneAtATime = Semaphore.makeUnsafe(1)

  const place = (update: Extract<RawUpdate, { _tag: "Text" }>): ReadonlyArray<TurnUpdate> => {
    const placed: Array<TurnUpdate> = []
    for (let rest = mendText(update.text); rest !== "";) {
      const at = lengths.get(update.partId) ?? { parts: 0, length: 0 }
      const next = at.length > 0 && at.length + rest.length > partLimit ? { parts: at.parts + 1, length: 0 } : at
      const text = cutText(rest, partLimit - next.length)
      lengths.set(update.partId, { parts: next.parts, length: next.length + text.length })
      const partId = next.parts === 0 ? update.partId : PartId.make(`${update.partId}~${next.parts}`)
      placed.push({ ...update, partId, offset: next.length, text })
      rest = rest.slice(text.length)
    }
    return placed
  }

  /** What waits, in the order it began to; half a surrogate pair stays behind unless this is the last. */
  const drain = (last: boolean): ReadonlyArray<TurnUpdate> => {
    const updates: Array<TurnUpdate> = []
    const kept = new Map<string, RawUpdate>()
    for (const [key, update] of waiting) {
      if (update._tag !== "Text") {
        updates.push(update)
        continue
      }
      const half = !last && endsInHalf(update.text)
      const text = half ? update.text.slice(0, -1) : update.text
      if (half) kept.set(key, { ...update, text: update.text.slice(-1) })
      updates.push(...place({ ...update, text }))
    }
    waiting = kept
    size = kept.size
    much.closeUnsafe()
    if (!last) some.closeUnsafe()
    room.openUnsafe()
    return updates
  }
  const pass = (last: boolean) => oneAtATime.withPermit(Effect.suspend(() => {
    const updates = drain(last)
    return updates.length === 0 ? Effect.void : take(updates)
  }))

  yield* Effect.forever(Effect.gen(function*() {
    yield* some.await
    const from = clock.currentTimeMillisUnsafe()
    yield* pass(false)
    // what taking took counts: else a stream of one piece every 20 ms would always wait
    const left = pauseMillis - (clock.currentTimeMillisUnsafe() - from)
    if (left > 0) yield* Effect.timeoutOption(much.await, left)
  })).pipe(Effect.forkScoped)

  // what comes after the turn goes nowhere, and whoever waits for room is let go
  yield* Effect.addFinalizer(() => Effect.sync(() => {
    closed = true
    room.openUnsafe()
  }))

  const add = (update: RawUpdate) => {
    if (closed || (dropping && size >= bound)) return
    const key = keyOf(update)
    const before = waiting.get(key)
    const joined = before?._tag === "Text" && update._tag === "Text" ? { ...update, text: before.text + update.text } : update
    waiting.set(key, joined)
    size += weight(joined) - weight(before)
    if (size >= eager) much.openUnsafe()
    if (size >= bound && !dropping) room.closeUnsafe()
    some.openUnsafe()
  }
  return {
    push: (update) => room.isOpen() ? Effect.sync(() => add(update)) : Effect.andThen(room.await, Effect.sync(() => add(update))),
    flush: pass(true),
    letGo: Effect.sync(() => {
      dropping = true
      room.openUnsafe()
    })
  }
})

const endsInHalf = (text: string): boolean => {
  const code = text.charCodeAt(text.length - 1)
  return code >= 0xd800 && code <= 0xdbff
}
