/**
 * Timeline: a chat's items in groups, one for each stretch of a turn. Pure. A group that did not change is the same
 * object as before, so that while an agent writes nothing but the last group is drawn again.
 */
import type { Chat } from "../../shared/Chat.ts"
import type { ChatNote } from "../../shared/ChatNote.ts"
import type { Item } from "../../shared/ChatEvent.ts"
import { itemKey } from "../../shared/ChatItems.ts"
import { isOpen, type TurnSummary } from "../../shared/Turn.ts"

export interface Group {
  readonly key: string
  /** `undefined` where the turn is no longer remembered. */
  readonly turn: TurnSummary | undefined
  readonly items: ReadonlyArray<Item>
  /** The turn's first and last stretch that is here: where its agent is named, and where its end is told. */
  readonly first: boolean
  readonly last: boolean
  /** The agent of the turn before, where that is here. */
  readonly before: string | undefined
}

const sameItems = (a: ReadonlyArray<Item>, b: ReadonlyArray<Item>): boolean =>
  a.length === b.length && a.every((item, index) => item === b[index])

const same = (a: Group, b: Group): boolean =>
  a.turn === b.turn && a.first === b.first && a.last === b.last && a.before === b.before && sameItems(a.items, b.items)

/** Items that stand together: of one turn, with none of another between them. */
const stretches = (items: ReadonlyArray<Item>): ReadonlyArray<ReadonlyArray<Item>> => {
  const found: Array<Array<Item>> = []
  for (const item of items) {
    const open = found.at(-1)
    if (open !== undefined && open[0]?.turnId === item.turnId) open.push(item)
    else found.push([item])
  }
  return found
}

/** `before` is what the last call answered: its groups are used again where they still hold. */
export const groupItems = (
  items: ReadonlyArray<Item>, turnOf: (turnId: string) => TurnSummary | undefined, before: ReadonlyArray<Group>
): ReadonlyArray<Group> => {
  const old = new Map(before.map((group) => [group.key, group]))
  const runs = stretches(items)
  const firstOf = new Map<string, number>(), lastOf = new Map<string, number>()
  runs.forEach((run, index) => {
    const turnId = run[0]?.turnId ?? ""
    if (!firstOf.has(turnId)) firstOf.set(turnId, index)
    lastOf.set(turnId, index)
  })
  const agentOf = (turnId: string | undefined) => turnId === undefined ? undefined : turnOf(turnId)?.agent
  return runs.map((run, index) => {
    const turnId = run[0]?.turnId ?? ""
    const group: Group = {
      key: `${turnId} ${run[0]?.anchor ?? 0}`, turn: turnOf(turnId), items: run,
      first: firstOf.get(turnId) === index, last: lastOf.get(turnId) === index, before: agentOf(runs[index - 1]?.[0]?.turnId)
    }
    const kept = old.get(group.key)
    return kept !== undefined && same(kept, group) ? kept : group
  })
}

/** Everything that is here, in anchor order; what the window holds stands before what the past remembers of it. */
export const wholeTimeline = (chat: Chat, past: ReadonlyArray<Item>): ReadonlyArray<Item> => {
  if (past.length === 0) return chat.items
  const live = new Set(chat.items.map(itemKey))
  const items = [...past.filter((item) => !live.has(itemKey(item))), ...chat.items]
  return items.every((item, index) => index === 0 || (items[index - 1]?.anchor ?? 0) <= item.anchor)
    ? items : items.toSorted((a, b) => a.anchor - b.anchor)
}

export type TimelineEntry = { readonly key: string; readonly group: Group } | { readonly key: string; readonly note: ChatNote }

/** Notes among the groups, each before what came after it; those of what isn't here (`floor`) are left out. */
export const withNotes = (groups: ReadonlyArray<Group>, chat: Chat, past: ReadonlyArray<ChatNote>, floor: number): ReadonlyArray<TimelineEntry> => {
  const live = new Set(chat.notes.map(({ anchor }) => anchor))
  const notes = [...past.filter(({ anchor }) => !live.has(anchor)), ...chat.notes].filter(({ anchor }) => anchor >= floor)
  const upTo = (end: number) => notes.splice(0, notes.findLastIndex(({ anchor }) => anchor < end) + 1).map((note) => ({ key: `note ${note.anchor}`, note }))
  return [...groups.flatMap((group) => [...upTo(group.items[0]?.anchor ?? 0), { key: group.key, group }]), ...upTo(Infinity)]
}

/** Open turns that have no item to stand by: their progress is shown at the end. */
export const turnsWithoutItems = (chat: Chat): ReadonlyArray<TurnSummary> =>
  chat.turns.filter((turn) => isOpen(turn) && !chat.items.some((item) => item.turnId === turn.turnId))
