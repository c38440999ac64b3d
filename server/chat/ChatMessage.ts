/**
 * What a chat's actor is told, what it answers, and what it does besides: the messages, replies and actions that the
 * deciders speak in. Imperatives. A message brings its time and the ids it may need, for deciders make none.
 */
import type { AgentRequest, RequestAnswer } from "../../shared/AgentRequest.ts"
import type { ChatEvent } from "../../shared/ChatEvent.ts"
import type { Rewound } from "../../shared/ChatNote.ts"
import type { ContentBlock } from "../../shared/Content.ts"
import type { AgentName, BootId, PromptId, RequestId, TurnId, Who } from "../../shared/Ids.ts"
import type { ChatError } from "../../shared/Errors.ts"
import type { AgentFact, TurnEnd, TurnUpdate } from "../../shared/SessionUpdate.ts"
import type { StopStep, TurnSettings } from "../../shared/Turn.ts"

export type ChatMessage =
  // people
  | { readonly _tag: "Prompt"; readonly promptId: PromptId; readonly content: ReadonlyArray<ContentBlock>
      readonly agent?: AgentName | undefined; readonly settings?: TurnSettings | undefined; readonly by: Who }
  | { readonly _tag: "ChangePrompt"; readonly promptId: PromptId; readonly content: ReadonlyArray<ContentBlock>; readonly by: Who }
  | { readonly _tag: "WithdrawPrompt"; readonly promptId: PromptId; readonly by: Who }
  | { readonly _tag: "ResumeQueue"; readonly by: Who }
  | { readonly _tag: "Stop"; readonly by: Who }
  | { readonly _tag: "SetTitle"; readonly title: string; readonly by: Who }
  | { readonly _tag: "SetSettings"; readonly agent: AgentName; readonly settings: TurnSettings; readonly by: Who }
  | { readonly _tag: "Answer"; readonly requestId: RequestId; readonly answer: RequestAnswer; readonly by: Who }
  | { readonly _tag: "RevokeRule"; readonly ruleId: RequestId; readonly by: Who }
  // turns
  /** `told`: the last note that the agent was told of along with the prompt. */
  | { readonly _tag: "Deliver"; readonly turnId: TurnId; readonly told?: number | undefined }
  | { readonly _tag: "Update"; readonly turnId: TurnId; readonly updates: ReadonlyArray<TurnUpdate> }
  | { readonly _tag: "Ask"; readonly turnId: TurnId; readonly requestId: RequestId; readonly request: AgentRequest }
  /** The agent wants no answer any more. */
  | { readonly _tag: "Withdraw"; readonly turnId: TurnId; readonly requestId: RequestId }
  | { readonly _tag: "Escalate"; readonly turnId: TurnId; readonly step: StopStep }
  | { readonly _tag: "EndTurn"; readonly turnId: TurnId; readonly end: TurnEnd }
  // agents
  /** An agent says something with no prompt in flight. */
  | { readonly _tag: "Speak"; readonly agent: AgentName }
  | { readonly _tag: "Note"; readonly agent: AgentName; readonly fact: AgentFact }
  /** The files of the chat's worktree were put back. The same again does nothing. */
  | { readonly _tag: "TellRewound"; readonly rewound: Rewound }
  /** The first message of an actor's life: whatever is open belongs to a dead one. */
  | { readonly _tag: "Recover" }

/** A message with what deciders can't make: the time (epoch ms), a turn id to use, and the boot that asks. */
export interface Call {
  readonly message: ChatMessage
  readonly at: number
  readonly turnId: TurnId
  readonly bootId: BootId
}

export type ChatReply =
  | { readonly _tag: "Done" }
  | { readonly _tag: "Accepted"; readonly promptId: PromptId; readonly turnId?: TurnId | undefined }
  | { readonly _tag: "Stopping"; readonly turnId?: TurnId | undefined }
  /** Whether a turn was opened for it; what comes without one is late. */
  | { readonly _tag: "Speaking"; readonly turnId: TurnId | undefined }

export type ChatAction =
  | { readonly _tag: "RunTurn"; readonly turnId: TurnId; readonly agent: AgentName; readonly settings: TurnSettings
      readonly content: ReadonlyArray<ContentBlock> }
  /** Takes what the agent says by itself into this turn. */
  | { readonly _tag: "Listen"; readonly turnId: TurnId; readonly agent: AgentName }
  | { readonly _tag: "InterruptTurn"; readonly turnId: TurnId; readonly by: Who }
  | { readonly _tag: "AnswerAgent"; readonly requestId: RequestId; readonly answer: RequestAnswer }
  | { readonly _tag: "Compact"; readonly turnId: TurnId }
  /** It has its end, and its agent no hand in the worktree: what it did there is kept, and is its own. */
  | { readonly _tag: "SnapshotWork"; readonly turnId: TurnId }

/** What a decider answers. `reply` is refused with an error only when there are no events. */
export interface Decision {
  readonly events: ReadonlyArray<ChatEvent>
  readonly actions: ReadonlyArray<ChatAction>
  readonly reply: ChatReply | ChatError
}

export const done: ChatReply = { _tag: "Done" }
export const nothing: Decision = { events: [], actions: [], reply: done }
export const record = (...events: ReadonlyArray<ChatEvent>): Decision => ({ events, actions: [], reply: done })
export const refuse = (error: ChatError): Decision => ({ events: [], actions: [], reply: error })
