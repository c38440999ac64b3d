/**
 * Continuity, stated and never assumed: what an agent will know at the next prompt, and how it came to what it knew in a
 * turn. Pure.
 */
import type { AgentInfo } from "../../shared/Agent.ts"
import { type AgentFacts, type Chat, factsOf, openTurns } from "../../shared/Chat.ts"
import { forkOf } from "../../shared/ChatNote.ts"
import { causeSentence, isOpen, type TurnSummary } from "../../shared/Turn.ts"
import { dayWords } from "./duration.ts"

export interface ContinuityChip {
  /** `fresh`: it lost an earlier session of this chat. */
  readonly kind: "resumed" | "history" | "new session" | "fresh"
  readonly words: string
  /** When it was last at work; nothing where it never was. */
  readonly age: string | undefined
  /** All of it, for who wants to know why. */
  readonly why: string
  readonly tone: "quiet" | "warn"
}

/** `just now`, `3m ago`, `2h ago`, `4d ago`, then the date. */
export const sinceThenWords = (at: number, now: number): string => {
  const minutes = Math.floor(Math.max(0, now - at) / 60_000)
  if (minutes < 1) return "just now"
  if (minutes < 60) return `${minutes}m ago`
  if (minutes < 60 * 24) return `${Math.floor(minutes / 60)}h ago`
  return minutes < 60 * 24 * 7 ? `${Math.floor(minutes / (60 * 24))}d ago` : `on ${dayWords(at)}`
}

const down = ({ down: cause }: AgentFacts): string => cause === undefined ? "" : ` It went down: ${causeSentence(cause)}`

const kindOf = (facts: AgentFacts, resumes: boolean, isFork: boolean): Omit<ContinuityChip, "age" | "words" | "tone"> => {
  if (facts.agentSessionId === undefined && facts.turns > 0 && isFork) {
    return { kind: "history", why: `This chat is a fork: it has a session of its own here, and is told what was said before.${down(facts)}` }
  }
  if (facts.agentSessionId === undefined) {
    return { kind: "new session", why: `It has no session in this chat yet: it begins without knowing what was said.${down(facts)}` }
  }
  if (!resumes || facts.continuity === "replayed") {
    return { kind: "history", why: `It can't take its session up again in a new process: then it is told what was said in this chat.${down(facts)}` }
  }
  if (facts.anew === true) return { kind: "fresh", why: `It doesn't know what was said before. ${facts.why ?? ""}${down(facts)}` }
  return { kind: "resumed", why: `It goes on with its session of this chat. ${facts.why ?? ""}${down(facts)}` }
}

const chipWords: Record<ContinuityChip["kind"], (label: string) => string> = {
  resumed: (label) => `Resuming ${label}`,
  history: (label) => `${label} is told the history`,
  "new session": (label) => `New session for ${label}`,
  fresh: (label) => `${label} began anew`
}

/** What `agent` will do at the next prompt. Nothing before the chat's first turn has ended, and while nobody can know. `now` is the server's. */
export const continuityChip = (chat: Chat | undefined, agent: AgentInfo | undefined, connected: boolean, now: number): ContinuityChip | undefined => {
  if (chat === undefined || agent === undefined || !connected || !chat.turns.some((turn) => !isOpen(turn))) return undefined
  const facts = factsOf(chat, agent.name)
  const { kind, why } = kindOf(facts, agent.resumes, forkOf(chat.notes) !== undefined)
  const works = openTurns(chat).some((turn) => turn.agent === agent.name)
  const age = works ? "at work now" : facts.lastActiveAt === undefined ? undefined : `last active ${sinceThenWords(facts.lastActiveAt, now)}`
  return { kind, words: chipWords[kind](agent.label), age, why: why.trim(), tone: kind === "fresh" || facts.down !== undefined ? "warn" : "quiet" }
}

export interface TurnNote { readonly words: string; readonly why: string; readonly tone: "quiet" | "warn" }

const unaware = "it doesn't know what was said before"

/**
 * Told where a turn begins: its agent is another than `before` it, or came to its context anew. Nothing where one agent
 * simply goes on, and at the beginning of a chat.
 */
export const turnNote = ({ agent, context, deliveredAt }: TurnSummary, before: string | undefined, label: string): TurnNote | undefined => {
  const joins = before !== undefined && before !== agent
  if (context === undefined) {
    return joins && deliveredAt !== undefined ? { words: `${label} goes on with its session`, why: "It was still warm.", tone: "quiet" } : undefined
  }
  const { anew, continuity, why } = context
  switch (continuity) {
    case "resumed": return { words: `Resumed ${label}'s session`, why, tone: "quiet" }
    case "replayed": return { words: `${label} was told what was said so far`, why, tone: "quiet" }
    case "fresh":
      if (anew) return { words: `${label} began anew: ${unaware}`, why, tone: "warn" }
      return before === undefined ? undefined : { words: `New session for ${label}: ${unaware}`, why, tone: "quiet" }
  }
}
