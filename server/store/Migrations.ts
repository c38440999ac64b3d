/**
 * The numbered steps that bring a database up to date, run at every start before anything else asks it. They are
 * embedded: nothing is read from disk.
 */
import { PgMigrator } from "@effect/sql-pg"
import { Effect } from "effect"
import { SqlClient, SqlError } from "effect/sql"
import spine from "../../migrations/0001_spine.ts"
import untitled from "../../migrations/0002_untitled.ts"
import tasks from "../../migrations/0003_tasks.ts"
import standing from "../../migrations/0004_standing.ts"
import changes from "../../migrations/0005_changes.ts"
import taskPermissions from "../../migrations/0006_task_permissions.ts"
import work from "../../migrations/0007_work.ts"
import rewinds from "../../migrations/0009_rewinds.ts"
import guard from "../../migrations/0012_guard.ts"
import { StoreError, sqlDetail } from "./StoreError.ts"

const migrations = {
  "0001_spine": spine, "0002_untitled": untitled, "0003_tasks": tasks, "0004_standing": standing, "0005_changes": changes,
  "0006_task_permissions": taskPermissions, "0007_work": work, "0009_rewinds": rewinds, "0012_guard": guard
}

const failed = (detail: string) => new StoreError({ reason: { _tag: "MigrationFailed", detail } })

/** A database that a newer boocode has used is left alone: this one wouldn't know what its tables mean. */
const refuseNewer = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const newest = Math.max(...Object.keys(migrations).map((name) => Number.parseInt(name, 10)))
  const newer = yield* sql`select 1 from effect_sql_migrations where migration_id > ${newest}`
  if (newer.length > 0) return yield* failed("a newer boocode has used it; start that one, or choose another database.")
})

export const migrate = PgMigrator.run({ loader: PgMigrator.fromRecord(migrations) }).pipe(
  Effect.andThen(refuseNewer),
  Effect.catchTags({
    MigrationError: (error) => failed(SqlError.isSqlError(error.cause) ? `${error.message}: ${sqlDetail(error.cause)}` : error.message),
    SqlError: (error) => failed(sqlDetail(error))
  }))
