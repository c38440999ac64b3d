/** Sessions that nobody has named: they take the title of the first prompt in them. Those there are keep what they have. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export default Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* sql.unsafe("alter table sessions add column untitled boolean not null default false")
})
