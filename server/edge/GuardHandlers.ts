/** Where sessions begin and how they end, onto `Guard`. */
import { Effect } from "effect"
import { Caller } from "../../shared/rpc/Auth.ts"
import { BaseRpc, GuardRpc } from "../../shared/rpc/GuardRpc.ts"
import { Guard } from "../guard/Guard.ts"

export const baseHandlers = BaseRpc.toLayer(Effect.gen(function*() {
  const guard = yield* Guard
  return BaseRpc.of({
    "project.Bases": ({ projectId, typed }) => guard.bases(projectId, typed),
    "project.Setup": ({ projectId }) => guard.setup(projectId),
    "project.SetSetup": ({ command, projectId }) => guard.setSetup(projectId, command)
  })
}))

export const guardHandlers = GuardRpc.toLayer(Effect.gen(function*() {
  const guard = yield* Guard
  return GuardRpc.of({
    "session.Losses": ({ sessionId }) => guard.losses(sessionId),
    "session.Delete": ({ losses, sessionId }) => Effect.flatMap(Caller, ({ who }) => guard.end(sessionId, losses, who)),
    "session.Park": ({ sessionId }) => Effect.flatMap(Caller, ({ who }) => guard.park(sessionId, who)),
    "session.Parked": (page) => guard.parked(page),
    "session.Restore": ({ parkedId }) => Effect.flatMap(Caller, ({ who }) => guard.restore(parkedId, who)),
    "session.DiscardParked": ({ parkedId }) => guard.discardParked(parkedId)
  })
}))
