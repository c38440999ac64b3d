/** What worktrees are made from and where they are remembered: one row a session. `store/` keeps it; this folder only asks. */
import { Context, Effect, Layer, Option } from "effect"
import type { SessionId, WorktreeId } from "../../../shared/Ids.ts"
import type { Project, Worktree } from "../../../shared/Session.ts"
import type { CheckpointRow } from "../change/ChangePort.ts"
import { WorkError } from "../../../shared/WorkError.ts"

export interface Assignment {
  readonly project: Project
  /** None before the session's first. */
  readonly worktree: Option.Option<Worktree>
  readonly archived: boolean
  /** The commit that its first is to be cut from, if one was chosen. */
  readonly base?: string | undefined
  /** Parked work that is to be put back in it. */
  readonly parked?: WorktreeId | undefined
  /** The session's. */
  readonly title: string
}

export interface Kept extends Pick<CheckpointRow, "tree" | "takenAt"> {}

export class WorktreePort extends Context.Service<WorktreePort, {
  /** Fails with `UnknownSession` where there is none. */
  readonly find: (sessionId: SessionId) => Effect.Effect<Assignment, WorkError>
  /** New, or in the stead of the one with its id. */
  readonly save: (worktree: Worktree) => Effect.Effect<void, WorkError>
  /** The parked work is in the worktree again, and changes are counted from that tree, or from its base commit. `made` are its first checkpoints, where it has none. */
  readonly restored: (worktree: Worktree, baseTree: string | null, made: ReadonlyArray<CheckpointRow>) => Effect.Effect<void, WorkError>
  /** Its last checkpoint. */
  readonly kept: (id: WorktreeId) => Effect.Effect<Kept | undefined, WorkError>
  /** It is back from that: what its project is set up with is due again. */
  readonly revived: (id: WorktreeId) => Effect.Effect<void, WorkError>
}>()("boocode/work/WorktreePort") {
  /** Keeps its rows in the given map. */
  static readonly layerMemory = (projects: ReadonlyMap<SessionId, Project>, rows: Map<string, Worktree>, begins: Map<SessionId, Pick<Assignment, "base" | "parked">> = new Map(), kept: ReadonlyMap<string, Kept> = new Map()) => Layer.succeed(WorktreePort, WorktreePort.of({
    find: (sessionId) => Effect.suspend(() => {
      const project = projects.get(sessionId)
      const worktree = Option.fromNullishOr([...rows.values()].find((row) => row.sessionId === sessionId))
      return project === undefined ? Effect.fail(new WorkError({ reason: { _tag: "UnknownSession" } })) : Effect.succeed({ project, worktree: Option.map(worktree, (row) => ({ ...row })), archived: false, title: "A session", ...begins.get(sessionId) })
    }),
    save: (worktree) => Effect.sync(() => { rows.set(worktree.id, worktree) }),
    restored: ({ sessionId }) => Effect.sync(() => { if (sessionId !== null) begins.delete(sessionId) }),
    kept: (id) => Effect.sync(() => kept.get(id)),
    revived: () => Effect.void
  }))
}
