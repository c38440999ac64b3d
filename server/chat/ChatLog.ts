/** A chat's log, read as a whole and without its actor: for what looks beyond the window. */
import { Effect } from "effect"
import type { LogEntry } from "../../shared/ChatEvent.ts"
import type { ChatId } from "../../shared/Ids.ts"
import type { EventLog } from "../store/EventLog.ts"
import { readable } from "./ChatActor.ts"

const readPage = 2000

/** From its beginning; a row that can't be read is left out. */
export const readLog = (log: EventLog["Service"], chatId: ChatId) => Effect.gen(function*() {
  const entries: Array<LogEntry> = []
  for (let after = 0;;) {
    const page = yield* Effect.orDie(log.read(chatId, after, readPage))
    entries.push(...yield* readable(page).pipe(Effect.annotateLogs({ chatId })))
    after = page.at(-1)?.seq ?? after
    if (page.length < readPage) return entries
  }
})
