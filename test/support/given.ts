/**
 * Test support for the deciders: what a chat holds, what it is told, and what must come of it.
 *
 *   given(queued(a), started(1, a)).when(stop).then({ events: [...], actions: [...], reply: ... })
 *
 * Pure, like what it tests. Owns the ids and samples that the deciders' tests share; states no law.
 */
import { isDeepStrictEqual } from "node:util"
import { assert } from "@effect/vitest"
import { anchorOf, type Chat, empty, evolve } from "../../shared/Chat.ts"
import type { ChatEvent, LogEntry, QueuedPrompt } from "../../shared/ChatEvent.ts"
import type { ContentBlock } from "../../shared/Content.ts"
import { ChatError } from "../../shared/Errors.ts"
import { AgentName, BootId, PartId, PromptId, RequestId, ToolCallId, TurnId, Who } from "../../shared/Ids.ts"
import type { ToolCall } from "../../shared/ToolCall.ts"
import type { Call, ChatAction, ChatMessage, Decision } from "../../server/chat/ChatMessage.ts"
import { decide } from "../../server/chat/decide.ts"

const uuid = (kind: number, n: number): string => `${String(kind).padStart(8, "0")}-0000-4000-8000-${n.toString(16).padStart(12, "0")}`
export const turnId = (n: number): TurnId => TurnId.make(uuid(1, n))
export const requestId = (n: number): RequestId => RequestId.make(uuid(2, n))
export const bootId = BootId.make(uuid(9, 1))
export const promptId = (n: number): PromptId => PromptId.make(`prompt-${String(n).padStart(4, "0")}`)
export const ada = Who.make("ada")
export const bob = Who.make("bob")
export const server = Who.make("boocode")
export const goose = AgentName.make("goose")
export const qwen = AgentName.make("qwen")
export const at = 1_700_000_000_000

export const text = (words: string): ReadonlyArray<ContentBlock> => [{ type: "text", text: words }]

export const queuedPrompt = (n: number, more: Partial<QueuedPrompt> = {}): QueuedPrompt =>
  ({ promptId: promptId(n), content: text(`prompt ${n}`), agent: goose, settings: {}, by: ada, at, held: false, ...more })

export const toolCall = (id: string, more: Partial<ToolCall> = {}): ToolCall => ({
  toolCallId: ToolCallId.make(id), title: id, kind: "other", status: "pending", content: [], locations: [], startedAt: at, ...more
})

// events

export const queued = (n: number, more: Partial<QueuedPrompt> = {}): ChatEvent => ({ _tag: "PromptQueued", prompt: queuedPrompt(n, more) })
export const started = (turn: number, prompt?: number): ChatEvent => ({
  _tag: "TurnStarted", turnId: turnId(turn), agent: goose, settings: {}, bootId,
  ...(prompt === undefined ? { origin: "agent" } : { origin: "prompt", promptId: promptId(prompt) })
})
export const said = (turn: number, words: string, part = "p1", offset = 0): ChatEvent =>
  ({ _tag: "TextAppended", turnId: turnId(turn), partId: PartId.make(part), kind: "text", offset, text: words })
export const asked = (turn: number, request: number): ChatEvent =>
  ({ _tag: "RequestOpened", turnId: turnId(turn), requestId: requestId(request), request: permission })
export const stopping = (turn: number, by = ada): ChatEvent => ({ _tag: "StopRequested", turnId: turnId(turn), by })
/** What is done besides when a turn has ended. */
export const ending = (turn: number): ReadonlyArray<ChatAction> => [{ _tag: "SnapshotWork", turnId: turnId(turn) }, { _tag: "Compact", turnId: turnId(turn) }]
export const ended = (turn: number): ChatEvent => ({
  _tag: "TurnEnded", turnId: turnId(turn), outcome: "completed", stopReason: "end_turn", cause: { _tag: "Answered", stopReason: "end_turn" }
})
/** A chat that knows its agent and has a title, so that prompts add neither. */
export const settled: ReadonlyArray<ChatEvent> = [
  { _tag: "SettingSet", agent: goose, settings: {}, by: ada }, { _tag: "TitleSet", title: "A chat", by: ada }
]
export const permission: Extract<ChatEvent, { _tag: "RequestOpened" }>["request"] = {
  _tag: "Permission", title: "Write a file", options: [
    { optionId: "always", name: "Always", kind: "allow_always" }, { optionId: "once", name: "Once", kind: "allow_once" },
    { optionId: "no", name: "No", kind: "reject_once" }
  ]
}

// the world

/** One event after the other, each in its place. */
export const fold = (chat: Chat, events: ReadonlyArray<ChatEvent>, time = at): Chat => events.reduce((before, event) => {
  const seq = before.seq + 1
  const entry: LogEntry = { seq, anchor: anchorOf(before, event, seq), at: time, event }
  return evolve(before, entry)
}, chat)

/** The call that brings a message. A turn that it starts gets the id `turnId(100)` unless told otherwise. */
export const call = (message: ChatMessage, more: Partial<Call> = {}): Call => ({ message, at, turnId: turnId(100), bootId, ...more })

export interface Given {
  readonly chat: Chat
  readonly when: (message: ChatMessage, more?: Partial<Call>) => When
}

export interface When {
  readonly decision: Decision
  /** What is named must be exactly so. Goes on from where the decision led. */
  readonly then: (expected: Partial<Decision>) => Given
}

/** A reply as it is sent: without what is undefined. */
const plain = (reply: Decision["reply"]): unknown => JSON.parse(JSON.stringify(reply instanceof ChatError ? reply.reason : reply))

const same = (actual: unknown, expected: unknown, what: string): void => {
  if (!isDeepStrictEqual(actual, expected)) assert.deepStrictEqual(actual, expected, what)
}

export const givenChat = (chat: Chat): Given => ({
  chat,
  when: (message, more) => {
    const decision = decide(chat, call(message, more))
    return {
      decision,
      // oxlint-disable-next-line unicorn/no-thenable -- reads as given, when, then; nobody awaits it
      then: ({ actions, events, reply }) => {
        if (events !== undefined) same(decision.events, events, `events of ${message._tag}`)
        if (actions !== undefined) same(decision.actions, actions, `actions of ${message._tag}`)
        if (reply !== undefined) same(plain(decision.reply), plain(reply), `reply to ${message._tag}`)
        return givenChat(fold(chat, decision.events, more?.at ?? at))
      }
    }
  }
})

export const given = (...events: ReadonlyArray<ChatEvent>): Given => givenChat(fold(empty, events))
export const refusal = (reason: ChatError["reason"]): ChatError => new ChatError({ reason })
