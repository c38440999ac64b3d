/**
 * Changes decided as wholes, many at once: applied, rejected, reverted. Each is carried or not by itself; what is the same for
 * all, their list and their base, is read and moved once for each batch.
 */
import { Effect, Result } from "effect"
import { type ChangeId, type ChangeState, CheckpointId, type PendingChange } from "../../../shared/Change.ts"
import type { Project, Worktree } from "../../../shared/Session.ts"
import { WorkError } from "../../../shared/WorkError.ts"
import { batchesOf } from "./Batches.ts"
import { makeChangeBase } from "./ChangeBase.ts"
import { ChangePort, type Entry, type Ledger } from "../change/ChangePort.ts"
import { Changes } from "../change/Changes.ts"
import { type Carry, Landing } from "../land/Landing.ts"
import { baseOf, contentOf, type Files, sameEntry, union } from "../git/TreeFiles.ts"
import { exchangesOf, makeTakenBack } from "./TakenBack.ts"

/** The change as it stands now. Where it is conflicted, `marked` is a tree that has the files with git's marks. */
export interface Decision { readonly change: PendingChange; readonly marked?: string }

/** A decision, or why there is none. */
export type Outcome = Result.Result<Decision, WorkError>

interface Moves { readonly from: (row: PendingChange) => Files; readonly to: (row: PendingChange) => Files }

export const unknown = new WorkError({ reason: { _tag: "UnknownChange" } })
export const moved = ({ path }: PendingChange) => new WorkError({ reason: { _tag: "ChangeMoved", path } })

/** It stands, and it is one that may still be decided. */
export const isOpen = (change: PendingChange, { live }: Ledger) =>
  change.state !== "applied" && change.state !== "rejected" && live.some(({ id }) => id === change.id)

export const decidedAs = (change: PendingChange, state: ChangeState, seq: number): PendingChange => ({ ...change, state, seq })
export const pathsIn = (change: PendingChange) => [...baseOf(change).keys(), ...contentOf(change).keys()]
export const pathsOf = ({ change }: Decision) => pathsIn(change)

export const makeBatches = Effect.gen(function*() {
  const port = yield* ChangePort
  const { carryAll } = yield* Landing
  const { moveBase } = yield* makeChangeBase

  /** In batches, each of which is begun and ended; answers one for each id, in order. */
  const each = Effect.fnUntraced(function*(worktree: Worktree, ids: ReadonlyArray<ChangeId>, decide: (batch: ReadonlyArray<ChangeId>) => Effect.Effect<ReadonlyArray<Outcome>, WorkError>) {
    const rows = (yield* port.findAll(ids)).filter(({ worktreeId }) => worktreeId === worktree.id)
    const outcomes = new Map<ChangeId, Outcome>()
    for (const batch of batchesOf(rows)) {
      const decided = yield* Effect.uninterruptible(Effect.result(decide(batch.map(({ id }) => id))))
      for (const [nth, { id }] of batch.entries()) outcomes.set(id, Result.flatMap(decided, (all) => all[nth] ?? Result.fail(unknown)))
    }
    return ids.map((id) => outcomes.get(id) ?? Result.fail(unknown))
  })

  const carryRows = Effect.fnUntraced(function*(top: string, rows: ReadonlyArray<PendingChange>, carryOf: (row: PendingChange) => Omit<Carry, "id" | "decisions">) {
    const decisions = yield* port.decisionsOf(rows.map(({ id }) => id))
    const carried = yield* carryAll(top, rows.map((row) => ({ id: row.id, decisions: decisions.get(row.id), ...carryOf(row) })))
    return new Map(rows.map((row, nth) => [row.id, carried[nth]] as const))
  })

  /** Recorded, with the base as it is then. */
  const record = Effect.fnUntraced(function*(worktree: Worktree, ledger: Ledger, rows: ReadonlyArray<PendingChange>, moves: Moves, entry: Entry) {
    const [first] = rows
    if (first !== undefined) {
      const base = yield* moveBase(worktree, ledger, first.id, union(rows.map(moves.from)), union(rows.map(moves.to)))
      return yield* port.record(worktree.id, { ...entry, base })
    }
    if (entry.saved?.length !== 0) yield* port.record(worktree.id, entry)
  })

  return { carryRows, each, record }
})

export const makeWholeDecisions = Effect.gen(function*() {
  const changes = yield* Changes
  const port = yield* ChangePort
  const { done, trees } = yield* Landing
  const { baseNow } = yield* makeChangeBase
  const { carryRows, each, record } = yield* makeBatches
  const { orTakenBack } = yield* makeTakenBack

  const look = (worktree: Worktree) => changes.look(worktree, { _tag: "Decided", id: CheckpointId.make(crypto.randomUUID()) })

  const applySome = (project: Project, worktree: Worktree, ids: ReadonlyArray<ChangeId>, force: boolean) => changes.alone(worktree.id, Effect.gen(function*() {
    const ledger = yield* port.load(worktree.id)
    const rows = yield* port.findAll(ids)
    const carried = yield* carryRows(project.path, rows.filter((row) => row.state !== "applied" && isOpen(row, ledger)),
      (row) => ({ way: "apply", from: baseOf(row), to: contentOf(row), force }))
    const outcomes = rows.map((row): Outcome => {
      if (row.state === "applied") return Result.succeed({ change: row })
      return Result.map(carried.get(row.id) ?? Result.fail(moved(row)), (one) => one._tag === "Conflicted"
        ? { change: { ...row, state: "conflicted" }, marked: one.tree } : { change: decidedAs(row, "applied", ledger.last?.seq ?? 0) })
    })
    const next = outcomes.flatMap((one) => Result.isSuccess(one) && carried.has(one.success.change.id) ? [one.success.change] : [])
    const decided = next.filter(({ state }) => state === "applied")
    yield* orTakenBack(project.path, "apply", exchangesOf(carried),
      record(worktree, ledger, decided, { from: baseOf, to: contentOf }, { decided, saved: next.filter(({ state }) => state === "conflicted") }))
    yield* done(project.path, decided.map(({ id }) => id))
    return outcomes
  }))

  const applyAll = Effect.fn("Apply.applyAll")((project: Project, worktree: Worktree, ids: ReadonlyArray<ChangeId>, force = false) =>
    each(worktree, ids, (some) => Effect.ensuring(applySome(project, worktree, some, force), changes.pulse(worktree.id))))

  /** They stand no more, and all that they changed is as it was: a rejection that was killed has done it, or somebody else. */
  const undone = Effect.fnUntraced(function*(worktree: Worktree, rows: ReadonlyArray<PendingChange>) {
    if (rows.length === 0) return rows
    const now = yield* trees.onDisk(worktree.path, [...new Set(rows.flatMap(pathsIn))], union(rows.map(baseOf)))
    return rows.filter((row) => pathsIn(row).every((path) => sameEntry(now.get(path), baseOf(row).get(path))))
  })

  const rejectSome = Effect.fnUntraced(function*(worktree: Worktree, ids: ReadonlyArray<ChangeId>) {
    const ledger = yield* port.load(worktree.id)
    const rows = yield* port.findAll(ids)
    const carried = yield* carryRows(worktree.path, rows.filter((row) => isOpen(row, ledger)), (row) => ({ way: "reject", from: contentOf(row), to: baseOf(row) }))
    const gone = yield* undone(worktree, rows.filter((row) => !isOpen(row, ledger) && (row.state === "pending" || row.state === "conflicted")))
    // the next checkpoint sees it undone
    const seq = (ledger.last?.seq ?? 0) + 1
    const outcomes = rows.map((row): Outcome => {
      if (row.state === "rejected") return Result.succeed({ change: row })
      if (gone.includes(row)) return Result.succeed({ change: decidedAs(row, "rejected", seq) })
      // conflicted: written to since it was looked at
      return Result.flatMap(carried.get(row.id) ?? Result.fail(moved(row)), ({ _tag }) => _tag === "Conflicted" ? Result.fail(moved(row)) : Result.succeed({ change: decidedAs(row, "rejected", seq) }))
    })
    const decided = outcomes.flatMap((one) => Result.isSuccess(one) && one.success.change.seq === seq ? [one.success.change] : [])
    if (decided.length > 0) yield* orTakenBack(worktree.path, "reject", exchangesOf(carried), port.record(worktree.id, { decided }))
    yield* done(worktree.path, decided.map(({ id }) => id))
    return outcomes
  })

  const reject = Effect.fn("Apply.reject")((worktree: Worktree, ids: ReadonlyArray<ChangeId>) => changes.decide(worktree,
    each(worktree, ids, (some) => rejectSome(worktree, some)), (all) => all.flatMap((one) => one._tag === "Success" ? pathsOf(one.success) : [])))

  const revertSome = (project: Project, worktree: Worktree, ids: ReadonlyArray<ChangeId>) => changes.alone(worktree.id, Effect.gen(function*() {
    const ledger = yield* port.load(worktree.id)
    const rows = yield* port.findAll(ids)
    const base = yield* baseNow(worktree, ledger)
    // else a newer change of the file was applied over it
    const isLast = (row: PendingChange) => pathsIn(row).every((path) => sameEntry(base.get(path), contentOf(row).get(path)))
    const carried = yield* carryRows(project.path, rows.filter((row) => row.state === "applied" && isLast(row)), (row) => ({ way: "revert", from: contentOf(row), to: baseOf(row) }))
    const outcomes = rows.map((row): Outcome => {
      if (row.state === "reverted") return Result.succeed({ change: row })
      // conflicted: it stays applied
      return Result.map(carried.get(row.id) ?? Result.fail(moved(row)), (one) => one._tag === "Conflicted" ? { change: row, marked: one.tree } : { change: decidedAs(row, "reverted", row.seq) })
    })
    const reverted = outcomes.flatMap((one) => Result.isSuccess(one) && carried.has(one.success.change.id) && one.success.change.state === "reverted" ? [one.success.change] : [])
    const taken = new Set(ledger.live.map(({ path }) => path))
    yield* orTakenBack(project.path, "revert", exchangesOf(carried), record(worktree, ledger, reverted, { from: contentOf, to: baseOf },
      { decided: reverted.filter(({ path }) => taken.has(path)), saved: reverted.filter(({ path }) => !taken.has(path)) }))
    yield* done(project.path, reverted.map(({ id }) => id))
    return outcomes
  }))

  const revertAll = Effect.fn("Apply.revertAll")(function*(project: Project, worktree: Worktree, ids: ReadonlyArray<ChangeId>) {
    const outcomes = yield* each(worktree, ids, (some) => revertSome(project, worktree, some))
    yield* look(worktree)
    // a row that stands again as reverted is no news to a look
    yield* changes.pulse(worktree.id)
    return outcomes
  })

  return { applyAll, look, reject, revertAll }
})
