/**
 * What a person decides on a pending change: apply it to the project's own checkout, reject it in the worktree, or revert it
 * after it was applied; and what was rejected is brought back. Each is a three-way merge that touches nothing where both sides changed the same, and each may be
 * asked twice. After an apply the base moves on, so that the next change of the file begins there.
 *
 * ```
 *  pending, reverted ──apply──▶ applied ──revert──▶ reverted
 *        │   └──reject──▶ rejected ──bring back──▶ pending
 *        └── both changed the same ──▶ conflicted ──apply, theirs──▶ applied
 * ```
 */
import { Context, Effect, Layer } from "effect"
import type { ChangeId, PendingChange } from "../../../shared/Change.ts"
import type { Project, Worktree } from "../../../shared/Session.ts"
import { makeBringBack } from "./BringBack.ts"
import { makeChangeBase } from "./ChangeBase.ts"
import { ChangePort } from "../change/ChangePort.ts"
import { Changes } from "../change/Changes.ts"
import { makeHunkDecisions } from "./HunkDecisions.ts"
import { Landing } from "../land/Landing.ts"
import { baseOf, contentOf, type FileEntry, type Files } from "../git/TreeFiles.ts"
import type { WorkError } from "../../../shared/WorkError.ts"
import { makeOneChange } from "./OneChange.ts"
import { makeTakenBack } from "./TakenBack.ts"
import { type Decision, decidedAs, makeWholeDecisions, type Outcome, pathsOf, unknown } from "./WholeDecisions.ts"

const make = Effect.gen(function*() {
  const changes = yield* Changes
  const port = yield* ChangePort
  const { admit, done, trees } = yield* Landing
  const { find, putBack, undecided } = yield* makeOneChange
  const { moveBase } = yield* makeChangeBase
  const { orTakenBack } = yield* makeTakenBack
  const { applyAll, look, reject, revertAll } = yield* makeWholeDecisions

  const one = (outcomes: Effect.Effect<ReadonlyArray<Outcome>, WorkError>) =>
    Effect.flatMap(outcomes, ([only]) => only === undefined ? Effect.fail(unknown) : Effect.fromResult(only))

  const apply = (project: Project, worktree: Worktree, id: ChangeId, force = false) => one(applyAll(project, worktree, [id], force))

  const revert = (project: Project, worktree: Worktree, id: ChangeId) => one(revertAll(project, worktree, [id]))

  const bringBack = yield* makeBringBack
  const { applyHunks, rejectHunks, revertHunks } = yield* makeHunkDecisions({ apply, look, reject: (worktree, id) => one(reject(worktree, [id])), revert })

  /** Both sides meet in the worktree, or the project's takes the change's place there; in both cases the base is the project's file from now on. */
  const resolve = Effect.fn("Apply.resolve")(function*(project: Project, worktree: Worktree, id: ChangeId, way: "mine" | "worktree") {
    const known = yield* find(worktree, id)
    if (known.state === "rejected") return { change: known } satisfies Decision
    return yield* changes.decide(worktree, Effect.gen(function*() {
      const change = yield* find(worktree, id)
      const ledger = yield* port.load(worktree.id)
      yield* undecided(change, ledger)
      const { files, ours } = yield* sidesOf(project, change)
      const exchanges = yield* putBack(worktree, change, id, way === "mine" ? ours : files)
      const next = way === "mine" ? decidedAs(change, "rejected", (ledger.last?.seq ?? 0) + 1) : change
      // the change itself stays as it is where both sides meet: what is recorded is a base that has moved
      const isRecorded = way === "mine" ? undefined : Effect.map(port.load(worktree.id), ({ base }) => base !== ledger.base)
      yield* orTakenBack(worktree.path, "reject", exchanges, Effect.flatMap(moveBase(worktree, ledger, id, new Map([...baseOf(change), ...contentOf(change)]), ours),
        (base) => port.record(worktree.id, way === "mine" ? { base, decided: [next] } : { base })), isRecorded)
      yield* done(worktree.path, [id])
      return { change: next } satisfies Decision
    }), pathsOf)
  })

  /** The project's files as they are, and both sides merged, with git's marks where they differ. */
  const sidesOf = Effect.fnUntraced(function*(project: Project, change: PendingChange) {
    const from = baseOf(change), to = contentOf(change)
    const paths = [...new Set([...from.keys(), ...to.keys()])]
    // git would look behind no link either, but passes over some names
    yield* admit(project.path, paths)
    const ours = yield* trees.onDisk(project.path, paths, from)
    const merged = yield* trees.merge(project.path, from, ours, to)
    return { ours, files: merged.clean ? merged.files : yield* trees.filesIn(project.path, merged.tree) }
  })

  const sides = Effect.fn("Apply.sides")(function*(project: Project, worktree: Worktree, id: ChangeId) {
    const change = yield* find(worktree, id)
    const { files, ours } = yield* sidesOf(project, change)
    const of = (side: Files) => side.get(change.path) ?? (change.oldPath === null ? undefined : side.get(change.oldPath))
    return { base: of(baseOf(change)), mine: of(ours), theirs: of(contentOf(change)), marked: of(files) }
  })

  return Apply.of({ apply, applyAll, applyHunks, bringBack, reject, rejectHunks, resolve, revert, revertAll, revertHunks, sides })
})

export class Apply extends Context.Service<Apply, {
  /** Into the project's checkout. `force` takes the change's side where both changed the same. */
  readonly apply: (project: Project, worktree: Worktree, id: ChangeId, force?: boolean) => Effect.Effect<Decision, WorkError>
  /** Each whole or not at all. Answers one for each, in order. */
  readonly applyAll: (project: Project, worktree: Worktree, ids: ReadonlyArray<ChangeId>, force?: boolean) => Effect.Effect<ReadonlyArray<Outcome>, WorkError>
  /**
   * Only these hunks of an edit, counted from 0 as `git diff -U3` of its blobs has them. `part` is a new id for what is applied,
   * which may be sent twice; what is left stands as a change of its own.
   */
  readonly applyHunks: (project: Project, worktree: Worktree, id: ChangeId, part: ChangeId, chosen: ReadonlyArray<number>) => Effect.Effect<Decision, WorkError>
  /** Puts the base back into the worktree, of each whole or not at all. Answers one for each, in order. That the worktree's agents rest is its caller's business. */
  readonly reject: (worktree: Worktree, ids: ReadonlyArray<ChangeId>) => Effect.Effect<ReadonlyArray<Outcome>, WorkError>
  /** Puts rejected changes into the worktree again, of each whole or not at all: pending, with their makers. Answers one for each, in order. Its agents' rest is as with `reject`. */
  readonly bringBack: (worktree: Worktree, ids: ReadonlyArray<ChangeId>) => Effect.Effect<ReadonlyArray<Outcome>, WorkError>
  /** Takes only these hunks out of the worktree. `part` is a new id for what is rejected, as `applyHunks` has one. */
  readonly rejectHunks: (worktree: Worktree, id: ChangeId, part: ChangeId, chosen: ReadonlyArray<number>) => Effect.Effect<Decision, WorkError>
  /**
   * Out of a conflict by the worktree: `mine` puts the project's file there and rejects the change, `worktree` puts both sides
   * there with git's marks, to be resolved by who will. The base is the project's file then.
   */
  readonly resolve: (project: Project, worktree: Worktree, id: ChangeId, way: "mine" | "worktree") => Effect.Effect<Decision, WorkError>
  /** What a conflict is between, and both merged. */
  readonly sides: (project: Project, worktree: Worktree, id: ChangeId) => Effect.Effect<Record<"base" | "mine" | "theirs" | "marked", FileEntry | undefined>, WorkError>
  /** Takes an applied change out of the project's checkout again. */
  readonly revert: (project: Project, worktree: Worktree, id: ChangeId) => Effect.Effect<Decision, WorkError>
  /**
   * Takes only these hunks of an applied edit out of the project's checkout again; the worktree keeps them, and they wait anew as a
   * change of their own, whose id is `part`, while the rest stays applied.
   */
  readonly revertHunks: (project: Project, worktree: Worktree, id: ChangeId, part: ChangeId, chosen: ReadonlyArray<number>) => Effect.Effect<Decision, WorkError>
  /** Each whole or not at all, in the given order. Answers one for each. */
  readonly revertAll: (project: Project, worktree: Worktree, ids: ReadonlyArray<ChangeId>) => Effect.Effect<ReadonlyArray<Outcome>, WorkError>
}>()("boocode/work/Apply") {
  static readonly layer = Layer.effect(Apply, make).pipe(Layer.provide(Landing.layer))
}
