/**
 * A transaction whose connection dies fails with the `SqlError` that says so. `withTransaction` alone makes a defect of
 * it, because its rollback fails too.
 */
import { Effect } from "effect"
import { type SqlClient, SqlError } from "effect/sql"

export const transaction = (sql: SqlClient.SqlClient) => <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | SqlError.SqlError, R> =>
  sql.withTransaction(effect).pipe(Effect.catchDefect((defect) => SqlError.isSqlError(defect) ? Effect.fail(defect) : Effect.die(defect)))
