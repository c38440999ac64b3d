/** A person's comment on lines of a file's diff, as the browser keeps it until it is sent with others as one prompt. */
import { Schema } from "effect"

const LineNumber = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 2 ** 31 - 1 }))

export const LineComment = Schema.Struct({
  id: Schema.String,
  path: Schema.String,
  /** The content that it was written about: the one before the change, or the one after it. */
  side: Schema.Literals(["old", "new"]),
  /** git's hash of that content; another one makes the comment outdated. */
  blob: Schema.NullOr(Schema.String),
  from: LineNumber,
  to: LineNumber,
  /** Those lines as they were. */
  quoted: Schema.String,
  text: Schema.String,
  /** Epoch milliseconds. */
  at: Schema.Finite
})
export type LineComment = typeof LineComment.Type

/** Where one is written. */
export type CommentPlace = Pick<LineComment, "path" | "side" | "blob" | "from" | "to" | "quoted">
