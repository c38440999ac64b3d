/**
 * What an agent asks a person in the middle of a turn: a permission or an elicitation, in ACP's shapes, and what was
 * answered. A request is state in the log: it survives reload and restart, and it ends with its turn at the latest.
 */
import { Schema } from "effect"
import { ToolCallId } from "./Ids.ts"

export const PermissionKind = Schema.Literals(["allow_once", "allow_always", "reject_once", "reject_always"])
export type PermissionKind = typeof PermissionKind.Type

export const PermissionOption = Schema.Struct({ optionId: Schema.String, name: Schema.String, kind: PermissionKind })
export type PermissionOption = typeof PermissionOption.Type

export const AgentRequest = Schema.TaggedUnion({
  Permission: {
    title: Schema.String,
    /** The tool call it is about, upserted beside it. */
    toolCallId: Schema.optionalKey(ToolCallId),
    /** All paths that its tool call names, and it names some, lie in the session's worktree: the server looked. */
    within: Schema.optionalKey(Schema.Boolean),
    options: Schema.Array(PermissionOption)
  },
  Elicitation: {
    message: Schema.String,
    /** The JSON Schema of the wanted answer, as JSON text. */
    schema: Schema.String
  }
})
export type AgentRequest = typeof AgentRequest.Type

export const RequestAnswer = Schema.TaggedUnion({
  /** Of a permission. */
  Selected: { optionId: Schema.String },
  /** Of an elicitation: the content as JSON text. */
  Accepted: { content: Schema.String },
  Declined: {},
  /** Nobody answered: the turn ended or the asker went away. */
  Cancelled: {}
})
export type RequestAnswer = typeof RequestAnswer.Type

/** Why a request was closed: by an answer, by a rule, by its agent, because the turn was stopped or ended, or its server died. */
export const CloseReason = Schema.Literals(["answered", "rule", "withdrawn", "stopped", "turn_ended", "expired"])
export type CloseReason = typeof CloseReason.Type

/** The option of the first of `kinds` that is offered. Options are chosen by kind, never by id. */
export const optionOfKind = (
  options: ReadonlyArray<PermissionOption>, ...kinds: ReadonlyArray<PermissionKind>
): PermissionOption | undefined => {
  for (const kind of kinds) {
    const option = options.find((candidate) => candidate.kind === kind)
    if (option !== undefined) return option
  }
  return undefined
}
