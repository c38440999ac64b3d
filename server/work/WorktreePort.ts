/** What worktrees are made from and where they are remembered: one row a session. `store/` keeps it; this folder only asks. */
import { Context, Effect, Layer, Option } from "effect"
import type { SessionId } from "../../shared/Ids.ts"
import type { Project, Worktree } from "../../shared/Session.ts"
import { WorkError } from "../../shared/WorkError.ts"

export interface Assignment {
  readonly project: Project
  /** None before the session's first. */
  readonly worktree: Option.Option<Worktree>
  readonly archived: boolean
}

export class WorktreePort extends Context.Service<WorktreePort, {
  /** Fails with `UnknownSession` where there is none. */
  readonly find: (sessionId: SessionId) => Effect.Effect<Assignment, WorkError>
  /** New, or in the stead of the one with its id. */
  readonly save: (worktree: Worktree) => Effect.Effect<void, WorkError>
}>()("boocode/work/WorktreePort") {
  /** Keeps its rows in the given map. */
  static readonly layerMemory = (projects: ReadonlyMap<SessionId, Project>, rows: Map<string, Worktree>) => Layer.succeed(WorktreePort, WorktreePort.of({
    find: (sessionId) => Effect.suspend(() => {
      const project = projects.get(sessionId)
      const worktree = Option.fromNullishOr([...rows.values()].find((row) => row.sessionId === sessionId))
      return project === undefined ? Effect.fail(new WorkError({ reason: { _tag: "UnknownSession" } })) : Effect.succeed({ project, worktree, archived: false })
    }),
    save: (worktree) => Effect.sync(() => { rows.set(worktree.id, worktree) })
  }))
}
