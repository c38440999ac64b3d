/**
 * What a fork of a chat holds of its log: what was said before one of its prompts, as compacted rows at the seqs they have, and
 * that prompt's content. Pure: reading the log, and writing the new one, is `Forks`' business.
 *
 * Ids are kept: a turn, a request or a tool call is told by its chat and its id, and files of copied turns are found by them.
 * What was spent in copied turns was spent in the other chat. Of the agents nothing is copied: their sessions are the other's.
 */
import { empty, evolve, openWindow } from "../../shared/Chat.ts"
import type { ChatEvent, LogEntry } from "../../shared/ChatEvent.ts"
import type { ContentBlock } from "../../shared/Content.ts"
import type { PromptId, TurnId } from "../../shared/Ids.ts"
import { isOpen, type TurnSummary } from "../../shared/Turn.ts"
import { compactTurn } from "./Compaction.ts"

export interface ForkPlan {
  readonly rows: ReadonlyArray<LogEntry>
  /** Of the prompt: not in the fork. */
  readonly turn: TurnSummary
  readonly content: ReadonlyArray<ContentBlock>
  readonly title: string | undefined
}

const sealed = (entries: ReadonlyArray<LogEntry>, turns: ReadonlyArray<TurnSummary>): ReadonlyArray<LogEntry> => {
  const done = new Set(entries.flatMap(({ event }) => event._tag === "TurnSealed" ? [event.turn.turnId] : []))
  return turns.filter(({ turnId }) => !done.has(turnId)).reduce((log, { turnId }) => {
    const { remove, rows } = compactTurn(log, turnId)
    const gone = new Set(remove)
    return remove.length === 0 ? log : [...log.filter(({ seq }) => !gone.has(seq)), ...rows].toSorted((a, b) => a.seq - b.seq)
  }, entries)
}

const withoutUsage = ({ usage: _, ...turn }: TurnSummary): TurnSummary => turn

/** What stays of an event; nothing of what belongs to later turns, to a queue, to rules and to agents. */
const kept = (event: ChatEvent, anchor: number, before: number, turns: ReadonlySet<TurnId>): ChatEvent | undefined => {
  switch (event._tag) {
    case "ItemSealed": return turns.has(event.item.turnId) && anchor < before ? event : undefined
    case "TurnSealed": return turns.has(event.turn.turnId) ? { ...event, turn: withoutUsage(event.turn) } : undefined
    case "WorktreeRewound": return anchor < before ? event : undefined
    default: return undefined
  }
}

/** `entries` is the log, from its beginning. Nothing where no turn of it began with that prompt. */
export const planFork = (entries: ReadonlyArray<LogEntry>, promptId: PromptId): ForkPlan | undefined => {
  const whole = entries.reduce((chat, entry) => evolve(chat, entry, openWindow), empty)
  const item = whole.items.find((one) => one._tag === "Prompt" && one.promptId === promptId)
  const turn = whole.turns.find(({ turnId }) => turnId === item?.turnId)
  if (turn === undefined || item?._tag !== "Prompt") return undefined
  const turns = whole.turns.filter((one) => one.anchor < turn.anchor && !isOpen(one))
  const ids = new Set(turns.map(({ turnId }) => turnId))
  let last = 0
  const rows = sealed(entries, turns).flatMap((entry): ReadonlyArray<LogEntry> => {
    const event = kept(entry.event, entry.anchor, turn.anchor, ids)
    if (event === undefined) return []
    // an agent that spoke by itself may have gone on while the prompt's turn ran: from there on every seq is free
    last = entry.seq < turn.anchor ? entry.seq : Math.max(last + 1, turn.anchor)
    return [{ ...entry, seq: last, event }]
  })
  return { rows, turn, content: item.content, title: whole.title }
}
