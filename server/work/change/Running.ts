/** The turns that run in a worktree, as its changes are told from them: whose an interval is, what a capture leaves out, whom it covers. Pure. */
import type { IntervalTurn } from "../../../shared/Change.ts"
import type { TurnId } from "../../../shared/Ids.ts"

export type WorktreeTurn = Omit<IntervalTurn, "reported">

/** Each report with its number, so that one that comes while a checkpoint is recorded stays for the next. */
export interface Running {
  readonly turn: WorktreeTurn
  readonly reported: Map<string, number>
  overAt: number | undefined
  /** How many prompts had been handed over in the worktree then. */
  overAfter: number | undefined
  /** When its prompt was handed over, until the checkpoint before it is taken: what changed since is its own, and waits for the next. */
  handedAt: number | undefined
}

/** With how many prompts have been handed over in the worktree, ever. */
export interface Turns { readonly running: ReadonlyMap<TurnId, Running>; readonly handovers: number }

/** Those that the interval up to a checkpoint is of: one whose prompt was only handed over has its own before it. */
export const runningIn = ({ running }: Turns): ReadonlyArray<IntervalTurn> =>
  [...running.values()].flatMap(({ handedAt, reported, turn }) => handedAt === undefined ? [{ ...turn, reported: [...reported.keys()] }] : [])

export const handedIn = ({ running }: Turns): number => Math.min(Infinity, ...Array.from(running.values(), ({ handedAt = Infinity }) => handedAt))

/** Those whose every change a capture that begins now holds; but for what changed at `until` or later, where that waits. */
export const overIn = ({ running }: Turns, until: number): ReadonlyArray<TurnId> =>
  [...running].flatMap(([turnId, { overAt = Infinity }]) => overAt < until ? [turnId] : [])

/** Another's prompt was handed over since the turn ended: what is there now never was what it left. Whether a look has covered it meanwhile is nothing to that. */
export const isBlurred = ({ handovers }: Turns, { overAfter }: Running): boolean => overAfter !== handovers
