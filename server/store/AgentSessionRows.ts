/** The agents' own sessions, one row for each (chat, agent): how they came to their context, and what they used. */
import { Context, Effect, Layer, Schema } from "effect"
import { type SqlError, SqlSchema } from "effect/sql"
import { AgentSessionStatus, Continuity, UsageSource } from "../../shared/Agent.ts"
import { AgentName, ChatId, SessionId, WorktreeId } from "../../shared/Ids.ts"
import { asking } from "./Ask.ts"
import type { StoreError } from "./StoreError.ts"

export const AgentSessionRow = Schema.Struct({
  chatId: ChatId,
  agent: AgentName,
  /** Null where it is written: that of the chat's session, if it has one. */
  worktreeId: Schema.NullOr(WorktreeId),
  /** Which kind of backend runs it: `acp`, … */
  backend: Schema.String,
  /** The agent's own id of its session. */
  agentSessionId: Schema.NullOr(Schema.String),
  status: AgentSessionStatus,
  continuity: Schema.NullOr(Continuity),
  continuityWhy: Schema.NullOr(Schema.String),
  /** Of the configuration it was started with. */
  fingerprint: Schema.NullOr(Schema.String),
  inputTokens: Schema.Int,
  outputTokens: Schema.Int,
  /** In US dollars; null where it isn't reported. */
  cost: Schema.NullOr(Schema.Finite),
  usageSource: Schema.NullOr(UsageSource),
  /** Epoch milliseconds. */
  lastActiveAt: Schema.NullOr(Schema.Finite)
})
export type AgentSessionRow = typeof AgentSessionRow.Type

export class AgentSessionRows extends Context.Service<AgentSessionRows, {
  /** New, or in the stead of the one with its chat and agent. */
  readonly save: (row: AgentSessionRow) => Effect.Effect<void, StoreError>
  /** The same as part of an append to the log, which commits it with the events that cause it. */
  readonly within: (row: AgentSessionRow) => Effect.Effect<void, SqlError.SqlError>
  /** Of the session's chats: newest first, those never active last, then by agent. */
  readonly list: (sessionId: SessionId) => Effect.Effect<ReadonlyArray<AgentSessionRow>, StoreError>
}>()("boocode/store/AgentSessionRows") {
  static readonly layer = Layer.effect(AgentSessionRows, Effect.suspend(() => make))
}

const make = Effect.gen(function*() {
  const { ask, millis, sql } = yield* asking
  const list = SqlSchema.findAll({ Request: SessionId, Result: AgentSessionRow, execute: (sessionId) => sql`
    select a.chat_id as "chatId", a.agent, a.worktree_id as "worktreeId", a.backend, a.agent_session_id as "agentSessionId", a.status,
      a.continuity, a.continuity_why as "continuityWhy", a.fingerprint, a.input_tokens::float8 as "inputTokens",
      a.output_tokens::float8 as "outputTokens", a.cost, a.usage_source as "usageSource", ${millis("a.last_active_at")} as "lastActiveAt"
    from agent_sessions a join chats c on c.id = a.chat_id where c.session_id = ${sessionId}
    order by a.last_active_at desc nulls last, a.agent, a.chat_id` })
  const within = (row: AgentSessionRow) => Effect.asVoid(sql`
    insert into agent_sessions (chat_id, agent, session_id, worktree_id, backend, agent_session_id, status, continuity, continuity_why,
      fingerprint, input_tokens, output_tokens, cost, usage_source, last_active_at)
    select c.id, ${row.agent}, c.session_id, coalesce(${row.worktreeId}::uuid, (select w.id from worktrees w where w.session_id = c.session_id)), ${row.backend}, ${row.agentSessionId}, ${row.status}, ${row.continuity},
      ${row.continuityWhy}, ${row.fingerprint}, ${row.inputTokens}::bigint, ${row.outputTokens}::bigint, ${row.cost}::float8, ${row.usageSource},
      to_timestamp(${row.lastActiveAt}::float8 / 1000)
    from chats c where c.id = ${row.chatId}
    on conflict (chat_id, agent) do update set session_id = excluded.session_id, worktree_id = excluded.worktree_id, backend = excluded.backend,
      agent_session_id = excluded.agent_session_id, status = excluded.status, continuity = excluded.continuity,
      continuity_why = excluded.continuity_why, fingerprint = excluded.fingerprint, input_tokens = excluded.input_tokens,
      output_tokens = excluded.output_tokens, cost = excluded.cost, usage_source = excluded.usage_source,
      last_active_at = excluded.last_active_at`)
  return AgentSessionRows.of({
    save: (row) => ask("record an agent session")(within(row)),
    within,
    list: (sessionId) => ask("list agent sessions")(list(sessionId))
  })
})
