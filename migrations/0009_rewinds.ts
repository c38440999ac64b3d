/** Rewinds under way: written before the files move, gone when every chat of the session has been told. What is here at boot was cut off. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export default Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* sql`create table rewinds (
    id uuid primary key,
    session_id uuid not null references sessions on delete cascade,
    worktree_id uuid not null references worktrees on delete cascade,
    by text not null,
    target json not null,
    seq integer not null,
    undo integer not null,
    host text not null
  )`
})
