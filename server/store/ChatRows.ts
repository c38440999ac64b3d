/** Chats as rows of lists. Their epoch, head and open turn belong to the log, which writes them. */
import { Context, Effect, Layer, Option, Schema } from "effect"
import { type SqlError, SqlSchema } from "effect/sql"
import { type AgentName, ChatId, SessionId } from "../../shared/Ids.ts"
import { ChatRow, type ChatStanding } from "../../shared/Session.ts"
import { asking, now } from "./Ask.ts"
import { StoreError } from "./StoreError.ts"

/** What is left out stays. */
export interface ChatLabel { readonly title?: string | undefined; readonly agent?: AgentName | undefined }

export class ChatRows extends Context.Service<ChatRows, {
  /** Of all sessions, by session and number. */
  readonly all: Effect.Effect<ReadonlyArray<ChatRow>, StoreError>
  /** By number, archived ones included. */
  readonly list: (sessionId: SessionId) => Effect.Effect<ReadonlyArray<ChatRow>, StoreError>
  /** With the session's next number, which no chat of it has had. */
  readonly create: (sessionId: SessionId, agent: AgentName) => Effect.Effect<ChatRow, StoreError>
  readonly find: (id: ChatId) => Effect.Effect<ChatRow | undefined, StoreError>
  /** What the lists say of a chat; a session that nobody has named takes the title along. One statement, for the transaction of the append that changes it: it waits for nothing. */
  readonly relabel: (id: ChatId, label: ChatLabel) => Effect.Effect<void, SqlError.SqlError>
  /** What the lists say of its requests and ends. One statement, for the transaction of the append that changes it. */
  readonly stand: (id: ChatId, standing: ChatStanding) => Effect.Effect<void, SqlError.SqlError>
  readonly archive: (id: ChatId, archived: boolean) => Effect.Effect<void, StoreError>
  readonly archived: Effect.Effect<ReadonlyArray<ChatId>, StoreError>
}>()("boocode/store/ChatRows") {
  /** `host`: whose new chats are. */
  static readonly layer = ({ host }: { readonly host: string }) => Layer.effect(ChatRows, make(host))
}

const noSession = (sessionId: SessionId) =>
  new StoreError({ reason: { _tag: "StatementFailed", what: "create a chat", detail: `there is no session ${sessionId}.` } })

const make = Effect.fnUntraced(function*(host: string) {
  const { ask, millis, sql } = yield* asking
  const columns = sql`id, session_id as "sessionId", number, title, agent, ${millis("created_at")} as "createdAt",
    ${millis("archived_at")} as "archivedAt", open_turn is not null as working,
    waiting, ${millis("last_ended_at")} as "lastEndedAt", last_outcome as "lastOutcome"`
  const all = SqlSchema.findAll({ Request: Schema.Void, Result: ChatRow,
    execute: () => sql`select ${columns} from chats order by session_id, number` })
  const list = SqlSchema.findAll({ Request: SessionId, Result: ChatRow,
    execute: (sessionId) => sql`select ${columns} from chats where session_id = ${sessionId} order by number` })
  const find = SqlSchema.findOneOption({ Request: ChatId, Result: ChatRow,
    execute: (id) => sql`select ${columns} from chats where id = ${id}` })
  /** Does nothing where the chat is there already. */
  const insert = (id: ChatId, sessionId: SessionId, agent: AgentName, at: Date) => sql`
    with numbered as (
      update sessions set last_chat_number = last_chat_number + 1
      where id = ${sessionId} and not exists (select 1 from chats where id = ${id})
      returning last_chat_number
    )
    insert into chats (id, session_id, number, agent, created_at, host)
    select ${id}::uuid, ${sessionId}::uuid, last_chat_number, ${agent}, ${at}, ${host} from numbered`

  const archived = SqlSchema.findAll({ Request: Schema.Void, Result: Schema.Struct({ id: ChatId }),
    execute: () => sql`select id from chats where archived_at is not null` })

  return ChatRows.of({
    archived: Effect.map(ask("list chats")(archived()), (found) => found.map(({ id }) => id)),
    all: ask("list chats")(all()),
    list: (sessionId) => ask("list chats")(list(sessionId)),
    create: Effect.fn("ChatRows.create")(function*(sessionId, agent) {
      const at = yield* now
      const id = ChatId.make(crypto.randomUUID())
      const row = yield* ask("create a chat")(Effect.andThen(insert(id, sessionId, agent, at), find(id)))
      return yield* Effect.mapError(Effect.fromOption(row), () => noSession(sessionId))
    }),
    find: (id) => Effect.map(ask("find a chat")(find(id)), Option.getOrUndefined),
    relabel: (id, { agent, title }) => Effect.asVoid(title === undefined
      ? sql`update chats set agent = coalesce(${agent ?? null}, agent) where id = ${id}`
      : sql`with labelled as (
          update chats set title = ${title}, agent = coalesce(${agent ?? null}, agent) where id = ${id} returning session_id
        )
        update sessions set title = ${title}, untitled = false where untitled and id in (select session_id from labelled)`),
    stand: (id, { lastEndedAt, lastOutcome, waiting }) => Effect.asVoid(sql`update chats set waiting = ${waiting},
      last_ended_at = to_timestamp(${lastEndedAt}::float8 / 1000), last_outcome = ${lastOutcome} where id = ${id}`),
    archive: (id, archived) => Effect.flatMap(now, (at) => ask("archive a chat")(Effect.asVoid(
      sql`update chats set archived_at = ${archived ? at : null} where id = ${id}`)))
  })
})
