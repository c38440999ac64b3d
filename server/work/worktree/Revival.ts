/**
 * A worktree whose folder is gone, brought back from its last checkpoint: the files as they were looked at last, merged with
 * what was committed since. What git knows of it, where it still does, is as it was: the commit that was checked out, what was
 * staged, a merge under way. It is made beside its place and put there in one step, so that nobody looks at half of it: what is
 * left of it before that, by a kill or an interruption, was nobody's. Files that git ignores are in no checkpoint, and gone.
 */
import { Clock, Duration, Effect, FileSystem, type PlatformError } from "effect"
import { basename, dirname, resolve } from "node:path"
import type { Project, Worktree } from "../../../shared/Session.ts"
import { WorkError } from "../../../shared/WorkError.ts"
import { Git } from "../git/Git.ts"
import { type Kept, WorktreePort } from "./WorktreePort.ts"

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
  const fs = yield* FileSystem.FileSystem
  const git = yield* Git

  /** Where the commits since then are told: by the branch where git forgot the worktree, or knows it only since it was brought back. */
  const toldBy = (admin: string | undefined, branch: string, then: number) => Effect.map(
    Effect.orElseSucceed(fs.readFileString(`${admin}/logs/HEAD`), () => ""),
    (log) => admin === undefined || Number(/^[^>]*> (\d+) /.exec(log)?.[1] ?? 0) > then ? `refs/heads/${branch}` : "HEAD")

  /** What was committed after the checkpoint is in no checkpoint: it is merged with that. Where both changed the same the checkpoint stands; the commit is on its branch. */
  return Effect.fnUntraced(function*({ path }: Project, { branch }: Worktree, admin: string | undefined, { takenAt, tree }: Kept) {
    const at = Math.floor(takenAt / 1000), ref = yield* toldBy(admin, branch, at), from = admin === undefined ? [] : [`--git-dir=${admin}`]
    const line = (...args: ReadonlyArray<string>) => Effect.map(git.attempt(path, { what, args: [...from, ...args] }), ({ code, stdout }) => code === 0 ? stdout.trim() : undefined)
    const then = yield* line("rev-parse", "--verify", "--quiet", `${ref}@{${at} +0000}^{tree}`), now = yield* line("rev-parse", "--verify", "--quiet", `${ref}^{tree}`)
    if (then === undefined || now === undefined || then === now) return tree
    const commit = (of: string, ...parents: ReadonlyArray<string>) => Effect.map(
      git.run(path, { what, args: [...maker, "commit-tree", of, "-m", "boocode", ...parents.flatMap((parent) => ["-p", parent])] }), (out) => out.trim())
    const root = yield* commit(then)
    const merged = yield* git.attempt(path, { what, args: [...maker, "merge-tree", "--write-tree", "--no-messages", yield* commit(tree, root), yield* commit(now, root)] })
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
  /** What this server brings back now: each is made in a folder of its own. */
  const coming = new Set<string>()

  /** The folder that git has for the worktree in such a folder. */
  const linkedIn = (holder: string) => Effect.gen(function*() {
    for (const name of yield* fs.readDirectory(holder)) {
      const admin = /^gitdir: (.*)\n$/.exec(yield* fs.readFileString(`${holder}/${name}/.git`))?.[1]
      if (admin !== undefined) return admin
    }
    return undefined
  }).pipe(Effect.orElseSucceed(() => undefined))

  /** Away with it, and what git knows of a worktree that is to be in it. */
  const drop = Effect.fnUntraced(function*(holder: string) {
    const admin = yield* linkedIn(holder)
    const leadsTo = admin === undefined ? "" : yield* Effect.orElseSucceed(fs.readFileString(`${admin}/gitdir`), () => "")
    if (admin !== undefined && leadsTo.startsWith(`${holder}/`)) yield* fs.remove(admin, { recursive: true, force: true })
    yield* fs.remove(holder, { recursive: true, force: true })
  }, onDisk)

  /** git forgot it: it knows it again as one that lies where it is made, until it is put in its place. */
  const knownAgain = Effect.fnUntraced(function*(worktree: Worktree, project: Project, top: string) {
    yield* link(project, { ...worktree, path: top })
    return (yield* adminOf(project, top)) ?? (yield* new WorkError({ reason: { _tag: "GitFailed", what, detail: "it doesn't know the worktree that it made." } }))
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
    const holder = `${dirname(path)}/.${basename(path)}.${crypto.randomUUID()}${suffix}`, top = `${holder}/${basename(path)}`
    coming.add(holder)
    yield* Effect.gen(function*() {
      const had = yield* adminOf(project, path)
      yield* onDisk(fs.makeDirectory(top, { recursive: true, mode: 0o755 }))
      const admin = had ?? (yield* knownAgain(worktree, project, top))
      yield* onDisk(fs.writeFileString(`${top}/.git`, `gitdir: ${admin}\n`))
      yield* layOut(project, admin, top, yield* treeOf(project, worktree, admin, kept))
      yield* Effect.uninterruptible(Effect.gen(function*() {
        yield* port.revived(id)
        yield* onDisk(fs.writeFileString(`${admin}/gitdir`, `${path}/.git\n`))
        // where its folder is left and empty, that is replaced
        yield* onDisk(fs.rename(top, path))
      }))
    }).pipe(Effect.ensuring(Effect.andThen(Effect.ignore(drop(holder)), Effect.sync(() => coming.delete(holder)))))
    yield* Effect.ignore(git.attempt(path, { what, args: ["update-index", "-q", "--refresh"] }))
    const hours = Math.max(0, ((yield* Clock.currentTimeMillis) - kept.takenAt) / 3_600_000)
    yield* Effect.logWarning(`The worktree ${path} had vanished; it is back from its last checkpoint, ${hours.toFixed(1)} h old.`)
    return true
  })

  return {
    revive,
    /** The tree that it would have, and the commit that is or was checked out; undefined where nothing is kept of it. */
    ahead: Effect.fn("Revival.ahead")(function*(worktree: Worktree, project: Project) {
      const { branch, id, path } = worktree
      const kept = yield* port.kept(id)
      if (kept === undefined) return undefined
      const admin = yield* adminOf(project, path)
      const at = admin === undefined ? [] : [`--git-dir=${admin}`]
      const tree = yield* treeOf(project, worktree, admin, kept)
      const head = yield* git.attempt(project.path, { what, args: [...at, "rev-parse", "--verify", "--quiet", admin === undefined ? `refs/heads/${branch}^{commit}` : "HEAD^{commit}"] })
      return { tree, head: head.code === 0 ? head.stdout.trim() : undefined, takenAt: kept.takenAt }
    }),
    /** At boot: what a died server left half made. */
    sweep: Effect.gen(function*() {
      const left = (yield* Effect.orElseSucceed(fs.readDirectory(root), () => [])).filter((name) => name.startsWith(".") && name.endsWith(suffix) && !coming.has(`${root}/${name}`))
      yield* Effect.forEach(left, (name) => drop(`${root}/${name}`), { discard: true })
    })
  }
})
