/** What is known of an agent in a chat, in words: continuity is stated, never assumed; figures only where reported. Pure. */
import type { AgentFacts, Chat } from "../../shared/Chat.ts"
import { causeSentence } from "../../shared/Turn.ts"
import { amountWords, costWords, plural } from "./numbers.ts"

export interface ChatFacts {
  readonly continuity: { readonly word: string; readonly why: string; readonly tone: "known" | "down" } | undefined
  readonly figures: ReadonlyArray<string>
}

const words = { resumed: "Resumed", replayed: "Replayed", fresh: "Fresh" } as const

export const chatFacts = (facts: AgentFacts, chat: Chat): ChatFacts => {
  const { continuity, cost, down, inputTokens, outputTokens, turns, why } = facts
  const usage = chat.turns.findLast((turn) => turn.usage !== undefined && chat.agents[turn.agent] === facts)?.usage
  const share = usage?.contextUsed !== undefined && usage.contextSize !== undefined && usage.contextSize > 0
    ? `${Math.round(100 * usage.contextUsed / usage.contextSize)}% of its context` : undefined
  return {
    continuity: down !== undefined ? { word: "Down", why: causeSentence(down), tone: "down" }
      : continuity === undefined ? undefined
      : { word: words[continuity], why: why ?? "", tone: "known" },
    figures: [
      ...(turns === 0 ? [] : [plural(turns, "turn")]),
      ...(inputTokens + outputTokens === 0 ? [] : [`${amountWords(inputTokens)} in`, `${amountWords(outputTokens)} out`]),
      ...(cost === 0 ? [] : [costWords(cost)]),
      ...(share === undefined ? [] : [share])
    ]
  }
}
