/**
 * The server's database: an embedded Postgres in the data directory, or the one behind a URL; connected, migrated and
 * watched. Provides the SQL client that every repository uses, and says whether the database answers.
 */
import { PgClient } from "@effect/sql-pg"
import { Context, Effect, Layer, Redacted, Schedule } from "effect"
import { Reactivity } from "effect/reactivity"
import { SqlClient } from "effect/sql"
import { openDataDir } from "./DataDir.ts"
import { type DatabaseHealth, makeHealth } from "./DatabaseHealth.ts"
import { startEmbeddedPostgres } from "./EmbeddedPostgres.ts"
import { migrate } from "./Migrations.ts"
import { StoreError, sqlDetail } from "./StoreError.ts"

export interface DatabaseOptions {
  /** Made when it isn't there; held against other servers, whatever the database. */
  readonly dataDir: string
  /** An external Postgres; without it an embedded one runs in the data directory. */
  readonly url?: Redacted.Redacted | undefined
}

const pool = { maxConnections: 10, applicationName: "boocode" } as const
/** How long a database that doesn't answer at start is given. */
const startPatience = Schedule.spaced("200 millis").pipe(Schedule.upTo({ duration: "10 seconds" }))

/** Without the password. */
const addressOf = (url: Redacted.Redacted): string => {
  const parsed = URL.parse(Redacted.value(url))
  return parsed === null || parsed.host === "" ? "the given URL" : `${parsed.host}${parsed.pathname}`
}

const isPostgresUrl = (url: Redacted.Redacted) => /^postgres(ql)?:/.test(URL.parse(Redacted.value(url))?.protocol ?? "")

const unreachable = (address: string, detail: string) => new StoreError({ reason: { _tag: "DatabaseUnreachable", address, detail: `${detail}.` } })

const connect = Effect.fnUntraced(function*(options: PgClient.PgPoolConfig, address: string) {
  if (options.url !== undefined && !isPostgresUrl(options.url)) return yield* unreachable(address, "it is no postgres:// URL")
  const sql = yield* PgClient.make({ ...pool, ...options })
  yield* Effect.retry(sql`select 1`, { schedule: startPatience, while: (error) => error.isRetryable })
  return sql
}, (effect, _, address) => Effect.catchTag(effect, "SqlError", (error) => unreachable(address, sqlDetail(error))))

const open = Effect.fn("Database.open")(function*({ dataDir, url }: DatabaseOptions) {
  const folder = yield* openDataDir(dataDir)
  const postgres = url === undefined ? yield* startEmbeddedPostgres(folder) : undefined
  const sql = yield* postgres === undefined
    ? connect({ url }, url === undefined ? "" : addressOf(url))
    : connect({ path: postgres.socket, username: "postgres", database: "postgres" }, postgres.socket)
  yield* migrate.pipe(Effect.provideService(PgClient.PgClient, sql), Effect.provideService(SqlClient.SqlClient, sql))
  const health = yield* makeHealth(sql, postgres?.state)
  return Context.make(Database, Database.of(health)).pipe(Context.add(PgClient.PgClient, sql), Context.add(SqlClient.SqlClient, sql))
})

export class Database extends Context.Service<Database, DatabaseHealth>()("boocode/store/Database") {
  /** Fails with a `StoreError` when the database can't be had; once it is there, it is kept. */
  static readonly layer = (options: DatabaseOptions) => Layer.effectContext(open(options)).pipe(Layer.provide(Reactivity.layer))
}
