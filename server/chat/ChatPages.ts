/** What older rows of a log come to as a page, though some of them can't be read. */
import { Effect } from "effect"
import type { ChatPage } from "../../shared/rpc/ChatRpc.ts"
import type { LogRow } from "../store/LogTable.ts"
import { readable } from "./ChatActor.ts"
import { pageOf } from "./Compaction.ts"

/** `rows`: all of the newest `limit` anchors below the one asked for. Fewer anchors are the oldest there are. */
export const pageFrom = (rows: ReadonlyArray<LogRow>, limit: number): Effect.Effect<ChatPage> => Effect.map(readable(rows), (entries) => {
  const anchors = new Set(rows.map(({ anchor }) => anchor))
  const isFull = anchors.size >= limit
  const page = pageOf(entries, isFull)
  // nothing of it can be read: the asking goes on below it
  return entries.length > 0 || !isFull ? page : { ...page, floor: Math.min(...anchors) }
})
