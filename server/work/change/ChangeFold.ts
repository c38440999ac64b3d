/**
 * From what differs between base and last checkpoint, and the intervals between them, to the rows a person decides on: pure.
 * A file whose change is as it was keeps its row, id and state; any other gets a new one, and the old one is history.
 */
import type { ChangeId, CountedChange, PendingChange } from "../../../shared/Change.ts"
import type { Worktree } from "../../../shared/Session.ts"
import { attribution, type Interval, type Makers, type Settled } from "./Attribution.ts"

export interface FoldInput {
  readonly worktree: Pick<Worktree, "id" | "sessionId">
  /** Base to last checkpoint. */
  readonly now: ReadonlyArray<CountedChange>
  /** Oldest first. */
  readonly intervals: ReadonlyArray<Interval>
  readonly settled: Settled
  /** The rows that stand so far. */
  readonly live: ReadonlyArray<PendingChange>
  /** Of the last checkpoint. */
  readonly seq: number
  readonly at: number
  readonly mint: () => ChangeId
}

export interface FoldOutput {
  /** What stands now, in the order of their paths. */
  readonly live: ReadonlyArray<PendingChange>
  /** Of them, new or other than before. */
  readonly saved: ReadonlyArray<PendingChange>
  /** What stands no more. */
  readonly gone: ReadonlyArray<ChangeId>
}

/** By the bytes of their text, as the database orders them too. */
export const byPath = (a: { readonly path: string }, b: { readonly path: string }): number => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path))

export const sameChange = (row: CountedChange, change: CountedChange): boolean =>
  row.oldPath === change.oldPath && row.operation === change.operation && row.oldMode === change.oldMode && row.mode === change.mode
  && row.baseBlob === change.baseBlob && row.blob === change.blob

const sameMakers = (row: PendingChange, { agents, manual }: Makers): boolean =>
  row.manual === manual && row.agents.length === agents.length && row.agents.every((agent, at) => agent === agents[at])

/** What nobody has touched since its base moved was brought back, by a rewind: what is in it was made by those who touched it before. */
const makersWith = (intervals: ReadonlyArray<Interval>, settled: Settled) => {
  const since = attribution(intervals, settled), ever = attribution(intervals, new Map())
  return (change: CountedChange): Makers => {
    const makers = since(change)
    const isBack = makers.agents.length === 0 && !makers.manual && change.operation !== "delete"
    return isBack ? ever(change) : makers
  }
}

export const foldChanges = ({ at, intervals, live, mint, now, seq, settled, worktree }: FoldInput): FoldOutput => {
  const before = new Map(live.map((row) => [row.path, row]))
  const makersOf = makersWith(intervals, settled)
  const rows = now.toSorted(byPath).map((change): PendingChange => {
    const row = before.get(change.path)
    const makers = makersOf(change)
    if (row !== undefined && sameChange(row, change)) return sameMakers(row, makers) ? row : { ...row, ...makers }
    return { ...change, ...makers, id: mint(), worktreeId: worktree.id, sessionId: worktree.sessionId, state: "pending", seq, changedAt: at }
  })
  const known = new Set(live), kept = new Set(rows.map(({ id }) => id))
  return { live: rows, saved: rows.filter((row) => !known.has(row)), gone: live.filter(({ id }) => !kept.has(id)).map(({ id }) => id) }
}
