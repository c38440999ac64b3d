/** The rows that guards and the reaper ask for: how a session begins and ends, setup commands, and worktrees whose time has come. */
import { Context, Effect, Layer, Option, Schema } from "effect"
import { SqlSchema } from "effect/sql"
import { ProjectId, SessionId, WorktreeId } from "../../shared/Ids.ts"
import { Project, Worktree } from "../../shared/Session.ts"
import { WorkError } from "../../shared/WorkError.ts"
import { SetupPort } from "../work/worktree/Setups.ts"
import { asking, now } from "./Ask.ts"
import type { StoreError } from "./StoreError.ts"
import { transaction } from "./transaction.ts"

/** A worktree of something that has ended. */
export const Ended = Schema.Struct({
  worktree: Worktree,
  project: Project,
  title: Schema.String,
  why: Schema.Literals(["archived", "deleted", "task"]),
  /** Asked to be given up with its session. */
  discarded: Schema.Boolean
})
export type Ended = typeof Ended.Type

export interface Graces { readonly archivedMillis: number; readonly deletedMillis: number }

export class GuardRows extends Context.Service<GuardRows, {
  /** The session has this put back in its worktree. */
  readonly setParked: (id: SessionId, parked: WorktreeId) => Effect.Effect<void, StoreError>
  readonly withParked: (parked: WorktreeId) => Effect.Effect<SessionId | undefined, StoreError>
  readonly setup: (id: ProjectId) => Effect.Effect<string | null, StoreError>
  /** Worktrees whose last setup failed are set up again. */
  readonly setSetup: (id: ProjectId, command: string | null) => Effect.Effect<void, StoreError>
  /** What is to be run in a worktree before an agent works there. */
  readonly setupDue: (id: WorktreeId) => Effect.Effect<string | undefined, StoreError>
  readonly setupEnded: (id: WorktreeId, ok: boolean) => Effect.Effect<void, StoreError>
  /** With its chats and their logs; its worktree's row stays, and says what is to become of it. */
  readonly deleteSession: (id: SessionId, discarded: boolean) => Effect.Effect<void, StoreError>
  /** It goes: true if its session is archived still. When that is reopened it has it again, `withWork` put back from its ref. */
  readonly leaves: (id: WorktreeId, sessionId: SessionId, withWork: boolean) => Effect.Effect<boolean, StoreError>
  readonly forgetWorktree: (id: WorktreeId) => Effect.Effect<void, StoreError>
  /** Of all projects that are listed. */
  readonly ended: (graces: Graces) => Effect.Effect<ReadonlyArray<Ended>, StoreError>
}>()("boocode/store/GuardRows") {
  static readonly layer = Layer.effect(GuardRows, Effect.suspend(() => make))

  /** What `work/` asks for. */
  static readonly setups = Layer.effect(SetupPort, Effect.map(GuardRows, ({ setupDue, setupEnded }) => SetupPort.of({
    due: (id) => Effect.mapError(setupDue(id), unrecorded), ended: (id, ok) => Effect.mapError(setupEnded(id, ok), unrecorded)
  })))
}

const unrecorded = ({ message }: StoreError) => new WorkError({ reason: { _tag: "Unrecorded", detail: message } })

const makeEnded = Effect.gen(function*() {
  const { ask, sql } = yield* asking
  const Due = Schema.Struct({ at: Schema.Date, archived: Schema.Finite, deleted: Schema.Finite })
  const before = (at: Date, seconds: number) => sql`${at}::timestamptz - make_interval(secs => ${seconds}::float8)`
  const ended = SqlSchema.findAll({ Request: Due, Result: Ended, execute: ({ archived, at, deleted }) => sql`
    select json_build_object('id', w.id, 'sessionId', w.session_id, 'projectId', w.project_id, 'path', w.path, 'branch', w.branch,
        'baseCommit', w.base_commit, 'state', w.state) as worktree,
      json_build_object('id', p.id, 'path', p.path, 'name', p.name, 'addedAt', (extract(epoch from p.added_at) * 1000)::float8) as project,
      coalesce(s.title, w.title, 'A task of ' || t.agent, 'A session') as title,
      case when s.id is not null then 'archived' when t.id is not null then 'task' else 'deleted' end as why, w.discarded
    from worktrees w join projects p on p.id = w.project_id left join sessions s on s.id = w.session_id
    left join lateral (select id, agent, ended_at from tasks where worktree_id = w.id order by created_at desc limit 1) t on s.id is null
    where w.state <> 'removed' and (s.archived_at <= ${before(at, archived)}
      or (s.id is null and (w.ended_at <= ${before(at, deleted)} or t.ended_at <= ${before(at, archived)})))
    order by w.path` })
  return (graces: Graces) => Effect.flatMap(now, (at) => ask("list worktrees that have ended")(ended({
    at, archived: graces.archivedMillis / 1000, deleted: graces.deletedMillis / 1000 })))
})

const makeSetup = Effect.gen(function*() {
  const { ask, sql } = yield* asking
  const Command = Schema.Struct({ setup: Schema.NullOr(Schema.String) })
  const ofProject = SqlSchema.findOneOption({ Request: ProjectId, Result: Command, execute: (id) => sql`select setup from projects where id = ${id}` })
  const due = SqlSchema.findOneOption({ Request: WorktreeId, Result: Command, execute: (id) => sql`
    select p.setup from worktrees w join projects p on p.id = w.project_id where w.id = ${id} and w.setup = 'due'` })
  const commandOf = Option.match({ onNone: () => null, onSome: ({ setup }: { readonly setup: string | null }) => setup })
  return {
    setup: (id: ProjectId) => Effect.map(ask("find a setup command")(ofProject(id)), commandOf),
    setSetup: (id: ProjectId, command: string | null) => ask("set a setup command")(Effect.asVoid(transaction(sql)(Effect.andThen(
      sql`update projects set setup = ${command} where id = ${id}`,
      sql`update worktrees set setup = 'due' where project_id = ${id} and setup = 'failed'`)))),
    setupDue: (id: WorktreeId) => Effect.map(ask("find a setup command")(due(id)), (row) => commandOf(row) ?? undefined),
    setupEnded: (id: WorktreeId, ok: boolean) => ask("record a setup")(Effect.asVoid(sql`update worktrees set setup = ${ok ? "done" : "failed"} where id = ${id}`))
  }
})

const make = Effect.gen(function*() {
  const { ask, sql } = yield* asking
  const Id = Schema.Struct({ id: SessionId })
  const withParked = SqlSchema.findOneOption({ Request: WorktreeId, Result: Id, execute: (parked) => sql`select id from sessions where parked = ${parked} limit 1` })
  /** The row that is changed is looked at in the same statement. */
  const Leaving = Schema.Struct({ id: WorktreeId, sessionId: SessionId, withWork: Schema.Boolean })
  const leave = SqlSchema.findOneOption({ Request: Leaving, Result: Id, execute: ({ id, sessionId, withWork }) => sql`
    with kept as (update sessions set parked = case when ${withWork} then ${id}::uuid else parked end where id = ${sessionId} and archived_at is not null returning id)
    update worktrees set state = 'parked' where id = ${id} and session_id in (select id from kept) returning session_id as id` })
  const end = (id: SessionId, at: Date, discarded: boolean) => transaction(sql)(Effect.andThen(
    sql`update worktrees w set ended_at = ${at}, title = s.title, discarded = ${discarded} from sessions s where s.id = ${id} and w.session_id = s.id`,
    sql`delete from sessions where id = ${id}`))
  return GuardRows.of({
    ...yield* makeSetup,
    ended: yield* makeEnded,
    setParked: (id, parked) => ask("record a session's work")(Effect.asVoid(sql`update sessions set parked = ${parked} where id = ${id}`)),
    withParked: (parked) => Effect.map(ask("find a session")(withParked(parked)), (row) => Option.getOrUndefined(row)?.id),
    deleteSession: (id, discarded) => Effect.flatMap(now, (at) => ask("delete a session")(Effect.asVoid(end(id, at, discarded)))),
    leaves: (id, sessionId, withWork) => Effect.map(ask("record a worktree")(leave({ id, sessionId, withWork })), Option.isSome),
    forgetWorktree: (id) => ask("forget a worktree")(Effect.asVoid(sql`delete from worktrees where id = ${id} and session_id is null`))
  })
})
