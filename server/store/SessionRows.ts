/** Sessions as rows. Their chats, worktree and agent sessions are other rows'. */
import { Context, Effect, Layer, Option, Schema } from "effect"
import { SqlSchema } from "effect/sql"
import { ProjectId, SessionId } from "../../shared/Ids.ts"
import { Session } from "../../shared/Session.ts"
import { asking, now } from "./Ask.ts"
import type { StoreError } from "./StoreError.ts"

export class SessionRows extends Context.Service<SessionRows, {
  /** Of all projects that aren't removed, archived ones included, in the order they were created. */
  readonly list: Effect.Effect<ReadonlyArray<Session>, StoreError>
  /** One that is `untitled` keeps its title until the first of its chats has one. Its worktree is cut from `base`, a commit. */
  readonly create: (projectId: ProjectId, title: string, untitled?: boolean, base?: string) => Effect.Effect<Session, StoreError>
  readonly find: (id: SessionId) => Effect.Effect<Session | undefined, StoreError>
  readonly rename: (id: SessionId, title: string) => Effect.Effect<void, StoreError>
  readonly archive: (id: SessionId, archived: boolean) => Effect.Effect<void, StoreError>
  /** Of all projects, removed ones included. */
  readonly archived: Effect.Effect<ReadonlyArray<SessionId>, StoreError>
}>()("boocode/store/SessionRows") {
  static readonly layer = Layer.effect(SessionRows, Effect.suspend(() => make))
}

/** As they are said: what isn't there is left out. */
const sessionOf = ({ worktree, ...session }: Omit<Session, "worktree"> & { readonly worktree: string | null }): Session =>
  worktree === null ? session : { ...session, worktree }

const make = Effect.gen(function*() {
  const { ask, millis, sql } = yield* asking
  const SessionRow = Schema.Struct({ ...Session.fields, worktree: Schema.NullOr(Schema.String) })
  const columns = sql`s.id, s.project_id as "projectId", s.title, ${millis("s.created_at")} as "createdAt", ${millis("s.archived_at")} as "archivedAt",
    (select w.path from worktrees w where w.session_id = s.id and w.state = 'ready' limit 1) as worktree`
  const list = SqlSchema.findAll({ Request: Schema.Void, Result: SessionRow, execute: () => sql`
    select ${columns} from sessions s join projects p on p.id = s.project_id where p.removed_at is null order by s.created_at, s.id` })
  const find = SqlSchema.findOneOption({ Request: SessionId, Result: SessionRow,
    execute: (id) => sql`select ${columns} from sessions s where s.id = ${id}` })
  const archived = SqlSchema.findAll({ Request: Schema.Void, Result: Schema.Struct({ id: SessionId }),
    execute: () => sql`select id from sessions where archived_at is not null` })
  return SessionRows.of({
    archived: Effect.map(ask("list sessions")(archived()), (rows) => rows.map(({ id }) => id)),
    list: Effect.map(ask("list sessions")(list()), (rows) => rows.map(sessionOf)),
    create: Effect.fn("SessionRows.create")(function*(projectId, title, untitled = false, base) {
      const at = yield* now
      const id = SessionId.make(crypto.randomUUID())
      yield* ask("create a session")(sql`insert into sessions (id, project_id, title, created_at, untitled, base_commit)
        values (${id}, ${projectId}, ${title}, ${at}, ${untitled}, ${base ?? null}) on conflict (id) do nothing`)
      return { id, projectId, title, createdAt: at.getTime(), archivedAt: null }
    }),
    find: (id) => Effect.map(ask("find a session")(find(id)), (row) => Option.getOrUndefined(Option.map(row, sessionOf))),
    rename: (id, title) => ask("rename a session")(Effect.asVoid(sql`update sessions set title = ${title}, untitled = false where id = ${id}`)),
    archive: (id, archived) => Effect.flatMap(now, (at) => ask("archive a session")(Effect.asVoid(
      sql`update sessions set archived_at = ${archived ? at : null} where id = ${id}`)))
  })
})
