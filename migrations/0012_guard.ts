/**
 * What a session's worktree is made from, what sets it up, and what becomes of it after its session: a session may begin at a
 * base of choice or at parked work, a project may have a setup command, and a worktree outlives its session until it may go.
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

const statements = [
  "alter table projects add column setup text",
  // a commit; parked work, by the worktree that it was of
  "alter table sessions add column base_commit text, add column parked uuid",
  // 'due' | 'done' | 'failed'; of a session that was deleted: when, what it was called, and whether its files are to be kept
  "alter table worktrees add column setup text, add column ended_at timestamptz, add column title text, add column discarded boolean not null default false"
]

export default Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* Effect.forEach(statements, (statement) => sql.unsafe(statement), { discard: true })
})
