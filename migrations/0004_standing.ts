/** What the lists say of a chat besides its turn: whether somebody is waited for, and how and when it last ended. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export default Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* sql.unsafe("alter table chats add column waiting boolean not null default false, add column last_ended_at timestamptz, add column last_outcome text")
})
