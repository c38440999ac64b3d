/**
 * How a turn goes and ends: settings, stop reasons, outcomes, causes, and the words a person reads for them.
 */
import { Schema } from "effect"
import { Continuity, UsageSource } from "./Agent.ts"
import { AgentName, BootId, PromptId, TurnId, Who } from "./Ids.ts"
import { PermissionMode } from "./PermissionRule.ts"
import { textFault } from "./Text.ts"

/** What a prompt asks of its agent; what is missing is left as the agent has it. */
export const TurnSettings = Schema.Struct({
  model: Schema.optionalKey(Schema.String),
  mode: Schema.optionalKey(Schema.String),
  thinking: Schema.optionalKey(Schema.String),
  /** What it may do unasked; it asks where this is missing. */
  permissions: Schema.optionalKey(PermissionMode)
})
export type TurnSettings = typeof TurnSettings.Type

const settingLimit = 512

/** Settings as they come in. */
export const AskedSettings = TurnSettings.check(Schema.makeFilter((settings) =>
  Object.values(settings).map((setting) => setting.length > settingLimit ? `A setting has at most ${settingLimit} characters.` : textFault(setting))
    .find((fault) => fault !== undefined)))

/** ACP's. Source: Agent Client Protocol, schema version 1, `StopReason`. */
export const StopReason = Schema.Literals(["end_turn", "max_tokens", "max_turn_requests", "refusal", "cancelled"])
export type StopReason = typeof StopReason.Type

export const Outcome = Schema.Literals(["completed", "failed", "stopped", "interrupted"])
export type Outcome = typeof Outcome.Type

export const TurnOrigin = Schema.Literals(["prompt", "agent"])
export type TurnOrigin = typeof TurnOrigin.Type

/** The steps of a stop, each recorded when it was needed. `cancel` is the protocol's message. */
export const StopStep = Schema.Literals(["cancel", "stdin-closed", "sigterm", "sigkill"])
export type StopStep = typeof StopStep.Type

export const Cause = Schema.TaggedUnion({
  /** The agent answered the prompt. */
  Answered: { stopReason: Schema.optionalKey(Schema.String) },
  /** A person or tool stopped it. */
  Stopped: { by: Who, step: Schema.optionalKey(StopStep) },
  /** The agent answered with an error. */
  AgentFailed: { message: Schema.String, code: Schema.optionalKey(Schema.Int) },
  /** The agent could not be started. */
  StartFailed: { message: Schema.String },
  /** The agent's process ended. `stderr` is its tail. */
  ChildExited: {
    code: Schema.NullOr(Schema.Int), signal: Schema.NullOr(Schema.String), stderr: Schema.String
  },
  /** The agent closed its output, or sent what can't be read. */
  StreamEnded: { detail: Schema.String },
  Deadline: { what: Schema.String, seconds: Schema.Finite },
  /** An agent's own turn ended by quiet, or made way for a prompt. */
  Quiet: {},
  /** The server that ran it died or was shut down. */
  ServerRestarted: { bootId: BootId },
  ServerStopped: {}
})
export type Cause = typeof Cause.Type

export const Usage = Schema.Struct({
  /** Tokens of this turn so far. Input counts cache reads and writes, output counts reasoning. */
  inputTokens: Schema.Int,
  outputTokens: Schema.Int,
  /** US dollars of this turn so far. */
  cost: Schema.optionalKey(Schema.Finite),
  /** The agent's context window in tokens: used and size. */
  contextUsed: Schema.optionalKey(Schema.Int),
  contextSize: Schema.optionalKey(Schema.Int),
  source: UsageSource
})
export type Usage = typeof Usage.Type

/** How a turn's agent came to its context, where that was settled in this turn. */
export const TurnContext = Schema.Struct({
  continuity: Continuity,
  why: Schema.String,
  /** The agent had a session in this chat before, and it is lost. */
  anew: Schema.Boolean
})
export type TurnContext = typeof TurnContext.Type

/** One turn as the chat remembers it. Times are epoch milliseconds. */
export const TurnSummary = Schema.Struct({
  turnId: TurnId,
  /** The seq of its start: turns are in this order. */
  anchor: Schema.Int,
  origin: TurnOrigin,
  agent: AgentName,
  settings: TurnSettings,
  promptId: Schema.optionalKey(PromptId),
  startedAt: Schema.Finite,
  /** When the prompt was handed to the agent; before that the agent is being started. */
  deliveredAt: Schema.optionalKey(Schema.Finite),
  /** Up to which note its agent was told with it of what became of the files. */
  told: Schema.optionalKey(Schema.Int),
  context: Schema.optionalKey(TurnContext),
  /** Who asked for a stop, and how far it had to go. */
  stopBy: Schema.optionalKey(Who),
  stopStep: Schema.optionalKey(StopStep),
  endedAt: Schema.optionalKey(Schema.Finite),
  outcome: Schema.optionalKey(Outcome),
  stopReason: Schema.optionalKey(Schema.String),
  cause: Schema.optionalKey(Cause),
  usage: Schema.optionalKey(Usage)
})
export type TurnSummary = typeof TurnSummary.Type

export const isOpen = (turn: TurnSummary): boolean => turn.outcome === undefined

/** Why a turn ended, in one sentence for a person. */
export const causeSentence = Cause.match({
  Answered: ({ stopReason }) => {
    switch (stopReason) {
      case "max_tokens": return "The agent reached its limit of tokens."
      case "max_turn_requests": return "The agent reached its limit of model calls in one turn."
      case "refusal": return "The agent refused to answer."
      case "cancelled": return "The agent cancelled the turn by itself."
      default: return "The agent finished."
    }
  },
  Stopped: ({ by, step }) => `Stopped by ${by}${step === undefined || step === "cancel" ? "" : `; ${stopStepWords[step]}`}.`,
  AgentFailed: ({ message }) => `The agent reported an error: ${message}`,
  StartFailed: ({ message }) => message,
  ChildExited: ({ code, signal, stderr }) => {
    const lastWords = stderr.trim().split("\n").at(-1)?.trim() ?? ""
    return `The agent's process ${signal === null ? `exited with code ${code ?? "unknown"}` : `was killed by ${signal}`}.${
      lastWords === "" ? "" : ` Its last words: ${lastWords}`}`
  },
  StreamEnded: ({ detail }) => `The agent's output broke off: ${detail}`,
  Deadline: ({ what, seconds }) => `${what} took longer than ${seconds} s.`,
  Quiet: () => "The agent fell silent.",
  ServerRestarted: () => "The server was restarted while the agent was at work.",
  ServerStopped: () => "The server was shut down while the agent was at work."
})

const stopStepWords: Record<StopStep, string> = {
  cancel: "the agent obeyed",
  "stdin-closed": "the agent ignored the cancel and its input was closed",
  sigterm: "the agent ignored the cancel and was told to terminate (SIGTERM)",
  sigkill: "the agent ignored everything and was killed (SIGKILL)"
}
