/**
 * Everything that can go wrong between the server and what it keeps on disk or in its database: one class, each reason
 * with the one sentence a person needs. What can go wrong with a chat's log is `LogError`, beside the log.
 */
import { Schema } from "effect"
import { SqlError } from "effect/sql"

export const StoreReason = Schema.TaggedUnion({
  /** Another live server holds the data directory. */
  DataDirInUse: { path: Schema.String, pid: Schema.Int },
  DataDirUnusable: { path: Schema.String, detail: Schema.String },
  /** The embedded Postgres could not do `step`. */
  PostgresFailed: { step: Schema.String, detail: Schema.String },
  /** The external database doesn't answer at start. `address` carries no password. */
  DatabaseUnreachable: { address: Schema.String, detail: Schema.String },
  MigrationFailed: { detail: Schema.String },
  /** The database is away; what asked may ask again. */
  DatabaseAway: { detail: Schema.String },
  /** A statement that the database refused. `what` says what was being done. */
  StatementFailed: { what: Schema.String, detail: Schema.String },
  /** A row that doesn't decode. */
  RowUnreadable: { what: Schema.String, detail: Schema.String }
})
export type StoreReason = typeof StoreReason.Type

const sentence: (reason: StoreReason) => string = StoreReason.match({
  DataDirInUse: ({ path, pid }) =>
    `The data directory ${path} is in use by another boocode server (pid ${pid}); stop that one first, or choose another with --data-dir.`,
  DataDirUnusable: ({ path, detail }) => `The data directory ${path} can't be used: ${detail}`,
  PostgresFailed: ({ step, detail }) => `The embedded Postgres could not ${step}: ${detail}`,
  DatabaseUnreachable: ({ address, detail }) =>
    `The database at ${address} doesn't answer: ${detail} Check --database-url and that the database runs.`,
  MigrationFailed: ({ detail }) => `The database could not be brought up to date: ${detail}`,
  DatabaseAway: ({ detail }) => `The database is away, try again in a moment: ${detail}`,
  StatementFailed: ({ what, detail }) => `The database refused to ${what}: ${detail}`,
  RowUnreadable: ({ what, detail }) => `The database holds something this version can't read (${what}): ${detail}`
})

export class StoreError extends Schema.TaggedError<StoreError>()("StoreError", { reason: StoreReason }) {
  override get message(): string { return sentence(this.reason) }
}

const PgCause = Schema.Struct({ code: Schema.optionalKey(Schema.String), message: Schema.optionalKey(Schema.String) })
const isPgCause = Schema.is(PgCause)

/** What Postgres itself said, else what the client said, in one line. */
export const sqlDetail = (error: SqlError.SqlError): string => {
  const cause = error.reason.cause
  const said = isPgCause(cause) && cause.message !== undefined && cause.message !== "" ? cause.message : error.message
  const line = said.split("\n")[0] ?? said
  return error.reason._tag === "ConnectionError" ? `the connection to it failed (${line})` : line
}

// 08 connection, 25006 read only (a fail-over), 53 out of resources, 57P shutting down or starting, 58 system
const awayCode = /^(08|53|57P|58|25006)/

/** The database can't serve anybody at the moment: waiting helps, and the same statement may succeed later. */
export const isAway = (error: SqlError.SqlError): boolean => {
  const { reason } = error
  if (reason._tag === "ConnectionError") return true
  return isPgCause(reason.cause) && reason.cause.code !== undefined && awayCode.test(reason.cause.code)
}

/** For repositories: `what` completes "refused to …" and "can't read (…)". */
export const storeError = (what: string) => (error: SqlError.SqlError | Schema.SchemaError): StoreError => {
  if (error._tag === "SchemaError") {
    return new StoreError({ reason: { _tag: "RowUnreadable", what, detail: error.message } })
  }
  const detail = sqlDetail(error)
  return new StoreError({ reason: isAway(error) ? { _tag: "DatabaseAway", detail } : { _tag: "StatementFailed", what, detail } })
}
