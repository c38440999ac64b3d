/**
 * The servers of opencode, by how they are started: one for each way, shared by all backends that hold it, ended a while after nobody
 * does. What changes the way (another program, another environment) gives those who come later another server, and ends no turn.
 */
import { Context, Data, type Duration, Effect, Layer, type Scope } from "effect"
import * as Registry from "../../actor/Registry.ts"
import * as OpencodeServer from "./OpencodeServer.ts"

/** Equal by what it says. */
class Launch extends Data.Class<OpencodeServer.OpencodeLaunch> {}

export interface OpencodeServersOptions extends OpencodeServer.ServerOptions {
  /** After the last that held it. */
  readonly idleTimeToLive?: Duration.Input
}

const make = Effect.fnUntraced(function*({ idleTimeToLive = "1 minute", ...options }: OpencodeServersOptions) {
  const { get } = yield* Registry.make({ idleTimeToLive, start: (launch: Launch) => OpencodeServer.make(launch, options) })
  return OpencodeServers.of({ get: ({ args, command, env }) => get(new Launch({ args, command, env })) })
})

export class OpencodeServers extends Context.Service<OpencodeServers, {
  /** Held for as long as the caller's scope is open. Holding it doesn't start it. */
  readonly get: (launch: OpencodeServer.OpencodeLaunch) => Effect.Effect<OpencodeServer.OpencodeServer, never, Scope.Scope>
}>()("boocode/agent/OpencodeServers") {
  static readonly layer = (options: OpencodeServersOptions = {}) => Layer.effect(OpencodeServers, make(options))
}
