/**
 * A chat's state and the one fold that makes it from its log, run by the server and by the browser alike. Total,
 * idempotent, pure. State is a window: it keeps what is open and, of what is finished, the newest; older items are
 * read as pages and folded with the same `evolve`.
 *
 * Laws (Chat.test.ts, Compaction.test.ts): applying an entry twice changes nothing; items of an ended turn never change;
 * the window holds what its definition leaves of everything, however it came about; fold(compact(log)) = fold(log), at
 * whichever seq a reader stands. They hold for logs whose entries carry the anchors of their items.
 */
import { Schema } from "effect"
import { AgentMode, AgentOption, Continuity, SlashCommand, UsageSource } from "./Agent.ts"
import { ChatEvent, Item, type LogEntry, QueuedPrompt } from "./ChatEvent.ts"
import { addNote, ChatNote, untold } from "./ChatNote.ts"
import { finishes, indexOfItem, isItemEvent, type ItemEvent, nextItem, placeItem, refOfEvent, windowItems } from "./ChatItems.ts"
import { AgentName, PromptId, type TurnId } from "./Ids.ts"
import { PermissionRule } from "./PermissionRule.ts"
import { Cause, isOpen, TurnSettings, TurnSummary } from "./Turn.ts"
import { digestText } from "./Text.ts"

/** What is known of one agent in this chat. */
export const AgentFacts = Schema.Struct({
  agentSessionId: Schema.optionalKey(Schema.String),
  continuity: Schema.optionalKey(Continuity),
  why: Schema.optionalKey(Schema.String),
  /** Its session stands in for an earlier one of this chat that was lost. */
  anew: Schema.optionalKey(Schema.Boolean),
  fingerprint: Schema.optionalKey(Schema.String),
  /** The note up to which it knows what became of the files; what it found at its first turn it knows. */
  told: Schema.optionalKey(Schema.Int),
  /** What this agent's next prompts ask for. */
  settings: TurnSettings,
  commands: Schema.optionalKey(Schema.Array(SlashCommand)),
  modes: Schema.optionalKey(Schema.Struct({ current: Schema.String, available: Schema.Array(AgentMode) })),
  options: Schema.optionalKey(Schema.Array(AgentOption)),
  down: Schema.optionalKey(Cause),
  inputTokens: Schema.Int,
  outputTokens: Schema.Int,
  cost: Schema.Finite,
  /** Where the figures come from: of the newest turn that had any. */
  source: Schema.optionalKey(UsageSource),
  turns: Schema.Int,
  lastActiveAt: Schema.optionalKey(Schema.Finite)
})
export type AgentFacts = typeof AgentFacts.Type

export const Chat = Schema.Struct({
  seq: Schema.Int,
  title: Schema.optionalKey(Schema.String),
  /** The agent the next prompt goes to. */
  agent: Schema.optionalKey(AgentName),
  agents: Schema.Record(Schema.String, AgentFacts),
  /** What is answered without asking, oldest first. */
  rules: Schema.Array(PermissionRule),
  queue: Schema.Array(QueuedPrompt),
  /** Newest last: what is open, the 50 newest that ended, and those whose items are here. */
  turns: Schema.Array(TurnSummary),
  /** In anchor order. */
  items: Schema.Array(Item),
  /** What stands between the turns, oldest first: the newest 50. */
  notes: Schema.Array(ChatNote),
  /** Characters held in `items`. */
  size: Schema.Int,
  /** Finished items with a smaller anchor are not here: ask for pages. 0 = everything is here. */
  floor: Schema.Int,
  /** Prompts that left the queue, newest last, with a digest of what they asked; the 256 newest. */
  taken: Schema.Array(Schema.Struct({ promptId: PromptId, digest: Schema.String, anchor: Schema.Int }))
})
export type Chat = typeof Chat.Type

export const empty: Chat = {
  seq: 0, agents: {}, rules: [], queue: [], turns: [], items: [], notes: [], size: 0, floor: 0, taken: []
}

const noFacts: AgentFacts = { settings: {}, inputTokens: 0, outputTokens: 0, cost: 0, turns: 0 }

/** How much of what is finished a state keeps. */
export interface Window { readonly items: number; readonly size: number; readonly turns: number }
export const standardWindow: Window = { items: 200, size: 256 * 1024, turns: 50 }
/** For pages and compaction: keeps all. */
export const openWindow: Window = { items: Infinity, size: Infinity, turns: Infinity }

export const openTurns = (chat: Chat): ReadonlyArray<TurnSummary> => chat.turns.filter(isOpen)
/** The turn that a prompt started and that has not ended: one at most. */
export const promptedTurn = (chat: Chat): TurnSummary | undefined =>
  chat.turns.findLast((turn) => turn.origin === "prompt" && isOpen(turn))
export const turnOf = (chat: Chat, turnId: TurnId): TurnSummary | undefined =>
  chat.turns.findLast((turn) => turn.turnId === turnId)
export const factsOf = (chat: Chat, agent: string): AgentFacts =>
  Object.hasOwn(chat.agents, agent) ? chat.agents[agent] ?? noFacts : noFacts
/** What an agent that has a session here has yet to be told of its files. */
export const untoldOf = (chat: Chat, agent: string): ReturnType<typeof untold> => {
  const { agentSessionId, told = 0 } = factsOf(chat, agent)
  return agentSessionId === undefined ? [] : untold(chat.notes, told)
}
export const openRequests = (chat: Chat): ReadonlyArray<Extract<Item, { _tag: "Request" }>> =>
  chat.items.filter((item) => item._tag === "Request").filter((item) => item.closed === undefined)

/** What the same prompt sent again has in common with itself. */
export const promptDigest = (prompt: Pick<QueuedPrompt, "content" | "agent">): string =>
  digestText(JSON.stringify([prompt.agent, prompt.content]))

/** Applies one entry of the log. Entries at or below `chat.seq` change nothing. */
export const evolve = (chat: Chat, entry: LogEntry, window: Window = standardWindow): Chat => {
  if (entry.seq <= chat.seq) return chat
  const next = { ...apply(chat, entry), seq: entry.seq }
  return finishes(chat, next) ? windowItems(next, window) : next
}

/** The items that left the window when `before` became `after` by this entry, as it left them. The floor need not rise. */
export const leftItems = (before: Chat, entry: LogEntry, after: Chat): ReadonlyArray<Item> => {
  if (entry.seq <= before.seq) return []
  const { items } = apply(before, entry)
  return items.length === after.items.length ? [] : items.filter((item) => !after.items.some((now) => now.anchor === item.anchor))
}

const apply = (chat: Chat, { anchor, at, event }: LogEntry): Chat => {
  switch (event._tag) {
    case "PromptQueued": return { ...chat, queue: [...chat.queue, event.prompt] }
    case "PromptChanged": return mapQueue(chat, (prompt) =>
      prompt.promptId === event.promptId ? { ...prompt, content: event.content } : prompt)
    case "PromptWithdrawn": return takeFromQueue(chat, event.promptId, anchor)
    case "QueueHeld": return mapQueue(chat, (prompt) => prompt.held ? prompt : { ...prompt, held: true })
    case "QueueResumed": return mapQueue(chat, (prompt) => prompt.held ? { ...prompt, held: false } : prompt)
    case "TitleSet": return { ...chat, title: event.title }
    case "SettingSet": return withPermissions(withFacts({ ...chat, agent: event.agent }, event.agent, { settings: event.settings }), event)
    case "RuleSet": return withRule(chat, event.rule)
    case "RuleRevoked": return { ...chat, rules: chat.rules.filter(({ ruleId }) => ruleId !== event.ruleId) }
    case "TurnStarted": return startTurn(chat, event, anchor, at)
    case "PromptDelivered": return deliver(chat, event, at)
    case "ContinuityStated": return inTurn(chat, event.turnId, (turn) => ({ ...turn, context: event.context }))
    case "StopRequested": return inTurn(chat, event.turnId, (turn) => ({ ...turn, stopBy: event.by }))
    case "StopEscalated": return inTurn(chat, event.turnId, (turn) => ({ ...turn, stopStep: event.step }))
    case "UsageReported": return inTurn(chat, event.turnId, (turn) => ({ ...turn, usage: event.usage }))
    case "TurnEnded": return endTurn(chat, event, at)
    case "TextAppended": case "ToolCallUpserted": case "PlanReplaced": case "RequestOpened": case "RequestClosed":
      return applyToItem(chat, event, anchor)
    case "AgentBound": return bind(chat, event, anchor)
    case "AgentAnnounced": {
      const { _tag: _, agent, ...announced } = event
      return withFacts(chat, agent, announced)
    }
    case "AgentDown": return withFacts(chat, event.agent, { down: event.cause })
    case "WorktreeRewound": {
      const { _tag: _, ...rewound } = event
      return { ...chat, notes: addNote(chat.notes, { _tag: "Rewound", anchor, at, ...rewound }) }
    }
    case "ChatForked": {
      const { _tag: _, ...forked } = event
      return { ...chat, notes: addNote(chat.notes, { _tag: "Forked", anchor, at, ...forked }) }
    }
    case "ItemSealed": return isEnded(chat, event.item.turnId) ? chat : placeItem(chat, event.item)
    case "TurnSealed": return sealTurn(chat, event.turn, event.prompt)
  }
}

/** Whether this is a fresh session in the stead of one that the agent had. */
export const isAnew = (facts: Pick<AgentFacts, "agentSessionId">, bound: { readonly continuity: Continuity }): boolean =>
  bound.continuity === "fresh" && facts.agentSessionId !== undefined

const bind = (chat: Chat, event: Of<"AgentBound">, anchor: number): Chat => {
  const { _tag: _, agent, ...bound } = event
  const { anew: __, down: ___, fingerprint: ____, ...facts } = factsOf(chat, agent)
  const anew = isAnew(facts, event)
  const told = facts.agentSessionId === undefined ? { told: anchor } : {}
  return { ...chat, agents: { ...chat.agents, [agent]: { ...facts, ...bound, ...told, ...(anew ? { anew } : {}) } } }
}

const withFacts = (chat: Chat, agent: string, facts: Partial<AgentFacts>): Chat => ({
  ...chat, agents: { ...chat.agents, [agent]: { ...factsOf(chat, agent), ...facts } }
})

/** What an agent may do unasked is so at once, in turns that run as well. */
const withPermissions = (chat: Chat, { agent, settings: { permissions } }: Of<"SettingSet">): Chat => {
  const stale = (turn: TurnSummary) => isOpen(turn) && turn.agent === agent && turn.settings.permissions !== permissions
  if (!chat.turns.some(stale)) return chat
  return { ...chat, turns: chat.turns.map((turn) => {
    if (!stale(turn)) return turn
    const { permissions: _, ...settings } = turn.settings
    return { ...turn, settings: permissions === undefined ? settings : { ...settings, permissions } }
  }) }
}

/** One for each thing that is allowed or not; the newest stands. */
const withRule = (chat: Chat, rule: PermissionRule): Chat => {
  const others = chat.rules.filter(({ agent, input, title, toolKind }) =>
    agent !== rule.agent || toolKind !== rule.toolKind || title !== rule.title || input !== rule.input)
  return { ...chat, rules: [...others, rule].slice(-ruleLimit) }
}
const ruleLimit = 200

const mapQueue = (chat: Chat, f: (prompt: QueuedPrompt) => QueuedPrompt): Chat => ({ ...chat, queue: chat.queue.map(f) })

const takenLimit = 256

const takeFromQueue = (chat: Chat, promptId: PromptId, anchor: number, prompt?: QueuedPrompt): Chat => {
  const taken = prompt ?? chat.queue.find((queued) => queued.promptId === promptId)
  if (taken === undefined) return chat
  const others = chat.taken.filter((old) => old.promptId !== promptId)
  const place = others.findLastIndex((old) => old.anchor < anchor) + 1
  return {
    ...chat,
    queue: chat.queue.filter((queued) => queued.promptId !== promptId),
    taken: others.toSpliced(place, 0, { promptId, digest: promptDigest(taken), anchor }).slice(-takenLimit)
  }
}

const placeTurn = (chat: Chat, turn: TurnSummary): Chat => {
  const others = chat.turns.filter((old) => old.turnId !== turn.turnId)
  return { ...chat, turns: others.toSpliced(others.findLastIndex((old) => old.anchor < turn.anchor) + 1, 0, turn) }
}

const isEnded = (chat: Chat, turnId: TurnId): boolean => {
  const turn = turnOf(chat, turnId)
  return turn !== undefined && !isOpen(turn)
}

const inTurn = (chat: Chat, turnId: TurnId, f: (turn: TurnSummary) => TurnSummary): Chat => {
  const turn = turnOf(chat, turnId)
  if (turn === undefined || !isOpen(turn)) return chat
  return { ...chat, turns: chat.turns.map((old) => old === turn ? f(turn) : old) }
}

type Of<Tag extends ChatEvent["_tag"]> = Extract<ChatEvent, { _tag: Tag }>

const startTurn = (chat: Chat, event: Of<"TurnStarted">, anchor: number, at: number): Chat => {
  if (turnOf(chat, event.turnId) !== undefined) return chat
  const { _tag: _, bootId: __, ...started } = event
  const begun = placeTurn(chat, { ...started, anchor, startedAt: at })
  const prompt = chat.queue.find((queued) => queued.promptId === event.promptId)
  return prompt === undefined ? begun : placePrompt(begun, prompt, event.turnId, anchor)
}

const deliver = (chat: Chat, { told, turnId }: Of<"PromptDelivered">, at: number): Chat => {
  const turn = turnOf(chat, turnId)
  if (turn === undefined || !isOpen(turn)) return chat
  const delivered = inTurn(chat, turnId, (open) => ({ ...open, deliveredAt: at, ...(told === undefined ? {} : { told }) }))
  return withTold(delivered, turn.agent, told)
}

const withTold = (chat: Chat, agent: string, told: number | undefined): Chat =>
  told === undefined ? chat : withFacts(chat, agent, { told: Math.max(told, factsOf(chat, agent).told ?? 0) })

const placePrompt = (chat: Chat, prompt: QueuedPrompt, turnId: TurnId, anchor: number): Chat => {
  const { at, by, content, promptId } = prompt
  return takeFromQueue(placeItem(chat, { _tag: "Prompt", anchor, turnId, promptId, content, by, at }), promptId, anchor, prompt)
}

const endTurn = (chat: Chat, event: Of<"TurnEnded">, at: number): Chat => {
  const turn = turnOf(chat, event.turnId)
  if (turn === undefined || !isOpen(turn)) return chat
  const { _tag: _, ...ended } = event
  return countTurn(placeTurn(chat, { ...turn, ...ended, endedAt: at }), { ...turn, ...ended, endedAt: at })
}

/** Adds an ended turn to its agent's totals, which stay numbers that can be sent, whatever agents report. */
const countTurn = (chat: Chat, turn: TurnSummary): Chat => {
  const facts = factsOf(chat, turn.agent)
  return withFacts(chat, turn.agent, {
    inputTokens: Math.min(facts.inputTokens + (turn.usage?.inputTokens ?? 0), Number.MAX_SAFE_INTEGER),
    outputTokens: Math.min(facts.outputTokens + (turn.usage?.outputTokens ?? 0), Number.MAX_SAFE_INTEGER),
    cost: Math.min(facts.cost + (turn.usage?.cost ?? 0), Number.MAX_VALUE),
    turns: facts.turns + 1,
    ...(turn.usage === undefined ? {} : { source: turn.usage.source }),
    lastActiveAt: Math.max(facts.lastActiveAt ?? 0, turn.endedAt ?? turn.startedAt)
  })
}

const sealTurn = (chat: Chat, turn: TurnSummary, prompt: QueuedPrompt | undefined): Chat => {
  if (isEnded(chat, turn.turnId)) return chat
  const placed = withTold(countTurn(placeTurn(chat, turn), turn), turn.agent, turn.told)
  return prompt === undefined ? placed : placePrompt(placed, prompt, turn.turnId, turn.anchor)
}

const applyToItem = (chat: Chat, event: ItemEvent, anchor: number): Chat => {
  if (isEnded(chat, event.turnId)) return chat
  const index = indexOfItem(chat.items, refOfEvent(event))
  const old = chat.items[index]
  // an item that left the window: whatever comes for it changes nothing
  if (old === undefined && anchor < chat.floor) return chat
  const next = nextItem(old, event, anchor)
  return next === undefined || next === old ? chat : placeItem(chat, next, index)
}

/**
 * The anchor that an event about to be appended at `seq` belongs to, as far as the state can say: an item that left the
 * window it can't tell from a new one. Who appends keeps the anchors of open turns beside the state.
 */
export const anchorOf = (chat: Chat, event: ChatEvent, seq: number): number => {
  if (!isItemEvent(event)) return seq
  return chat.items[indexOfItem(chat.items, refOfEvent(event))]?.anchor ?? seq
}
