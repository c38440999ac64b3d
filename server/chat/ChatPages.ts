/** What older rows of a log come to as a page, though some of them can't be read. */
import { Effect } from "effect"
import type { LogEntry } from "../../shared/ChatEvent.ts"
import type { ChatPage } from "../../shared/rpc/ChatRpc.ts"
import type { LogRow } from "../store/LogTable.ts"
import { readable } from "./ChatActor.ts"
import { pageOf } from "./Compaction.ts"

/** Characters of a page's rows. What is larger alone comes alone. */
const pageLimit = 1024 * 1024

/** The newest of them that have room in a page, by whole anchors. */
const roomFor = (all: ReadonlyArray<LogRow>, limit: number): ReadonlyArray<LogRow> => {
  const sizes = new Map<number, number>()
  for (const { anchor, body } of all) sizes.set(anchor, (sizes.get(anchor) ?? 0) + body.length)
  let size = 0, floor = Infinity
  for (const [anchor, own] of [...sizes].toSorted(([a], [b]) => b - a)) {
    size += own
    if (size > limit && floor !== Infinity) break
    floor = anchor
  }
  return all.filter(({ anchor }) => anchor >= floor)
}

/** `all`: those of the newest `limit` anchors below the one asked for. Fewer anchors are the oldest there are. */
export const pageFrom = (all: ReadonlyArray<LogRow>, limit: number, size = pageLimit): Effect.Effect<ChatPage> => Effect.suspend(() => {
  const rows = roomFor(all, size)
  return Effect.map(readable(rows), (entries) => pageOfRead(rows, entries, limit, rows.length < all.length))
})

const pageOfRead = (rows: ReadonlyArray<LogRow>, entries: ReadonlyArray<LogEntry>, limit: number, isCut: boolean): ChatPage => {
  const anchors = new Set(rows.map(({ anchor }) => anchor))
  const isFull = isCut || anchors.size >= limit
  const page = pageOf(entries, isFull)
  // nothing of it can be read: the asking goes on below it
  return entries.length > 0 || !isFull ? page : { ...page, floor: Math.min(...anchors) }
}
