/**
 * Where the items of open turns began, for who appends to a chat's log. The state is a window: of an item that left it,
 * the state alone can't say that it ever was, and what comes late for it (the rest of a text, the title of a call that
 * has ended) would begin a second item. Kept beside the state, told of every entry, forgotten with the turn.
 */
import type { ChatEvent, LogEntry } from "../../shared/ChatEvent.ts"
import { isItemEvent, refKey, refOfEvent } from "../../shared/ChatItems.ts"
import type { TurnId } from "../../shared/Ids.ts"

export interface Anchors {
  /** The anchor that an event about to be appended at `seq` belongs to. */
  readonly of: (event: ChatEvent, seq: number) => number
  /** To be told of each entry of the log in order, from its beginning, and of each that is appended. */
  readonly observe: (entry: LogEntry) => void
}

export const make = (): Anchors => {
  const open = new Map<TurnId, Map<string, number>>()
  return {
    of: (event, seq) => isItemEvent(event) ? open.get(event.turnId)?.get(refKey(refOfEvent(event))) ?? seq : seq,
    observe: ({ anchor, event }) => {
      if (event._tag === "TurnStarted") open.set(event.turnId, new Map())
      else if (event._tag === "TurnEnded") open.delete(event.turnId)
      else if (isItemEvent(event)) open.get(event.turnId)?.set(refKey(refOfEvent(event)), anchor)
    }
  }
}
