/** Dispatched work, and what drills of installed agents came to: the newest of each agent. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

const statements = [
  `create table tasks (
    id uuid primary key,
    project_id uuid not null references projects on delete cascade,
    session_id uuid references sessions on delete set null,
    chat_id uuid references chats on delete set null,
    agent text not null,
    model text,
    mode text,
    thinking text,
    autonomous boolean not null,
    input text not null,
    state text not null,
    path text not null,
    worktree_id uuid references worktrees on delete set null,
    created_at timestamptz not null,
    started_at timestamptz,
    ended_at timestamptz,
    summary text,
    detail text,
    input_tokens bigint not null default 0,
    output_tokens bigint not null default 0,
    cost double precision,
    usage_source text,
    made_by text not null,
    host text not null,
    boot_id text not null
  )`,
  "create index tasks_by_age on tasks (created_at desc)",
  "create index tasks_that_are_open on tasks (host) where state in ('queued', 'running')",
  "create table drills (agent text primary key, report json not null)"
]

export default Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* Effect.forEach(statements, (statement) => sql.unsafe(statement), { discard: true })
})
