/**
 * How repositories ask the database: they wait while it is away, but not for ever, and whatever goes wrong is a
 * `StoreError`. A statement may be asked again after its answer was lost, so each must come to the same the second time.
 */
import { Effect, type Schema } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import { Database } from "./Database.ts"
import { StoreError, storeError } from "./StoreError.ts"

const patience = "20 seconds"
const gaveUp = new StoreError({ reason: { _tag: "DatabaseAway", detail: `it has not answered for ${patience}.` } })

export type Ask = (what: string) => <A>(effect: Effect.Effect<A, SqlError.SqlError | Schema.SchemaError>) => Effect.Effect<A, StoreError>

/** The client, and `ask`; `what` completes "the database refused to …". */
export const asking = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const { patiently } = yield* Database
  const ask: Ask = (what) => (effect) => patiently(effect).pipe(Effect.mapError(storeError(what)),
    Effect.timeoutOrElse({ duration: patience, orElse: () => Effect.fail(gaveUp) }))
  /** A `timestamptz` column as epoch milliseconds. */
  const millis = (column: string) => sql.literal(`(extract(epoch from ${column}) * 1000)::float8`)
  return { sql, ask, millis }
})

/** The time now, for a `timestamptz` column. */
export const now = Effect.clockWith((clock) => Effect.sync(() => new Date(clock.currentTimeMillisUnsafe())))
