/** Where checkpoints and pending changes are remembered. `store/` keeps them; this folder only asks. */
import { Context, Effect, Layer } from "effect"
import type { ChangeId, Checkpoint, CheckpointAt, PendingChange } from "../../../shared/Change.ts"
import type { TurnId, WorktreeId } from "../../../shared/Ids.ts"
import type { Interval, Settled, Touch } from "./Attribution.ts"
import { byPath } from "./ChangeFold.ts"
import type { WorkError } from "../../../shared/WorkError.ts"

/** A checkpoint as it is remembered, with what changed since the one before it. */
export interface CheckpointRow extends Interval, Omit<Checkpoint, "left"> {
  readonly at: CheckpointAt
  /** Epoch milliseconds. */
  readonly takenAt: number
}

export interface Ledger {
  /** The tree that changes are counted from; none before a base has moved: the worktree's base commit. */
  readonly base: string | undefined
  readonly last: { readonly seq: number; readonly tree: string } | undefined
  /** In which something changed, oldest first. */
  readonly intervals: ReadonlyArray<Interval>
  readonly settled: Settled
  /** By path. */
  readonly live: ReadonlyArray<PendingChange>
}

/** All of it, or nothing. */
export interface Entry {
  readonly checkpoint?: CheckpointRow
  readonly base?: string
  /** New, or in the stead of those with their ids. */
  readonly saved?: ReadonlyArray<PendingChange>
  readonly gone?: ReadonlyArray<ChangeId>
  /** As saved, but standing no more. */
  readonly decided?: ReadonlyArray<PendingChange>
  /** Turns that have ended and that the checkpoint holds: nobody need remember any more that they ran. */
  readonly covered?: ReadonlyArray<TurnId>
}

export class ChangePort extends Context.Service<ChangePort, {
  readonly load: (worktreeId: WorktreeId) => Effect.Effect<Ledger, WorkError>
  /** The same entry twice is that entry once. */
  readonly record: (worktreeId: WorktreeId, entry: Entry) => Effect.Effect<void, WorkError>
  /** Newest first, those before a seq where one is given. */
  readonly checkpoints: (worktreeId: WorktreeId, limit: number, before?: number) => Effect.Effect<ReadonlyArray<CheckpointRow>, WorkError>
  /** Oldest first: its start, the intervals that it ran in, and its end. */
  readonly ofTurn: (worktreeId: WorktreeId, turnId: TurnId) => Effect.Effect<ReadonlyArray<CheckpointRow>, WorkError>
  /** What stands no more because it was decided: newest decision first, those before a row where one is given. */
  readonly decided: (worktreeId: WorktreeId, limit: number, before?: ChangeId) => Effect.Effect<ReadonlyArray<PendingChange>, WorkError>
  /** How many decisions there were, ever. */
  readonly decisions: (worktreeId: WorktreeId) => Effect.Effect<number, WorkError>
  /** How often each was; of those that there are. */
  readonly decisionsOf: (ids: ReadonlyArray<ChangeId>) => Effect.Effect<ReadonlyMap<ChangeId, number>, WorkError>
  /** Every row there ever was, newest first. */
  readonly history: (worktreeId: WorktreeId, limit: number) => Effect.Effect<ReadonlyArray<PendingChange>, WorkError>
  /** Rows of any state, in the order of their ids; of those that there are. */
  readonly findAll: (ids: ReadonlyArray<ChangeId>) => Effect.Effect<ReadonlyArray<PendingChange>, WorkError>
  /** A row of any state. */
  readonly find: (id: ChangeId) => Effect.Effect<PendingChange | undefined, WorkError>
}>()("boocode/work/ChangePort") {
  static readonly layerMemory = Layer.effect(ChangePort, Effect.sync(() => makeMemory()))
}

/** The path's base moved when its change was applied or rejected, and has not been moved back. */
export const settledBy = (rows: ReadonlyArray<Pick<PendingChange, "path" | "oldPath" | "state" | "seq">>): Settled => {
  const settled = new Map<string, number>()
  for (const { oldPath, path, seq, state } of rows) {
    if (state !== "applied" && state !== "rejected") continue
    for (const name of oldPath === null ? [path] : [path, oldPath]) settled.set(name, Math.max(seq, settled.get(name) ?? -1))
  }
  return settled
}

export const touchesOf = (files: ReadonlyArray<Touch>): ReadonlyArray<Touch> => files.map(({ oldPath, path }) => ({ path, oldPath }))

interface Memory { base: string | undefined; readonly checkpoints: Array<CheckpointRow>; readonly rows: Map<ChangeId, PendingChange>; readonly live: Set<ChangeId>; readonly decided: Array<ChangeId> }

const isDecided = ({ state }: PendingChange): boolean => state === "applied" || state === "rejected" || state === "reverted"

const makeMemory = () => {
  const worktrees = new Map<WorktreeId, Memory>()
  const of = (id: WorktreeId): Memory => {
    const memory = worktrees.get(id) ?? { base: undefined, checkpoints: [], rows: new Map(), live: new Set(), decided: [] }
    worktrees.set(id, memory)
    return memory
  }
  return ChangePort.of({
    load: (id) => Effect.sync(() => {
      const { base, checkpoints, live, rows } = of(id)
      return {
        base, last: checkpoints.at(-1), intervals: checkpoints.filter(({ files }) => files.length > 0), settled: settledBy([...rows.values()]),
        live: [...rows.values()].filter((row) => live.has(row.id)).toSorted(byPath)
      }
    }),
    record: (id, { base, checkpoint, decided = [], gone = [], saved = [] }) => Effect.sync(() => {
      const memory = of(id)
      memory.base = base ?? memory.base
      if (checkpoint !== undefined) memory.checkpoints.push(checkpoint)
      for (const row of [...saved, ...decided]) if ((isDecided(row) || memory.rows.get(row.id)?.state === "rejected") && memory.rows.get(row.id)?.state !== row.state) memory.decided.push(row.id)
      for (const row of saved) { memory.rows.set(row.id, row); memory.live.add(row.id) }
      for (const row of decided) { memory.rows.set(row.id, row); memory.live.delete(row.id) }
      for (const rowId of gone) memory.live.delete(rowId)
    }),
    checkpoints: (id, limit, before = Infinity) => Effect.sync(() => of(id).checkpoints.filter(({ seq }) => seq < before).toReversed().slice(0, limit)),
    ofTurn: (id, turnId) => Effect.sync(() => of(id).checkpoints.filter(({ at, turns }) => ("turnId" in at && at.turnId === turnId) || turns.some((turn) => turn.turnId === turnId))),
    decided: (id, limit, before) => Effect.sync(() => {
      const { decided, live, rows } = of(id)
      const ids = [...new Set(decided.toReversed())].filter((row) => !live.has(row) && rows.get(row)?.state !== "pending")
      return ids.slice(before === undefined ? 0 : ids.indexOf(before) + 1).slice(0, limit).flatMap((row) => rows.get(row) ?? [])
    }),
    decisions: (id) => Effect.sync(() => of(id).decided.length),
    decisionsOf: (ids) => Effect.sync(() => {
      const memories = [...worktrees.values()]
      return new Map(ids.flatMap((id) => memories.filter(({ rows }) => rows.has(id)).map(({ decided }) => [id, decided.filter((one) => one === id).length] as const)))
    }),
    history: (id, limit) => Effect.sync(() => [...of(id).rows.values()].toReversed().slice(0, limit)),
    findAll: (ids) => Effect.sync(() => ids.flatMap((id) => [...worktrees.values()].flatMap(({ rows }) => rows.get(id) ?? []))),
    find: (id) => Effect.sync(() => [...worktrees.values()].map(({ rows }) => rows.get(id)).find((row) => row !== undefined))
  })
}
