/**
 * Valid histories of a chat, made from numbers: what any chat's log may hold, in an order in which it may hold it.
 * Each number is one step and means the same wherever it stands, so that a failing history shrinks to the steps that
 * matter. Owns no law: the tests of the fold and of compaction state those.
 */
import { Arbitrary, Schema } from "effect"
import { anchorOf, type Chat, empty, evolve, openRequests, openTurns, openWindow, promptedTurn } from "../../shared/Chat.ts"
import { CheckpointId } from "../../shared/Change.ts"
import type { RewindTarget } from "../../shared/ChatNote.ts"
import type { ChatEvent, Item, LogEntry } from "../../shared/ChatEvent.ts"
import { AgentName, BootId, PartId, PromptId, RequestId, ToolCallId, TurnId, Who } from "../../shared/Ids.ts"
import type { ToolCall, ToolContent, ToolStatus } from "../../shared/ToolCall.ts"
import type { Cause, Outcome, TurnSummary, Usage } from "../../shared/Turn.ts"

export interface ChatHistory {
  readonly log: ReadonlyArray<LogEntry>
  /** Everything of the log, without a window. */
  readonly whole: Chat
}

/** A number below `sides`. */
type Dice = (sides: number) => number

const diceOf = (step: number): Dice => {
  let state = step | 0
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % sides
  }
}

const uuid = (kind: number, n: number): string => `0000000${kind}-0000-4000-8000-${n.toString(16).padStart(12, "0")}`
const bootId = BootId.make(uuid(9, 1))
/** One is named as a property that every object has. */
const agents = ["goose", "qwen", "constructor"].map((name) => AgentName.make(name))
const people = ["owner", "tool:ci"].map((name) => Who.make(name))
const one = <A>(all: ReadonlyArray<A>, dice: Dice): A | undefined => all[dice(Math.max(1, all.length))]
const surely = <A>(all: readonly [A, ...ReadonlyArray<A>], dice: Dice): A => one(all, dice) ?? all[0]
const who = (dice: Dice): Who => one(people, dice) ?? Who.make("owner")
const agentName = (dice: Dice): AgentName => one(agents, dice) ?? AgentName.make("goose")

const sample = "The quick brown fox – naïve, 😀 and \"quoted\" – jumps over\nthe lazy dog. \ud800 "
/** Mostly short, now and then longer than a small window. */
const someText = (dice: Dice, large = 2000): string => {
  const length = dice(12) === 0 ? dice(large) : dice(60)
  return sample.repeat(Math.ceil(length / sample.length)).slice(0, length)
}

/** What is being written: the state without a window, and the log. */
interface Draft { chat: Chat; readonly log: Array<LogEntry>; at: number; made: number }

const record = (draft: Draft, event: ChatEvent): void => {
  const seq = draft.chat.seq + 1
  const entry: LogEntry = { seq, anchor: anchorOf(draft.chat, event, seq), at: draft.at, event }
  draft.log.push(entry)
  draft.chat = evolve(draft.chat, entry, openWindow)
}

const next = (draft: Draft): number => (draft.made += 1)

const content = (dice: Dice) => [{ type: "text" as const, text: someText(dice) }]

type Step = (draft: Draft, dice: Dice) => void

const queue: Step = (draft, dice) => record(draft, {
  _tag: "PromptQueued",
  prompt: {
    promptId: PromptId.make(`prompt-${String(next(draft)).padStart(6, "0")}`), content: content(dice), agent: agentName(dice),
    settings: dice(2) === 0 ? {} : { model: "m" }, by: who(dice), at: draft.at, held: false
  }
})

const ofQueue = (f: (promptId: PromptId, dice: Dice) => ChatEvent): Step => (draft, dice) => {
  const prompt = one(draft.chat.queue, dice)
  if (prompt !== undefined) record(draft, f(prompt.promptId, dice))
}

const start: Step = (draft, dice) => {
  const prompt = one(draft.chat.queue.filter(({ held }) => !held), dice)
  if (prompt === undefined || promptedTurn(draft.chat) !== undefined) return
  const { agent, promptId, settings } = prompt
  record(draft, { _tag: "TurnStarted", turnId: TurnId.make(uuid(1, next(draft))), promptId, origin: "prompt", agent, settings, bootId })
}

const startByAgent: Step = (draft, dice) => {
  const agent = agentName(dice)
  if (openTurns(draft.chat).some((turn) => turn.origin === "agent" && turn.agent === agent)) return
  record(draft, { _tag: "TurnStarted", turnId: TurnId.make(uuid(1, next(draft))), origin: "agent", agent, settings: {}, bootId })
}

const inTurn = (f: (turnId: TurnId, draft: Draft, dice: Dice) => void): Step => (draft, dice) => {
  const turn = one(openTurns(draft.chat), dice)
  if (turn !== undefined) f(turn.turnId, draft, dice)
}

const itemsOf = <Tag extends Item["_tag"]>(draft: Draft, turnId: TurnId, tag: Tag): ReadonlyArray<Extract<Item, { _tag: Tag }>> =>
  draft.chat.items.filter((item): item is Extract<Item, { _tag: Tag }> => item.turnId === turnId && item._tag === tag)

const newText = (turnId: TurnId, draft: Draft, dice: Dice): void => record(draft, {
  _tag: "TextAppended", turnId, partId: PartId.make(`part${next(draft)}`), kind: surely(["text", "thought"], dice), offset: 0, text: someText(dice)
})

/** Goes on with any part of its turn, whatever came after it. */
const moreText = (turnId: TurnId, draft: Draft, dice: Dice): void => {
  const texts = itemsOf(draft, turnId, "Text")
  const part = dice(3) > 0 ? texts.at(-1) : one(texts, dice)
  if (part === undefined) return newText(turnId, draft, dice)
  const { kind, partId, text } = part
  record(draft, { _tag: "TextAppended", turnId, partId, kind, offset: text.length, text: someText(dice) })
}

/** A piece that was appended before, once more. */
const textAgain = (turnId: TurnId, draft: Draft, dice: Dice): void => {
  const part = one(itemsOf(draft, turnId, "Text"), dice)
  if (part === undefined) return
  const offset = dice(part.text.length + 1), { kind, partId } = part
  record(draft, { _tag: "TextAppended", turnId, partId, kind, offset, text: part.text.slice(offset, offset + dice(20)) })
}

const toolContent = (dice: Dice): ToolContent => {
  switch (dice(4)) {
    case 0: return { type: "diff", path: "a.ts", oldText: dice(2) === 0 ? null : someText(dice), newText: someText(dice) }
    case 1: return { type: "terminal", terminalId: "t1" }
    case 2: return { type: "content", content: { type: "stored", hash: "ab12", bytes: 70_000, head: someText(dice) } }
    default: return { type: "content", content: { type: "text", text: someText(dice) } }
  }
}

const statuses: readonly [ToolStatus, ...ReadonlyArray<ToolStatus>] =
  ["pending", "in_progress", "in_progress", "completed", "completed", "failed", "canceled"]

const call = (dice: Dice, toolCallId: ToolCallId, at: number): ToolCall => {
  const status = surely(statuses, dice)
  return {
    toolCallId, status, title: someText(dice, 500), kind: surely(["read", "edit", "execute", "other"], dice),
    content: Array.from({ length: dice(3) }, () => toolContent(dice)), locations: dice(2) === 0 ? [] : [{ path: "a.ts", line: dice(9) }],
    ...(dice(2) === 0 ? {} : { input: someText(dice) }), ...(dice(2) === 0 ? {} : { output: someText(dice) }),
    startedAt: at, ...(dice(2) === 0 ? {} : { endedAt: at })
  }
}

const newTool = (turnId: TurnId, draft: Draft, dice: Dice): void =>
  record(draft, { _tag: "ToolCallUpserted", turnId, call: call(dice, ToolCallId.make(`call${next(draft)}`), draft.at) })

/** Any call of the turn, ended ones too, in any status. */
const moreTool = (turnId: TurnId, draft: Draft, dice: Dice): void => {
  const known = one(itemsOf(draft, turnId, "Tool"), dice)
  if (known !== undefined) record(draft, { _tag: "ToolCallUpserted", turnId, call: call(dice, known.call.toolCallId, draft.at) })
}

const plan = (turnId: TurnId, draft: Draft, dice: Dice): void => record(draft, {
  _tag: "PlanReplaced", turnId,
  entries: Array.from({ length: dice(4) }, () => ({ content: someText(dice), priority: "medium" as const, status: surely(["pending", "completed"], dice) }))
})

const ask = (turnId: TurnId, draft: Draft, dice: Dice): void => record(draft, {
  _tag: "RequestOpened", turnId, requestId: RequestId.make(uuid(2, next(draft))),
  request: dice(2) === 0
    ? { _tag: "Permission", title: someText(dice), options: [{ optionId: "once", name: "Once", kind: "allow_once" }] }
    : { _tag: "Elicitation", message: "Which?", schema: someText(dice) }
})

const answer: Step = (draft, dice) => {
  const request = one(openRequests(draft.chat).filter(({ turnId }) => openTurns(draft.chat).some((turn) => turn.turnId === turnId)), dice)
  if (request === undefined) return
  const { requestId, turnId } = request
  record(draft, { _tag: "RequestClosed", turnId, requestId, answer: { _tag: "Selected", optionId: "once" }, by: who(dice), why: "answered" })
}

const usage = (dice: Dice): Usage => ({
  inputTokens: dice(5000), outputTokens: dice(900), source: "measured", ...(dice(2) === 0 ? {} : { cost: dice(1000) / 1000 })
})

const ends: readonly [readonly [Outcome, Cause], ...ReadonlyArray<readonly [Outcome, Cause]>] = [
  ["completed", { _tag: "Answered", stopReason: "end_turn" }],
  ["stopped", { _tag: "Stopped", by: Who.make("owner"), step: "sigterm" }],
  ["failed", { _tag: "ChildExited", code: 1, signal: null, stderr: "boom\n" }],
  ["interrupted", { _tag: "ServerRestarted", bootId }]
]

/** Mostly as the deciders end it, closing what is open; now and then it just ends. */
const endTurn = (turn: TurnSummary, draft: Draft, dice: Dice): void => {
  const { turnId } = turn
  if (dice(4) > 0) {
    for (const item of draft.chat.items.filter((candidate) => candidate.turnId === turnId)) {
      if (item._tag === "Tool") record(draft, { _tag: "ToolCallUpserted", turnId, call: { ...item.call, status: "canceled" } })
      if (item._tag === "Request" && item.closed === undefined) {
        const { requestId } = item
        record(draft, { _tag: "RequestClosed", turnId, requestId, answer: { _tag: "Cancelled" }, by: who(dice), why: "turn_ended" })
      }
    }
  }
  const [outcome, cause] = surely(ends, dice)
  record(draft, { _tag: "TurnEnded", turnId, outcome, cause, ...(outcome === "completed" ? { stopReason: "end_turn" } : {}) })
}

const end: Step = (draft, dice) => {
  const turn = one(openTurns(draft.chat), dice)
  if (turn !== undefined) endTurn(turn, draft, dice)
}

const repeat = (step: Step, from: number, to: number): Step => (draft, dice) => {
  for (let left = from + dice(to - from); left > 0; left--) step(draft, dice)
}

/** A whole turn that an agent takes by itself, over at once. */
const shortTurn: Step = (draft, dice) => {
  const before = openTurns(draft.chat).length
  startByAgent(draft, dice)
  const turn = draft.chat.turns.at(-1)
  if (turn === undefined || openTurns(draft.chat).length === before) return
  if (dice(2) === 0) newText(turn.turnId, draft, dice)
  endTurn(turn, draft, dice)
}

const announce: Step = (draft, dice) => {
  const agent = agentName(dice)
  switch (dice(3)) {
    case 0: return record(draft, { _tag: "AgentBound", agent, agentSessionId: `s${next(draft)}`, continuity: "fresh", why: "first" })
    case 1: return record(draft, { _tag: "AgentAnnounced", agent, commands: [{ name: "plan", description: someText(dice) }] })
    default: return record(draft, { _tag: "AgentDown", agent, cause: { _tag: "StreamEnded", detail: "closed" } })
  }
}

/** Between turns and, since a log may hold it, in them. */
const noted: Step = (draft, dice) => {
  const id = CheckpointId.make(uuid(3, next(draft)))
  const to: RewindTarget = dice(2) === 0 ? { _tag: "Undone", id } : { _tag: "Before", turnId: TurnId.make(uuid(1, 1)), words: someText(dice, 60) }
  record(draft, { _tag: "WorktreeRewound", id, by: who(dice), to, files: [{ path: "a.ts", operation: "edit" }], count: 1, undo: dice(9) })
}

const steps: ReadonlyArray<readonly [weight: number, step: Step]> = [
  [5, queue], [6, start], [2, startByAgent], [3, end], [1, repeat(shortTurn, 1, 8)],
  [1, ofQueue((promptId, dice) => ({ _tag: "PromptChanged", promptId, content: content(dice), by: who(dice) }))],
  [1, ofQueue((promptId, dice) => ({ _tag: "PromptWithdrawn", promptId, by: who(dice) }))],
  [1, (draft, dice) => record(draft, { _tag: "QueueHeld", by: who(dice) })],
  [2, (draft, dice) => record(draft, { _tag: "QueueResumed", by: who(dice) })],
  [1, (draft, dice) => record(draft, { _tag: "TitleSet", title: someText(dice), by: who(dice) })],
  [1, (draft, dice) => record(draft, { _tag: "SettingSet", agent: agentName(dice), settings: { mode: `m${dice(3)}` }, by: who(dice) })],
  [1, announce],
  [1, inTurn((turnId, draft) => record(draft, { _tag: "PromptDelivered", turnId }))],
  [1, inTurn((turnId, draft) => record(draft, { _tag: "PromptDelivered", turnId, told: draft.chat.seq }))],
  [1, noted],
  [1, inTurn((turnId, draft, dice) => record(draft, { _tag: "ContinuityStated", turnId, context: { continuity: "fresh", why: someText(dice), anew: dice(2) === 0 } }))],
  [4, inTurn(newText)], [6, inTurn(moreText)], [1, inTurn(textAgain)], [2, repeat(inTurn(moreText), 2, 9)],
  [4, inTurn(newTool)], [6, inTurn(moreTool)], [2, repeat(inTurn(newTool), 2, 12)],
  [2, inTurn(plan)], [2, inTurn(ask)], [2, answer],
  [1, inTurn((turnId, draft, dice) => record(draft, { _tag: "StopRequested", turnId, by: who(dice) }))],
  [1, inTurn((turnId, draft, dice) => record(draft, { _tag: "StopEscalated", turnId, step: surely(["cancel", "sigkill"], dice) }))],
  [2, inTurn((turnId, draft, dice) => record(draft, { _tag: "UsageReported", turnId, usage: usage(dice) }))]
]
const table = steps.flatMap(([weight, step]) => Array.from({ length: weight }, () => step))

/** The history that these numbers mean. */
export const chatHistory = (numbers: ReadonlyArray<number>): ChatHistory => {
  const draft: Draft = { chat: empty, log: [], at: 1_700_000_000_000, made: 0 }
  for (const number of numbers) {
    const dice = diceOf(number)
    draft.at += dice(2000)
    one(table, dice)?.(draft, dice)
  }
  return { log: draft.log, whole: draft.chat }
}

const numbers = Arbitrary.array(Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000 }))), { maxLength: 60 })

/** Up to 240 steps, each up to some dozen events; typically a hundred events. */
export const arbitraryHistory: Arbitrary.Arbitrary<ChatHistory> =
  Arbitrary.map(Arbitrary.all([numbers, numbers, numbers, numbers]), (parts) => chatHistory(parts.flat()))

/** The same history each time, of so many steps. */
export const longHistory = (length: number, seed: number): ChatHistory => {
  const dice = diceOf(seed)
  return chatHistory(Array.from({ length }, () => dice(1_000_000)))
}
