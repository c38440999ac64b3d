/**
 * Past: what a page shows of a chat above its live window: pages that were asked for, and finished items that left the
 * window while it was being watched. Pure. Together with the window it has no hole: where one would come to be, the
 * past is dropped and begins anew at the window's floor.
 */
import { type Chat, leftItems } from "../../shared/Chat.ts"
import type { ChatNote } from "../../shared/ChatNote.ts"
import type { Item, LogEntry } from "../../shared/ChatEvent.ts"
import { itemKey } from "../../shared/ChatItems.ts"
import type { ChatPage } from "../../shared/rpc/ChatRpc.ts"
import type { TurnSummary } from "../../shared/Turn.ts"

export interface Past {
  /** In anchor order, each below the window's floor when it came here. */
  readonly items: ReadonlyArray<Item>
  readonly notes: ReadonlyArray<ChatNote>
  readonly turns: ReadonlyMap<string, TurnSummary>
  /** What is older than this is not here; `undefined`: the window's floor holds. */
  readonly floor: number | undefined
  /** Somebody asked for older pages: then nothing is let go. */
  readonly asked: boolean
}

export const noPast: Past = { items: [], notes: [], turns: new Map(), floor: undefined, asked: false }

/** Items kept after they left the window, at most, while nobody looks at the past. */
const keptLimit = 1000

/** Where to ask for what is older; 0 = nothing is. */
export const pastFloor = (past: Past, chat: Chat): number => past.floor ?? chat.floor

/** After `before` became `after` by one entry: keeps what left the window. What lies below all that is here is asked for as a page. */
export const keepLeft = (past: Past, before: Chat, entry: LogEntry, after: Chat): Past => {
  if (!mayLeave(before, entry, after)) return past
  const floor = past.floor ?? before.floor
  const left = leftItems(before, entry, after).filter((item) => item.anchor >= floor)
  if (left.length === 0) return after.floor === before.floor ? past : { ...past, floor }
  const turns = new Map(past.turns)
  for (const turn of before.turns) turns.set(turn.turnId, turn)
  const items = [...past.items, ...left].toSorted((a, b) => a.anchor - b.anchor)
  if (past.asked || items.length <= keptLimit) return { ...past, items, turns, floor }
  const kept = items.slice(-keptLimit)
  return { ...past, items: kept, turns, floor: kept[0]?.anchor ?? after.floor }
}

/** Spares most entries the question: an entry adds one item at most, and more of a text pushes none out. */
const mayLeave = (before: Chat, { event }: LogEntry, after: Chat): boolean =>
  after.items.length <= before.items.length &&
  !(event._tag === "TextAppended" && after.items.at(-1)?.anchor === before.items.at(-1)?.anchor)

/** A page below what is here. */
export const addPage = (past: Past, page: ChatPage): Past => {
  const known = new Set(past.items.map(itemKey))
  const turns = new Map(past.turns)
  for (const turn of page.turns) if (!turns.has(turn.turnId)) turns.set(turn.turnId, turn)
  const notes = [...page.notes.filter(({ anchor }) => !past.notes.some((note) => note.anchor === anchor)), ...past.notes]
  return { items: [...page.items.filter((item) => !known.has(itemKey(item))), ...past.items], notes, turns, floor: page.floor, asked: true }
}
