/** Where worktrees are remembered: one row a session. `store/` keeps it; this folder only asks. */
import { Context, Effect, Layer, Option } from "effect"
import type { SessionId } from "../../shared/Ids.ts"
import type { Worktree } from "../../shared/Session.ts"
import type { WorkError } from "./WorkError.ts"

export class WorktreePort extends Context.Service<WorktreePort, {
  readonly find: (sessionId: SessionId) => Effect.Effect<Option.Option<Worktree>, WorkError>
  /** New, or in the stead of the one with its id. */
  readonly save: (worktree: Worktree) => Effect.Effect<void, WorkError>
}>()("boocode/work/WorktreePort") {
  /** Keeps its rows in the given map. */
  static readonly layerMemory = (rows: Map<string, Worktree>) => Layer.succeed(WorktreePort, WorktreePort.of({
    find: (sessionId) => Effect.sync(() => Option.fromNullishOr([...rows.values()].find((row) => row.sessionId === sessionId))),
    save: (worktree) => Effect.sync(() => { rows.set(worktree.id, worktree) })
  }))
}
