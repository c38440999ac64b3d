/** Chats for the page's tests and its gallery, folded from events as the server would write them. */
import { anchorOf, type Chat, empty, evolve } from "../../shared/Chat.ts"
import type { ChatEvent, LogEntry, QueuedPrompt } from "../../shared/ChatEvent.ts"
import type { ContentBlock } from "../../shared/Content.ts"
import { AgentName, BootId, ChatId, PartId, ProjectId, PromptId, RequestId, SessionId, ToolCallId, TurnId, Who } from "../../shared/Ids.ts"
import type { ToolCall } from "../../shared/ToolCall.ts"

const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`
export const ids = {
  project: (n: number) => ProjectId.make(uuid(n)),
  session: (n: number) => SessionId.make(uuid(n)),
  chat: (n: number) => ChatId.make(uuid(n)),
  turn: (n: number) => TurnId.make(uuid(n)),
  request: (n: number) => RequestId.make(uuid(n)),
  boot: BootId.make(uuid(1)),
  prompt: (n: number) => PromptId.make(`prompt-${String(n).padStart(4, "0")}`),
  part: (name: string) => PartId.make(name),
  agent: (name: string) => AgentName.make(name),
  who: (name: string) => Who.make(name)
}

/** What happened, and how many milliseconds after what stands before it. */
export type Step = ChatEvent | number

/** Ends at `end`: a running turn counts from there. */
export const entriesOf = (steps: ReadonlyArray<Step>, end: number): ReadonlyArray<LogEntry> => {
  const span = steps.reduce<number>((sum, step) => sum + (typeof step === "number" ? step : 0), 0)
  const entries: Array<LogEntry> = []
  let at = end - span
  let chat = empty
  for (const step of steps) {
    if (typeof step === "number") {
      at += step
      continue
    }
    const event = step._tag === "ToolCallUpserted" ? { ...step, call: timed(step.call, at) } : step
    const entry = { seq: entries.length + 1, anchor: anchorOf(chat, event, entries.length + 1), at, event }
    entries.push(entry)
    chat = evolve(chat, entry)
  }
  return entries
}

const timed = (call: ToolCall, at: number): ToolCall =>
  ({ ...call, startedAt: at, ...(["completed", "failed", "canceled"].includes(call.status) ? { endedAt: at } : {}) })

export const chatOf = (steps: ReadonlyArray<Step>, end: number): Chat => entriesOf(steps, end).reduce((chat, entry) => evolve(chat, entry), empty)

const owner = ids.who("owner")

export const queued = (n: number, text: string | ReadonlyArray<ContentBlock>, agent = "goose", held = false): QueuedPrompt => ({
  promptId: ids.prompt(n), content: typeof text === "string" ? [{ type: "text", text }] : text, agent: ids.agent(agent), settings: {}, by: owner, at: Date.now(), held
})

/** A prompt that starts a turn at once. */
export const asked = (n: number, text: string | ReadonlyArray<ContentBlock>, agent = "goose"): ReadonlyArray<Step> => [
  { _tag: "PromptQueued", prompt: queued(n, text, agent) },
  { _tag: "TurnStarted", turnId: ids.turn(n), promptId: ids.prompt(n), origin: "prompt", agent: ids.agent(agent), settings: {}, bootId: ids.boot }
]

export const delivered = (n: number): Step => ({ _tag: "PromptDelivered", turnId: ids.turn(n) })

export const says = (n: number, part: string, text: string, kind: "text" | "thought" = "text", offset = 0): Step =>
  ({ _tag: "TextAppended", turnId: ids.turn(n), partId: ids.part(part), kind, offset, text })

export const tool = (n: number, id: string, call: Partial<ToolCall> & Pick<ToolCall, "title" | "kind" | "status">): Step => ({
  _tag: "ToolCallUpserted", turnId: ids.turn(n),
  call: { toolCallId: ToolCallId.make(id), content: [], locations: [], startedAt: 0, ...call }
})

export const ended = (n: number): Step =>
  ({ _tag: "TurnEnded", turnId: ids.turn(n), outcome: "completed", stopReason: "end_turn", cause: { _tag: "Answered", stopReason: "end_turn" } })

export const used = (n: number, inputTokens: number, outputTokens: number, cost: number): Step =>
  ({ _tag: "UsageReported", turnId: ids.turn(n), usage: { inputTokens, outputTokens, cost, contextUsed: inputTokens, contextSize: 200_000, source: "measured" } })
