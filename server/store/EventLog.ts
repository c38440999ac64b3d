/**
 * The logs of all chats: append-only, fenced by epoch, durable when an append succeeds. Works at the level of JSON and
 * knows nothing of what an event means. While the database is away everything here waits, and nothing fails.
 */
import { Context, Effect, Layer } from "effect"
import { SqlError } from "effect/sql"
import { Database } from "./Database.ts"
import type { DatabaseHealth } from "./DatabaseHealth.ts"
import {
  type LogAppend, type LogError, type LogHead, type LogReplacement, type LogRow, type LogTable, type OpenTurn, fenced, refused, unknownChat
} from "./LogTable.ts"
import { makeLogWriter } from "./LogWriter.ts"
import { LogFaults, makeMemoryLogTable } from "./MemoryLogTable.ts"
import { makePostgresLogTable } from "./PostgresLogTable.ts"
import { sqlDetail } from "./StoreError.ts"

/** Undefined when nothing is wrong with the row itself. A database would change half a surrogate pair silently. */
const rowFault = ({ anchor, body, seq }: LogRow): string | undefined => {
  if (!Number.isInteger(anchor)) return `the row ${seq} has the anchor ${anchor}.`
  return body.isWellFormed() && !body.includes("\0") ? undefined : `the body of the row ${seq} holds NUL or half a surrogate pair, unescaped.`
}

const appendFault = ({ expected, rows }: LogAppend): string | undefined => {
  for (const [index, row] of rows.entries()) {
    if (row.seq !== expected + index + 1) return `its seqs must follow ${expected} without a gap, and row ${index} has ${row.seq}.`
    const fault = rowFault(row)
    if (fault !== undefined) return fault
  }
  return undefined
}

const replacementFault = ({ remove, rows }: LogReplacement): string | undefined => {
  const removed = new Set(remove)
  const stray = rows.find(({ seq }) => !removed.has(seq))
  if (stray !== undefined) return `the row ${stray.seq} takes the place of none that is removed.`
  return rows.map(rowFault).find((fault) => fault !== undefined)
}

const make = Effect.fnUntraced(function*(table: LogTable, patiently: DatabaseHealth["patiently"]) {
  const write = yield* makeLogWriter(table, patiently)
  /** Waits while the database is away; what it refuses for good is a typed refusal. */
  const ask = <A>(chatId: string, effect: Effect.Effect<A, SqlError.SqlError>) =>
    Effect.mapError(patiently(effect), (error) => refused(chatId, sqlDetail(error)))
  const exists = (chatId: string) => Effect.map(ask(chatId, table.heads([chatId])), (heads) => heads.has(chatId))
  /** Nothing found: is it that there is no such chat? */
  const checked = (chatId: string, rows: Effect.Effect<ReadonlyArray<LogRow>, SqlError.SqlError>) =>
    Effect.tap(ask(chatId, rows), (found) => found.length > 0 ? Effect.void
      : Effect.flatMap(exists(chatId), (known) => known ? Effect.void : Effect.fail(unknownChat(chatId))))

  return EventLog.of({
    claim: Effect.fn("EventLog.claim")(function*(chatId: string) {
      const claimed = yield* ask(chatId, table.claim(chatId))
      return yield* Effect.mapError(Effect.fromOption(claimed), () => unknownChat(chatId))
    }),
    append: ({ also, ...append }) => Effect.suspend(() => {
      const fault = appendFault(append)
      return fault === undefined ? write(append, also) : Effect.fail(refused(append.chatId, fault))
    }),
    read: (chatId, after, limit) => checked(chatId, table.read(chatId, after, limit)),
    readOlder: (chatId, beforeAnchor, limit) => checked(chatId, table.readOlder(chatId, beforeAnchor, limit)),
    replace: Effect.fn("EventLog.replace")(function*(replacement: LogReplacement) {
      const { chatId } = replacement
      const fault = replacementFault(replacement)
      if (fault !== undefined) return yield* refused(chatId, fault)
      if (yield* ask(chatId, table.replace(replacement))) return
      return yield* (yield* exists(chatId)) ? fenced(chatId) : unknownChat(chatId)
    }),
    openTurns: patiently(table.openTurns).pipe(Effect.catchTag("SqlError", (error) => Effect.die(error)))
  })
})

export class EventLog extends Context.Service<EventLog, {
  /** A new epoch for this chat: whoever held an older one is fenced. */
  readonly claim: (chatId: string) => Effect.Effect<LogHead & { readonly openTurn: OpenTurn | null }, LogError>
  /**
   * Durable when it succeeds. `also` commits with the rows, in a transaction of its own; it is run again when the
   * transaction is. An append that is interrupted may still land.
   */
  readonly append: (append: LogAppend & { readonly also?: Effect.Effect<void, SqlError.SqlError> | undefined }) => Effect.Effect<void, LogError>
  /** By seq, ascending, those after `after`. */
  readonly read: (chatId: string, after: number, limit: number) => Effect.Effect<ReadonlyArray<LogRow>, LogError>
  /** The newest `limit` anchors below `beforeAnchor`, each with all its rows; by seq, ascending. */
  readonly readOlder: (chatId: string, beforeAnchor: number, limit: number) => Effect.Effect<ReadonlyArray<LogRow>, LogError>
  /** Compaction, in one transaction: `remove` are gone, `rows` stand at seqs of theirs. Doing it again changes nothing. */
  readonly replace: (replacement: LogReplacement) => Effect.Effect<void, LogError>
  /** Of this host, whichever boot they belong to. */
  readonly openTurns: Effect.Effect<ReadonlyArray<OpenTurn & { readonly chatId: string }>>
}>()("boocode/store/EventLog") {
  /** `host`: whose chats these are. */
  static readonly layer = ({ host }: { readonly host: string }) => Layer.effect(EventLog, Effect.gen(function*() {
    const { patiently } = yield* Database
    return yield* make(yield* makePostgresLogTable(host), patiently)
  }))

  /** Without a database; `LogFaults` adds chats and lets tests break things. */
  static readonly layerMemory = Layer.effectContext(Effect.gen(function*() {
    const { faults, patiently, table } = yield* makeMemoryLogTable
    return Context.make(EventLog, yield* make(table, patiently)).pipe(Context.add(LogFaults, faults))
  }))
}
