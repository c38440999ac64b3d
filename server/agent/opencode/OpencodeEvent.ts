/**
 * What is read of what `opencode serve` says: events, messages, parts and sessions, decoded at the border. Only what is used is
 * asked for, and what can be missing may be; everything else is passed over. Source of the shapes: its OpenAPI
 * document (version 1.18) and recordings of it.
 */
import { Option, Schema } from "effect"

const optional = <S extends Schema.Constraint>(schema: S) => Schema.optionalKey(Schema.NullOr(schema))

const Failure = Schema.Struct({
  name: Schema.String,
  data: optional(Schema.Struct({ message: optional(Schema.String), statusCode: optional(Schema.Finite) }))
})
export type Failure = typeof Failure.Type

const ModelRef = Schema.Struct({ providerID: Schema.String, id: Schema.String, variant: optional(Schema.String) })

export const SessionInfo = Schema.Struct({
  id: Schema.String,
  directory: Schema.String,
  title: optional(Schema.String),
  parentID: optional(Schema.String),
  agent: optional(Schema.String),
  model: optional(ModelRef)
})
export type SessionInfo = typeof SessionInfo.Type

/** A user's message has no parent; an assistant's has the user's message it answers. */
const MessageInfo = Schema.Struct({
  id: Schema.String,
  sessionID: Schema.String,
  role: Schema.Literals(["user", "assistant"]),
  parentID: optional(Schema.String),
  time: Schema.Struct({ created: optional(Schema.Finite), completed: optional(Schema.Finite) }),
  error: optional(Failure),
  finish: optional(Schema.String),
  /** A summary that takes the place of older messages. */
  summary: Schema.optionalKey(Schema.Unknown)
})
export type MessageInfo = typeof MessageInfo.Type

const placed = { id: Schema.String, sessionID: Schema.String, messageID: Schema.String }

const Spoken = Schema.Struct({
  ...placed, type: Schema.Literals(["text", "reasoning"]), text: Schema.String, ignored: optional(Schema.Boolean),
  time: optional(Schema.Struct({ end: optional(Schema.Finite) }))
})
export type Spoken = typeof Spoken.Type

const Record = Schema.Record(Schema.String, Schema.Unknown)

const ToolPart = Schema.Struct({
  ...placed, type: Schema.Literal("tool"), tool: Schema.String, callID: Schema.String,
  state: Schema.Struct({
    status: Schema.Literals(["pending", "running", "completed", "error"]),
    input: optional(Record), title: optional(Schema.String), output: optional(Schema.String), error: optional(Schema.String),
    metadata: optional(Record)
  })
})
export type ToolPart = typeof ToolPart.Type

const Tokens = Schema.Struct({
  input: optional(Schema.Finite), output: optional(Schema.Finite), reasoning: optional(Schema.Finite),
  cache: optional(Schema.Struct({ read: optional(Schema.Finite), write: optional(Schema.Finite) }))
})

const StepFinish = Schema.Struct({
  ...placed, type: Schema.Literal("step-finish"), tokens: optional(Tokens), cost: optional(Schema.Finite)
})
export type StepFinish = typeof StepFinish.Type

const Part = Schema.Union([Spoken, ToolPart, StepFinish])
export type Part = typeof Part.Type

export const PermissionRequest = Schema.Struct({
  id: Schema.String, sessionID: Schema.String, permission: Schema.String, patterns: Schema.Array(Schema.String),
  metadata: optional(Record), always: optional(Schema.Array(Schema.String)), tool: optional(Schema.Struct({ callID: Schema.String }))
})
export type PermissionRequest = typeof PermissionRequest.Type

const Question = Schema.Struct({
  question: Schema.String, header: optional(Schema.String), multiple: optional(Schema.Boolean), custom: optional(Schema.Boolean),
  options: Schema.Array(Schema.Struct({ label: Schema.String, description: optional(Schema.String) }))
})
export type Question = typeof Question.Type

export const QuestionRequest = Schema.Struct({ id: Schema.String, sessionID: Schema.String, questions: Schema.Array(Question) })
export type QuestionRequest = typeof QuestionRequest.Type

const event = <Type extends string, Fields extends Schema.Struct.Fields>(type: Type, fields: Fields) =>
  Schema.Struct({ type: Schema.Literal(type), properties: Schema.Struct(fields) })

const Status = Schema.Struct({ type: Schema.String, attempt: optional(Schema.Finite), message: optional(Schema.String) })

const OpencodeEvent = Schema.Union([
  event("message.updated", { info: MessageInfo }),
  event("message.part.updated", { part: Part }),
  event("message.part.delta", {
    sessionID: Schema.String, messageID: Schema.String, partID: Schema.String, field: Schema.String, delta: Schema.String
  }),
  event("session.created", { info: SessionInfo }),
  event("session.updated", { info: SessionInfo }),
  event("session.status", { sessionID: Schema.String, status: Status }),
  event("session.idle", { sessionID: Schema.String }),
  event("session.error", { sessionID: optional(Schema.String), error: optional(Failure) }),
  event("todo.updated", {
    sessionID: Schema.String,
    todos: Schema.Array(Schema.Struct({ content: Schema.String, status: optional(Schema.String), priority: optional(Schema.String) }))
  }),
  event("permission.asked", PermissionRequest.fields),
  event("permission.replied", { sessionID: Schema.String, requestID: Schema.String }),
  event("question.asked", QuestionRequest.fields),
  event("question.replied", { sessionID: Schema.String, requestID: Schema.String }),
  event("question.rejected", { sessionID: Schema.String, requestID: Schema.String })
])
export type OpencodeEvent = typeof OpencodeEvent.Type

const decode = Schema.decodeUnknownOption(OpencodeEvent)
const typesRead = new Set([
  "message.updated", "message.part.updated", "message.part.delta", "session.created", "session.updated", "session.status", "session.idle",
  "session.error", "todo.updated", "permission.asked", "permission.replied", "question.asked", "question.replied", "question.rejected"
])

/** Most events are none of ours (files, plugins, catalogues): they are told by their type before anything is looked at. */
export const decodeEvent = (value: unknown): OpencodeEvent | undefined => {
  if (typeof value !== "object" || value === null || !("type" in value)) return undefined
  return typeof value.type === "string" && typesRead.has(value.type) ? Option.getOrUndefined(decode(value)) : undefined
}

const decodePart = Schema.decodeUnknownOption(Part)
const decodeMessages = Schema.decodeUnknownOption(Schema.Array(Schema.Struct({ info: MessageInfo, parts: Schema.Array(Schema.Unknown) })))

/** The answer to a question for messages, as the events that would have brought them. */
export const messageEvents = (value: unknown): ReadonlyArray<OpencodeEvent> => {
  const messages = Option.getOrElse(decodeMessages(value), () => [])
  return messages.flatMap(({ info, parts }): ReadonlyArray<OpencodeEvent> => [
    { type: "message.updated", properties: { info } },
    ...parts.flatMap((one): ReadonlyArray<OpencodeEvent> => {
      const part = Option.getOrUndefined(decodePart(one))
      return part === undefined ? [] : [{ type: "message.part.updated", properties: { part } }]
    })
  ])
}
