/**
 * The agents' own sessions as rows that are asked for across chats: written with the events that change them, read
 * together with what is live.
 */
import { Context, Effect, Layer } from "effect"
import type { SqlError } from "effect/sql"
import type { AgentSession, AgentSessionStatus, BackendState } from "../../shared/Agent.ts"
import { type AgentFacts, type Chat, factsOf, openTurns } from "../../shared/Chat.ts"
import type { ProjectError } from "../../shared/Errors.ts"
import { AgentName, type ChatId, type SessionId } from "../../shared/Ids.ts"
import { AgentCatalog } from "../agent/AgentCatalog.ts"
import { Backends } from "../agent/Backends.ts"
import { Projects } from "../project/Projects.ts"
import { type AgentSessionRow, AgentSessionRows } from "../store/AgentSessionRows.ts"

/** What a row holds of an agent's facts. */
const kept = ({ agentSessionId, continuity, cost, down, fingerprint, inputTokens, lastActiveAt, outputTokens, source, why }: AgentFacts) =>
  ({ agentSessionId, continuity, cost, down, fingerprint, inputTokens, lastActiveAt, outputTokens, source, why })

/** The agents whose rows are other after these events. One that has neither a session nor a turn has no row. Pure. */
export const changedAgents = (before: Chat, after: Chat): ReadonlyArray<AgentName> =>
  Object.keys(after.agents).map((name) => AgentName.make(name)).filter((agent) => {
    const was = factsOf(before, agent), is = factsOf(after, agent)
    const known = is.agentSessionId !== undefined || is.turns > 0
    return known && was !== is && JSON.stringify(kept(was)) !== JSON.stringify(kept(is))
  })

const rowOf = (chatId: ChatId, agent: AgentName, backend: string, chat: Chat): AgentSessionRow => {
  const facts = factsOf(chat, agent)
  const works = openTurns(chat).some((turn) => turn.agent === agent)
  return {
    chatId, agent, backend, worktreeId: null,
    agentSessionId: facts.agentSessionId ?? null,
    status: facts.down !== undefined ? "crashed" : works ? "active" : "idle",
    continuity: facts.continuity ?? null, continuityWhy: facts.why ?? null, fingerprint: facts.fingerprint ?? null,
    inputTokens: facts.inputTokens, outputTokens: facts.outputTokens, cost: facts.cost === 0 ? null : facts.cost,
    usageSource: facts.source ?? null, lastActiveAt: facts.lastActiveAt ?? null
  }
}

/** As it stands now: what is live knows best; where nothing is, it went down or was closed. Pure. */
export const statusOf = (row: Pick<AgentSessionRow, "status">, live: BackendState | undefined): AgentSessionStatus => {
  switch (live) {
    case "busy": return "active"
    case "starting": case "ready": return row.status === "active" ? "active" : "idle"
    case "backoff": case "crashed": case "failed": return "crashed"
    case "stopping": case "gone": case undefined: return row.status === "crashed" ? "crashed" : "closed"
  }
}

export class AgentSessions extends Context.Service<AgentSessions, {
  /** For the transaction of the append that turns `before` into `after`; nothing where no row changes. */
  readonly along: (chatId: ChatId, before: Chat, after: Chat) => Effect.Effect<void, SqlError.SqlError> | undefined
  /** Of the session's chats: newest first, those never active last, then by agent. */
  readonly list: (sessionId: SessionId) => Effect.Effect<ReadonlyArray<AgentSession>, ProjectError>
}>()("boocode/chat/AgentSessions") {
  static readonly layer = Layer.effect(AgentSessions, Effect.suspend(() => make))
}

const make = Effect.gen(function*() {
  const rows = yield* AgentSessionRows
  const backends = yield* Backends
  const catalog = yield* AgentCatalog
  const projects = yield* Projects
  return AgentSessions.of({
    along: (chatId, before, after) => {
      const agents = changedAgents(before, after)
      return agents.length === 0 ? undefined : Effect.forEach(agents, (agent) => Effect.flatMap(catalog.known(agent), (found) =>
        rows.within(rowOf(chatId, agent, found?.row.protocol ?? "acp", after))), { discard: true })
    },
    list: Effect.fn("AgentSessions.list")(function*(sessionId) {
      yield* projects.session(sessionId)
      const states = new Map((yield* backends.health).map(({ agent, chatId, state }) => [`${chatId} ${agent}`, state]))
      return (yield* Effect.orDie(rows.list(sessionId))).map((row): AgentSession => ({
        chatId: row.chatId, agent: row.agent, status: statusOf(row, states.get(`${row.chatId} ${row.agent}`)),
        hasSession: row.agentSessionId !== null, continuity: row.continuity, why: row.continuityWhy,
        inputTokens: row.inputTokens, outputTokens: row.outputTokens, cost: row.cost, source: row.usageSource ?? "not reported",
        lastActiveAt: row.lastActiveAt
      }))
    })
  })
})
