/**
 * Group commit: gathers the appends of all chats into ticks and decides what became of each.
 *
 * ```
 *  append ─▶ waiting ─▶ tick (≤ 1,000 rows or 1 MB, one append a chat, one tick in flight)
 *                         │ written            ─▶ done, or for a chat that was not as expected: fenced
 *                         │ database away      ─▶ wait and write again: what has landed isn't as expected; its head says so
 *                         └ statement refused  ─▶ halve, until the bad append is alone: refused
 * ```
 */
import { Deferred, Effect, Latch, Schedule, type Scope } from "effect"
import { SqlError } from "effect/sql"
import type { DatabaseHealth } from "./DatabaseHealth.ts"
import { type LogAppend, type LogError, type LogTable, fenced, refused, unknownChat } from "./LogTable.ts"
import { isAway, sqlDetail } from "./StoreError.ts"

const maxRows = 1_000
const maxBytes = 1_000_000

interface Pending {
  readonly append: LogAppend
  readonly size: number
  readonly done: Deferred.Deferred<void, LogError>
  /** The connection broke while it was being written. */
  mayHaveLanded: boolean
}

const sizeOf = (append: LogAppend) => append.rows.reduce((size, row) => size + row.body.length, 0)

/** In order of arrival; what must wait for the next tick keeps its place. Takes at least one. */
export const takeTick = <P extends { readonly append: LogAppend; readonly size: number }>(waiting: ReadonlyArray<P>) => {
  const tick: Array<P> = []
  const rest: Array<P> = []
  const chats = new Set<string>()
  let rows = 0
  let bytes = 0
  for (const pending of waiting) {
    const { chatId } = pending.append
    const fits = rows + pending.append.rows.length <= maxRows && bytes + pending.size <= maxBytes
    if (chats.has(chatId) || (tick.length > 0 && !fits)) {
      rest.push(pending)
    } else {
      tick.push(pending)
      rows += pending.append.rows.length
      bytes += pending.size
    }
    chats.add(chatId) // a later append of this chat never passes an earlier one
  }
  return { tick, rest }
}

/** A connection that says nothing for this long counts as broken: one whose other end vanished would be silent for ever. */
const answerDeadline = "60 seconds"
const silent = new SqlError.SqlError({ reason: new SqlError.ConnectionError({ cause: new Error("silence"), message: `no answer within ${answerDeadline}` }) })

/** Deadlocks and the like: worth a few tries, but no reason to wait for ever. */
const passes = (error: SqlError.SqlError) => error.isRetryable && !isAway(error)
const fewTries = Schedule.spaced("20 millis").pipe(Schedule.upTo({ times: 4 }))

/** What became of appends whose chats were not as expected: one whose answer was lost may stand in the log already. */
const judge = Effect.fnUntraced(function*(table: LogTable, pending: ReadonlyArray<Pending>) {
  const heads = yield* table.heads(pending.map(({ append }) => append.chatId))
  for (const { append, done, mayHaveLanded } of pending) {
    const now = heads.get(append.chatId)
    const landed = mayHaveLanded && now?.epoch === append.epoch && now.head === append.expected + append.rows.length
    if (now === undefined) yield* Deferred.fail(done, unknownChat(append.chatId))
    else if (landed) yield* Deferred.succeed(done, undefined)
    else yield* Deferred.fail(done, fenced(append.chatId))
  }
})

const undone = (pending: ReadonlyArray<Pending>) => pending.filter(({ done }) => !Deferred.isDoneUnsafe(done))

export const makeLogWriter = Effect.fnUntraced(function*(
  table: LogTable, patiently: DatabaseHealth["patiently"]
): Effect.fn.Return<(append: LogAppend, also?: Effect.Effect<void, SqlError.SqlError>) => Effect.Effect<void, LogError>, never, Scope.Scope> {
  let waiting: Array<Pending> = []
  let inFlight: ReadonlyArray<Pending> = []
  const arrived = yield* Latch.make(false)

  /** One try. Trying again is safe: what has landed is no longer as expected. */
  const attempt = Effect.fnUntraced(function*(batch: ReadonlyArray<Pending>, write: LogTable["write"]) {
    const open = undone(batch)
    const written = yield* write(open.map(({ append }) => append)).pipe(
      Effect.timeoutOrElse({ duration: answerDeadline, orElse: () => Effect.fail(silent) }),
      Effect.retry({ schedule: fewTries, while: passes }),
      Effect.tapError((error) => Effect.sync(() => { if (isAway(error)) for (const pending of open) pending.mayHaveLanded = true })))
    const left = open.filter(({ append }) => !written.has(append.chatId))
    for (const { append, done } of open) if (written.has(append.chatId)) Deferred.doneUnsafe(done, Effect.void)
    if (left.length > 0) yield* judge(table, left)
  })

  const commit: (batch: ReadonlyArray<Pending>, write: LogTable["write"]) => Effect.Effect<void> = (batch, write) =>
    patiently(attempt(batch, write)).pipe(Effect.catch((error) => {
      const open = undone(batch)
      const [first] = open
      if (first === undefined) return Effect.void
      if (open.length === 1) return Effect.asVoid(Deferred.fail(first.done, refused(first.append.chatId, sqlDetail(error))))
      const middle = Math.ceil(open.length / 2)
      return Effect.andThen(commit(open.slice(0, middle), write), commit(open.slice(middle), write))
    }))

  const run = Effect.gen(function*() {
    yield* arrived.await
    yield* Effect.yieldNow // those woken by the last tick join this one
    const { rest, tick } = takeTick(waiting)
    waiting = rest
    inFlight = tick
    if (rest.length === 0) yield* arrived.close
    yield* commit(tick, table.write)
  })
  yield* Effect.forkScoped(Effect.forever(run))
  yield* Effect.addFinalizer(() => Effect.forEach([...inFlight, ...waiting], ({ done }) => Deferred.interrupt(done), { discard: true }))

  // no generators and no fibers here: tens of thousands a second come this way
  return (append, also) => Effect.suspend(() => {
    const pending: Pending = { append, size: sizeOf(append), done: Deferred.makeUnsafe<void, LogError>(), mayHaveLanded: false }
    if (also !== undefined) {
      const written = commit([pending], () => Effect.map(table.writeWith(append, also), (done) => new Set(done ? [append.chatId] : [])))
      return Effect.andThen(written, Deferred.await(pending.done))
    }
    waiting.push(pending)
    arrived.openUnsafe()
    return Deferred.await(pending.done)
  })
})
