/** The groups of diffs and of landing, onto `Diffs`, `Commits` and `Remotes`. */
import { Effect } from "effect"
import { DiffRpc } from "../../shared/rpc/DiffRpc.ts"
import { LandRpc } from "../../shared/rpc/LandRpc.ts"
import { Commits } from "../work/land/Commits.ts"
import { Diffs } from "../work/diff/Diffs.ts"
import { Remotes } from "../work/land/Remotes.ts"

export const diffHandlers = DiffRpc.toLayer(Effect.gen(function*() {
  const diffs = yield* Diffs
  return DiffRpc.of({
    "diff.Diff": (order) => diffs.diff(order),
    "diff.Content": ({ blob, sessionId }) => diffs.content(sessionId, blob)
  })
}))

export const landHandlers = LandRpc.toLayer(Effect.gen(function*() {
  const commits = yield* Commits
  const remotes = yield* Remotes
  return LandRpc.of({
    "land.Targets": ({ sessionId }) => commits.targets(sessionId),
    "land.Commit": (order) => commits.commit(order),
    "land.Push": (order) => remotes.push(order)
  })
}))
