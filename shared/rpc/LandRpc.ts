/** Landing chosen changes as one commit, and pushing what was landed. */
import { Schema } from "effect"
import { Rpc, RpcGroup } from "effect/rpc"
import { ProjectError } from "../Errors.ts"
import { SessionId } from "../Ids.ts"
import { LandOrder, LandResult, LandTargets, Pushed, PushOrder } from "../Land.ts"
import { WorkError } from "../WorkError.ts"
import { Auth } from "./Auth.ts"

export const LandRpc = RpcGroup.make(
  Rpc.make("Targets", { payload: { sessionId: SessionId }, success: LandTargets, error: WorkError }),
  /** All of the changes as one commit, or none of them. Idempotent by `id`. */
  Rpc.make("Commit", { payload: LandOrder, success: LandResult, error: Schema.Union([WorkError, ProjectError]) }),
  /** Never by force; where the remote refuses, the error has git's own words. */
  Rpc.make("Push", { payload: PushOrder, success: Pushed, error: WorkError })
).prefix("land.").middleware(Auth)
