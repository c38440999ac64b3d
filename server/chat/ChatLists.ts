/** What an append changes besides its chat's log: rows that are asked across chats, written with it, and the lists drawn from them. */
import { Effect } from "effect"
import { type Chat, openTurns } from "../../shared/Chat.ts"
import type { ChatId } from "../../shared/Ids.ts"
import { Projects } from "../project/Projects.ts"
import { ChatRows } from "../store/ChatRows.ts"
import { AgentSessions } from "./AgentSessions.ts"
import { newStanding } from "./ChatStanding.ts"

export const makeAlong = Effect.gen(function*() {
  const rows = yield* ChatRows
  const agentSessions = yield* AgentSessions
  const projects = yield* Projects
  return {
    /** For the append's transaction; nothing where no row is another. */
    along: (chatId: ChatId) => (before: Chat, after: Chat) => {
      const relabel = before.title === after.title && before.agent === after.agent
        ? undefined : rows.relabel(chatId, { title: after.title, agent: after.agent })
      const standing = newStanding(before, after)
      const writes = [relabel, standing && rows.stand(chatId, standing), agentSessions.along(chatId, before, after)].filter((write) => write !== undefined)
      return writes.length === 0 ? undefined : Effect.all(writes, { discard: true })
    },
    /** After the append. */
    changed: (before: Chat, after: Chat) => {
      const working = openTurns(before).length > 0 !== openTurns(after).length > 0
      const same = before.title === after.title && before.agent === after.agent && newStanding(before, after) === undefined
      return same && !working ? Effect.void : projects.changed
    }
  }
})
