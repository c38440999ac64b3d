/**
 * One worktree per session: a folder under the data directory, on a branch of its own, cut from the project's last commit
 * when it is first needed, and had again after restarts; and one for each task that wants its own. Never deletes what an
 * agent has worked in: a task's that is as it was made goes, no other.
 *
 * ```
 *  no row ──▶ creating ──git worktree add──▶ ready ◀── there
 *                 └──────── refused ───────▶ failed ── asked again ──▶ creating
 *  ready ── its folder has vanished, or is empty ──▶ ready, from its last checkpoint; from its branch where there is none
 *  ready ── its work is on a ref, its folder taken away ──▶ parked ── asked for again, put back ──▶ creating
 * ```
 */
import { Cache, Clock, Context, Duration, Effect, Exit, FileSystem, Layer, Option } from "effect"
import { type SessionId, type TaskId, WorktreeId } from "../../../shared/Ids.ts"
import type { Project, Worktree } from "../../../shared/Session.ts"
import { Git } from "../git/Git.ts"
import { oneAtATime } from "../git/OneAtATime.ts"
import { type Findings, type KnownWorktree, makeReconcile } from "./Reconcile.ts"
import { madeBefore } from "../parking/ParkedMakers.ts"
import { parkedRef, putBackRef } from "../parking/ParkedNote.ts"
import { makeRevival } from "./Revival.ts"
import { isUntouched } from "./Untouched.ts"
import type { Parked } from "../parking/Unparking.ts"
import { makeWorktreeFiles } from "./WorktreeFiles.ts"
import { shortIdsOf, slugOf } from "./WorktreeName.ts"
import { WorktreePort } from "./WorktreePort.ts"
import { WorkError } from "../../../shared/WorkError.ts"

const make = Effect.fnUntraced(function*({ dataDir }: WorktreeOptions) {
  const fs = yield* FileSystem.FileSystem
  const git = yield* Git
  const port = yield* WorktreePort
  const root = `${yield* Effect.orElseSucceed(fs.realPath(dataDir), () => dataDir)}/worktrees`
  const files = yield* makeWorktreeFiles(root)
  const revival = yield* makeRevival(root, files.linkAlone)

  const nameIt = Effect.fn("Worktrees.nameIt")(function*(owner: SessionId | TaskId, project: Project) {
    // a branch called boocode leaves no room for boocode/…
    const prefix = (yield* files.isBranch(project, "boocode")) ? "boocode-" : "boocode/"
    const names = shortIdsOf(owner).map((short) => ({ path: `${root}/${slugOf(project.name)}-${short}`, branch: `${prefix}${short}` }))
    for (const free of names) {
      if (!(yield* files.isTaken(free.path)) && !(yield* files.isBranch(project, free.branch))) return free
    }
    return yield* new WorkError({ reason: { _tag: "Occupied", path: names.at(-1)?.path ?? root } })
  })

  /** One that is taken away is not made at the same time. */
  const alone = oneAtATime<SessionId>()
  /** About to go: nobody is given them any more. */
  const leaving = new Set<string>()

  /** Bases that were asked for and have no worktree yet. */
  const chosen = new Map<SessionId, string>()

  const plan = Effect.fn("Worktrees.plan")(function*(owner: SessionId | TaskId, sessionId: SessionId | null, project: Project, base?: string) {
    const baseCommit = (sessionId === null ? undefined : chosen.get(sessionId)) ?? base ?? (yield* git.head(project.path))
    const worktree: Worktree = {
      id: WorktreeId.make(crypto.randomUUID()), sessionId, projectId: project.id, baseCommit, state: "creating",
      ...(yield* nameIt(owner, project))
    }
    return worktree
  })

  const record = (worktree: Worktree, state: Worktree["state"]) => {
    const row: Worktree = { ...worktree, state }
    return Effect.as(port.save(row), row)
  }

  const establish = Effect.fn("Worktrees.establish")(function*(sessionId: SessionId) {
    return yield* alone(sessionId)(Effect.gen(function*() {
      const { base, parked: parkedId, project, worktree: row } = yield* port.find(sessionId)
      const known = Option.filter(row, ({ state }) => state === "ready" || state === "parked" || !chosen.has(sessionId))
      const planned = Option.isSome(known) ? known.value : { ...yield* plan(sessionId, sessionId, project, base), ...Option.getOrUndefined(Option.map(row, ({ id }) => ({ id }))) }
      const hasVanished = planned.state === "ready" && parkedId === undefined && (yield* files.isGone(planned.path))
      if (hasVanished && (yield* revival.revive(planned, project))) return planned
      const parked = parkedId === undefined ? undefined : yield* files.parked(project, parkedId)
      if (yield* files.isWhole(planned.path)) return yield* back(planned.state === "ready" ? planned : yield* record(planned, "ready"), project, parkedId, parked)
      yield* files.clear(planned.path)
      if (parkedId !== undefined && parked === undefined) yield* Effect.logWarning(`What was parked of ${planned.branch} is no longer there; its worktree begins at its base.`)
      return yield* back(yield* put(planned, project, parked), project, parkedId, parked)
    }))
  })

  /** Its parked work is in it: the ref that kept it has done its service. */
  const back = Effect.fnUntraced(function*(worktree: Worktree, project: Project, parkedId: WorktreeId | undefined, parked: Parked | undefined) {
    if (parkedId === undefined) return worktree
    const made = parked === undefined ? [] : madeBefore(parked.note.makers ?? [], { tree: parked.tree, ref: putBackRef(worktree.id), takenAt: yield* Clock.currentTimeMillis })
    yield* port.restored(worktree, parked?.note.baseTree ?? null, made)
    // one that can't be read stays for whoever can
    if (parked !== undefined) yield* git.attempt(project.path, { what: "forget parked work", args: ["update-ref", "-d", parkedRef(parkedId)] })
    return worktree
  })

  const put = Effect.fnUntraced(function*(planned: Worktree, project: Project, parked?: Parked) {
    yield* record(planned, "creating")
    const made = yield* files.make(planned, project, parked).pipe(Effect.tapError(() => Effect.ignore(record(planned, "failed"))))
    return yield* record(made, "ready")
  })

  /** One at a time for each session, ended only when nobody waits for it any more. A refusal is not remembered. */
  const worktrees = yield* Cache.makeWith(establish, {
    capacity: Infinity, timeToLive: (exit) => Exit.isSuccess(exit) ? Duration.infinity : Duration.zero
  })

  const ensure = Effect.fn("Worktrees.ensure")(function*(sessionId: SessionId) {
    yield* Effect.annotateCurrentSpan({ "session.id": sessionId })
    const known = yield* Cache.get(worktrees, sessionId)
    if (!leaving.has(known.path) && (yield* files.isThere(known.path))) return known
    yield* Cache.invalidateWhen(worktrees, sessionId, (worktree) => worktree === known)
    return yield* Cache.get(worktrees, sessionId)
  })

  const cut = Effect.fn("Worktrees.cut")(function*(sessionId: SessionId, base: string) {
    const { project, worktree } = yield* port.find(sessionId)
    if (Option.isSome(worktree) && worktree.value.state === "ready") return yield* new WorkError({ reason: { _tag: "AlreadyCut", path: worktree.value.path } })
    const commit = yield* git.commit(project.path, base)
    chosen.set(sessionId, commit)
    const made = yield* Effect.ensuring(ensure(sessionId), Effect.sync(() => chosen.delete(sessionId)))
    // a prompt was first
    return made.baseCommit === commit ? made : yield* new WorkError({ reason: { _tag: "AlreadyCut", path: made.path } })
  })

  const discard = (worktree: Worktree, project: Project) => Effect.andThen(files.discard(worktree, project), record(worktree, "removed"))

  const forTask = Effect.fn("Worktrees.forTask")(function*(taskId: TaskId, project: Project) {
    const planned = yield* plan(taskId, null, project)
    return yield* Effect.interruptible(put(planned, project)).pipe(Effect.onError(() => Effect.ignore(discard(planned, project))))
  }, Effect.uninterruptible)

  const fork = Effect.fn("Worktrees.fork")(function*(sessionId: SessionId, project: Project, baseCommit: string, lay: (worktree: Worktree) => Effect.Effect<unknown, WorkError>) {
    const planned = { ...yield* plan(sessionId, null, project), baseCommit }
    return yield* Effect.interruptible(Effect.gen(function*() {
      yield* record(planned, "creating")
      const made = yield* files.make(planned, project)
      yield* lay(made)
      return made
    })).pipe(Effect.onError(() => Effect.ignore(discard(planned, project))))
  }, Effect.uninterruptible)

  const release = Effect.fn("Worktrees.release")(function*(worktree: Worktree, project: Project) {
    const { branch, path } = worktree
    const what = "remove a task's worktree"
    if (!(yield* isUntouched(git, worktree))) return false
    // not by force: git itself refuses what has changes
    yield* git.run(project.path, { what, args: ["worktree", "remove", path] })
    yield* git.run(project.path, { what, args: ["branch", "--quiet", "-D", branch] })
    yield* record(worktree, "removed")
    return true
  })

  const remove = Effect.fn("Worktrees.remove")(function*<E>(worktree: Worktree, project: Project, before: Effect.Effect<boolean, E>) {
    const { path, sessionId } = worktree
    if (!path.startsWith(`${root}/`)) return false
    const away = Effect.gen(function*() {
      leaving.add(path)
      if (!(yield* before)) return false
      yield* Effect.uninterruptible(files.leave(worktree, project))
      return true
    }).pipe(Effect.ensuring(Effect.sync(() => leaving.delete(path))))
    return yield* sessionId === null ? away : alone(sessionId)(away)
  })

  const present = Effect.fn("Worktrees.present")(function*(worktree: Worktree, project: Project) {
    const { path, sessionId, state } = worktree
    const there = Effect.gen(function*() {
      if (state !== "ready" || !(yield* files.isGone(path))) return yield* files.isTaken(path)
      const isBack = yield* revival.revive(worktree, project)
      // it is another one from here on
      if (isBack && sessionId !== null) yield* Cache.invalidate(worktrees, sessionId)
      return isBack
    })
    return yield* sessionId === null ? there : alone(sessionId)(there)
  })

  const sweep = Effect.fn("Worktrees.sweep")(function*({ project, worktree }: KnownWorktree) {
    if (worktree.sessionId !== null || !worktree.path.startsWith(`${root}/`)) return
    // what was never ready was never anybody's
    if (worktree.state === "creating" || (yield* files.isHalfMade(worktree))) yield* discard(worktree, project)
    else if (yield* files.isThere(worktree.path)) yield* release(worktree, project)
  }, (effect, { worktree: { path } }) => Effect.catch(effect, ({ message }) => Effect.logWarning(`The worktree ${path} of a task is kept.`, message)))

  return Worktrees.of({
    ensure, cut, forTask, fork, discard, release, remove, present, ahead: revival.ahead, sweepLeft: Effect.andThen(files.sweepLeft, revival.sweep),
    sweep: (known) => Effect.forEach(known, sweep, { discard: true }), reconcile: yield* makeReconcile(root)
  })
})

export interface WorktreeOptions { readonly dataDir: string }

export class Worktrees extends Context.Service<Worktrees, {
  /** The session's worktree, on disk; made if need be. Calls at the same time make it once. */
  readonly ensure: (sessionId: SessionId) => Effect.Effect<Worktree, WorkError>
  /** The session's first, from a branch, tag or commit of choice in the stead of the project's last commit. */
  readonly cut: (sessionId: SessionId, base: string) => Effect.Effect<Worktree, WorkError>
  /** A new one for a task. Interrupted or refused, it leaves nothing. What it makes is its caller's, never lost to an interruption. */
  readonly forTask: (taskId: TaskId, project: Project) => Effect.Effect<Worktree, WorkError>
  /**
   * One for a session that isn't there yet, from a commit, with what `lay` puts in it. Nobody's until the session's row has it,
   * with its state `ready`: what becomes of it until then is its caller's to see to, or the next boot's `sweep`.
   */
  readonly fork: (sessionId: SessionId, project: Project, baseCommit: string, lay: (worktree: Worktree) => Effect.Effect<unknown, WorkError>) => Effect.Effect<Worktree, WorkError>
  /** Takes away one that nobody has had, whatever is in it. */
  readonly discard: (worktree: Worktree, project: Project) => Effect.Effect<unknown, WorkError>
  /** Removes a task's worktree and branch if nothing was done in it; true if it did. */
  readonly release: (worktree: Worktree, project: Project) => Effect.Effect<boolean, WorkError>
  /**
   * Takes one away with its branch, whatever is in it, unless it lies elsewhere by now or `before` says no: by then nobody is given
   * it any more. True if it did.
   */
  readonly remove: <E>(worktree: Worktree, project: Project, before: Effect.Effect<boolean, E>) => Effect.Effect<boolean, WorkError | E>
  /** Its folder is there; brought back from its last checkpoint where it has vanished. False where it is gone and nothing is kept of it. */
  readonly present: (worktree: Worktree, project: Project) => Effect.Effect<boolean, WorkError>
  /** What that would bring back. */
  readonly ahead: Effect.Success<ReturnType<typeof makeRevival>>["ahead"]
  /** At boot: what was being taken away, or brought back, when the server died. */
  readonly sweepLeft: Effect.Effect<void, WorkError>
  /** At boot: removes those of tasks in which nothing was done, and what was left half made. To be called before any task runs. */
  readonly sweep: (known: ReadonlyArray<KnownWorktree>) => Effect.Effect<void>
  /** At boot: what git and the disk say of the worktrees that are remembered. Removes nothing. */
  readonly reconcile: (known: ReadonlyArray<KnownWorktree>) => Effect.Effect<Findings>
}>()("boocode/work/Worktrees") {
  static readonly layer = (options: WorktreeOptions) => Layer.effect(Worktrees, make(options))
}
