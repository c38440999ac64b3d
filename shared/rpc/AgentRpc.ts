/** The catalogue of agents, the live backends, and the server itself. */
import { Schema } from "effect"
import { Rpc, RpcGroup } from "effect/rpc"
import { AgentInfo, BackendHealth } from "../Agent.ts"
import { AgentName, ChatId } from "../Ids.ts"
import { ServerInfo } from "../Server.ts"
import { WireMessage } from "../Wire.ts"
import { Auth } from "./Auth.ts"

export const AgentRpc = RpcGroup.make(
  /** The catalogue at once and again after every change. */
  Rpc.make("Watch", { success: Schema.Array(AgentInfo), stream: true }),
  /** Looks again for installed agents and answers when done. */
  Rpc.make("Refresh", { success: Schema.Array(AgentInfo) }),
  Rpc.make("Backends", { success: Schema.Array(BackendHealth) }),
  /** Live backends at once and after every change of state. */
  Rpc.make("WatchBackends", { success: Schema.Array(BackendHealth), stream: true }),
  /** Ends an idle backend and starts it anew, its session taken up again; false where there is none or it is busy. */
  Rpc.make("Restart", { payload: { chatId: ChatId, agent: AgentName }, success: Schema.Boolean }),
  /** Ends an idle backend; false where there is none or it is busy. */
  Rpc.make("Evict", { payload: { chatId: ChatId, agent: AgentName }, success: Schema.Boolean }),
  /** What went over its wire, oldest first: the newest messages, of them those with greater numbers than `after`. */
  Rpc.make("Wire", { payload: { chatId: ChatId, agent: AgentName, after: Schema.optionalKey(Schema.Int) }, success: Schema.Array(WireMessage) })
).prefix("agent.").middleware(Auth)

export const ServerRpc = RpcGroup.make(
  /** The server's state at once and again after every change. */
  Rpc.make("Watch", { success: ServerInfo, stream: true })
).prefix("server.").middleware(Auth)
