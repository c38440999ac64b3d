/**
 * Whose a change is: pure. An interval between two checkpoints belongs to the turns that ran in it: none means by hand, one
 * is that turn's agent, several are told apart by what their tool calls reported, and where none reported the file all of
 * them are named. A change names everybody whose interval changed its file since its base, through renames.
 */
import type { AgentName } from "../../../shared/Ids.ts"
import type { FileChange, IntervalTurn } from "../../../shared/Change.ts"
import { hasEnded, type ToolCall } from "../../../shared/ToolCall.ts"

export type Touch = Pick<FileChange, "path" | "oldPath">

/** What changed between a checkpoint and the one before it. */
export interface Interval {
  /** Of the checkpoint that ended it. */
  readonly seq: number
  readonly turns: ReadonlyArray<IntervalTurn>
  readonly files: ReadonlyArray<Touch>
}

export interface Makers { readonly agents: ReadonlyArray<AgentName>; readonly manual: boolean }

/** When the base of a path moved last, as the seq of the checkpoint that it moved to. */
export type Settled = ReadonlyMap<string, number>

const unique = <A>(values: ReadonlyArray<A>): ReadonlyArray<A> => [...new Set(values)]

/** Of one file in one interval. */
export const makersIn = (turns: ReadonlyArray<IntervalTurn>, { oldPath, path }: Touch): Makers => {
  const reporters = turns.length < 2 ? [] : turns.filter(({ reported }) => reported.includes(path) || (oldPath !== null && reported.includes(oldPath)))
  return { agents: unique((reporters.length > 0 ? reporters : turns).map(({ agent }) => agent)), manual: turns.length === 0 }
}

interface Indexed { readonly seq: number; readonly turns: ReadonlyArray<IntervalTurn>; readonly byPath: ReadonlyMap<string, ReadonlyArray<Touch>> }

const indexed = ({ files, seq, turns }: Interval): Indexed => {
  const byPath = new Map<string, Array<Touch>>()
  for (const touch of files) {
    for (const path of touch.oldPath === null ? [touch.path] : [touch.path, touch.oldPath]) byPath.set(path, [...(byPath.get(path) ?? []), touch])
  }
  return { seq, turns, byPath }
}

interface Contribution { readonly seq: number; readonly makers: Makers }

/** Everybody who touched a file of these names, oldest or newest first; a name that it had, or got, joins. */
const along = (intervals: ReadonlyArray<Indexed>, start: ReadonlyArray<string>, settled: Settled, next: (touch: Touch) => string | null, from: (touch: Touch) => string) => {
  const names = new Set(start)
  const found: Array<Contribution> = []
  for (const { byPath, seq, turns } of intervals) {
    const touches = unique([...names].filter((name) => seq > (settled.get(name) ?? -1)).flatMap((name) => byPath.get(name) ?? []))
    for (const touch of touches) {
      found.push({ seq, makers: makersIn(turns, touch) })
      const joins = next(touch)
      if (joins !== null && names.has(from(touch))) names.add(joins)
    }
  }
  return found
}

/** Names the makers of each change. `intervals` come oldest first. */
export const attribution = (intervals: ReadonlyArray<Interval>, settled: Settled) => {
  const oldestFirst = intervals.map(indexed)
  const newestFirst = oldestFirst.toReversed()
  return ({ oldPath, operation, path }: Pick<FileChange, "path" | "oldPath" | "operation">): Makers => {
    const start = oldPath === null ? [path] : [path, oldPath]
    const back = along(newestFirst, start, settled, (touch) => touch.oldPath, (touch) => touch.path)
    // what is gone was perhaps renamed before
    const forth = operation === "delete" ? along(oldestFirst, start, settled, (touch) => touch.oldPath === null ? null : touch.path, (touch) => touch.oldPath ?? touch.path) : []
    const found = [...back, ...forth].toSorted((a, b) => a.seq - b.seq)
    return { agents: unique(found.flatMap(({ makers }) => makers.agents)), manual: found.some(({ makers }) => makers.manual) }
  }
}

const inside = (path: string, tops: ReadonlyArray<string>): string | undefined => {
  if (!path.startsWith("/")) return path.replace(/^(\.\/)+/, "")
  const top = tops.find((folder) => path.startsWith(`${folder}/`))
  return top === undefined ? undefined : path.slice(top.length + 1)
}

/**
 * The paths that tool calls say they changed, from the worktree's top: those of diffs, and the locations of calls that
 * change files by their kind. What was read, and what failed, doesn't count. `tops` are the worktree's absolute paths.
 */
export const reportedPaths = (calls: ReadonlyArray<ToolCall>, tops: ReadonlyArray<string>): ReadonlyArray<string> => unique(calls
  .filter(({ status }) => !(hasEnded(status) && status === "failed"))
  .flatMap(({ content, kind, locations }) => [
    ...content.flatMap((part) => part.type === "diff" ? [part.path] : []),
    ...(kind === "edit" || kind === "delete" || kind === "move" ? locations.map(({ path }) => path) : [])
  ])
  .flatMap((path) => inside(path, tops) ?? []))
