/**
 * Agents as people see them: the catalogue's rows and their readiness, what an agent announces of itself, how a
 * backend came to its context, and the state of a live backend.
 */
import { Schema } from "effect"
import { AgentName, ChatId } from "./Ids.ts"

export const SlashCommand = Schema.Struct({
  name: Schema.String, description: Schema.String, hint: Schema.optionalKey(Schema.String)
})
export type SlashCommand = typeof SlashCommand.Type

export const AgentMode = Schema.Struct({ id: Schema.String, name: Schema.String, description: Schema.optionalKey(Schema.String) })
export type AgentMode = typeof AgentMode.Type

/** One choice an agent offers for its session, as ACP's config option of type select. */
export const AgentOption = Schema.Struct({
  id: Schema.String,
  name: Schema.String,
  /** ACP's category: `mode`, `model`, `thought_level`, … */
  category: Schema.optionalKey(Schema.String),
  current: Schema.String,
  choices: Schema.Array(Schema.Struct({ value: Schema.String, name: Schema.String }))
})
export type AgentOption = typeof AgentOption.Type

/** How a backend came to its context. */
export const Continuity = Schema.Literals(["resumed", "replayed", "fresh"])
export type Continuity = typeof Continuity.Type

/** A catalogue row as a person sees it. `missing` and `failed` carry what to do in `detail`. */
export const AgentInfo = Schema.Struct({
  name: AgentName,
  label: Schema.String,
  enabled: Schema.Boolean,
  readiness: Schema.Literals(["ready", "loading", "missing", "failed"]),
  /** Why it isn't ready, and what to do, in one sentence. */
  detail: Schema.optionalKey(Schema.String),
  /** How to install it. */
  install: Schema.optionalKey(Schema.String),
  version: Schema.optionalKey(Schema.String),
  /** The program found. */
  command: Schema.optionalKey(Schema.String),
  /** Whether a new process of it can take its session up again; one that can't is told what was said. */
  resumes: Schema.Boolean,
  /** The row's own slash commands, offered before the agent has announced any. */
  commands: Schema.Array(SlashCommand)
})
export type AgentInfo = typeof AgentInfo.Type

/** How an agent session stands: at work, warm, gone down, or ended in good order. */
export const AgentSessionStatus = Schema.Literals(["active", "idle", "crashed", "closed"])
export type AgentSessionStatus = typeof AgentSessionStatus.Type

/** Where figures of usage come from. */
export const UsageSource = Schema.Literals(["measured", "estimated", "not reported"])
export type UsageSource = typeof UsageSource.Type

/** The agent's own session behind a (chat, agent): how it stands, how it came to its context, and what it used so far. */
export const AgentSession = Schema.Struct({
  chatId: ChatId,
  agent: AgentName,
  status: AgentSessionStatus,
  /** Whether there is a session of the agent's that could be taken up again. */
  hasSession: Schema.Boolean,
  continuity: Schema.NullOr(Continuity),
  why: Schema.NullOr(Schema.String),
  inputTokens: Schema.Int,
  outputTokens: Schema.Int,
  /** In US dollars; null where it isn't reported. */
  cost: Schema.NullOr(Schema.Finite),
  source: UsageSource,
  /** Epoch milliseconds. */
  lastActiveAt: Schema.NullOr(Schema.Finite)
})
export type AgentSession = typeof AgentSession.Type

export const BackendState = Schema.Literals([
  "starting", "ready", "busy", "backoff", "crashed", "failed", "stopping", "gone"
])
export type BackendState = typeof BackendState.Type

/** The live end of one (chat, agent). Times are epoch milliseconds, `rss` bytes of the whole process tree. */
export const BackendHealth = Schema.Struct({
  chatId: ChatId,
  agent: AgentName,
  state: BackendState,
  pid: Schema.optionalKey(Schema.Int),
  startedAt: Schema.optionalKey(Schema.Finite),
  rss: Schema.optionalKey(Schema.Finite),
  /** Turns since this process started. */
  turns: Schema.Int,
  restarts: Schema.Int,
  /** Why the last life ended, in words. */
  detail: Schema.optionalKey(Schema.String)
})
export type BackendHealth = typeof BackendHealth.Type
