/** What each agent of a chat used, in words, and where the figures come from. Pure. */
import type { UsageSource } from "../../shared/Agent.ts"
import { type AgentFacts, type Chat, factsOf } from "../../shared/Chat.ts"
import { AgentName } from "../../shared/Ids.ts"
import { amountWords, costWords, plural } from "./numbers.ts"

export interface UsageLine {
  readonly agent: AgentName
  readonly turns: string
  readonly tokens: string | undefined
  readonly cost: string | undefined
  readonly source: UsageSource
  /** How much of its context window was in use at the end of its last turn. */
  readonly context: string | undefined
}

const contextOf = (chat: Chat, agent: string): string | undefined => {
  const usage = chat.turns.findLast((turn) => turn.agent === agent && turn.usage?.contextSize !== undefined)?.usage
  if (usage?.contextUsed === undefined || usage.contextSize === undefined || usage.contextSize <= 0) return undefined
  return `${Math.round(100 * usage.contextUsed / usage.contextSize)}% of its context`
}

const tokensOf = ({ inputTokens, outputTokens }: AgentFacts): string | undefined =>
  inputTokens + outputTokens === 0 ? undefined : `${amountWords(inputTokens)} in · ${amountWords(outputTokens)} out`

export const usageLine = (chat: Chat, agent: AgentName): UsageLine => {
  const facts = factsOf(chat, agent)
  return {
    agent, turns: plural(facts.turns, "turn"), tokens: tokensOf(facts), cost: facts.cost === 0 ? undefined : costWords(facts.cost),
    source: facts.source ?? "not reported", context: contextOf(chat, agent)
  }
}

/** Of those that have been at work here, in the order in which they came. */
export const usageLines = (chat: Chat): ReadonlyArray<UsageLine> => Object.keys(chat.agents)
  .filter((agent) => factsOf(chat, agent).turns > 0).map((agent) => usageLine(chat, AgentName.make(agent)))

/** In one quiet line, of the agent that is chosen; empty before its first turn. */
export const usageWords = ({ context, cost, source, tokens, turns }: UsageLine): string =>
  turns === "0 turns" ? "" : [turns, tokens ?? "tokens not reported", cost, source === "estimated" ? "estimated" : undefined, context].filter((part) => part !== undefined).join(" · ")
