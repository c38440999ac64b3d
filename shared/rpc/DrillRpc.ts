/** Drills: what installed agents were seen to do. */
import { Schema } from "effect"
import { Rpc, RpcGroup } from "effect/rpc"
import { DrillNews, DrillReport } from "../Drill.ts"
import { ChatError } from "../Errors.ts"
import { AgentName } from "../Ids.ts"
import { Auth } from "./Auth.ts"

export const DrillRpc = RpcGroup.make(
  /** The newest of each agent. */
  Rpc.make("Drills", { success: Schema.Array(DrillReport) }),
  /** Drills an agent and tells how it goes; takes a minute or more. Ending the stream ends the drill. */
  Rpc.make("Drill", { payload: { agent: AgentName }, success: DrillNews, error: ChatError, stream: true })
).prefix("agent.").middleware(Auth)
