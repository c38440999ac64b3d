/**
 * WorkRemote: everything the page asks of sessions' work, as promises and callbacks. Stores know this and no Effect. It goes
 * over a link of its own, so that nothing here ever delays a chat; loaded when the page first wants it.
 */
import type { Rpc, RpcClient, RpcClientError, RpcGroup } from "effect/rpc"
import type { ChangeFrame } from "../../shared/Change.ts"
import type { SessionId } from "../../shared/Ids.ts"
import type { WorkApi } from "../../shared/rpc/WorkApi.ts"
import type { Runner, Watcher } from "./Runner.ts"

type Rpcs = RpcGroup.Rpcs<typeof WorkApi>
export type WorkClient = RpcClient.RpcClient<Rpcs, RpcClientError.RpcClientError>
type Payload<Tag extends Rpcs["_tag"]> = Rpc.PayloadConstructor<Rpc.ExtractTag<Rpcs, Tag>>

export const makeWorkRemote = ({ call, watch }: Runner<WorkClient>) => ({
  watchChanges: (sessionId: SessionId, watcher: Watcher<ChangeFrame>) => watch((client) => client["change.Watch"]({ sessionId }), watcher),
  look: (payload: Payload<"change.Look">) => call((client) => client["change.Look"](payload)),
  apply: (payload: Payload<"change.Apply">) => call((client) => client["change.Apply"](payload)),
  applyHunks: (payload: Payload<"change.ApplyHunks">) => call((client) => client["change.ApplyHunks"](payload)),
  /** Aborted while it waits for a turn's end, it is given up. */
  reject: (payload: Payload<"change.Reject">, signal: AbortSignal) => call((client) => client["change.Reject"](payload), signal),
  rejectHunks: (payload: Payload<"change.RejectHunks">, signal: AbortSignal) => call((client) => client["change.RejectHunks"](payload), signal),
  revert: (payload: Payload<"change.Revert">) => call((client) => client["change.Revert"](payload)),
  resolve: (payload: Payload<"change.Resolve">, signal: AbortSignal) => call((client) => client["change.Resolve"](payload), signal),
  conflict: (payload: Payload<"change.Conflict">) => call((client) => client["change.Conflict"](payload)),
  decided: (payload: Payload<"change.Decided">) => call((client) => client["change.Decided"](payload)),
  ofTurn: (payload: Payload<"change.OfTurn">) => call((client) => client["change.OfTurn"](payload))
})

export type WorkRemote = ReturnType<typeof makeWorkRemote>
