/**
 * Worktrees on disk: put there by git, found again, and cleared where one was left half made. Which session they belong to
 * and what is remembered of them is `Worktrees`' business.
 */
import { Duration, Effect, FileSystem, type PlatformError } from "effect"
import { existsSync } from "node:fs"
import type { Project, Worktree } from "../../../shared/Session.ts"
import type { ProjectId, WorktreeId } from "../../../shared/Ids.ts"
import { Git } from "../git/Git.ts"
import { oneAtATime } from "../git/OneAtATime.ts"
import { type Parked, readParked, unpark } from "../parking/Unparking.ts"
import { WorkError } from "../../../shared/WorkError.ts"

/** A large checkout on a slow disk takes minutes. */
const filesDeadline = Duration.minutes(10)
const what = "make the session's worktree"

const diskError = (path: string) => ({ message, reason }: PlatformError.PlatformError) => new WorkError({
  reason: reason._tag === "PermissionDenied" ? { _tag: "Denied", path } : { _tag: "GitFailed", what, detail: message }
})

/** What fills up is the disk that the files go to, wherever git was started. */
const fullAt = (path: string) => (error: WorkError): WorkError =>
  error.reason._tag === "DiskFull" ? new WorkError({ reason: { _tag: "DiskFull", path } }) : error

/** A worktree's folder is not there, or there and empty: one that can't be looked at is neither. */
export const isGone = (fs: FileSystem.FileSystem) => (path: string): Effect.Effect<boolean> => fs.readDirectory(path).pipe(
  Effect.match({ onSuccess: (names) => names.length === 0, onFailure: ({ reason }) => reason._tag === "NotFound" }))

/** How git tells branches, commits and worktrees apart. */
const makeQuestions = Effect.gen(function*() {
  const git = yield* Git
  const fs = yield* FileSystem.FileSystem
  const isSo = ({ path }: Project, ...args: ReadonlyArray<string>) => Effect.map(git.attempt(path, { what, args }), ({ code }) => code === 0)
  const exists = (path: string) => Effect.orElseSucceed(fs.exists(path), () => false)
  return {
    exists,
    isBranch: (project: Project, branch: string) => isSo(project, "show-ref", "--verify", "--quiet", `refs/heads/${branch}`),
    isCommit: (project: Project, commit: string) => isSo(project, "cat-file", "-e", `${commit}^{commit}`),
    isWorktree: (path: string) => exists(`${path}/.git`).pipe(
      Effect.andThen((linked) => linked ? Effect.map(git.toplevel(path), (top) => top === path) : Effect.succeed(false)),
      Effect.catchIf(({ reason }) => reason._tag === "NotARepository", () => Effect.succeed(false)))
  }
})

/** `root` is the folder that all worktrees are in. */
export const makeWorktreeFiles = Effect.fnUntraced(function*(root: string) {
  const fs = yield* FileSystem.FileSystem
  const git = yield* Git
  const { exists, isBranch, isCommit, isWorktree } = yield* makeQuestions
  const one = oneAtATime<ProjectId>()
  /** Stands beside a worktree for as long as it is being made: no agent has been in it yet. */
  const markOf = (path: string) => `${root}/.${path.slice(path.lastIndexOf("/") + 1)}.making`

  const leavingOf = (path: string) => `${root}/.${path.slice(path.lastIndexOf("/") + 1)}.${crypto.randomUUID()}.leaving`
  const sweepLeft = Effect.gen(function*() {
    const left = (yield* Effect.orElseSucceed(fs.readDirectory(root), () => [])).filter((name) => name.startsWith(".") && name.endsWith(".leaving"))
    yield* Effect.forEach(left, (name) => fs.remove(`${root}/${name}`, { recursive: true, force: true }), { discard: true })
  }).pipe(Effect.mapError(diskError(root)))

  /**
   * Two adds at a time in one repository stumble over each other: one reads what the other has half written. So they
   * queue, and the files, which take the time, come after. Twice forced: a folder that vanished is still git's, and
   * locked if the server died while it was made.
   */
  const link = (project: Project, args: ReadonlyArray<string>) =>
    one(project.id)(git.run(project.path, { what, args: ["worktree", "add", "--no-checkout", "-f", "-f", ...args] }))
  const add = Effect.fnUntraced(function*(project: Project, path: string, args: ReadonlyArray<string>) {
    yield* link(project, args)
    yield* git.run(path, { what, deadline: filesDeadline, args: ["reset", "--hard", "--quiet", "--no-recurse-submodules"] })
  }, (effect, _, path) => Effect.mapError(effect, fullAt(path)))

  /** On its branch where that still is, else on a new one from its base, else from where the project is now. */
  const checkOut = Effect.fn("WorktreeFiles.checkOut")(function*(worktree: Worktree, project: Project) {
    const { branch, path } = worktree
    if (yield* isBranch(project, branch)) {
      yield* add(project, path, [path, branch])
      return worktree
    }
    const baseCommit = (yield* isCommit(project, worktree.baseCommit)) ? worktree.baseCommit : yield* git.head(project.path)
    yield* add(project, path, ["--no-track", "-b", branch, path, baseCommit])
    return { ...worktree, baseCommit }
  })

  /** On a branch of its own where the parked work's tip can have it, else on none: nobody else's branch is moved. */
  const putBack = Effect.fn("WorktreeFiles.putBack")(function*(worktree: Worktree, project: Project, parked: Parked) {
    const { branch, path } = worktree
    const { baseCommit, head } = parked.note
    const isThere = yield* isBranch(project, branch)
    const isOurs = isThere && (yield* git.commit(project.path, `refs/heads/${branch}`)) === head
    yield* link(project, isOurs ? [path, branch] : isThere ? ["--detach", path, head] : ["--no-track", "-b", branch, path, head])
    yield* unpark(git, path, worktree.id, parked)
    return { ...worktree, baseCommit }
  }, (effect, { path }) => Effect.mapError(effect, fullAt(path)))

  return {
    isBranch,
    /** git knows it, on its branch where that still is, else on a new one from its base; without files. */
    linkAlone: Effect.fn("WorktreeFiles.linkAlone")(function*(project: Project, { baseCommit, branch, path }: Worktree) {
      yield* link(project, (yield* isBranch(project, branch)) ? [path, branch] : ["--no-track", "-b", branch, path, baseCommit])
    }),
    parked: (project: Project, id: WorktreeId) => readParked(git, project, id),
    /**
     * Takes the folder out of its place in one step, so that nobody ever finds half of it, then away with what git knows of it, and
     * its branch. That nothing is lost with it is its caller's business.
     */
    leave: Effect.fn("WorktreeFiles.leave")(function*({ branch, path }: Worktree, project: Project) {
      const away = { what: "take a worktree away" }
      yield* fs.makeDirectory(root, { recursive: true, mode: 0o700 }).pipe(Effect.mapError(diskError(root)))
      if (yield* exists(path)) yield* fs.rename(path, leavingOf(path)).pipe(Effect.mapError(diskError(path)))
      yield* one(project.id)(Effect.gen(function*() {
        yield* git.attempt(project.path, { ...away, args: ["worktree", "remove", "-f", "-f", path] })
        yield* git.attempt(project.path, { ...away, args: ["branch", "--quiet", "-D", branch] })
      })).pipe(Effect.catchIf(({ reason }) => reason._tag === "NotADirectory", () => Effect.void))
      yield* sweepLeft
    }),
    /** What a died server has begun to take away. */
    sweepLeft,
    isTaken: exists,
    /** Nothing is in its place, or only an empty folder. */
    isGone: isGone(fs),
    /** A cheap look: the folder and its link to the repository are there. On the data directory's own disk, and ahead of every prompt: nothing is awaited. */
    isThere: (path: string) => Effect.sync(() => existsSync(`${path}/.git`)),
    /** There, whole, and a worktree by git's own word. */
    isWhole: Effect.fn("WorktreeFiles.isWhole")(function*(path: string) {
      return !(yield* exists(markOf(path))) && (yield* isWorktree(path))
    }),
    /** What a died server left half made is taken away; what somebody else put there is not. */
    clear: Effect.fn("WorktreeFiles.clear")(function*(path: string) {
      if (!(yield* exists(path))) return
      if (!(yield* isGone(fs)(path)) && !(yield* exists(markOf(path)))) return yield* new WorkError({ reason: { _tag: "Occupied", path } })
      yield* fs.remove(path, { recursive: true }).pipe(Effect.mapError(diskError(path)))
    }),
    /** Being made, or left so: no agent has been in it. */
    isHalfMade: ({ path }: Worktree) => exists(markOf(path)),
    /** Takes away one that no agent has been in, however much of it is there, and its branch. */
    discard: Effect.fn("WorktreeFiles.discard")(function*({ baseCommit, branch, path }: Worktree, project: Project) {
      const away = { what: "take away a half-made worktree" }
      yield* fs.remove(path, { recursive: true, force: true }).pipe(Effect.mapError(diskError(path)))
      yield* one(project.id)(Effect.gen(function*() {
        // twice forced: locked while it is made; git may know nothing of it yet
        yield* git.attempt(project.path, { ...away, args: ["worktree", "remove", "-f", "-f", path] })
        const tip = yield* git.attempt(project.path, { ...away, args: ["rev-parse", "--verify", "--quiet", `refs/heads/${branch}`] })
        if (tip.stdout.trim() === baseCommit) yield* git.run(project.path, { ...away, args: ["branch", "--quiet", "-D", branch] })
      }))
      yield* fs.remove(markOf(path), { force: true }).pipe(Effect.mapError(diskError(root)))
    }),
    /** The worktree as it is on disk: with another base where its own is gone. */
    make: Effect.fn("WorktreeFiles.make")(function*(worktree: Worktree, project: Project, parked?: Parked) {
      const mark = markOf(worktree.path)
      yield* fs.makeDirectory(root, { recursive: true, mode: 0o700 }).pipe(Effect.andThen(fs.writeFileString(mark, "")), Effect.mapError(diskError(root)))
      const made = yield* parked === undefined ? checkOut(worktree, project) : putBack(worktree, project, parked)
      yield* Effect.mapError(fs.remove(mark), diskError(root))
      return made
    })
  }
})
