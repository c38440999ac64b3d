/**
 * Whether the database answers. Told by a probe, by the embedded Postgres' own state, and by every statement that waits
 * for it. While anything waits, the database counts as away, even where the probe gets an answer: a full disk lets
 * reads through.
 */
import { Clock, Effect, Schedule, type Scope, Stream, SubscriptionRef } from "effect"
import { SqlError, type SqlClient } from "effect/sql"
import type { DatabaseState } from "../../shared/Server.ts"
import type { PostgresState } from "./EmbeddedPostgres.ts"
import { isAway, sqlDetail } from "./StoreError.ts"

export interface DatabaseHealth {
  readonly status: SubscriptionRef.SubscriptionRef<DatabaseState>
  /** Runs an effect again for as long as it fails because the database is away; its other failures pass through. */
  readonly patiently: <A, E, R>(effect: Effect.Effect<A, E | SqlError.SqlError, R>) => Effect.Effect<A, E | SqlError.SqlError, R>
}

const again = Schedule.min([Schedule.exponential("20 millis", 1.5), Schedule.spaced("500 millis")])
const probeDeadline = "5 seconds"

const failsAway = <E>(error: E | SqlError.SqlError): error is SqlError.SqlError =>
  SqlError.isSqlError(error) && isAway(error)

/** How many effects wait, whether the probe last heard nothing, and whether the embedded Postgres is down; the status follows. */
const makeStatus = Effect.gen(function*() {
  const clock = yield* Clock.Clock
  const status = yield* SubscriptionRef.make<DatabaseState>({ _tag: "Ok" })
  const seen = { waiting: 0, silent: false, down: false, detail: "" }
  const settle = Effect.suspend(() => {
    const before = SubscriptionRef.getUnsafe(status)
    if (seen.waiting === 0 && !seen.silent && !seen.down) {
      return before._tag === "Ok" ? Effect.void : SubscriptionRef.set(status, { _tag: "Ok" }).pipe(
        Effect.andThen(Effect.logInfo("The database is back.")))
    }
    if (before._tag === "Away") return Effect.void
    return SubscriptionRef.set(status, { _tag: "Away", since: clock.currentTimeMillisUnsafe(), detail: seen.detail }).pipe(
      Effect.andThen(Effect.logWarning(`The database is away: ${seen.detail}`)))
  })
  return { status, settle, seen }
})

export const makeHealth = Effect.fnUntraced(function*(
  sql: SqlClient.SqlClient, postgres?: SubscriptionRef.SubscriptionRef<PostgresState>
): Effect.fn.Return<DatabaseHealth, never, Scope.Scope> {
  const { seen, settle, status } = yield* makeStatus
  const heard = (detail: string | undefined) => Effect.suspend(() => {
    seen.silent = detail !== undefined
    seen.detail = detail ?? seen.detail
    return settle
  })

  const look = sql`select 1`.pipe(
    Effect.timeoutOrElse({ duration: probeDeadline, orElse: () => Effect.succeed(`no answer within ${probeDeadline}`) }),
    Effect.map((answer) => typeof answer === "string" ? answer : undefined),
    Effect.catch((error) => Effect.succeed(sqlDetail(error))),
    Effect.flatMap(heard))
  const pause = Effect.suspend(() => Effect.sleep(SubscriptionRef.getUnsafe(status)._tag === "Ok" ? "1 second" : "200 millis"))
  yield* Effect.forkScoped(Effect.forever(Effect.andThen(look, pause)))
  if (postgres !== undefined) {
    yield* SubscriptionRef.changes(postgres).pipe(
      Stream.runForEach((state) => Effect.suspend(() => {
        seen.down = state._tag !== "Ready" // then a backend that has lost its postmaster may go on answering for a moment
        return state._tag === "Ready" ? look : heard(state._tag === "Down" ? state.detail : "Postgres is being started again")
      })), Effect.forkScoped)
  }

  const patiently: DatabaseHealth["patiently"] = (effect) => Effect.suspend(() => {
    let waits = false
    const wait = (error: SqlError.SqlError) => Effect.suspend(() => {
      if (!waits) { waits = true; seen.waiting++ }
      seen.detail = sqlDetail(error)
      return settle
    })
    const stop = Effect.suspend(() => {
      if (!waits) return Effect.void
      seen.waiting--
      return settle
    })
    return effect.pipe(
      Effect.tapError((error) => failsAway(error) ? wait(error) : Effect.void),
      Effect.retry({ schedule: again, while: failsAway }),
      Effect.tap(() => { if (waits) seen.silent = false; return Effect.void }),
      Effect.ensuring(stop))
  })
  return { status, patiently }
})
