/**
 * How many events a second become durable: chats that append as fast as they can, through `EventLog`, in an embedded
 * database with fsync on; against plain inserts of as many rows at a time into a table without fence and index.
 */
import { hostname } from "node:os"
import { Effect, Fiber, Layer, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import { AgentName, BootId, type ChatId } from "../shared/Ids.ts"
import { ChatRows } from "../server/store/ChatRows.ts"
import { EventLog } from "../server/store/EventLog.ts"
import { ProjectRows } from "../server/store/ProjectRows.ts"
import { SessionRows } from "../server/store/SessionRows.ts"
import { store } from "../server/store/Store.ts"
import { temporaryFolder } from "../test/support/RunningServer.ts"
import { bytes, count, ms, now, quantile, ratio } from "./Figures.ts"
import { familyOf, load, pssOf } from "./Machine.ts"
import { render } from "./Table.ts"

const scripted = AgentName.make("scripted")

/** About what a coalesced piece of an answer is on its way to the table. */
const body = JSON.stringify({
  _tag: "TextAppended", turnId: crypto.randomUUID(), partId: "p1", kind: "text", offset: 1234, text: "a piece of the answer, as long as they are ".repeat(3)
})

const newChats = Effect.fnUntraced(function*(wanted: number) {
  const project = yield* (yield* ProjectRows).add({ path: `/${crypto.randomUUID()}`, name: "bench" })
  const session = yield* (yield* SessionRows).create(project.id, "bench")
  const rows = yield* ChatRows
  return yield* Effect.forEach(Array.from({ length: wanted }), () => Effect.map(rows.create(session.id, scripted), ({ id }) => id))
})

interface Written { events: number; readonly times: Array<number> }

/** One chat's appends, one after the other until the time is over. */
const write = Effect.fnUntraced(function*(chatId: ChatId, perAppend: number, until: number, written: Written) {
  const log = yield* EventLog
  const { epoch, head } = yield* log.claim(chatId)
  for (let expected = head; now() < until; expected += perAppend) {
    const from = now()
    const seq = expected + 1
    yield* log.append({ chatId, epoch, expected, rows: Array.from({ length: perAppend }, (_, index) => ({ seq: seq + index, anchor: seq, at: from, body })) })
    written.events += perAppend
    written.times.push(now() - from)
  }
})

/** As many rows in one statement as a tick of that many chats has, one statement after the other. */
const insert = Effect.fnUntraced(function*(rows: number, until: number) {
  const sql = yield* SqlClient.SqlClient
  let inserted = 0
  while (now() < until) {
    yield* sql`insert into bench_rows select ${crypto.randomUUID()}::uuid, seq, seq, now(), ${body}::json from generate_series(1, ${rows}::int) seq`
    inserted += rows
  }
  return inserted
})

const measure = Effect.fnUntraced(function*(chats: number, perAppend: number, seconds: number) {
  const ids = yield* newChats(chats)
  const written: Written = { events: 0, times: [] }
  let pss = 0
  const sampler = yield* Effect.sync(() => { pss = Math.max(pss, pssOf(familyOf(process.pid))) }).pipe(
    Effect.repeat(Schedule.spaced("250 millis")), Effect.forkChild)
  const from = now()
  yield* Effect.forEach(ids, (id) => write(id, perAppend, from + seconds * 1000, written), { concurrency: "unbounded", discard: true })
  const rate = written.events / ((now() - from) / 1000)
  yield* Fiber.interrupt(sampler)
  const then = now()
  const bare = (yield* insert(Math.min(1000, chats * perAppend), then + seconds * 1000)) / ((now() - then) / 1000)
  return { chats, perAppend, rate, bare, times: written.times, pss }
})

const bench = Effect.fnUntraced(function*(isQuick: boolean) {
  const sql = yield* SqlClient.SqlClient
  yield* sql`create table bench_rows (chat_id uuid, seq int, anchor int, at timestamptz, body json)`
  const seconds = isQuick ? 2 : 5
  yield* measure(10, 1, 1)
  const found = yield* Effect.forEach([1, 16].flatMap((perAppend) => [1, 10, 50].map((chats) => [chats, perAppend] as const)),
    ([chats, perAppend]) => measure(chats, perAppend, seconds))
  console.log(render({
    title: `log · appends as fast as they become durable, ${seconds} s each · load now ${load()}`,
    head: ["chats", "events an append", "events/s", "append p50", "p99", "plain inserts, rows/s", "of it", "PSS with Postgres"],
    rows: found.map(({ bare, chats, perAppend, pss, rate, times }) => [
      `${chats}`, `${perAppend}`, count(rate), ms(quantile(times, 0.5)), ms(quantile(times, 0.99)), count(bare), ratio(rate / bare), bytes(pss)
    ]),
    notes: ["reach: 20,000 events/s over 50 chats, under 300 MB"]
  }))
})

export const log = Effect.fnUntraced(function*(isQuick: boolean) {
  // weighs what the server weighs
  yield* Effect.promise(() => import("../server/cli/CommandLine.ts"))
  const dataDir = yield* temporaryFolder
  const storage = store({ dataDir, host: hostname(), bootId: BootId.make(crypto.randomUUID()) })
  yield* bench(isQuick).pipe(Effect.provide(Layer.fresh(storage)))
})
