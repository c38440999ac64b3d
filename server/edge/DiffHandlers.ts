/** The groups of diffs and of landing, onto `Diffs`. */
import { Effect } from "effect"
import { DiffRpc } from "../../shared/rpc/DiffRpc.ts"
import { LandRpc } from "../../shared/rpc/LandRpc.ts"
import { WorkError } from "../../shared/WorkError.ts"
import { Diffs } from "../work/Diffs.ts"

export const diffHandlers = DiffRpc.toLayer(Effect.gen(function*() {
  const diffs = yield* Diffs
  return DiffRpc.of({
    "diff.Diff": (order) => diffs.diff(order),
    "diff.Content": ({ blob, sessionId }) => diffs.content(sessionId, blob)
  })
}))

const notYet = Effect.fail(new WorkError({ reason: { _tag: "GitFailed", what: "land changes", detail: "this server can't do that yet." } }))

export const landHandlers = LandRpc.toLayer(LandRpc.of({ "land.Targets": () => notYet, "land.Commit": () => notYet, "land.Push": () => notYet }))
