/** What one watcher of boocode was sent, so that a bare websocket can send the same: the frames, and when each came. */
import { Schema } from "effect"

export const Recording = Schema.Array(Schema.Struct({
  /** Milliseconds after the first. */
  after: Schema.Finite,
  /** As it stood on the wire. */
  bytes: Schema.String
}))
export type Recording = typeof Recording.Type

const json = Schema.fromJsonString(Recording)
export const encodeRecording = Schema.encodeSync(json)
export const decodeRecording = Schema.decodeSync(json)
