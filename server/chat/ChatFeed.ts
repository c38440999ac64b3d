/**
 * What the watchers of one chat read: its state and a ring of its newest events. Watchers pull; nothing is queued for
 * them. One that stands inside the ring gets the events since its cursor, in one frame; every other gets a snapshot.
 * So a watcher that never reads costs nothing, and none can hold up the actor.
 */
import { Deferred, Effect, Stream } from "effect"
import { type Chat, empty } from "../../shared/Chat.ts"
import type { LogEntry } from "../../shared/ChatEvent.ts"
import type { ChatFrame, Cursor } from "../../shared/Feed.ts"

const ringEntries = 1024
const ringSize = 1024 * 1024
/** Events in one frame, at most. */
const frameEntries = 512

const entrySize = ({ event }: LogEntry): number => {
  switch (event._tag) {
    case "TextAppended": return 100 + event.text.length
    case "PromptDelivered": case "StopRequested": case "UsageReported": return 200
    default: return JSON.stringify(event).length
  }
}

export interface ChatFeed {
  /** Never blocks. A new epoch forgets the ring. */
  readonly publish: (epoch: number, chat: Chat, entries: ReadonlyArray<LogEntry>) => void
  /** Subscribes and reads the state in one step: there is no gap. */
  readonly watch: (cursor: Cursor | undefined) => Stream.Stream<ChatFrame>
  readonly current: () => Chat
}

export const make = (): ChatFeed => {
  let epoch = 0
  let chat = empty
  let ring: Array<{ readonly entry: LogEntry; readonly size: number }> = []
  let size = 0
  /** The seq before the ring's first entry. */
  let start = 0
  let news = Deferred.makeUnsafe<void>()

  const publish: ChatFeed["publish"] = (nextEpoch, nextChat, entries) => {
    if (nextEpoch !== epoch) {
      ring = []
      size = 0
      start = nextChat.seq
    }
    epoch = nextEpoch
    chat = nextChat
    for (const entry of entries) {
      const bytes = entrySize(entry)
      ring.push({ entry, size: bytes })
      size += bytes
    }
    let drop = 0
    while (ring.length - drop > ringEntries || (size > ringSize && drop < ring.length)) {
      size -= ring[drop]?.size ?? 0
      start = ring[drop]?.entry.seq ?? start
      drop += 1
    }
    if (drop > 0) ring = ring.slice(drop)
    const waiting = news
    news = Deferred.makeUnsafe<void>()
    Deferred.doneUnsafe(waiting, Effect.void)
  }

  const frame = (cursor: Cursor | undefined): ChatFrame | undefined => {
    // nothing was published: what the chat holds is not known yet
    if (epoch === 0) return undefined
    if (cursor === undefined || cursor.epoch !== epoch || cursor.seq < start || cursor.seq > chat.seq) {
      return { _tag: "Snapshot", epoch, chat }
    }
    if (cursor.seq === chat.seq) return undefined
    const first = ring.findLastIndex(({ entry }) => entry.seq <= cursor.seq) + 1
    const events = ring.slice(first, first + frameEntries).map(({ entry }) => entry)
    return { _tag: "Events", epoch, from: cursor.seq, events }
  }
  const after = (sent: ChatFrame): Cursor => sent._tag === "Snapshot"
    ? { epoch: sent.epoch, seq: sent.chat.seq }
    : { epoch: sent.epoch, seq: sent.events.at(-1)?.seq ?? sent.from }

  const next = (cursor: Cursor | undefined): Effect.Effect<readonly [ChatFrame, Cursor]> => Effect.suspend(() => {
    const ready = frame(cursor)
    // whoever waited goes on later: publishing wakes up to hundreds, and the actor comes first
    return ready === undefined
      ? Effect.andThen(Deferred.await(news), Effect.andThen(Effect.yieldNow, next(cursor)))
      : Effect.succeed([ready, after(ready)] as const)
  })

  return { publish, watch: (cursor) => Stream.unfold(cursor, next), current: () => chat }
}
