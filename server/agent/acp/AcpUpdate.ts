/**
 * What an ACP agent sends in `session/update` and `session/request_permission`, decoded once, here. Lenient: what is
 * missing, null or junk is left out, so that it costs no more than itself; unknown kinds decode to nothing.
 * Source: Agent Client Protocol schema version 1, and what agents were seen to send.
 */
import { Effect, Option, Schema, SchemaTransformation } from "effect"
import { PermissionKind } from "../../../shared/AgentRequest.ts"
import { PlanEntry } from "../../../shared/ChatEvent.ts"
import { idLimit } from "../../../shared/ItemBounds.ts"
import { ToolKind } from "../../../shared/ToolCall.ts"

const maybe = <S extends Schema.Top>(schema: S) =>
  Schema.optional(Schema.NullOr(schema)).pipe(Schema.catchDecoding(() => Effect.succeedNone))

/** Its good entries. */
const list = <S extends Schema.Codec<unknown, unknown>>(entry: S) => {
  const decode = Schema.decodeUnknownOption(entry)
  return Schema.Array(Schema.Unknown).pipe(Schema.decodeTo(Schema.Array(Schema.toType(entry)), SchemaTransformation.transform({
    decode: (all: ReadonlyArray<unknown>): ReadonlyArray<S["Type"]> => all.flatMap((one) => Option.toArray(decode(one))),
    encode: (all: ReadonlyArray<unknown>) => all
  })))
}

const Block = Schema.Struct({
  type: Schema.String,
  text: maybe(Schema.String), data: maybe(Schema.String), mimeType: maybe(Schema.String), uri: maybe(Schema.String),
  name: maybe(Schema.String), resource: maybe(Schema.Unknown)
})
export type AcpBlock = typeof Block.Type

const Content = Schema.Struct({
  type: Schema.String,
  content: maybe(Block),
  path: maybe(Schema.String), oldText: maybe(Schema.String), newText: maybe(Schema.String),
  terminalId: maybe(Schema.String)
})
export type AcpContent = typeof Content.Type

const toolFields = {
  toolCallId: Schema.String.check(Schema.isMaxLength(idLimit)),
  title: maybe(Schema.String),
  kind: maybe(Schema.String),
  status: maybe(Schema.String),
  content: maybe(list(Content)),
  locations: maybe(list(Schema.Struct({ path: Schema.String, line: maybe(Schema.Int) }))),
  rawInput: maybe(Schema.Unknown),
  rawOutput: maybe(Schema.Unknown)
}
export const AcpToolReport = Schema.Struct(toolFields)
export type AcpToolReport = typeof AcpToolReport.Type

const update = <const Kind extends string, F extends Schema.Struct.Fields>(kind: Kind, fields: F) =>
  Schema.Struct({ sessionUpdate: Schema.Literal(kind), ...fields })

const ConfigOption = Schema.Struct({
  id: Schema.String, name: maybe(Schema.String), category: maybe(Schema.String), type: maybe(Schema.String),
  currentValue: maybe(Schema.Unknown), options: maybe(Schema.Array(Schema.Unknown))
})
export type AcpConfigOption = typeof ConfigOption.Type

const Command = Schema.Struct({
  name: Schema.String, description: maybe(Schema.String), input: maybe(Schema.Struct({ hint: maybe(Schema.String) }))
})
export type AcpCommand = typeof Command.Type

const AcpUsage = Schema.Struct({
  inputTokens: maybe(Schema.Finite), outputTokens: maybe(Schema.Finite), totalTokens: maybe(Schema.Finite),
  thoughtTokens: maybe(Schema.Finite), cachedReadTokens: maybe(Schema.Finite), cachedWriteTokens: maybe(Schema.Finite)
})
export type AcpUsage = typeof AcpUsage.Type

export const AcpUpdate = Schema.Union([
  update("agent_message_chunk", { content: Block, _meta: maybe(Schema.Struct({ usage: maybe(AcpUsage) })) }),
  update("agent_thought_chunk", { content: Block }),
  update("tool_call", toolFields),
  update("tool_call_update", toolFields),
  update("plan", { entries: list(Schema.Struct({ content: Schema.String, priority: maybe(Schema.String), status: maybe(Schema.String) })) }),
  update("available_commands_update", { availableCommands: list(Command) }),
  update("current_mode_update", { currentModeId: Schema.String }),
  update("config_option_update", { configOptions: list(ConfigOption) }),
  update("session_info_update", { title: maybe(Schema.String) }),
  update("usage_update", {
    used: maybe(Schema.Finite), size: maybe(Schema.Finite),
    cost: maybe(Schema.Struct({ amount: maybe(Schema.Finite) }))
  })
])
export type AcpUpdate = typeof AcpUpdate.Type

export const decodeUpdate = Schema.decodeUnknownOption(Schema.Struct({ sessionId: Schema.String, update: AcpUpdate }))

export const decodePermission = Schema.decodeUnknownOption(Schema.Struct({
  sessionId: Schema.String,
  toolCall: AcpToolReport,
  options: list(Schema.Struct({ optionId: Schema.String, name: Schema.String, kind: PermissionKind }))
}))

export const decodeElicitation = Schema.decodeUnknownOption(Schema.Struct({
  mode: Schema.optional(Schema.Literal("form")), message: Schema.String, requestedSchema: Schema.Record(Schema.String, Schema.Unknown)
}))

const Modes = Schema.Struct({
  currentModeId: Schema.String,
  availableModes: list(Schema.Struct({ id: Schema.String, name: Schema.String, description: maybe(Schema.String) }))
})

/** What agents had before they had options. */
const Models = Schema.Struct({
  currentModelId: Schema.String, availableModels: list(Schema.Struct({ modelId: Schema.String, name: maybe(Schema.String) }))
})

/** Of `session/new`, `session/load` and `session/resume`. */
export const AcpSession = Schema.Struct({
  sessionId: maybe(Schema.String), modes: maybe(Modes), models: maybe(Models), configOptions: maybe(list(ConfigOption))
})
export type AcpSession = typeof AcpSession.Type

const terminalLaunch = { command: maybe(Schema.String), args: maybe(list(Schema.String)), env: maybe(Schema.Record(Schema.String, Schema.String)) }
/** A way to sign in. Of type `terminal`: by the agent's own program with these arguments; older agents have it in `_meta`. */
const AuthMethod = Schema.Struct({
  id: Schema.String, name: maybe(Schema.String), description: maybe(Schema.String), type: maybe(Schema.String),
  ...terminalLaunch, _meta: maybe(Schema.Struct({ type: maybe(Schema.String), ...terminalLaunch, "terminal-auth": maybe(Schema.Struct(terminalLaunch)) }))
})
export type AcpAuthMethod = typeof AuthMethod.Type

export const AcpInitialized = Schema.Struct({
  protocolVersion: Schema.Unknown,
  agentCapabilities: maybe(Schema.Struct({
    loadSession: maybe(Schema.Boolean),
    sessionCapabilities: maybe(Schema.Record(Schema.String, Schema.Unknown)),
    promptCapabilities: maybe(Schema.Struct({ image: maybe(Schema.Boolean), audio: maybe(Schema.Boolean), embeddedContext: maybe(Schema.Boolean) }))
  })),
  authMethods: maybe(list(AuthMethod))
})
export type AcpInitialized = typeof AcpInitialized.Type

export const AcpPrompted = Schema.Struct({
  stopReason: maybe(Schema.String), usage: maybe(AcpUsage),
  /** As gemini has it. */
  _meta: maybe(Schema.Struct({ quota: maybe(Schema.Struct({
    token_count: maybe(Schema.Struct({ input_tokens: maybe(Schema.Finite), output_tokens: maybe(Schema.Finite) }))
  })) }))
})
export type AcpPrompted = typeof AcpPrompted.Type

export const isToolKind = Schema.is(ToolKind)
export const isPlanPriority = Schema.is(PlanEntry.fields.priority)
export const isPlanStatus = Schema.is(PlanEntry.fields.status)
