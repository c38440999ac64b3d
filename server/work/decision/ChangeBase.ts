/** What a worktree's changes are counted from: a tree that moves on with what was applied, and back with what was reverted. */
import { Effect } from "effect"
import type { ChangeId } from "../../../shared/Change.ts"
import type { LandId } from "../../../shared/Land.ts"
import type { Worktree } from "../../../shared/Session.ts"
import type { Ledger } from "../change/ChangePort.ts"
import { Git } from "../git/Git.ts"
import { type Files, makeTreeFiles } from "../git/TreeFiles.ts"

export const makeChangeBase = Effect.gen(function*() {
  const git = yield* Git
  const trees = yield* makeTreeFiles
  const keep = (worktree: Worktree, id: ChangeId | LandId, tree: string) =>
    git.run(worktree.path, { what: "keep the base", args: ["update-ref", `refs/boocode/bases/${worktree.id}/${id}/${tree}`, tree] })
  return {
    /** Contents that no checkpoint holds and a decided change has. */
    keepFiles: (worktree: Worktree, id: ChangeId, files: Files) => Effect.flatMap(trees.treeOf(worktree.path, files), (tree) => keep(worktree, id, tree)),
    /** Every base there was stays alive: what was applied in parts is reverted from it. */
    moveBase: Effect.fnUntraced(function*(worktree: Worktree, ledger: Ledger, id: ChangeId | LandId, from: Files, to: Files) {
      const tree = yield* trees.amend(worktree.path, ledger.base ?? worktree.baseCommit, to, [...from.keys()].filter((path) => !to.has(path)))
      yield* keep(worktree, id, tree)
      return tree
    }),
    baseNow: (worktree: Worktree, ledger: Ledger) => trees.filesIn(worktree.path, ledger.base ?? worktree.baseCommit)
  }
})
