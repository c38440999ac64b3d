/**
 * A worktree whose folder is gone, brought back from its last checkpoint: the files as they were looked at last, merged with
 * what was committed since. What git knows of it, where it still does, is as it was: the commit that was checked out, what was
 * staged, a merge under way. It is made beside its place and put there in one step, so that nobody looks at half of it. Files that
 * git ignores are in no checkpoint, and gone.
 */
import { Clock, Duration, Effect, FileSystem, type PlatformError } from "effect"
import { basename, dirname, resolve } from "node:path"
import type { Project, Worktree } from "../../../shared/Session.ts"
import { WorkError } from "../../../shared/WorkError.ts"
import { Git } from "../git/Git.ts"
import { WorktreePort } from "./WorktreePort.ts"

const what = "bring the worktree back"
const filesDeadline = Duration.minutes(10)
const maker = ["-c", "user.name=boocode", "-c", "user.email=boocode@localhost", "-c", "commit.gpgSign=false", "-c", "merge.directoryRenames=false"]
const suffix = ".coming"

type Link = (project: Project, worktree: Worktree) => Effect.Effect<unknown, WorkError>

const onDisk = Effect.mapError(({ message }: PlatformError.PlatformError) => new WorkError({ reason: { _tag: "GitFailed", what, detail: message } }))

const makeAdmin = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const git = yield* Git

  /** The folder that git has for the worktree at a path, whether anything is there or not. */
  return Effect.fnUntraced(function*(project: Project, path: string) {
    const common = (yield* git.run(project.path, { what, args: ["rev-parse", "--git-common-dir"] })).slice(0, -1)
    const folder = `${resolve(project.path, common)}/worktrees`
    for (const name of yield* Effect.orElseSucceed(fs.readDirectory(folder), () => [])) {
      const leadsTo = yield* Effect.orElseSucceed(fs.readFileString(`${folder}/${name}/gitdir`), () => "")
      if (leadsTo.trimEnd() === `${path}/.git`) return `${folder}/${name}`
    }
    return undefined
  })
})

const makeTree = Effect.gen(function*() {
  const git = yield* Git

  /** What was committed after the checkpoint is in no checkpoint: it is merged with that. Where both changed the same the checkpoint stands; the commit is on its branch. */
  return Effect.fnUntraced(function*(project: Project, from: ReadonlyArray<string>, tree: string, takenAt: number) {
    const line = (...args: ReadonlyArray<string>) => Effect.map(git.attempt(project.path, { what, args: [...from, ...args] }), ({ code, stdout }) => code === 0 ? stdout.trim() : undefined)
    const then = yield* line("rev-parse", "--verify", "--quiet", `HEAD@{${Math.floor(takenAt / 1000)} +0000}^{tree}`), now = yield* line("rev-parse", "--verify", "--quiet", "HEAD^{tree}")
    if (then === undefined || now === undefined || then === now) return tree
    const commit = (of: string, ...parents: ReadonlyArray<string>) => Effect.map(
      git.run(project.path, { what, args: [...maker, "commit-tree", of, "-m", "boocode", ...parents.flatMap((parent) => ["-p", parent])] }), (out) => out.trim())
    const root = yield* commit(then)
    const merged = yield* git.attempt(project.path, { what, args: [...maker, "merge-tree", "--write-tree", "--no-messages", yield* commit(tree, root), yield* commit(now, root)] })
    return merged.code === 0 ? merged.stdout.trim() : tree
  })
})

/** `root` is the folder that all worktrees are in; `link` makes git know a worktree, on its branch, without files. */
export const makeRevival = Effect.fnUntraced(function*(root: string, link: Link) {
  const fs = yield* FileSystem.FileSystem
  const git = yield* Git
  const port = yield* WorktreePort
  const adminOf = yield* makeAdmin
  const treeOf = yield* makeTree
  const isThere = (path: string) => Effect.orElseSucceed(fs.exists(path), () => false)
  /** Being made by this server. */
  const coming = new Set<string>()

  /** git forgot it: the folder that it makes to know it again has nothing in it yet, and is none. */
  const knownAgain = Effect.fnUntraced(function*(worktree: Worktree, project: Project) {
    yield* link(project, worktree)
    yield* onDisk(fs.remove(worktree.path, { recursive: true, force: true }))
    return (yield* adminOf(project, worktree.path)) ?? (yield* new WorkError({ reason: { _tag: "GitFailed", what, detail: "it doesn't know the worktree that it made." } }))
  })

  const layOut = Effect.fnUntraced(function*(project: Project, admin: string, top: string, tree: string) {
    const index = `${admin}/reviving-${crypto.randomUUID()}`
    const at = [`--git-dir=${admin}`, `--work-tree=${top}`, "-c", "submodule.recurse=false"]
    yield* Effect.gen(function*() {
      yield* git.bytes(project.path, { what, index, args: [...at, "read-tree", tree] })
      yield* git.bytes(project.path, { what, index, deadline: filesDeadline, args: [...at, "checkout-index", "--all", "--force", "--quiet"] })
    }).pipe(Effect.ensuring(Effect.ignore(fs.remove(index, { force: true }))))
    if (!(yield* isThere(`${admin}/index`))) yield* git.bytes(project.path, { what, args: [...at, "read-tree", "HEAD"] })
  })

  const revive = Effect.fn("Revival.revive")(function*(worktree: Worktree, project: Project) {
    const { id, path } = worktree
    const kept = yield* port.kept(id)
    if (kept === undefined) return false
    const known = yield* git.attempt(project.path, { what, args: ["cat-file", "-e", `${kept.tree}^{tree}`] })
    if (known.code !== 0) return yield* Effect.as(Effect.logWarning(`The last checkpoint of ${path} is no longer in the repository; the worktree begins at its branch.`), false)
    const admin = (yield* adminOf(project, path)) ?? (yield* knownAgain(worktree, project))
    const top = `${dirname(path)}/.${basename(path)}.${crypto.randomUUID()}${suffix}`
    coming.add(top)
    yield* Effect.gen(function*() {
      yield* onDisk(fs.makeDirectory(top, { recursive: true, mode: 0o755 }))
      yield* onDisk(fs.writeFileString(`${top}/.git`, `gitdir: ${admin}\n`))
      yield* layOut(project, admin, top, yield* treeOf(project, [`--git-dir=${admin}`], kept.tree, kept.takenAt))
      yield* port.revived(id)
      yield* onDisk(fs.rename(top, path))
    }).pipe(Effect.ensuring(Effect.andThen(Effect.ignore(fs.remove(top, { recursive: true, force: true })), Effect.sync(() => coming.delete(top)))))
    yield* Effect.ignore(git.attempt(path, { what, args: ["update-index", "-q", "--refresh"] }))
    const hours = Math.max(0, ((yield* Clock.currentTimeMillis) - kept.takenAt) / 3_600_000)
    yield* Effect.logWarning(`The worktree ${path} had vanished; it is back from its last checkpoint, ${hours.toFixed(1)} h old.`)
    return true
  }, Effect.uninterruptible)

  return {
    revive,
    /** The tree that it would have, and the commit that is or was checked out; undefined where nothing is kept of it. */
    ahead: Effect.fn("Revival.ahead")(function*({ branch, id, path }: Worktree, project: Project) {
      const kept = yield* port.kept(id)
      if (kept === undefined) return undefined
      const admin = yield* adminOf(project, path)
      const at = admin === undefined ? [] : [`--git-dir=${admin}`]
      const tree = admin === undefined ? kept.tree : yield* treeOf(project, at, kept.tree, kept.takenAt)
      const head = yield* git.attempt(project.path, { what, args: [...at, "rev-parse", "--verify", "--quiet", admin === undefined ? `refs/heads/${branch}^{commit}` : "HEAD^{commit}"] })
      return { tree, head: head.code === 0 ? head.stdout.trim() : undefined, takenAt: kept.takenAt }
    }),
    /** At boot: what a died server left half made. */
    sweep: Effect.gen(function*() {
      const left = (yield* Effect.orElseSucceed(fs.readDirectory(root), () => [])).filter((name) => name.startsWith(".") && name.endsWith(suffix) && !coming.has(`${root}/${name}`))
      yield* Effect.forEach(left, (name) => onDisk(fs.remove(`${root}/${name}`, { recursive: true, force: true })), { discard: true })
    })
  }
})
