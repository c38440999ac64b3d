/**
 * A session's pending changes, folded from the frames that the server streams: pure, and the only fold of them. Applying a
 * frame twice is applying it once. What a batch brings is drawn when it is whole.
 */
import type { ChangeFrame, ChangeId, PendingChange } from "./Change.ts"

type Opened = Extract<ChangeFrame, { _tag: "Opened" }>
type Standing = Omit<Extract<ChangeFrame, { _tag: "Standing" }>, "_tag">

export interface Work extends Standing {
  /** False until the first batch is whole. */
  readonly known: boolean
  /** Null before the session's first prompt. */
  readonly worktree: Opened["worktree"]
  /** By path. */
  readonly changes: ReadonlyArray<PendingChange>
  /** Come since the last batch was whole: not to be drawn. */
  readonly coming: { readonly worktree: Opened["worktree"]; readonly changes: ReadonlyMap<ChangeId, PendingChange> } | undefined
}

export const emptyWork: Work = {
  known: false, worktree: null, changes: [], skipped: [], running: [], waiting: [], decided: 0, lookedAt: null, problem: null, coming: undefined
}

const byPath = (a: PendingChange, b: PendingChange): number => a.path < b.path ? -1 : a.path > b.path ? 1 : 0

const comingOf = ({ changes, coming, worktree }: Work) => coming ?? { worktree, changes: new Map(changes.map((change) => [change.id, change])) }

export const evolveWork = (work: Work, frame: ChangeFrame): Work => {
  switch (frame._tag) {
    case "Opened": return { ...work, coming: { worktree: frame.worktree, changes: new Map() } }
    case "Saved": {
      const coming = comingOf(work)
      return { ...work, coming: { ...coming, changes: new Map([...coming.changes, ...frame.changes.map((change) => [change.id, change] as const)]) } }
    }
    case "Gone": {
      const coming = comingOf(work), gone = new Set(frame.ids)
      return { ...work, coming: { ...coming, changes: new Map([...coming.changes].filter(([id]) => !gone.has(id))) } }
    }
    case "Standing": {
      const { decided, lookedAt, problem, running, skipped, waiting } = frame
      const { coming } = work
      const now = { known: true, coming: undefined, decided, lookedAt, problem, running, skipped, waiting }
      return coming === undefined ? { ...work, ...now } : { ...work, ...now, worktree: coming.worktree, changes: [...coming.changes.values()].toSorted(byPath) }
    }
  }
}
