/**
 * Turns that may write in a worktree, from the append that starts them until a checkpoint holds what they did; and when, and
 * how often, a change was decided.
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

const statements = [
  `create table working_turns (
    turn_id uuid primary key,
    chat_id uuid not null references chats on delete cascade,
    agent text not null
  )`,
  "create index working_turns_by_chat on working_turns (chat_id)",
  "alter table pending_changes add column decided_at timestamptz",
  "alter table pending_changes add column decisions integer not null default 0",
  "update pending_changes set decided_at = changed_at, decisions = 1 where state in ('applied', 'rejected', 'reverted')",
  "create index pending_changes_by_decision on pending_changes (worktree_id, decided_at desc, id desc) where decided_at is not null"
]

export default Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* Effect.forEach(statements, (statement) => sql.unsafe(statement), { discard: true })
})
