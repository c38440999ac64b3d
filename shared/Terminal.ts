/**
 * Terminals of a session's worktree, as the wire and the page have them: which there are, and what one shows. What is shown
 * is text with control sequences, as a terminal takes it; a place in it is counted in UTF-16 units since the terminal was
 * opened.
 */
import { Schema } from "effect"
import { SessionId } from "./Ids.ts"

/** Made by the server; it never means another terminal again. */
export const TerminalId = Schema.String.check(Schema.isUUID()).pipe(Schema.brand("TerminalId"))
export type TerminalId = typeof TerminalId.Type

export const TerminalSize = Schema.Struct({
  cols: Schema.Int.check(Schema.isBetween({ minimum: 2, maximum: 1000 })),
  rows: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1000 }))
})
export type TerminalSize = typeof TerminalSize.Type

/** How its shell ended. */
export const TerminalEnd = Schema.Struct({ code: Schema.NullOr(Schema.Int), signal: Schema.NullOr(Schema.String) })
export type TerminalEnd = typeof TerminalEnd.Type

export const Terminal = Schema.Struct({
  id: TerminalId,
  sessionId: SessionId,
  /** From 1, the lowest that is free in its session. */
  number: Schema.Int,
  /** The shell's name. */
  title: Schema.String,
  pid: Schema.Int,
  /** Epoch milliseconds. */
  openedAt: Schema.Finite,
  /** Null while its shell runs. */
  end: Schema.NullOr(TerminalEnd)
})
export type Terminal = typeof Terminal.Type

/** What an attached page is streamed. */
export const TerminalFrame = Schema.TaggedUnion({
  /** What was shown before is forgotten; the newest of it is this. `to` is the place after it. */
  Snapshot: { to: Schema.Int, text: Schema.String },
  /** What follows the place `from`. */
  Output: { from: Schema.Int, text: Schema.String },
  /** Nothing more comes. */
  Exited: TerminalEnd.fields
})
export type TerminalFrame = typeof TerminalFrame.Type

const TerminalReason = Schema.TaggedUnion({
  UnknownTerminal: {},
  TooMany: { limit: Schema.Int },
  Ended: {},
  /** The program there takes nothing of what is typed. */
  NotTaken: {},
  NotStarted: { detail: Schema.String }
})

const sentence: (reason: typeof TerminalReason.Type) => string = TerminalReason.match({
  UnknownTerminal: () => "There is no such terminal any more: it was closed, or the server was restarted. Open a new one.",
  TooMany: ({ limit }) => `The session has ${limit} terminals already; close one first.`,
  Ended: () => "The terminal's shell has ended; start it again.",
  NotTaken: () => "The program in the terminal does not take what is typed; stop it with Ctrl-C, or close the terminal.",
  NotStarted: ({ detail }) => `The terminal could not be opened: ${detail}`
})

export class TerminalError extends Schema.TaggedError<TerminalError>()("TerminalError", { reason: TerminalReason }) {
  override get message(): string { return sentence(this.reason) }
}
