/** Where the worktrees of sessions are. A row outlives its session; the files are `work/`'s. */
import { Context, Effect, Layer, Option, Schema } from "effect"
import { SqlSchema } from "effect/sql"
import { SessionId, WorktreeId } from "../../shared/Ids.ts"
import { Worktree } from "../../shared/Session.ts"
import { WorkError } from "../../shared/WorkError.ts"
import { ChangePort } from "../work/change/ChangePort.ts"
import { WorktreePort } from "../work/worktree/WorktreePort.ts"
import { asking } from "./Ask.ts"
import { ProjectRows } from "./ProjectRows.ts"
import { SessionRows } from "./SessionRows.ts"
import type { StoreError } from "./StoreError.ts"
import { transaction } from "./transaction.ts"

export class WorktreeRows extends Context.Service<WorktreeRows, {
  readonly ofSession: (sessionId: SessionId) => Effect.Effect<Worktree | undefined, StoreError>
  /** New, or in the stead of the one with its id. */
  readonly save: (worktree: Worktree) => Effect.Effect<void, StoreError>
  /** What a session's first is made from. */
  readonly begin: (sessionId: SessionId) => Effect.Effect<{ readonly base: string | null; readonly parked: WorktreeId | null }, StoreError>
  readonly restored: (worktree: Worktree, baseTree: string | null) => Effect.Effect<void, StoreError>
  /** Its files are another's by now: it is to be set up again. */
  readonly setUpAgain: (id: WorktreeId) => Effect.Effect<void, StoreError>
}>()("boocode/store/WorktreeRows") {
  static readonly layer = Layer.effect(WorktreeRows, Effect.suspend(() => make))

  /** What `work/` asks for. */
  static readonly port = Layer.effect(WorktreePort, Effect.suspend(() => makePort))
}

const make = Effect.gen(function*() {
  const { ask, sql } = yield* asking
  const ofSession = SqlSchema.findOneOption({ Request: SessionId, Result: Worktree, execute: (sessionId) => sql`
    select id, session_id as "sessionId", project_id as "projectId", path, branch, base_commit as "baseCommit", state
    from worktrees where session_id = ${sessionId}` })
  /** A folder's name may be had again once what was there is gone. */
  const makeRoom = ({ id, path }: Worktree) => sql`delete from worktrees where path = ${path} and id <> ${id} and state = 'removed'`
  const save = SqlSchema.void({ Request: Worktree, execute: ({ baseCommit, branch, id, path, projectId, sessionId, state }) => sql`
    insert into worktrees (id, session_id, project_id, path, branch, base_commit, state, setup)
    values (${id}, ${sessionId}, ${projectId}, ${path}, ${branch}, ${baseCommit}, ${state}, ${state === "creating" ? "due" : null})
    on conflict (id) do update set session_id = excluded.session_id, path = excluded.path, branch = excluded.branch,
      base_commit = excluded.base_commit, state = excluded.state, setup = coalesce(excluded.setup, worktrees.setup)` })
  const Begin = Schema.Struct({ base: Schema.NullOr(Schema.String), parked: Schema.NullOr(WorktreeId) })
  const begin = SqlSchema.findOneOption({ Request: SessionId, Result: Begin, execute: (id) => sql`
    select base_commit as base, parked from sessions where id = ${id}` })
  const restored = ({ id, sessionId }: Worktree, baseTree: string | null) => transaction(sql)(Effect.andThen(
    sql`update worktrees set base_tree = ${baseTree} where id = ${id}`, sql`update sessions set parked = null where id = ${sessionId}`))
  return WorktreeRows.of({
    ofSession: (sessionId) => Effect.map(ask("find a worktree")(ofSession(sessionId)), Option.getOrUndefined),
    save: (worktree) => ask("record a worktree")(Effect.andThen(makeRoom(worktree), save(worktree))),
    begin: (sessionId) => Effect.map(ask("find a session")(begin(sessionId)), Option.getOrElse(() => ({ base: null, parked: null }))),
    setUpAgain: (id) => ask("record a worktree")(Effect.asVoid(sql`update worktrees set setup = 'due' where id = ${id}`)),
    restored: (worktree, baseTree) => Effect.asVoid(ask("record a worktree")(restored(worktree, baseTree)))
  })
})

const unrecorded = (error: StoreError) => new WorkError({ reason: { _tag: "Unrecorded", detail: error.message } })

const makePort = Effect.gen(function*() {
  const changes = yield* ChangePort
  const projects = yield* ProjectRows
  const sessions = yield* SessionRows
  const rows = yield* WorktreeRows
  return WorktreePort.of({
    find: Effect.fn("WorktreePort.find")(function*(sessionId) {
      const session = yield* Effect.mapError(sessions.find(sessionId), unrecorded)
      const project = session && (yield* Effect.mapError(projects.find(session.projectId), unrecorded))
      if (project === undefined) return yield* new WorkError({ reason: { _tag: "UnknownSession" } })
      const { base, parked } = yield* Effect.mapError(rows.begin(sessionId), unrecorded)
      const worktree = Option.fromUndefinedOr(yield* Effect.mapError(rows.ofSession(sessionId), unrecorded))
      return { project, worktree, archived: session?.archivedAt != null, title: session?.title ?? "", base: base ?? undefined, parked: parked ?? undefined }
    }),
    save: (worktree) => Effect.mapError(rows.save(worktree), unrecorded),
    kept: (id) => Effect.map(changes.checkpoints(id, 1), ([last]) => last),
    revived: (id) => Effect.mapError(rows.setUpAgain(id), unrecorded),
    // again after a kill: what is recorded of it already stays
    restored: (worktree, baseTree, made) => Effect.andThen(
      Effect.forEach(made, (checkpoint) => changes.record(worktree.id, { checkpoint }), { discard: true }),
      Effect.mapError(rows.restored(worktree, baseTree), unrecorded))
  })
})
