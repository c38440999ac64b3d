/**
 * A row of the agent catalogue: everything that is known of an agent before it runs. Agents differ by data and never by
 * code: where one deviates from ACP, its row has a quirk. Rows are in `catalog/`; what a user changes of them is an `AgentEdit`.
 */
import { Schema } from "effect"
import { SlashCommand } from "../../shared/Agent.ts"
import { AgentName } from "../../shared/Ids.ts"
import { DrillPromptsEdit } from "./catalog/DrillPrompts.ts"

/**
 * How an agent's token figures become those of a turn.
 * - `sum of turn`: the answer to the prompt carries the turn's sum
 * - `last call`: the answer carries only the turn's last model call, so the figures are the least it can have been
 * - `running total`: the answer carries the sum since the agent's process took the session up; subtract what was known before the turn
 * - `chunk meta`: `_meta.usage` of a message chunk, one per model call; add them up
 * - `answer meta`: `_meta.quota.token_count` of the answer to the prompt, the turn's sum
 * - `none`: nothing is reported
 */
export const UsageRule = Schema.Literals(["sum of turn", "last call", "running total", "chunk meta", "answer meta", "none"])
export type UsageRule = typeof UsageRule.Type

export const AgentQuirks = Schema.Struct({
  /**
   * Modes in which the agent asks before it changes anything: the first of them that it offers is set after
   * `session/new`, because several agents approve by themselves unless told otherwise. Empty: it asks anyhow, or its
   * environment makes it ask.
   */
  askModes: Schema.Array(Schema.String),
  /**
   * How its session is taken up again by a new process. `resume` and `load` are used where the agent also announces them;
   * `never`: replay the chat to a fresh session instead.
   */
  resume: Schema.Literals(["resume", "load", "never"]),
  usage: UsageRule,
  /** Whether `usage_update` carries a cost, in US dollars since the agent session began. */
  cost: Schema.Literals(["session total", "none"]),
  /** Its answer to `session/load` comes before the history: what follows until it is quiet belongs to the past. */
  replayAfterLoad: Schema.optionalKey(Schema.Boolean),
  /** It can't tell a file that isn't there from one that can't be read when it asks its client: it isn't offered the client's files. */
  ownFiles: Schema.optionalKey(Schema.Boolean),
  /** Stop reasons seen in answer to a cancel besides `cancelled`. */
  cancelReported: Schema.optionalKey(Schema.Array(Schema.String)),
  /** Stop reasons seen after a rejected permission although nobody cancelled. */
  rejectReported: Schema.optionalKey(Schema.Array(Schema.String)),
  /** Names of XML-like tags that the agent's text carries and no person should read. */
  stripTags: Schema.optionalKey(Schema.Array(Schema.String))
})
export type AgentQuirks = typeof AgentQuirks.Type

/** Of an agent that does what ACP says. */
export const plainQuirks: AgentQuirks = { askModes: [], resume: "resume", usage: "sum of turn", cost: "session total" }

const Environment = Schema.Record(Schema.String, Schema.String)

export const AgentRow = Schema.Struct({
  name: AgentName,
  label: Schema.String,
  /** Programs to look for on PATH, best first; an absolute path is taken as it is. */
  programs: Schema.Array(Schema.String),
  args: Schema.Array(Schema.String),
  /** Set where the server's own environment doesn't set it. */
  env: Environment,
  /** Set whatever the server's own environment says. */
  forcedEnv: Environment,
  /** What it speaks: ACP over stdio, the HTTP API of `opencode serve`, or nothing but a terminal. */
  protocol: Schema.Literals(["acp", "opencode", "pty"]),
  /** A command line that installs it, or a sentence that says where to get it. */
  install: Schema.String,
  /** What makes the program print its version and end. Empty: it is not asked. */
  versionArgs: Schema.Array(Schema.String),
  /** Offered until the agent has announced its own. */
  commands: Schema.Array(SlashCommand),
  quirks: AgentQuirks,
  /** How a drill words what it says to this agent; what is left out is said as to all. */
  drill: Schema.optionalKey(DrillPromptsEdit)
})
export type AgentRow = typeof AgentRow.Type

/** An agent that was found: its row, and how to start it. */
export interface FoundAgent {
  readonly row: AgentRow
  /** Absolute path of the program. */
  readonly command: string
  readonly args: ReadonlyArray<string>
  /** What is added to the server's environment; `undefined` takes a variable away. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** As the program says; missing where it was not asked or said nothing. */
  readonly version?: string
}
