/**
 * Chosen hunks of one edit, decided as a change of their own: applied, rejected, or reverted after the whole was applied. What is
 * left of the change stands as it stood. All of its hunks are the change itself, which is decided as a whole then.
 */
import { Effect } from "effect"
import type { ChangeId, PendingChange } from "../../../shared/Change.ts"
import type { Project, Worktree } from "../../../shared/Session.ts"
import { WorkError } from "../../../shared/WorkError.ts"
import { ChangePort } from "../change/ChangePort.ts"
import { Changes } from "../change/Changes.ts"
import { baseOf, contentOf, type FileEntry, sameEntry } from "../git/TreeFiles.ts"
import { Landing } from "../land/Landing.ts"
import { makeChangeBase } from "./ChangeBase.ts"
import { makeOneChange } from "./OneChange.ts"
import { makeTakenBack } from "./TakenBack.ts"
import { type Decision, moved, pathsOf } from "./WholeDecisions.ts"

type Deciding = Effect.Effect<Decision, WorkError>

/** How a change is decided as a whole. */
interface Whole {
  readonly apply: (project: Project, worktree: Worktree, id: ChangeId) => Deciding
  readonly reject: (worktree: Worktree, id: ChangeId) => Deciding
  readonly revert: (project: Project, worktree: Worktree, id: ChangeId) => Deciding
  readonly look: (worktree: Worktree) => Effect.Effect<unknown, WorkError>
}

/** Some hunks of a change: their lines, and the file with nothing but them. */
interface Some { readonly file: FileEntry; readonly added: number; readonly removed: number }

const counted = (hunks: ReadonlyArray<Buffer>, sign: string): number =>
  hunks.reduce((sum, hunk) => sum + hunk.toString("latin1").split("\n").filter((line) => line.startsWith(sign)).length, 0)

const makeHunks = Effect.gen(function*() {
  const { trees } = yield* Landing

  /** The chosen hunks and the others, each by itself. */
  return Effect.fnUntraced(function*(worktree: Worktree, change: PendingChange, chosen: ReadonlyArray<number>) {
    const none = new WorkError({ reason: { _tag: "NoSuchHunk", path: change.path } })
    const { baseBlob, blob, mode, oldMode } = change
    if (change.operation !== "edit" || change.binary || baseBlob === null || blob === null || oldMode === null) return yield* none
    const hunks = yield* trees.hunks(worktree.path, baseBlob, blob)
    const base: FileEntry = { mode: oldMode, blob: baseBlob }
    const withOnly = Effect.fnUntraced(function*(some: ReadonlyArray<Buffer>) {
      const file = some.length === 0 ? base : (yield* trees.patched(worktree.path, base, some)) ?? (yield* none)
      return { file, added: counted(some, "+"), removed: counted(some, "-") } satisfies Some
    })
    const some = hunks.filter((_, nth) => chosen.includes(nth)), others = hunks.filter((_, nth) => !chosen.includes(nth))
    if (some.length === 0 || some.length !== new Set(chosen).size) return yield* none
    return { some: yield* withOnly(some), rest: yield* withOnly(others), isAll: others.length === 0 && oldMode === mode }
  })
})

/** The hunks as a change of their own. It settles nothing: what is left of the change keeps its makers. */
const partOf = (change: PendingChange, id: ChangeId, state: "applied" | "rejected", { added, file, removed }: Some): PendingChange =>
  ({ ...change, id, mode: change.oldMode, blob: file.blob, added, removed, state, seq: 0 })

export const makeHunkDecisions = Effect.fnUntraced(function*(whole: Whole) {
  const changes = yield* Changes
  const port = yield* ChangePort
  const { carry, done } = yield* Landing
  const { baseNow, keepFiles, moveBase } = yield* makeChangeBase
  const { conflicted, find, putBack, undecided } = yield* makeOneChange
  const { orTakenBack } = yield* makeTakenBack
  const hunksOf = yield* makeHunks

  /** Sent before under this id. */
  const decided = (part: ChangeId) => Effect.map(port.find(part), (change): Decision | undefined => change === undefined ? undefined : { change })

  /** That, or the change, which is read first: without the part it may be gone, or its hunks be others. */
  const unlessDecided = Effect.fnUntraced(function*(worktree: Worktree, id: ChangeId, part: ChangeId) {
    const change = yield* Effect.result(find(worktree, id))
    const known = yield* decided(part)
    return known === undefined ? { known, change: yield* Effect.fromResult(change) } : { known, change: undefined }
  })

  const applyHunks = Effect.fn("Apply.applyHunks")(function*(project: Project, worktree: Worktree, id: ChangeId, part: ChangeId, chosen: ReadonlyArray<number>) {
    const { change: from, known } = yield* unlessDecided(worktree, id, part)
    if (known !== undefined) return known
    const { isAll, some } = yield* hunksOf(worktree, from, chosen)
    if (isAll) return yield* whole.apply(project, worktree, id)
    const row = partOf(from, part, "applied", some)
    const decision = yield* changes.alone(worktree.id, Effect.gen(function*() {
      const known = yield* decided(part)
      if (known !== undefined) return known
      const change = yield* find(worktree, id)
      const ledger = yield* port.load(worktree.id)
      yield* undecided(change, ledger)
      const from = baseOf(row), to = contentOf(row)
      // other hunks of it were applied meanwhile, and nobody has looked since: its base has them by now
      if (!sameEntry((yield* baseNow(worktree, ledger)).get(row.path), from.get(row.path))) return yield* moved(change)
      const carried = yield* carry(project.path, { id: part, way: "apply", from, to })
      if (carried._tag === "Conflicted") return yield* conflicted(worktree, change, carried.tree)
      yield* orTakenBack(project.path, "apply", new Map([[part, carried.exchange]]),
        Effect.flatMap(moveBase(worktree, ledger, part, from, to), (base) => port.record(worktree.id, { base, decided: [row] })))
      yield* done(project.path, [part])
      return { change: row } satisfies Decision
    }))
    yield* whole.look(worktree)
    return decision
  })

  const rejectHunks = Effect.fn("Apply.rejectHunks")(function*(worktree: Worktree, id: ChangeId, part: ChangeId, chosen: ReadonlyArray<number>) {
    const { change: from, known } = yield* unlessDecided(worktree, id, part)
    if (known !== undefined) return known
    const { isAll, rest, some } = yield* hunksOf(worktree, from, chosen)
    if (isAll) return yield* whole.reject(worktree, id)
    return yield* changes.decide(worktree, Effect.gen(function*() {
      const known = yield* decided(part)
      if (known !== undefined) return known
      const change = yield* find(worktree, id)
      yield* undecided(change, yield* port.load(worktree.id))
      const exchanges = yield* putBack(worktree, change, part, new Map([[change.path, { mode: change.mode ?? rest.file.mode, blob: rest.file.blob }]]))
      const rejected = partOf(from, part, "rejected", some)
      yield* orTakenBack(worktree.path, "reject", exchanges, Effect.andThen(keepFiles(worktree, part, contentOf(rejected)), port.record(worktree.id, { decided: [rejected] })))
      yield* done(worktree.path, [part])
      return { change: rejected } satisfies Decision
    }), pathsOf)
  })

  /** The change stays applied without them, as if it had never had them; that makes them, and what comes after, its makers' again. */
  const revertHunks = Effect.fn("Apply.revertHunks")(function*(project: Project, worktree: Worktree, id: ChangeId, part: ChangeId, chosen: ReadonlyArray<number>) {
    const { change: whence, known } = yield* unlessDecided(worktree, id, part)
    if (known !== undefined) return known
    if (whence.state !== "applied") return yield* moved(whence)
    const { isAll, rest, some } = yield* hunksOf(worktree, whence, chosen)
    if (isAll) return yield* whole.revert(project, worktree, id)
    const left: PendingChange = { ...whence, blob: rest.file.blob, added: rest.added, removed: rest.removed, seq: 0 }
    const row: PendingChange = { ...whence, id: part, oldMode: whence.mode, baseBlob: rest.file.blob, added: some.added, removed: some.removed, state: "reverted" }
    const decision = yield* changes.alone(worktree.id, Effect.gen(function*() {
      const known = yield* decided(part)
      if (known !== undefined) return known
      const change = yield* find(worktree, id)
      const ledger = yield* port.load(worktree.id)
      const from = contentOf(row), to = baseOf(row)
      // as the whole: a newer change of the file was applied over it
      const isLast = sameEntry((yield* baseNow(worktree, ledger)).get(row.path), from.get(row.path))
      if (change.state !== "applied" || change.blob !== whence.blob || !isLast) return yield* moved(change)
      const carried = yield* carry(project.path, { id: part, way: "revert", from, to })
      // it stays applied
      if (carried._tag === "Conflicted") return { change, marked: carried.tree } satisfies Decision
      const isTaken = ledger.live.some(({ path }) => path === row.path)
      yield* orTakenBack(project.path, "revert", new Map([[part, carried.exchange]]), Effect.flatMap(moveBase(worktree, ledger, part, from, to),
        (base) => port.record(worktree.id, { base, decided: isTaken ? [left, row] : [left], saved: isTaken ? [] : [row] })))
      yield* done(project.path, [part])
      return { change: row } satisfies Decision
    }))
    yield* whole.look(worktree)
    yield* changes.pulse(worktree.id)
    return decision
  })

  return { applyHunks, rejectHunks, revertHunks }
})
