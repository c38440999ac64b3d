/** What it costs to make one event durable: a lone append to the log, in the same database that a server works in. */
import { PgClient } from "@effect/sql-pg"
import { NodeServices } from "@effect/platform-node"
import { Context, Effect, Layer } from "effect"
import { Reactivity } from "effect/reactivity"
import { SqlClient } from "effect/sql"
import type { ChatId } from "../shared/Ids.ts"
import { Database } from "../server/store/Database.ts"
import { makeHealth } from "../server/store/DatabaseHealth.ts"
import { EventLog } from "../server/store/EventLog.ts"
import { socketName } from "../server/store/PostgresCluster.ts"
import { now } from "./Figures.ts"

const databaseOf = (dataDir: string) => Layer.effectContext(Effect.gen(function*() {
  const sql = yield* PgClient.make({ path: `${dataDir}/run/${socketName}`, username: "postgres", database: "postgres", maxConnections: 2 })
  const health = yield* makeHealth(sql)
  return Context.make(Database, Database.of(health)).pipe(Context.add(SqlClient.SqlClient, sql))
})).pipe(Layer.provide([Reactivity.layer, NodeServices.layer]))

/** Appends to this chat, which is lost for everybody else: its log has a new owner. Each run takes one event; gives the time. */
export const openFlush = Effect.fnUntraced(function*(dataDir: string, chatId: ChatId) {
  const context = yield* Layer.build(EventLog.layer({ host: "bench" }).pipe(Layer.provide(databaseOf(dataDir))))
  const log = Context.get(context, EventLog)
  const { epoch, head } = yield* Effect.orDie(log.claim(chatId))
  let seq = head
  const body = JSON.stringify({ _tag: "TextAppended", turnId: crypto.randomUUID(), partId: "1", kind: "text", offset: 0, text: "hello" })
  return Effect.gen(function*() {
    const expected = seq++
    const from = now()
    yield* Effect.orDie(log.append({ chatId, epoch, expected, rows: [{ seq, anchor: seq, at: 0, body }] }))
    return now() - from
  })
})
