/** The agent and server groups of the contract. */
import { Effect, Stream, SubscriptionRef } from "effect"
import type { BackendHealth } from "../../shared/Agent.ts"
import type { BootId } from "../../shared/Ids.ts"
import { AgentRpc, ServerRpc } from "../../shared/rpc/AgentRpc.ts"
import { Caller } from "../../shared/rpc/Auth.ts"
import { BackendKey } from "../agent/AgentBackend.ts"
import { AgentCatalog } from "../agent/AgentCatalog.ts"
import { Backends } from "../agent/Backends.ts"
import { Database } from "../store/Database.ts"

export const agentHandlers = AgentRpc.toLayer(Effect.gen(function*() {
  const catalog = yield* AgentCatalog
  const backends = yield* Backends
  return AgentRpc.of({
    "agent.Watch": () => catalog.changes,
    "agent.Refresh": () => catalog.refresh,
    "agent.Backends": () => backends.health,
    "agent.WatchBackends": (): Stream.Stream<ReadonlyArray<BackendHealth>> => backends.healthChanges,
    "agent.Restart": ({ chatId, agent }) => backends.restart(new BackendKey({ chatId, agent })),
    "agent.Wire": ({ chatId, agent, after = 0 }) => backends.wire(new BackendKey({ chatId, agent }), after),
    "agent.Evict": ({ chatId, agent }) => backends.evict(new BackendKey({ chatId, agent }))
  })
}))

export const serverHandlers = ({ bootId, demo, version }: { readonly bootId: BootId; readonly demo: boolean; readonly version: string }) =>
  ServerRpc.toLayer(Effect.gen(function*() {
    const { status } = yield* Database
    return ServerRpc.of({
      "server.Watch": () => Stream.unwrap(Effect.map(Caller, ({ who }) =>
        Stream.map(SubscriptionRef.changes(status), (database) => ({ version, bootId, database, demo, who }))))
    })
  }))
