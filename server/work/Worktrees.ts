/**
 * One worktree per session: a folder under the data directory, on a branch of its own, cut from the project's last commit
 * when it is first needed, and had again after restarts. Never deletes what an agent may have worked in.
 *
 * ```
 *  no row ──▶ creating ──git worktree add──▶ ready ◀── there, or added again where its folder has vanished
 *                 └──────── refused ───────▶ failed ── asked again ──▶ creating
 * ```
 */
import { Cache, Context, Duration, Effect, Exit, FileSystem, Layer, Option } from "effect"
import { type SessionId, WorktreeId } from "../../shared/Ids.ts"
import type { Project, Worktree } from "../../shared/Session.ts"
import { Git } from "./Git.ts"
import { makeWorktreeFiles } from "./WorktreeFiles.ts"
import { shortIdsOf, slugOf } from "./WorktreeName.ts"
import { WorktreePort } from "./WorktreePort.ts"
import { WorkError } from "./WorkError.ts"

const make = Effect.fnUntraced(function*({ dataDir }: WorktreeOptions) {
  const fs = yield* FileSystem.FileSystem
  const git = yield* Git
  const port = yield* WorktreePort
  const root = `${yield* Effect.orElseSucceed(fs.realPath(dataDir), () => dataDir)}/worktrees`
  const files = yield* makeWorktreeFiles(root)

  const nameIt = Effect.fn("Worktrees.nameIt")(function*(sessionId: SessionId, project: Project) {
    // a branch called boocode leaves no room for boocode/…
    const prefix = (yield* files.isBranch(project, "boocode")) ? "boocode-" : "boocode/"
    const names = shortIdsOf(sessionId).map((short) => ({ path: `${root}/${slugOf(project.name)}-${short}`, branch: `${prefix}${short}` }))
    for (const free of names) {
      if (!(yield* files.isTaken(free.path)) && !(yield* files.isBranch(project, free.branch))) return free
    }
    return yield* new WorkError({ reason: { _tag: "Occupied", path: names.at(-1)?.path ?? root } })
  })

  const plan = Effect.fn("Worktrees.plan")(function*(sessionId: SessionId, project: Project) {
    const baseCommit = yield* git.head(project.path)
    const worktree: Worktree = {
      id: WorktreeId.make(crypto.randomUUID()), sessionId, projectId: project.id, baseCommit, state: "creating",
      ...(yield* nameIt(sessionId, project))
    }
    return worktree
  })

  const record = (worktree: Worktree, state: Worktree["state"]) => {
    const row: Worktree = { ...worktree, state }
    return Effect.as(port.save(row), row)
  }

  const establish = Effect.fn("Worktrees.establish")(function*(sessionId: SessionId) {
    const { project, worktree: row } = yield* port.find(sessionId)
    const planned = Option.isSome(row) ? row.value : yield* plan(sessionId, project)
    if (yield* files.isWhole(planned.path)) return planned.state === "ready" ? planned : yield* record(planned, "ready")
    yield* files.clear(planned.path)
    yield* record(planned, "creating")
    const made = yield* files.make(planned, project).pipe(Effect.tapError(() => Effect.ignore(record(planned, "failed"))))
    return yield* record(made, "ready")
  })

  /** One at a time for each session, ended only when nobody waits for it any more. A refusal is not remembered. */
  const worktrees = yield* Cache.makeWith(establish, {
    capacity: Infinity, timeToLive: (exit) => Exit.isSuccess(exit) ? Duration.infinity : Duration.zero
  })

  const ensure = Effect.fn("Worktrees.ensure")(function*(sessionId: SessionId) {
    yield* Effect.annotateCurrentSpan({ "session.id": sessionId })
    const known = yield* Cache.get(worktrees, sessionId)
    if (yield* files.isThere(known.path)) return known
    yield* Cache.invalidateWhen(worktrees, sessionId, (worktree) => worktree === known)
    return yield* Cache.get(worktrees, sessionId)
  })

  return Worktrees.of({ ensure })
})

export interface WorktreeOptions { readonly dataDir: string }

export class Worktrees extends Context.Service<Worktrees, {
  /** The session's worktree, on disk; made if need be. Calls at the same time make it once. */
  readonly ensure: (sessionId: SessionId) => Effect.Effect<Worktree, WorkError>
}>()("boocode/work/Worktrees") {
  static readonly layer = (options: WorktreeOptions) => Layer.effect(Worktrees, make(options))
}
