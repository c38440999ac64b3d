/**
 * The one union of events: facts in a chat's log. Past participles; a fact names who did it where somebody did.
 * What an event does to a chat stands in `Chat.ts` and nowhere else.
 */
import { Schema } from "effect"
import { AgentMode, AgentOption, Continuity, SlashCommand } from "./Agent.ts"
import { AgentRequest, CloseReason, RequestAnswer } from "./AgentRequest.ts"
import { Forked, Rewound } from "./ChatNote.ts"
import { ContentBlock } from "./Content.ts"
import { AgentName, BootId, PartId, PromptId, RequestId, TurnId, Who } from "./Ids.ts"
import { PermissionRule } from "./PermissionRule.ts"
import { ToolCall } from "./ToolCall.ts"
import { Cause, Outcome, StopStep, TurnContext, TurnOrigin, TurnSettings, TurnSummary, Usage } from "./Turn.ts"

export const PlanEntry = Schema.Struct({
  content: Schema.String,
  priority: Schema.Literals(["high", "medium", "low"]),
  status: Schema.Literals(["pending", "in_progress", "completed"])
})
export type PlanEntry = typeof PlanEntry.Type

/** A prompt as it stands in the queue. */
export const QueuedPrompt = Schema.Struct({
  promptId: PromptId,
  content: Schema.Array(ContentBlock),
  agent: AgentName,
  settings: TurnSettings,
  by: Who,
  at: Schema.Finite,
  /** Waits for Resume. */
  held: Schema.Boolean
})
export type QueuedPrompt = typeof QueuedPrompt.Type

const anchored = { anchor: Schema.Int, turnId: TurnId }

/** What the timeline is made of, in the order of the anchors: the seq of each item's first event. */
export const Item = Schema.TaggedUnion({
  Prompt: { ...anchored, promptId: PromptId, content: Schema.Array(ContentBlock), by: Who, at: Schema.Finite },
  Text: { ...anchored, partId: PartId, kind: Schema.Literals(["text", "thought"]), text: Schema.String },
  Tool: { ...anchored, call: ToolCall },
  Plan: { ...anchored, entries: Schema.Array(PlanEntry) },
  Request: {
    ...anchored, requestId: RequestId, request: AgentRequest,
    closed: Schema.optionalKey(Schema.Struct({ answer: RequestAnswer, by: Who, why: CloseReason }))
  }
})
export type Item = typeof Item.Type

export const ChatEvent = Schema.TaggedUnion({
  // people
  PromptQueued: { prompt: QueuedPrompt },
  PromptChanged: { promptId: PromptId, content: Schema.Array(ContentBlock), by: Who },
  PromptWithdrawn: { promptId: PromptId, by: Who },
  /** Everything now in the queue waits for Resume. */
  QueueHeld: { by: Who },
  QueueResumed: { by: Who },
  TitleSet: { title: Schema.String, by: Who },
  /** The chat's agent, or what that agent's next prompts ask for. */
  SettingSet: { agent: AgentName, settings: TurnSettings, by: Who },

  // turn
  TurnStarted: {
    turnId: TurnId, promptId: Schema.optionalKey(PromptId), origin: TurnOrigin, agent: AgentName,
    settings: TurnSettings, bootId: BootId
  },
  /** The prompt was handed to the agent, and with it what there was to tell, up to the note at `told`. */
  PromptDelivered: { turnId: TurnId, told: Schema.optionalKey(Schema.Int) },
  /** The turn's agent came to its context. */
  ContinuityStated: { turnId: TurnId, context: TurnContext },
  TextAppended: {
    turnId: TurnId, partId: PartId, kind: Schema.Literals(["text", "thought"]), offset: Schema.Int, text: Schema.String
  },
  ToolCallUpserted: { turnId: TurnId, call: ToolCall },
  PlanReplaced: { turnId: TurnId, entries: Schema.Array(PlanEntry) },
  RequestOpened: { turnId: TurnId, requestId: RequestId, request: AgentRequest },
  RuleSet: { rule: PermissionRule },
  RuleRevoked: { ruleId: RequestId, by: Who },
  RequestClosed: { turnId: TurnId, requestId: RequestId, answer: RequestAnswer, by: Who, why: CloseReason },
  StopRequested: { turnId: TurnId, by: Who },
  StopEscalated: { turnId: TurnId, step: StopStep },
  /** Replaces what the turn reported before. */
  UsageReported: { turnId: TurnId, usage: Usage },
  TurnEnded: { turnId: TurnId, outcome: Outcome, stopReason: Schema.optionalKey(Schema.String), cause: Cause },

  // agent
  AgentBound: {
    agent: AgentName, agentSessionId: Schema.String, continuity: Continuity, why: Schema.String,
    /** Of the configuration that its backend was started with. */
    fingerprint: Schema.optionalKey(Schema.String)
  },
  AgentAnnounced: {
    agent: AgentName,
    commands: Schema.optionalKey(Schema.Array(SlashCommand)),
    modes: Schema.optionalKey(Schema.Struct({ current: Schema.String, available: Schema.Array(AgentMode) })),
    options: Schema.optionalKey(Schema.Array(AgentOption))
  },
  AgentDown: { agent: AgentName, cause: Cause },

  // worktree: of no turn; nothing runs when it is so
  WorktreeRewound: Rewound.fields,
  /** What was said in another chat stands before this. */
  ChatForked: Forked.fields,

  // compaction: what an ended turn's events come to, one row an item and one row for the turn
  ItemSealed: { item: Item },
  TurnSealed: { turn: TurnSummary, prompt: Schema.optionalKey(QueuedPrompt) }
})
export type ChatEvent = typeof ChatEvent.Type

/** An event with its place: `seq` in the chat's log, the `anchor` of the item it belongs to (else its own seq), and when. */
export const LogEntry = Schema.Struct({
  seq: Schema.Int, anchor: Schema.Int, at: Schema.Finite, event: ChatEvent
})
export type LogEntry = typeof LogEntry.Type
