/** What a watcher is sent: from what it knows to what stands, in frames that are small enough for one socket: pure. */
import type { ChangeFrame, ChangeId, PendingChange } from "../../../shared/Change.ts"
import type { Worktree } from "../../../shared/Session.ts"

export interface WorkSeen {
  readonly worktree: Worktree | undefined
  readonly changes: ReadonlyArray<PendingChange>
  readonly standing: Omit<Extract<ChangeFrame, { _tag: "Standing" }>, "_tag">
}

const savedAtOnce = 200
const goneAtOnce = 1000
const skippedAtMost = 100

const pages = <A>(all: ReadonlyArray<A>, size: number): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, nth) => all.slice(nth * size, (nth + 1) * size))

const opened = (worktree: Worktree | undefined): ChangeFrame => ({
  _tag: "Opened",
  worktree: worktree === undefined ? null : { id: worktree.id, path: worktree.path, branch: worktree.branch, baseCommit: worktree.baseCommit }
})

/** Everything of it that is sent of a change and may be another while its id is the same. */
const isSame = (a: PendingChange | undefined, b: PendingChange): boolean => a !== undefined
  && a.state === b.state && a.seq === b.seq && a.manual === b.manual && a.agents.join() === b.agents.join()

/** None where the watcher knows it all. */
export const framesBetween = (before: WorkSeen | undefined, after: WorkSeen): ReadonlyArray<ChangeFrame> => {
  const isOpened = before === undefined || before.worktree?.id !== after.worktree?.id
  const known = new Map((isOpened ? [] : before.changes).map((change) => [change.id, change]))
  const standing: ChangeFrame = { _tag: "Standing", ...after.standing, skipped: after.standing.skipped.slice(0, skippedAtMost) }
  const stands = new Set<ChangeId>(after.changes.map(({ id }) => id))
  const gone = [...known.keys()].filter((id) => !stands.has(id))
  const saved = after.changes.filter((change) => !isSame(known.get(change.id), change))
  const isAsBefore = before !== undefined && JSON.stringify(before.standing) === JSON.stringify(after.standing)
  if (!isOpened && gone.length === 0 && saved.length === 0 && isAsBefore) return []
  return [
    ...(isOpened ? [opened(after.worktree)] : []),
    ...pages(gone, goneAtOnce).map((ids): ChangeFrame => ({ _tag: "Gone", ids })),
    ...pages(saved, savedAtOnce).map((changes): ChangeFrame => ({ _tag: "Saved", changes })),
    standing
  ]
}
