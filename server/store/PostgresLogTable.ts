/**
 * The log's statements for Postgres. A tick of all chats is one statement: it advances the heads that are where they
 * should be, and inserts the rows of those chats and no others; turns that start are noted among those at work (`TurnRows`).
 */
import { PgTypes } from "@effect/sql-pg"
import { Effect, Option, Schema } from "effect"
import { SqlClient, SqlError } from "effect/sql"
import { type LogAppend, type LogRow, type LogTable, OpenTurn } from "./LogTable.ts"
import { transaction } from "./transaction.ts"

const { OID } = PgTypes
const isUuid = Schema.is(Schema.String.check(Schema.isUUID()))

const broken = (cause: unknown) =>
  new SqlError.SqlError({ reason: new SqlError.UnknownError({ cause, message: cause instanceof Error ? cause.message : String(cause) }) })

const array = (values: ReadonlyArray<unknown>, element: number) =>
  Effect.mapError(Effect.fromResult(PgTypes.array(values, element)), broken)

const columns = <const A extends ReadonlyArray<readonly [ReadonlyArray<unknown>, number]>>(arrays: A) =>
  Effect.forEach(arrays, ([values, element]) => array(values, element))

/** From 1, of an append in a tick. */
const Place = Schema.Struct({ place: Schema.Int })
const Head = Schema.Struct({ id: Schema.String, epoch: Schema.Int, head: Schema.Int })
const Row = Schema.Struct({ seq: Schema.Int, anchor: Schema.Int, at: Schema.Finite, body: Schema.String })
const TurnColumns = { turn: Schema.NullOr(Schema.Struct({ turnId: Schema.String, agent: Schema.String })), boot: Schema.NullOr(Schema.String) }
const Claimed = Schema.Struct({ epoch: Schema.Int, head: Schema.Int, ...TurnColumns })
const Opened = Schema.Struct({ id: Schema.String, ...TurnColumns })

const decode = <S extends Schema.Constraint>(row: S) => {
  const rows = Schema.decodeUnknownEffect(Schema.Array(row))
  return <E>(query: Effect.Effect<unknown, E>) => query.pipe(Effect.flatMap((found) => Effect.mapError(rows(found), broken)))
}

// each made once, and not for each statement
const decodePlaces = decode(Place), decodeHeads = decode(Head), decodeClaims = decode(Claimed), decodeRows = decode(Row), decodeOpened = decode(Opened)

const openTurnOf = ({ boot, turn }: { readonly turn: { readonly turnId: string; readonly agent: string } | null; readonly boot: string | null }): OpenTurn | null =>
  turn === null || boot === null ? null : { ...turn, bootId: boot }

const headColumns = (appends: ReadonlyArray<LogAppend>) => columns([
  [appends.map(({ chatId }) => chatId), OID.uuid],
  [appends.map(({ epoch }) => epoch), OID.int4],
  [appends.map(({ expected }) => expected), OID.int4],
  [appends.map(({ expected, rows }) => expected + rows.length), OID.int4],
  [appends.map(({ openTurn }) => openTurn !== undefined), OID.bool],
  [appends.map(({ openTurn }) => openTurn ? JSON.stringify({ turnId: openTurn.turnId, agent: openTurn.agent }) : null), OID.text],
  [appends.map(({ openTurn }) => openTurn?.bootId ?? null), OID.text]
])

const rowColumns = (rows: ReadonlyArray<LogRow>) => columns([
  [rows.map(({ seq }) => seq), OID.int4],
  [rows.map(({ anchor }) => anchor), OID.int4],
  [rows.map(({ at }) => at), OID.timestamptz],
  [rows.map(({ body }) => body), OID.text]
])

/** One chat's rows, at seqs that are free. */
export const insertRows = Effect.fnUntraced(function*(sql: SqlClient.SqlClient, chatId: string, rows: ReadonlyArray<LogRow>) {
  const [seq, anchor, at, body] = yield* rowColumns(rows)
  yield* sql`insert into chat_events (chat_id, seq, anchor, at, body)
    select ${chatId}::uuid, seq, anchor, at, body::json from unnest(${seq}, ${anchor}, ${at}, ${body}) as r (seq, anchor, at, body)`
})

export const makePostgresLogTable = Effect.fnUntraced(function*(host: string): Effect.fn.Return<LogTable, never, SqlClient.SqlClient> {
  const sql = yield* SqlClient.SqlClient
  const atomically = transaction(sql)

  const write: LogTable["write"] = Effect.fnUntraced(function*(appends) {
    const known = appends.filter(({ chatId }) => isUuid(chatId))
    if (known.length === 0) return new Set()
    const [id, epoch, expected, head, sets, turn, boot] = yield* headColumns(known)
    const [seq, anchor, at, body] = yield* rowColumns(known.flatMap(({ rows }) => rows))
    const placed = <A>(of: (append: LogAppend) => ReadonlyArray<A>) => known.flatMap((append, index) => of(append).map(() => index + 1))
    const place = yield* array(placed(({ rows }) => rows), OID.int4)
    const turns = known.flatMap(({ begun = [] }) => begun)
    const [begunPlace, begun, agent] = yield* columns([
      [placed(({ begun = [] }) => begun), OID.int4], [turns.map(({ turnId }) => turnId), OID.uuid], [turns.map((one) => one.agent), OID.text]])
    const left = yield* sql`
      with wanted as (
        select * from unnest(${id}, ${epoch}, ${expected}, ${head}, ${sets}, ${turn}, ${boot})
          with ordinality as w (id, epoch, expected, head, sets, turn, boot, place)
      ), advanced as (
        update chats c set head = w.head,
          open_turn = case when w.sets then w.turn::json else c.open_turn end,
          open_turn_boot = case when w.sets then w.boot else c.open_turn_boot end
        from wanted w where c.id = w.id and c.epoch = w.epoch and c.head = w.expected
        returning c.id, w.place
      ), written as (
        insert into chat_events (chat_id, seq, anchor, at, body)
        select a.id, r.seq, r.anchor, r.at, r.body::json
        from unnest(${place}, ${seq}, ${anchor}, ${at}, ${body}) as r (place, seq, anchor, at, body)
        join advanced a on a.place = r.place
      ), working as (
        insert into working_turns (turn_id, chat_id, agent)
        select b.turn, a.id, b.agent from unnest(${begunPlace}, ${begun}, ${agent}) as b (place, turn, agent) join advanced a on a.place = b.place
        on conflict (turn_id) do nothing
      )
      select w.place::int as place from wanted w where not exists (select 1 from advanced a where a.place = w.place)`.pipe(decodePlaces)
    const behind = new Set(left.map(({ place }) => place))
    return new Set(known.flatMap(({ chatId }, index) => behind.has(index + 1) ? [] : [chatId]))
  })

  const heads: LogTable["heads"] = Effect.fnUntraced(function*(chatIds) {
    const ids = yield* array(chatIds.filter((id) => isUuid(id)), OID.uuid)
    const rows = yield* sql`select id, epoch, head from chats where id = any(${ids})`.pipe(decodeHeads)
    return new Map(rows.map(({ epoch, head, id }) => [id, { epoch, head }]))
  })

  // `for update`, because a replacement holds the row against it with `for key share`, which ticks don't mind
  const claim: LogTable["claim"] = Effect.fnUntraced(function*(chatId) {
    if (!isUuid(chatId)) return Option.none()
    const [claimed] = yield* sql`
      with held as (select id from chats where id = ${chatId} for update)
      update chats c set epoch = c.epoch + 1, host = ${host} from held where c.id = held.id
      returning c.epoch, c.head, c.open_turn as turn, c.open_turn_boot as boot`.pipe(decodeClaims)
    return Option.map(Option.fromUndefinedOr(claimed), ({ epoch, head, ...turn }) => ({ epoch, head, openTurn: openTurnOf(turn) }))
  })

  const writeWith: LogTable["writeWith"] = (append, also) => atomically(Effect.gen(function*() {
    const written = (yield* write([append])).has(append.chatId)
    if (written) yield* also
    return written
  }))

  const replace: LogTable["replace"] = ({ chatId, epoch, remove, rows }) => atomically(Effect.gen(function*() {
    if (!isUuid(chatId)) return false
    const owned = yield* sql`select 1 from chats where id = ${chatId} and epoch = ${epoch} for key share`
    if (owned.length === 0) return false
    yield* sql`delete from chat_events where chat_id = ${chatId} and seq = any(${yield* array(remove, OID.int4)})`
    yield* insertRows(sql, chatId, rows)
    return true
  }))

  const row = sql.literal("seq, anchor, (extract(epoch from at) * 1000)::float8 as at, body::text as body")
  const read: LogTable["read"] = (chatId, after, limit) => isUuid(chatId)
    ? sql`select ${row} from chat_events where chat_id = ${chatId} and seq > ${after} order by seq limit ${limit}`.pipe(decodeRows)
    : Effect.succeed([])

  const readOlder: LogTable["readOlder"] = (chatId, beforeAnchor, limit) => isUuid(chatId)
    ? sql`
      select ${row} from chat_events where chat_id = ${chatId} and anchor < ${beforeAnchor} and anchor >= (
        select min(anchor) from (
          select distinct anchor from chat_events where chat_id = ${chatId} and anchor < ${beforeAnchor} order by anchor desc limit ${limit}
        ) newest
      ) order by seq`.pipe(decodeRows)
    : Effect.succeed([])

  const openTurns: LogTable["openTurns"] = sql`
    select id, open_turn as turn, open_turn_boot as boot from chats where host = ${host} and open_turn is not null`.pipe(
    decodeOpened, Effect.map((rows) => rows.flatMap(({ id, ...turn }) => {
      const openTurn = openTurnOf(turn)
      return openTurn === null ? [] : [{ chatId: id, ...openTurn }]
    })))

  return { claim, heads, write, writeWith, replace, read, readOlder, openTurns }
})
