/** Decides what is reported of an agent session at any time, in a turn or between turns. Pure. */
import { type Chat, factsOf, isAnew, openTurns } from "../../shared/Chat.ts"
import type { ChatEvent } from "../../shared/ChatEvent.ts"
import { type ChatMessage, type Decision, nothing, record } from "./ChatMessage.ts"

type Note = Extract<ChatMessage, { _tag: "Note" }>

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

export const note = (chat: Chat, { agent, fact }: Note): Decision => {
  switch (fact._tag) {
    case "Bound": {
      const { agentSessionId, continuity, fingerprint, why } = fact
      const bound: ChatEvent = { _tag: "AgentBound", agent, agentSessionId, continuity, why, ...(fingerprint === undefined ? {} : { fingerprint }) }
      const turn = openTurns(chat).findLast((open) => open.agent === agent)
      if (turn === undefined) return record(bound)
      const context = { continuity, why, anew: isAnew(factsOf(chat, agent), fact) }
      return { ...nothing, events: [bound, { _tag: "ContinuityStated", turnId: turn.turnId, context }] }
    }
    case "Announced": {
      const { commands, modes, options } = fact.announcement
      const facts = factsOf(chat, agent)
      const news: Extract<ChatEvent, { _tag: "AgentAnnounced" }> = {
        _tag: "AgentAnnounced", agent,
        // an empty announcement says nothing: agents send one before they have read their commands
        ...(commands !== undefined && commands.length > 0 && !same(commands, facts.commands) ? { commands } : {}),
        ...(modes !== undefined && !same(modes, facts.modes) ? { modes } : {}),
        ...(options !== undefined && !same(options, facts.options) ? { options } : {})
      }
      return Object.keys(news).length === 2 ? nothing : record(news)
    }
    // titles that agents make are theirs; a chat keeps the one it has
    case "Titled": return nothing
    case "Down": return record({ _tag: "AgentDown", agent, cause: fact.cause })
  }
}
