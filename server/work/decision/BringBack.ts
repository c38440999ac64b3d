/**
 * Rejected changes, brought back into the worktree: merged three ways with what is there by now, or not at all where both changed
 * the same. They are pending again, and their makers are named anew, whatever was decided of the file since.
 */
import { Clock, Effect, Result } from "effect"
import { type ChangeId, CheckpointId, type IntervalTurn, type PendingChange } from "../../../shared/Change.ts"
import { ChatId, TurnId } from "../../../shared/Ids.ts"
import type { Worktree } from "../../../shared/Session.ts"
import { WorkError } from "../../../shared/WorkError.ts"
import { sameChange } from "../change/ChangeFold.ts"
import { ChangePort, type CheckpointRow, type Ledger, touchesOf } from "../change/ChangePort.ts"
import { Changes } from "../change/Changes.ts"
import { baseOf, contentOf } from "../git/TreeFiles.ts"
import { Landing } from "../land/Landing.ts"
import { isOpen, makeBatches, moved, type Outcome, pathsIn, pathsOf } from "./WholeDecisions.ts"

const inTheWay = ({ path }: PendingChange) => new WorkError({ reason: { _tag: "ChangedHere", path } })

/** For all but its agent it is nobody's turn: no turn is asked what it did here. */
const turnOf = (agent: IntervalTurn["agent"]): IntervalTurn =>
  ({ turnId: TurnId.make(crypto.randomUUID()), chatId: ChatId.make(crypto.randomUUID()), agent, reported: [] })

/** The makers of each once more: intervals in which they, and nobody else, touched its file. */
const madeAgain = (rows: ReadonlyArray<PendingChange>, last: NonNullable<Ledger["last"]>, takenAt: number): ReadonlyArray<CheckpointRow> => {
  const byAgents = new Map(rows.map(({ agents }) => [agents.join("\0"), agents]))
  const groups = [
    ...Array.from(byAgents, ([key, agents]) => ({ agents, made: rows.filter((row) => row.agents.join("\0") === key) })).filter(({ agents }) => agents.length > 0),
    { agents: [], made: rows.filter(({ manual }) => manual) }
  ]
  return groups.filter(({ made }) => made.length > 0).map(({ agents, made }, nth) => ({
    seq: last.seq + 1 + nth, at: { _tag: "Decided", id: CheckpointId.make(crypto.randomUUID()) }, tree: last.tree, ref: "", skipped: [],
    turns: agents.map(turnOf), files: touchesOf(made), takenAt
  }))
}

export const makeBringBack = Effect.gen(function*() {
  const changes = yield* Changes
  const port = yield* ChangePort
  const { begun, done } = yield* Landing
  const { carryRows, each } = yield* makeBatches

  /** What the worktree had of it already, as after a kill, was told under another id. */
  const record = Effect.fnUntraced(function*(worktree: Worktree, { last, live }: Ledger, back: ReadonlyArray<PendingChange>) {
    const standing = new Map(live.map((row) => [row.path, row]))
    const twins = back.flatMap((row) => {
      const other = standing.get(row.path)
      return other?.state === "pending" && sameChange(other, row) ? [other] : []
    })
    const stands = ({ path }: PendingChange) => !standing.has(path) || twins.some((twin) => twin.path === path)
    const intervals = last === undefined ? [] : madeAgain(back, last, yield* Clock.currentTimeMillis)
    for (const checkpoint of intervals.slice(0, -1)) yield* port.record(worktree.id, { checkpoint })
    const checkpoint = intervals.at(-1)
    // one that was merged into another change of its file is that one now
    yield* port.record(worktree.id, {
      ...(checkpoint === undefined ? {} : { checkpoint }), gone: twins.map(({ id }) => id), saved: back.filter(stands), decided: back.filter((row) => !stands(row))
    })
  })

  const some = Effect.fnUntraced(function*(worktree: Worktree, ids: ReadonlyArray<ChangeId>) {
    const ledger = yield* port.load(worktree.id)
    const rows = yield* port.findAll(ids)
    const carried = yield* carryRows(worktree.path, rows.filter(({ state }) => state === "rejected"), (row) => ({ way: "bring-back", from: baseOf(row), to: contentOf(row) }))
    const outcomes = rows.map((row): Outcome => {
      if (isOpen(row, ledger)) return Result.succeed({ change: row })
      return Result.flatMap(carried.get(row.id) ?? Result.fail(moved(row)), ({ _tag }) =>
        _tag === "Conflicted" ? Result.fail(inTheWay(row)) : Result.succeed({ change: { ...row, state: "pending" as const } }))
    })
    const back = outcomes.flatMap((one) => Result.isSuccess(one) && carried.has(one.success.change.id) ? [one.success.change] : [])
    if (back.length > 0) yield* record(worktree, ledger, back)
    return outcomes
  })

  return Effect.fn("Apply.bringBack")(function*(worktree: Worktree, ids: ReadonlyArray<ChangeId>) {
    const under = yield* begun(worktree.path, "bring-back")
    const written = yield* port.findAll(ids.filter((id) => under.has(id)))
    const outcomes = yield* changes.decide(worktree, each(worktree, ids, (batch) => some(worktree, batch)),
      (all) => all.flatMap((one) => Result.isSuccess(one) ? pathsOf(one.success) : []), written.flatMap(pathsIn))
    // not before it was looked at: until then only the note says that nobody made it anew
    yield* done(worktree.path, outcomes.flatMap((one) => Result.isSuccess(one) ? [one.success.change.id] : []), "bring-back")
    return outcomes
  })
})
