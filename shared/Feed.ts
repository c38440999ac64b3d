/**
 * What a watch of a chat streams. The first frame is a snapshot, or the events since the cursor where the server still
 * holds them; a watcher that falls behind gets a new snapshot in the same stream. There is no gap to explain.
 */
import { Schema } from "effect"
import { Chat, evolve } from "./Chat.ts"
import { LogEntry } from "./ChatEvent.ts"

/** Where a watcher stands. An epoch is one life of the chat's actor. */
export const Cursor = Schema.Struct({ epoch: Schema.Int, seq: Schema.Int })
export type Cursor = typeof Cursor.Type

export const ChatFrame = Schema.TaggedUnion({
  Snapshot: { epoch: Schema.Int, chat: Chat },
  /** `from` is the seq before the first event. */
  Events: { epoch: Schema.Int, from: Schema.Int, events: Schema.Array(LogEntry) }
})
export type ChatFrame = typeof ChatFrame.Type

/** What a watcher holds after a frame. `undefined` before the first. */
export interface Watched { readonly cursor: Cursor; readonly chat: Chat }

export const applyFrame = (watched: Watched | undefined, frame: ChatFrame): Watched | undefined => {
  if (frame._tag === "Snapshot") return { cursor: { epoch: frame.epoch, seq: frame.chat.seq }, chat: frame.chat }
  if (watched === undefined) return undefined
  const chat = frame.events.reduce((before, entry) => evolve(before, entry), watched.chat)
  return { cursor: { epoch: frame.epoch, seq: chat.seq }, chat }
}
