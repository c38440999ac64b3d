/**
 * The log's statements in memory, for tests, with the faults a test wants: the database away, an answer lost after the
 * commit, an append refused, latency.
 */
import { Context, Duration, Effect, Latch, Option, Schema } from "effect"
import { SqlError } from "effect/sql"
import type { DatabaseHealth } from "./DatabaseHealth.ts"
import type { LogAppend, LogRow, LogTable, OpenTurn } from "./LogTable.ts"
import { isAway } from "./StoreError.ts"

/** What tests do to a log in memory. */
export class LogFaults extends Context.Service<LogFaults, {
  readonly addChat: (chatId: string) => Effect.Effect<void>
  /** From now on nothing gets through; what asks waits. */
  readonly away: Effect.Effect<void>
  readonly back: Effect.Effect<void>
  /** The next write is committed, but its answer is lost with the connection. */
  readonly loseNextAnswer: Effect.Effect<void>
  /** The next statement that holds an append of this chat is refused, until the append has been refused alone. */
  readonly refuse: (chatId: string, detail: string) => Effect.Effect<void>
  /** Every statement takes this long. */
  readonly latency: (duration: Duration.Input) => Effect.Effect<void>
}>()("boocode/store/LogFaults") {}

const decodeJson = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Unknown))

interface MemoryChat { epoch: number; head: number; openTurn: OpenTurn | null; rows: Map<number, LogRow> }

const gone = new SqlError.SqlError({ reason: new SqlError.ConnectionError({ cause: new Error("away"), message: "the database was taken away" }) })
const refusal = (detail: string) => new SqlError.SqlError({ reason: new SqlError.UnknownError({ cause: new Error(detail), message: detail }) })

const bySeq = (rows: Iterable<LogRow>) => Array.from(rows).sort((a, b) => a.seq - b.seq)

const isJson = (body: string) => Option.isSome(decodeJson(body))

/** The newest `limit` anchors below `before`, with all their rows. */
const older = (rows: ReadonlyArray<LogRow>, before: number, limit: number) => {
  const anchors = new Set(Array.from(new Set(rows.map(({ anchor }) => anchor))).filter((anchor) => anchor < before)
    .sort((a, b) => b - a).slice(0, limit))
  return rows.filter(({ anchor }) => anchors.has(anchor))
}

const makeFaults = Effect.gen(function*() {
  const present = yield* Latch.make(true)
  const state = { away: false, losing: false, latency: Duration.zero, refusals: new Map<string, string>() }
  const statement = <A>(run: Effect.Effect<A, SqlError.SqlError>) => Effect.suspend(() => {
    const then = Effect.suspend(() => state.away ? Effect.fail(gone) : run)
    return Duration.isZero(state.latency) ? then : Effect.andThen(Effect.sleep(state.latency), then)
  })
  /** A refused statement: its append is refused for good only when it stands alone. */
  const admit = (appends: ReadonlyArray<LogAppend>) => Effect.suspend(() => {
    const bad = appends.find(({ chatId, rows }) => state.refusals.has(chatId) || !rows.every(({ body }) => isJson(body)))
    if (bad === undefined) return Effect.void
    const detail = state.refusals.get(bad.chatId) ?? "a body is no JSON"
    if (appends.length === 1) state.refusals.delete(bad.chatId)
    return Effect.fail(refusal(detail))
  })
  const answer = <A>(value: A) => Effect.suspend(() => {
    if (!state.losing) return Effect.succeed(value)
    state.losing = false
    return Effect.fail(gone)
  })
  const patiently: DatabaseHealth["patiently"] = (effect) => Effect.retry(effect, {
    while: (error) => SqlError.isSqlError(error) && isAway(error) ? Effect.as(present.await, true) : Effect.succeed(false)
  })
  const faults: Omit<LogFaults["Service"], "addChat"> = {
    away: Effect.andThen(present.close, Effect.sync(() => { state.away = true })),
    back: Effect.andThen(Effect.sync(() => { state.away = false }), present.open),
    loseNextAnswer: Effect.sync(() => { state.losing = true }),
    refuse: (chatId, detail) => Effect.sync(() => { state.refusals.set(chatId, detail) }),
    latency: (duration) => Effect.sync(() => { state.latency = Duration.fromInputUnsafe(duration) })
  }
  return { statement, admit, answer, patiently, faults }
})

export const makeMemoryLogTable = Effect.gen(function*() {
  const { admit, answer, faults, patiently, statement } = yield* makeFaults
  const chats = new Map<string, MemoryChat>()
  const rowsOf = (chatId: string) => bySeq(chats.get(chatId)?.rows.values() ?? [])

  const apply = (appends: ReadonlyArray<LogAppend>) => new Set(appends.flatMap(({ chatId, epoch, expected, openTurn, rows }) => {
    const chat = chats.get(chatId)
    if (chat === undefined || chat.epoch !== epoch || chat.head !== expected) return []
    chat.head += rows.length
    if (openTurn !== undefined) chat.openTurn = openTurn
    for (const row of rows) chat.rows.set(row.seq, row)
    return [chatId]
  }))
  const stands = ({ chatId, epoch, expected }: LogAppend) => {
    const chat = chats.get(chatId)
    return chat !== undefined && chat.epoch === epoch && chat.head === expected
  }

  const table: LogTable = {
    claim: (chatId) => statement(Effect.sync(() => {
      const chat = chats.get(chatId)
      if (chat === undefined) return Option.none()
      chat.epoch++
      return Option.some({ epoch: chat.epoch, head: chat.head, openTurn: chat.openTurn })
    })),
    heads: (chatIds) => statement(Effect.sync(() => new Map(chatIds.flatMap((chatId) => {
      const chat = chats.get(chatId)
      return chat === undefined ? [] : [[chatId, { epoch: chat.epoch, head: chat.head }] as const]
    })))),
    write: (appends) => statement(Effect.andThen(admit(appends), Effect.suspend(() => answer(apply(appends))))),
    writeWith: (append, also) => statement(Effect.andThen(admit([append]), Effect.suspend(() =>
      stands(append) ? Effect.andThen(also, Effect.suspend(() => answer(apply([append]).has(append.chatId)))) : Effect.succeed(false)))),
    replace: ({ chatId, epoch, remove, rows }) => statement(Effect.sync(() => {
      const chat = chats.get(chatId)
      if (chat === undefined || chat.epoch !== epoch) return false
      for (const seq of remove) chat.rows.delete(seq)
      for (const row of rows) chat.rows.set(row.seq, row)
      return true
    })),
    read: (chatId, after, limit) => statement(Effect.sync(() => rowsOf(chatId).filter(({ seq }) => seq > after).slice(0, limit))),
    readOlder: (chatId, before, limit) => statement(Effect.sync(() => older(rowsOf(chatId), before, limit))),
    openTurns: statement(Effect.sync(() => Array.from(chats).flatMap(([chatId, { openTurn }]) =>
      openTurn === null ? [] : [{ chatId, ...openTurn }])))
  }
  const addChat = (chatId: string) => Effect.sync(() => {
    if (!chats.has(chatId)) chats.set(chatId, { epoch: 0, head: 0, openTurn: null, rows: new Map() })
  })
  return { table, patiently, faults: LogFaults.of({ addChat, ...faults }) }
})
