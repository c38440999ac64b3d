/**
 * One worktree per session: a folder under the data directory, on a branch of its own, cut from the project's last commit
 * when it is first needed, and had again after restarts. Never deletes what an agent may have worked in.
 *
 * ```
 *  no row ──▶ creating ──git worktree add──▶ ready ◀── there, or added again where its folder has vanished
 *                 └──────── refused ───────▶ failed ── asked again ──▶ creating
 * ```
 */
import { Cache, Context, Data, Duration, Effect, Exit, FileSystem, Layer, Option, type PlatformError } from "effect"
import { type ProjectId, type SessionId, WorktreeId } from "../../shared/Ids.ts"
import type { Project, Session, Worktree } from "../../shared/Session.ts"
import { Git } from "./Git.ts"
import { shortIdsOf, slugOf } from "./WorktreeName.ts"
import { WorktreePort } from "./WorktreePort.ts"
import { WorkError } from "./WorkError.ts"

/** A large checkout on a slow disk takes minutes. */
const addDeadline = Duration.minutes(10)
const making = "make the session's worktree"

const diskError = (path: string) => ({ message, reason }: PlatformError.PlatformError) => new WorkError({
  reason: reason._tag === "PermissionDenied" ? { _tag: "Denied", path } : { _tag: "GitFailed", what: making, detail: message }
})

/** What fills up is the disk that the files go to, wherever git was started. */
const fullAt = (path: string) => (error: WorkError): WorkError =>
  error.reason._tag === "DiskFull" ? new WorkError({ reason: { _tag: "DiskFull", path } }) : error

/** What a worktree is made from; equal by its fields. */
class Order extends Data.Class<{
  readonly sessionId: SessionId; readonly projectId: ProjectId; readonly project: string; readonly name: string
}> {}

const make = Effect.fnUntraced(function*({ dataDir }: WorktreeOptions) {
  const fs = yield* FileSystem.FileSystem
  const git = yield* Git
  const port = yield* WorktreePort
  const root = `${yield* Effect.orElseSucceed(fs.realPath(dataDir), () => dataDir)}/worktrees`

  const exists = (path: string) => Effect.orElseSucceed(fs.exists(path), () => false)
  const isBranch = (project: string, branch: string) =>
    Effect.map(git.attempt(project, { what: making, args: ["show-ref", "--verify", "--quiet", `refs/heads/${branch}`] }), ({ code }) => code === 0)
  const isCommit = (project: string, commit: string) =>
    Effect.map(git.attempt(project, { what: making, args: ["cat-file", "-e", `${commit}^{commit}`] }), ({ code }) => code === 0)
  /** Twice forced: a folder that vanished is still git's, and locked if the server died while it was made. */
  const add = (project: string, path: string, args: ReadonlyArray<string>) =>
    git.run(project, { what: making, deadline: addDeadline, args: ["worktree", "add", "-f", "-f", ...args] }).pipe(Effect.mapError(fullAt(path)))

  const nameIt = Effect.fn("Worktrees.nameIt")(function*({ name, project, sessionId }: Order) {
    // a branch called boocode leaves no room for boocode/…
    const prefix = (yield* isBranch(project, "boocode")) ? "boocode-" : "boocode/"
    const names = shortIdsOf(sessionId).map((short) => ({ path: `${root}/${slugOf(name)}-${short}`, branch: `${prefix}${short}` }))
    for (const free of names) {
      if (!(yield* exists(free.path)) && !(yield* isBranch(project, free.branch))) return free
    }
    return yield* new WorkError({ reason: { _tag: "Occupied", path: names.at(-1)?.path ?? root } })
  })

  const plan = Effect.fn("Worktrees.plan")(function*(order: Order) {
    const baseCommit = yield* git.head(order.project)
    const worktree: Worktree = {
      id: WorktreeId.make(crypto.randomUUID()), sessionId: order.sessionId, projectId: order.projectId, baseCommit, state: "creating",
      ...(yield* nameIt(order))
    }
    return worktree
  })

  /** Puts the worktree on disk: its branch where it still is, else a new one from its base, else from where the project is now. */
  const checkOut = Effect.fn("Worktrees.checkOut")(function*(worktree: Worktree, project: string) {
    const { branch, path } = worktree
    yield* fs.makeDirectory(root, { recursive: true, mode: 0o700 }).pipe(Effect.mapError(diskError(root)))
    if (yield* isBranch(project, branch)) {
      yield* add(project, path, [path, branch])
      return worktree
    }
    const baseCommit = (yield* isCommit(project, worktree.baseCommit)) ? worktree.baseCommit : yield* git.head(project)
    yield* add(project, path, ["--no-track", "-b", branch, path, baseCommit])
    return { ...worktree, baseCommit }
  })

  const isWorktree = (path: string) => exists(`${path}/.git`).pipe(
    Effect.andThen((linked) => linked ? Effect.map(git.toplevel(path), (top) => top === path) : Effect.succeed(false)),
    Effect.catchIf(({ reason }) => reason._tag === "NotARepository", () => Effect.succeed(false)))

  /** Only what no agent has been in is taken away: an empty folder, or a half-made worktree. */
  const clear = Effect.fn("Worktrees.clear")(function*({ path, state }: Worktree) {
    if (!(yield* exists(path))) return
    const empty = yield* Effect.map(Effect.orElseSucceed(fs.readDirectory(path), () => ["?"]), (names) => names.length === 0)
    const ours = path.startsWith(`${root}/`)
    if (!empty && !(ours && state !== "ready")) return yield* new WorkError({ reason: { _tag: "Occupied", path } })
    yield* fs.remove(path, { recursive: true }).pipe(Effect.mapError(diskError(path)))
  })

  const establish = Effect.fn("Worktrees.establish")(function*(order: Order) {
    const row = Option.getOrUndefined(yield* port.find(order.sessionId))
    if (row?.state === "ready" && (yield* isWorktree(row.path))) return row
    const planned = row ?? (yield* plan(order))
    yield* clear(planned)
    yield* port.save({ ...planned, state: "creating" })
    const made = yield* checkOut(planned, order.project).pipe(
      Effect.tapError(() => Effect.ignore(port.save({ ...planned, state: "failed" }))))
    const worktree: Worktree = { ...made, state: "ready" }
    yield* port.save(worktree)
    return worktree
  })

  /** One at a time for each session, ended only when nobody waits for it any more. A refusal is not remembered. */
  const worktrees = yield* Cache.makeWith(establish, {
    capacity: Infinity, timeToLive: (exit) => Exit.isSuccess(exit) ? Duration.infinity : Duration.zero
  })

  const ensure = Effect.fn("Worktrees.ensure")(function*(session: Session, project: Project) {
    yield* Effect.annotateCurrentSpan({ "session.id": session.id })
    const order = new Order({ sessionId: session.id, projectId: project.id, project: project.path, name: project.name })
    const known = yield* Cache.get(worktrees, order)
    if (yield* exists(`${known.path}/.git`)) return known
    yield* Cache.invalidateWhen(worktrees, order, (worktree) => worktree === known)
    return yield* Cache.get(worktrees, order)
  })

  return Worktrees.of({ ensure })
})

export interface WorktreeOptions { readonly dataDir: string }

export class Worktrees extends Context.Service<Worktrees, {
  /** The session's worktree, on disk; made if need be. Calls at the same time make it once. */
  readonly ensure: (session: Session, project: Project) => Effect.Effect<Worktree, WorkError>
}>()("boocode/work/Worktrees") {
  static readonly layer = (options: WorktreeOptions) => Layer.effect(Worktrees, make(options))
}
