/** Which backend an agent gets: by the protocol that its row names, and by nothing else. */
import { Effect, type Scope } from "effect"
import * as AcpBackend from "./acp/AcpBackend.ts"
import type { AgentBackend, BackendHost, BackendKey } from "./AgentBackend.ts"
import type { FoundAgent } from "./AgentRow.ts"
import * as OpencodeBackend from "./opencode/OpencodeBackend.ts"
import { OpencodeServers } from "./opencode/OpencodeServers.ts"
import type { ProcessLedger } from "./ProcessLedger.ts"
import * as PtyBackend from "./pty/PtyBackend.ts"
import type { WireTap } from "./WireLog.ts"

export interface BackendOptions {
  readonly key: BackendKey
  readonly host: BackendHost
  readonly found: FoundAgent
  /** Ours, told to the agent. */
  readonly version: string
  /** Is told everything that goes over its wire, where it has one. */
  readonly wire?: WireTap
}

export const backendOf = Effect.fnUntraced(function*(
  { found, host, key, version, wire }: BackendOptions
): Effect.fn.Return<AgentBackend, never, OpencodeServers | ProcessLedger | Scope.Scope> {
  const { args, command, env, row: { protocol, quirks } } = found
  switch (protocol) {
    case "acp": return yield* AcpBackend.make({ key, host, version, command, args, env, quirks, wire })
    case "opencode": {
      const server = yield* (yield* OpencodeServers).get({ command, args, env })
      return yield* OpencodeBackend.make({ key, host, quirks, server, ...(wire === undefined ? {} : { onWire: wire.message }) })
    }
    case "pty": return yield* PtyBackend.make({ key, host, command, args, env })
  }
})
