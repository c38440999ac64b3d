/**
 * Parking: everything that a worktree holds and nothing else does, kept as one commit on a ref of ours in the project's
 * repository: its files with untracked and small ignored ones, what is staged, its branch, and commits that only its memory
 * of branches led to. Read back by git before it counts. The ref is the truth: no row says what was parked.
 *
 * ```
 *  files (tree) ─▶ commit ─▶ HEAD of the worktree · what was staged · its branch · its base · commits that nothing leads to
 * ```
 */
import { Clock, Context, Effect, FileSystem, Layer } from "effect"
import { CheckpointId, type PendingChange } from "../../../shared/Change.ts"
import type { LeftOut, ParkedWork } from "../../../shared/Guard.ts"
import type { SessionId, WorktreeId } from "../../../shared/Ids.ts"
import type { Project, Worktree } from "../../../shared/Session.ts"
import { WorkError } from "../../../shared/WorkError.ts"
import { ChangePort } from "../change/ChangePort.ts"
import { Checkpoints } from "../change/Checkpoints.ts"
import { Git } from "../git/Git.ts"
import { type Extras, extrasOf } from "./Ignored.ts"
import { lostTips } from "./LostCommits.ts"
import { nestedWork } from "./Nested.ts"
import { parkedMakers } from "./ParkedMakers.ts"
import { messageOf, noteOf, type ParkedNote, parkedOf, parkedRef, parkedRefs } from "./ParkedNote.ts"
import { joinNul, splitNul, textOfPath } from "../git/PathText.ts"

const what = "park the worktree's files"
const hiddenLimit = 1_000
/** git wants a name for who parks; no person commits here. */
const parker = ["-c", "user.name=boocode", "-c", "user.email=boocode@localhost", "-c", "commit.gpgSign=false", "-c", "core.fsync=all"]

export interface ParkingOf { readonly title: string; readonly sessionId: SessionId | null }

/** What is there to be parked, told apart from what the project has anyway. */
interface Held {
  readonly tree: string
  readonly head: string
  readonly headTree: string
  readonly index: string | null
  /** What of it is no conflict, where it has some. */
  readonly besides: string | null
  readonly baseTree: string | null
  readonly tips: ReadonlyArray<string>
  readonly extras: Extras
  readonly live: ReadonlyArray<PendingChange>
}

const refuse = (path: string, detail: string) => new WorkError({ reason: { _tag: "NotParkable", path, detail } })

const makeHeld = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const git = yield* Git
  const checkpoints = yield* Checkpoints
  const changes = yield* ChangePort
  const line = (path: string, ...args: ReadonlyArray<string>) => Effect.map(git.run(path, { what, args }), (out) => out.trim())

  /** A tree with these files of the worktree too, whatever its own index thinks of them. */
  const withExtras = Effect.fnUntraced(function*({ path }: Worktree, tree: string, { hidden, paths }: Extras) {
    if (paths.length + hidden.length === 0) return tree
    const dir = yield* line(path, "rev-parse", "--absolute-git-dir")
    const index = `${dir}/parking-${crypto.randomUUID()}`
    return yield* Effect.gen(function*() {
      yield* git.bytes(path, { what, index, args: ["read-tree", tree] })
      yield* git.bytes(path, { what, index, args: ["update-index", "-z", "--add", "--remove", "--replace", "--stdin"], input: joinNul([...paths, ...hidden]) })
      return (yield* git.bytes(path, { what, index, args: ["write-tree"] })).toString("utf8").trim()
    }).pipe(Effect.ensuring(Effect.ignore(fs.remove(index, { force: true }))))
  })

  /** In the midst of a merge no tree can be made of the index; of its conflicts, the sides are in commits. */
  const withoutConflicts = Effect.fnUntraced(function*({ path }: Worktree) {
    const entries = splitNul(yield* git.bytes(path, { what, args: ["ls-files", "-s", "-z"] })).filter((entry) => /^\d+ [0-9a-f]+ 0\t/.test(entry.toString("latin1")))
    const index = `${yield* line(path, "rev-parse", "--absolute-git-dir")}/parking-${crypto.randomUUID()}`
    return yield* Effect.gen(function*() {
      yield* git.bytes(path, { what, index, args: ["update-index", "-z", "--index-info"], input: joinNul(entries) })
      return (yield* git.bytes(path, { what, index, args: ["write-tree"] })).toString("utf8").trim()
    }).pipe(Effect.ensuring(Effect.ignore(fs.remove(index, { force: true }))))
  })

  const hold = Effect.fn("Parking.hold")(function*(worktree: Worktree) {
    const { path } = worktree
    const [nested] = yield* nestedWork(git, worktree)
    if (nested !== undefined) return yield* refuse(nested, "it is a repository of its own, with work that only it holds")
    const { skipped, tree } = yield* checkpoints.take(worktree, { _tag: "Seen", id: CheckpointId.make(crypto.randomUUID()) })
    const unread = skipped.find(({ why }) => why === "unreadable")
    if (unread !== undefined) return yield* refuse(unread.path, unread.detail)
    const extras = yield* extrasOf(git, path)
    if (extras.hidden.length > hiddenLimit) return yield* refuse(path, "git was told not to look at too many of its files")
    const head = yield* git.head(path)
    const staged = yield* git.attempt(path, { what, args: ["write-tree"] })
    const { base, live } = yield* changes.load(worktree.id)
    const held: Held = {
      tree: yield* withExtras(worktree, tree, extras), head, headTree: yield* line(path, "rev-parse", `${head}^{tree}`),
      index: staged.code === 0 ? staged.stdout.trim() : null, besides: staged.code === 0 ? null : yield* withoutConflicts(worktree), baseTree: base ?? null, tips: yield* lostTips(git, worktree), extras,
      live
    }
    return held
  })
  return { hold, line }
})

/** Nothing would be lost without it. */
const isSafe = ({ head, headTree, index, live, tips, tree }: Held, isReached: boolean): boolean =>
  isReached && head !== "" && tree === headTree && index === headTree && tips.length === 0 && !live.some(({ state }) => state !== "applied" && state !== "rejected")

const make = Effect.gen(function*() {
  const git = yield* Git
  const { hold, line } = yield* makeHeld

  const commitTree = (path: string, tree: string, parents: ReadonlyArray<string>, message: string) => Effect.map(
    git.bytes(path, { what, args: [...parker, "commit-tree", tree, ...parents.flatMap((parent) => ["-p", parent])], input: Buffer.from(message) }),
    (out) => out.toString("utf8").trim())

  /** Some branch, tag or remote leads there that stays when the worktree's own branch goes. */
  const isReached = Effect.fnUntraced(function*({ branch, path }: Worktree, commit: string) {
    const found = yield* git.run(path, { what, args: ["for-each-ref", "--format=%(refname)", "--contains", commit, "refs/heads", "refs/tags", "refs/remotes"] })
    return found.split("\n").some((ref) => ref !== "" && ref !== `refs/heads/${branch}`)
  })

  const noteFor = Effect.fnUntraced(function*(worktree: Worktree, { extras, head, index, baseTree, live, tree }: Held, { sessionId, title }: ParkingOf) {
    const files = yield* line(worktree.path, "diff-tree", "-r", "--name-only", "--no-renames", head, tree)
    const left: ReadonlyArray<LeftOut> = extras.left
    const note: ParkedNote = {
      id: worktree.id, sessionId, title, branch: worktree.branch, baseCommit: worktree.baseCommit, baseTree, head, index,
      files: files === "" ? 0 : files.split("\n").length, hidden: extras.hidden.map(textOfPath), left, makers: parkedMakers(live)
    }
    return note
  })

  /** What is on the ref, if it is what would be put there. */
  const already = Effect.fnUntraced(function*(project: Project, id: WorktreeId, tree: string, parents: ReadonlyArray<string>) {
    const found = yield* git.attempt(project.path, { what, args: ["show", "-s", "--format=%T %P%x01%H%x01%ct%x01%B", parkedRef(id)] })
    const [shape, commit = "", at = "", message = ""] = found.stdout.split("\u0001")
    const note = found.code === 0 && shape === [tree, ...parents].join(" ") ? noteOf(message) : undefined
    return note === undefined ? undefined : parkedOf(project.id, note, commit, Number(at) * 1000)
  })

  const verify = Effect.fnUntraced(function*(project: Project, id: WorktreeId, commit: string, head: string) {
    const read = yield* line(project.path, "rev-parse", "--verify", `${parkedRef(id)}^{commit}`)
    // walks every object that is new: one that is missing is an error
    const walked = yield* git.attemptBytes(project.path, { what, args: ["rev-list", "--objects", "--quiet", commit, "--not", head] })
    if (read !== commit || walked.code !== 0) return yield* new WorkError({ reason: { _tag: "GitFailed", what, detail: "what it wrote could not be read back." } })
  })

  const park = Effect.fn("Parking.park")(function*(worktree: Worktree, project: Project, of: ParkingOf) {
    const { path } = worktree
    const held = yield* hold(worktree)
    const { baseTree, besides, head, tips, tree } = held
    const index = held.index ?? besides
    const isWanted = of.sessionId !== null && head !== worktree.baseCommit
    if (!isWanted && isSafe(held, yield* isReached(worktree, head))) return undefined
    const indexed = index === null || index === held.headTree ? [] : [yield* commitTree(path, index, [head], "What was staged\n")]
    const based = baseTree === null ? [] : [yield* commitTree(path, baseTree, [], "What changes are counted from\n")]
    // the same work parked again is the same parents: what was staged and the base are told by their trees
    const parents = [head, ...tips]
    const known = yield* already(project, worktree.id, tree, [...parents, ...yield* sameAs(project, worktree.id, indexed, based)])
    if (known !== undefined && known.sessionId === of.sessionId) return known
    const note = yield* noteFor(worktree, held, of)
    const commit = yield* commitTree(path, tree, [...parents, ...indexed, ...based], messageOf(note))
    yield* git.run(project.path, { what, args: [...parker, "update-ref", parkedRef(worktree.id), commit] })
    yield* verify(project, worktree.id, commit, head)
    return parkedOf(project.id, note, commit, yield* Clock.currentTimeMillis)
  })

  /** Commits made for a tree a moment ago differ from those made before by their times alone. */
  const sameAs = Effect.fnUntraced(function*(project: Project, id: WorktreeId, indexed: ReadonlyArray<string>, based: ReadonlyArray<string>) {
    const made = [...indexed, ...based]
    if (made.length === 0) return made
    const found = yield* git.attempt(project.path, { what, args: ["rev-list", "--parents", "-n", "1", parkedRef(id)] })
    const old = found.stdout.trim().split(" ").slice(-made.length)
    const treeOf = (commit: string) => git.attempt(project.path, { what, args: ["rev-parse", "--verify", "--quiet", `${commit}^{tree}`] })
    const same = yield* Effect.forEach(made, (commit, at) => Effect.map(Effect.all([treeOf(commit), treeOf(old[at] ?? "")]), ([a, b]) => a.stdout === b.stdout))
    return same.every((is) => is) ? old : made
  })

  const list = Effect.fn("Parking.list")(function*(project: Project) {
    const out = yield* git.bytes(project.path, { what: "list parked work", args: ["for-each-ref", "--format=%(objectname)%01%(committerdate:unix)%01%(contents)%00", parkedRefs] })
    return out.toString("utf8").split("\u0000").flatMap((entry): ReadonlyArray<ParkedWork> => {
      const [commit = "", at = "", message = ""] = entry.trimStart().split("\u0001")
      const note = noteOf(message)
      return note === undefined ? [] : [parkedOf(project.id, note, commit, Number(at) * 1000)]
    })
  })

  return Parking.of({
    park, list,
    drop: (project, id) => Effect.asVoid(git.run(project.path, { what: "give parked work up", args: ["update-ref", "-d", parkedRef(id)] })),
    nested: (worktree) => nestedWork(git, worktree)
  })
})

export class Parking extends Context.Service<Parking, {
  /** Undefined where nothing would be lost without it, or, of a session's that may want it again, where it is as it was cut. The same again is the one that is there. The worktree is left as it is. */
  readonly park: (worktree: Worktree, project: Project, of: ParkingOf) => Effect.Effect<ParkedWork | undefined, WorkError>
  readonly list: (project: Project) => Effect.Effect<ReadonlyArray<ParkedWork>, WorkError>
  /** Gives it up; does nothing where there is none. */
  readonly drop: (project: Project, id: WorktreeId) => Effect.Effect<void, WorkError>
  /** Repositories in it that keep it from being parked. */
  readonly nested: (worktree: Worktree) => Effect.Effect<ReadonlyArray<string>, WorkError>
}>()("boocode/work/Parking") {
  static readonly layer = Layer.effect(Parking, make)
}

