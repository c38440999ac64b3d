/**
 * Checkpoints: a worktree's tree at a moment, kept alive by a ref of ours; what is different between two of them; and the way
 * back to one. One at a time for each worktree. What they mean, and whose the differences are, is `Changes`' business.
 *
 * A rewind loses nothing: what is there goes into a checkpoint first, ignored files that it would cover included, and git
 * itself refuses to touch a file that has changed since.
 */
import { Context, Effect, Layer } from "effect"
import { type Checkpoint, CheckpointAt, type CheckpointId, type CountedChange, type FileChange } from "../../../shared/Change.ts"
import type { WorktreeId } from "../../../shared/Ids.ts"
import type { Worktree } from "../../../shared/Session.ts"
import { lookAt, within } from "../git/DiskBytes.ts"
import { oneAtATime } from "../git/OneAtATime.ts"
import { Git } from "../git/Git.ts"
import { bytesOfPath } from "../git/PathText.ts"
import { countedDiffArgs, countedFilesOfDiff, filesOfDiff, treeDiffArgs } from "../git/TreeDiff.ts"
import type { WorkError } from "../../../shared/WorkError.ts"
import { type HandedOver, makeWorktreeIndex } from "./WorktreeIndex.ts"

/** Where it stands. Chat, browser and agents see no such ref; nothing fetches it. */
export const refsOf = (worktreeId: WorktreeId): string => `refs/boocode/checkpoints/${worktreeId}`

const nameOf: (at: CheckpointAt) => string = CheckpointAt.match({
  TurnStarted: ({ turnId }) => `${turnId}/started`,
  TurnEnded: ({ turnId }) => `${turnId}/ended`,
  Seen: ({ id }) => `${id}/seen`,
  Rewinding: ({ id }) => `${id}/rewinding`,
  Rewound: ({ id }) => `${id}/rewound`,
  Decided: ({ id }) => `${id}/decided`
})

/** Files that change while a rewind looks at them make it look again. */
const rewindTries = 3

const make = Effect.gen(function*() {
  const git = yield* Git
  const index = yield* makeWorktreeIndex
  const one = oneAtATime<WorktreeId>()
  const alone = ({ id }: Worktree) => one(id)

  const keep = Effect.fnUntraced(function*({ id, path }: Worktree, at: CheckpointAt, tree: string) {
    const ref = `${refsOf(id)}/${nameOf(at)}`
    yield* git.run(path, { what: "keep a checkpoint", args: ["update-ref", ref, tree] })
    return ref
  })

  const capture = Effect.fnUntraced(function*(worktree: Worktree, at: CheckpointAt, handedOver?: HandedOver, kept?: string) {
    const captured = yield* index.capture(worktree.path, handedOver)
    const checkpoint: Checkpoint = { ...captured, ref: captured.tree === kept ? "" : yield* keep(worktree, at, captured.tree) }
    return checkpoint
  })

  const diff = <A>(args: ReadonlyArray<string>, read: (out: Buffer) => A) => ({ path }: Worktree, from: string, to: string) =>
    Effect.map(git.bytes(path, { what: "compare two checkpoints", args: [...args, from, to] }), read)
  const files = diff(treeDiffArgs, filesOfDiff)
  const counted = diff(countedDiffArgs, countedFilesOfDiff)

  /** Ignored files stand where the checkpoint has some: they are kept as well. */
  const withCovered = Effect.fnUntraced(function*(worktree: Worktree, before: Checkpoint, tree: string, at: CheckpointAt) {
    const coming = (yield* files(worktree, before.tree, tree)).flatMap(({ operation, path }) =>
      operation === "create" || operation === "rename" ? [bytesOfPath(path)] : [])
    const covered = yield* Effect.filter(coming, (path) => Effect.map(lookAt(within(worktree.path, path)), (found) => found?.isFile() === true || found?.isSymbolicLink() === true))
    if (covered.length === 0) return before
    const whole = yield* index.include(worktree.path, covered)
    return { ...before, tree: whole, ref: yield* keep(worktree, at, whole) }
  })

  const goTo = (worktree: Worktree, tree: string, id: CheckpointId, tries: number): Effect.Effect<Checkpoint, WorkError> => Effect.gen(function*() {
    const at: CheckpointAt = { _tag: "Rewinding", id }
    const before = yield* withCovered(worktree, yield* capture(worktree, at), tree, at)
    const what = "put the worktree's files back"
    const moved = git.bytes(worktree.path, { what, index: yield* index.open(worktree.path), args: ["read-tree", "-m", "-u", before.tree, tree] })
    return yield* Effect.as(moved, before).pipe(Effect.catchIf(({ reason }) => tries > 1 && reason._tag === "GitFailed", () => goTo(worktree, tree, id, tries - 1)))
  })

  return Checkpoints.of({
    take: Effect.fn("Checkpoints.take")(function*(worktree, at, handedOver, kept) {
      yield* Effect.annotateCurrentSpan({ "worktree.id": worktree.id })
      return yield* alone(worktree)(capture(worktree, at, handedOver, kept))
    }),
    files: Effect.fn("Checkpoints.files")(files),
    counted: Effect.fn("Checkpoints.counted")(counted),
    rewind: Effect.fn("Checkpoints.rewind")(function*(worktree, tree, id) {
      return yield* alone(worktree)(Effect.gen(function*() {
        const before = yield* goTo(worktree, tree, id, rewindTries)
        return { before, after: yield* capture(worktree, { _tag: "Rewound", id }) }
      }))
    }),
    keep: Effect.fn("Checkpoints.keep")(function*({ path }, kept) {
      if (kept.length === 0) return
      const input = Buffer.from(kept.map(({ ref, tree }) => `update ${ref} ${tree}\n`).join(""))
      yield* git.bytes(path, { what: "keep checkpoints", args: ["update-ref", "--stdin"], input })
    }),
    alone: (worktree, effect) => alone(worktree)(effect)
  })
})

export class Checkpoints extends Context.Service<Checkpoints, {
  /**
   * The worktree's files now. Those changed at or after `handedOver` stay as the last checkpoint has them.
   * Where they are the tree `kept`, which has a ref, they get no other.
   */
  readonly take: (worktree: Worktree, at: CheckpointAt, handedOver?: HandedOver, kept?: string) => Effect.Effect<Checkpoint, WorkError>
  /** From one tree (or commit) to another. */
  readonly files: (worktree: Worktree, from: string, to: string) => Effect.Effect<ReadonlyArray<FileChange>, WorkError>
  /** With their lines counted. */
  readonly counted: (worktree: Worktree, from: string, to: string) => Effect.Effect<ReadonlyArray<CountedChange>, WorkError>
  /** Makes the files those of a tree; undone by a rewind to `before.tree`. Turns that run are its caller's business. */
  readonly rewind: (worktree: Worktree, tree: string, id: CheckpointId) => Effect.Effect<{ readonly before: Checkpoint; readonly after: Checkpoint }, WorkError>
  /** Refs of the worktree's that keep these trees alive: all, or none. */
  readonly keep: (worktree: Worktree, kept: ReadonlyArray<Pick<Checkpoint, "ref" | "tree">>) => Effect.Effect<void, WorkError>
  /** While no checkpoint of this worktree is taken. */
  readonly alone: <A, E, R>(worktree: Worktree, effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}>()("boocode/work/Checkpoints") {
  static readonly layer = Layer.effect(Checkpoints, make)
}
