/**
 * The tables of the spine. `chats` is the fence of its log: an append advances `head` where epoch and head are as
 * expected, in the statement that writes the rows. So `chat_events` needs no foreign key, which would cost a look-up
 * for every event; a trigger removes a chat's events with it.
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

const nouns = [
  `create table projects (
    id uuid primary key,
    path text not null unique,
    name text not null,
    added_at timestamptz not null,
    removed_at timestamptz
  )`,
  `create table sessions (
    id uuid primary key,
    project_id uuid not null references projects on delete cascade,
    title text not null,
    created_at timestamptz not null,
    archived_at timestamptz,
    last_chat_number integer not null default 0,
    panes json
  )`,
  "create index sessions_by_project on sessions (project_id)",
  `create table worktrees (
    id uuid primary key,
    session_id uuid unique references sessions on delete set null,
    project_id uuid not null references projects on delete cascade,
    path text not null unique,
    branch text not null,
    base_commit text not null,
    state text not null
  )`,
  "create index worktrees_by_project on worktrees (project_id)"
]

const log = [
  // room in each page, so that advancing the head never touches an index
  `create table chats (
    id uuid primary key,
    session_id uuid not null references sessions on delete cascade,
    number integer not null,
    title text,
    agent text not null,
    created_at timestamptz not null,
    archived_at timestamptz,
    host text not null,
    epoch integer not null default 0,
    head integer not null default 0,
    open_turn json,
    open_turn_boot text,
    unique (session_id, number)
  ) with (fillfactor = 50)`,
  // json, not jsonb: jsonb refuses NUL and lone surrogates
  `create table chat_events (
    chat_id uuid not null,
    seq integer not null,
    anchor integer not null,
    at timestamptz not null,
    body json not null,
    primary key (chat_id, seq)
  )`,
  "create index chat_events_by_anchor on chat_events (chat_id, anchor)",
  `create function remove_chat_events() returns trigger language plpgsql as $$
    begin delete from chat_events where chat_id = old.id; return null; end $$`,
  "create trigger chat_events_go_with_their_chat after delete on chats for each row execute function remove_chat_events()"
]

const agents = [
  `create table agent_sessions (
    chat_id uuid not null references chats on delete cascade,
    agent text not null,
    session_id uuid references sessions on delete set null,
    worktree_id uuid references worktrees on delete set null,
    backend text not null,
    agent_session_id text,
    status text not null,
    continuity text,
    continuity_why text,
    fingerprint text,
    input_tokens bigint not null default 0,
    output_tokens bigint not null default 0,
    cost double precision,
    usage_source text,
    last_active_at timestamptz,
    primary key (chat_id, agent)
  )`,
  "create index agent_sessions_by_session on agent_sessions (session_id)",
  `create table agents (
    name text primary key,
    edit json not null
  )`,
  `create table processes (
    pid integer not null,
    start_time bigint not null,
    boot_id text not null,
    host text not null,
    life_id text not null,
    command text not null,
    started_at timestamptz not null,
    primary key (host, pid, start_time)
  )`
]

const keeping = [
  `create table tokens (
    hash text primary key,
    name text not null,
    created_at timestamptz not null,
    last_used_at timestamptz
  )`,
  "create table settings (key text primary key, value json not null)",
  "create table blobs (hash text primary key, bytes integer not null, content bytea not null)"
]

export default Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* Effect.forEach([...nouns, ...log, ...agents, ...keeping], (statement) => sql.unsafe(statement), { discard: true })
})
