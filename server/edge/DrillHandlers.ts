/** The drills of the contract, onto `Drills`. */
import { Effect } from "effect"
import { DrillRpc } from "../../shared/rpc/DrillRpc.ts"
import { Drills } from "../drill/Drills.ts"

export const drillHandlers = DrillRpc.toLayer(Effect.gen(function*() {
  const drills = yield* Drills
  return DrillRpc.of({
    "agent.Drills": () => drills.all,
    "agent.Drill": ({ agent }) => drills.drill(agent)
  })
}))
