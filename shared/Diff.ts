/**
 * A file's way from one content to another, line by line, as it is streamed: what is asked, and the frames it comes in.
 * Contents are named by git's hash of them; a path only says what they are called.
 */
import { Schema } from "effect"
import { SessionId } from "./Ids.ts"
import { Text } from "./Text.ts"

/** git's hash of a content. */
export const Blob = Schema.String.check(Schema.isPattern(/^[0-9a-f]{40}([0-9a-f]{24})?$/))

/** Two contents of a session's repository: of a change its `baseBlob` and `blob`. Null where there is no file on that side. */
export const DiffOrder = Schema.Struct({
  sessionId: SessionId,
  path: Text.check(Schema.isMaxLength(16_384)),
  baseBlob: Schema.NullOr(Blob),
  blob: Schema.NullOr(Blob),
  /** Lines that differ in white space only are the same. Hunks can't be chosen by their numbers then. */
  ignoreSpace: Schema.optionalKey(Schema.Boolean),
  /** Beyond the usual caps, up to the hard ones. */
  anyway: Schema.optionalKey(Schema.Boolean),
  /** Unchanged lines around a change, 3 where it is left out. Hunks can be chosen by their numbers with 3 only. */
  context: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000 })))
})
export type DiffOrder = typeof DiffOrder.Type

/** `\` is git's word on the line before it: it is the file's last and has no newline. */
export const DiffLine = Schema.Struct({
  sign: Schema.Literals([" ", "+", "-", "\\"]),
  /** Without its newline; a carriage return before that stays. What is no UTF-8 is mended, a long line cut at 2,000 characters. */
  text: Schema.String,
  /** Bytes of the line that were cut. */
  cut: Schema.optionalKey(Schema.Int)
})
export type DiffLine = typeof DiffLine.Type

/**
 * A hunk, or a piece of one: a long hunk comes in pieces, each with the same `nth` and further lines. Starts and counts are
 * those of the piece's own lines, so a hunk's are its first piece's starts and the sums. A start is the number that the first
 * line has on that side, or would have. Of a file with one side, all lines are one hunk.
 */
export const DiffHunk = Schema.Struct({
  /** Of all hunks of the file, from 0. */
  nth: Schema.Int,
  oldStart: Schema.Int, oldLines: Schema.Int, newStart: Schema.Int, newLines: Schema.Int,
  /** What git names it after, as a function's first line. */
  heading: Schema.String,
  lines: Schema.Array(DiffLine)
})
export type DiffHunk = typeof DiffHunk.Type

export const CutWhy = Schema.Literals(["bytes", "lines", "time"])
export type CutWhy = typeof CutWhy.Type

export const DiffFrame = Schema.TaggedUnion({
  /**
   * First. `binary` has no hunks. `image` is a type where each side that exists is an image by its content; an SVG is both
   * an image and text with hunks. `choosable`: hunks may be chosen by their numbers.
   */
  Head: {
    binary: Schema.Boolean, image: Schema.NullOr(Schema.String), oldBytes: Schema.NullOr(Schema.Int), newBytes: Schema.NullOr(Schema.Int),
    choosable: Schema.Boolean
  },
  /** About 60 KB and 1,000 lines at most, mostly less. */
  Hunks: { hunks: Schema.Array(DiffHunk) },
  /** Last, where not all came. `anyway`: asking with it brings more. */
  Cut: { why: CutWhy, anyway: Schema.Boolean }
})
export type DiffFrame = typeof DiffFrame.Type
