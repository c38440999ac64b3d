/**
 * A tool call as one merged snapshot, in ACP's shapes, and the rules by which reports of it are merged: any order,
 * status never backwards, and after its end only the title changes.
 */
import { Schema } from "effect"
import { ContentBlock, StoredText } from "./Content.ts"
import { ToolCallId } from "./Ids.ts"

export const ToolKind = Schema.Literals([
  "read", "edit", "delete", "move", "search", "execute", "think", "fetch", "switch_mode", "other"
])
export type ToolKind = typeof ToolKind.Type

/** ACP's, and `canceled`: still running when its turn ended. */
export const ToolStatus = Schema.Literals(["pending", "in_progress", "completed", "failed", "canceled"])
export type ToolStatus = typeof ToolStatus.Type

/** A text in place, or kept by hash when it is large. */
export const LargeText = Schema.Union([Schema.String, StoredText])
export type LargeText = typeof LargeText.Type

export const ToolContent = Schema.Union([
  Schema.Struct({ type: Schema.Literal("content"), content: Schema.Union([ContentBlock, StoredText]) }),
  Schema.Struct({
    type: Schema.Literal("diff"), path: Schema.String, oldText: Schema.NullOr(LargeText), newText: LargeText
  }),
  Schema.Struct({ type: Schema.Literal("terminal"), terminalId: Schema.String })
])
export type ToolContent = typeof ToolContent.Type

export const ToolLocation = Schema.Struct({ path: Schema.String, line: Schema.optionalKey(Schema.Int) })
export type ToolLocation = typeof ToolLocation.Type

export const ToolCall = Schema.Struct({
  toolCallId: ToolCallId,
  title: Schema.String,
  kind: ToolKind,
  status: ToolStatus,
  content: Schema.Array(ToolContent),
  locations: Schema.Array(ToolLocation),
  /** The tool's input and output as the agent reports them, as JSON text. */
  input: Schema.optionalKey(LargeText),
  output: Schema.optionalKey(LargeText),
  /** Epoch milliseconds: first reported, and ended. */
  startedAt: Schema.Finite,
  endedAt: Schema.optionalKey(Schema.Finite)
})
export type ToolCall = typeof ToolCall.Type

const rank: Record<ToolStatus, number> = { pending: 0, in_progress: 1, completed: 2, failed: 2, canceled: 2 }

export const hasEnded = (status: ToolStatus): boolean => rank[status] === 2

/** The later of two reported states of one call: never backwards, and an end is final. */
export const laterStatus = (before: ToolStatus, reported: ToolStatus): ToolStatus =>
  rank[reported] > rank[before] ? reported : before

/** What replaces `before` when `next` is reported. */
export const mergeToolCall = (before: ToolCall, next: ToolCall): ToolCall => {
  if (hasEnded(before.status)) return before.title === next.title ? before : { ...before, title: next.title }
  const status = laterStatus(before.status, next.status)
  return { ...next, status, startedAt: before.startedAt }
}
