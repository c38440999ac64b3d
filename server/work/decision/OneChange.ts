/** One change that is decided by itself: found as one of its worktree, in a state that allows it, and taken out of the worktree. */
import { Effect } from "effect"
import type { ChangeId, PendingChange } from "../../../shared/Change.ts"
import type { Worktree } from "../../../shared/Session.ts"
import { ChangePort, type Ledger } from "../change/ChangePort.ts"
import { Landing } from "../land/Landing.ts"
import { contentOf, type Files } from "../git/TreeFiles.ts"
import { type Decision, isOpen, moved, unknown } from "./WholeDecisions.ts"

export const makeOneChange = Effect.gen(function*() {
  const port = yield* ChangePort
  const { carry } = yield* Landing
  return {
    find: Effect.fnUntraced(function*(worktree: Worktree, id: ChangeId) {
      const change = yield* port.find(id)
      return change?.worktreeId === worktree.id ? change : yield* unknown
    }),
    undecided: (change: PendingChange, ledger: Ledger) => isOpen(change, ledger) ? Effect.void : Effect.fail(moved(change)),
    conflicted: Effect.fnUntraced(function*(worktree: Worktree, change: PendingChange, marked: string) {
      const next: PendingChange = { ...change, state: "conflicted" }
      yield* port.record(worktree.id, { saved: [next] })
      return { change: next, marked } satisfies Decision
    }),
    /** Puts `to` where the change's content is, in the worktree; what is there is as the change says, or nothing is touched. Answers what it exchanged. */
    putBack: Effect.fnUntraced(function*(worktree: Worktree, change: PendingChange, id: ChangeId, to: Files) {
      const carried = yield* carry(worktree.path, { id, way: "reject", from: contentOf(change), to })
      // written to since it was looked at
      if (carried._tag === "Conflicted") return yield* moved(change)
      return new Map([[id, carried.exchange]])
    })
  }
})
