/**
 * What an ended turn's events come to in the log, and what a page of the log holds. Pure: reading and replacing rows is
 * the log's. Contents come from the one fold, each item folded from its own events.
 *
 *   PromptQueued … TurnStarted  a1  b1  a2  StopRequested  b2  TurnEnded
 *                                       ▼                  ▼      ▼
 *                                  ItemSealed a     ItemSealed b  TurnSealed{turn, prompt}
 *
 * Laws (Compaction.test.ts): fold(compact(log)) = fold(log), whichever turns are compacted and at whichever seq a reader
 * stands; pages and window together hold every item.
 */
import { type Chat, empty, evolve, openWindow, turnOf } from "../../shared/Chat.ts"
import type { ChatEvent, LogEntry } from "../../shared/ChatEvent.ts"
import { isItemEvent, refKey, refOfEvent } from "../../shared/ChatItems.ts"
import type { PromptId, TurnId } from "../../shared/Ids.ts"
import type { ChatPage } from "../../shared/rpc/ChatRpc.ts"

/** `remove`: the seqs of all rows of the turn; `rows` come in their stead, at some of these seqs, in their order. */
export interface Compaction {
  readonly remove: ReadonlyArray<number>
  readonly rows: ReadonlyArray<LogEntry>
}

const nothing: Compaction = { remove: [], rows: [] }

const fold = (from: Chat, entries: ReadonlyArray<LogEntry>): Chat =>
  entries.reduce((chat, entry) => evolve(chat, entry, openWindow), from)

/**
 * Compacts one ended turn. `entries` are any stretch of the log, in order, from where the turn's prompt was queued to
 * where the turn ended. A turn that has not ended, is compacted already, or whose prompt is not in the stretch, is left
 * as it is.
 */
export const compactTurn = (entries: ReadonlyArray<LogEntry>, turnId: TurnId): Compaction => {
  const own = entriesOf(entries, turnId)
  const startAt = own.findIndex(({ event }) => event._tag === "TurnStarted")
  const started = own[startAt], ended = own.at(-1)
  if (started === undefined || ended === undefined) return nothing

  const { queue } = fold(empty, own.slice(0, startAt))
  const begun = fold({ ...empty, queue }, [started])
  const promptId = turnOf(begun, turnId)?.promptId
  const prompt = queue.find((queued) => queued.promptId === promptId)
  if (promptId !== undefined && prompt === undefined) return nothing

  const later = own.slice(startAt + 1)
  const turn = turnOf(fold(begun, later.filter(({ event }) => !isItemEvent(event))), turnId)
  if (turn === undefined) return nothing
  const sealed: LogEntry = {
    ...ended, anchor: started.anchor, event: { _tag: "TurnSealed", turn, ...(prompt === undefined ? {} : { prompt }) }
  }
  return { remove: own.map(({ seq }) => seq), rows: [...sealItems(begun, later), sealed] }
}

/** What belongs to the turn and nothing else, up to its end; nothing where its end is not there. */
const entriesOf = (entries: ReadonlyArray<LogEntry>, turnId: TurnId): ReadonlyArray<LogEntry> => {
  let promptId: PromptId | undefined
  let end = 0
  for (const { event, seq } of entries) {
    if (event._tag === "TurnStarted" && event.turnId === turnId) promptId = event.promptId
    if (event._tag === "TurnEnded" && event.turnId === turnId && end === 0) end = seq
  }
  return entries.filter(({ event, seq }) => seq <= end && isOf(event, turnId, promptId))
}

const isOf = (event: ChatEvent, turnId: TurnId, promptId: PromptId | undefined): boolean => {
  switch (event._tag) {
    case "PromptQueued": return event.prompt.promptId === promptId
    case "PromptChanged": return event.promptId === promptId
    case "ItemSealed": case "TurnSealed": return false
    default: return "turnId" in event && event.turnId === turnId
  }
}

/** One row an item, at its last seq. */
const sealItems = (begun: Chat, entries: ReadonlyArray<LogEntry>): ReadonlyArray<LogEntry> => {
  const byItem = new Map<string, Array<LogEntry>>()
  for (const entry of entries) {
    if (!isItemEvent(entry.event)) continue
    const key = refKey(refOfEvent(entry.event))
    const known = byItem.get(key)
    if (known === undefined) byItem.set(key, [entry])
    else known.push(entry)
  }
  return Array.from(byItem.values()).flatMap((own): ReadonlyArray<LogEntry> => {
    const item = fold({ ...begun, items: [], size: 0 }, own)
    const last = own.at(-1)
    return last === undefined ? [] : item.items.map((sealed): LogEntry =>
      ({ seq: last.seq, anchor: sealed.anchor, at: last.at, event: { _tag: "ItemSealed", item: sealed } }))
  }).toSorted((a, b) => a.seq - b.seq)
}

/**
 * A page for `ChatRpc.Older`: `rows` are all rows of the log whose anchors lie in one range; `older`: whether rows with
 * smaller anchors exist. Of a turn that is open or not yet compacted, the page may lack the prompt and know an earlier
 * state than the window has: there the window wins. Rows of prompts in the queue may be given along, so that it lacks
 * nothing.
 */
export const pageOf = (rows: ReadonlyArray<LogEntry>, older: boolean): ChatPage => {
  const { items, notes, turns } = fold(empty, rows.toSorted((a, b) => a.seq - b.seq))
  const told = items.length + turns.length > 0 ? [...items, ...turns, ...notes] : rows
  const lowest = told.reduce((least, { anchor }) => Math.min(least, anchor), Infinity)
  return { items, turns, notes, floor: older && lowest !== Infinity ? lowest : 0 }
}
