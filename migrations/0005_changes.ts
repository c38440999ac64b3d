/**
 * Checkpoints of worktrees and the pending changes told from them. A change that was decided or that another took the place
 * of stays as history; of those that are `live` a file has one.
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

const statements = [
  // none: changes are counted from the base commit
  "alter table worktrees add column base_tree text",
  `create table checkpoints (
    worktree_id uuid not null references worktrees on delete cascade,
    seq integer not null,
    at json not null,
    tree text not null,
    ref text not null,
    skipped json not null,
    turns json not null,
    files json not null,
    changed boolean not null,
    taken_at timestamptz not null,
    primary key (worktree_id, seq)
  )`,
  `create table pending_changes (
    id uuid primary key,
    worktree_id uuid not null references worktrees on delete cascade,
    session_id uuid references sessions on delete set null,
    path text not null,
    old_path text,
    operation text not null,
    old_mode text,
    mode text,
    base_blob text,
    blob text,
    is_binary boolean not null,
    added integer not null,
    removed integer not null,
    agents json not null,
    manual boolean not null,
    state text not null,
    seq integer not null,
    live boolean not null,
    changed_at timestamptz not null
  )`,
  "create unique index pending_changes_that_stand on pending_changes (worktree_id, path) where live",
  "create index pending_changes_by_age on pending_changes (worktree_id, changed_at desc)",
  "create index pending_changes_by_session on pending_changes (session_id)"
]

export default Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* Effect.forEach(statements, (statement) => sql.unsafe(statement), { discard: true })
})
