/**
 * Client: the typed client of a boocode server, for the command line and other programs.
 *
 * Owns nothing but the whole contract over one link. It keeps no state and retries no call: what a failed call means is
 * its caller's to say. Works in browsers, Bun and Node (22 or newer).
 *
 *   const client = yield* makeClient({ url: "http://127.0.0.1:4690", token })
 *   const { turnId } = yield* client["chat.Prompt"]({ chatId, promptId, content })
 */
import { Effect, type Scope } from "effect"
import { RpcClient, type RpcClientError, type RpcGroup } from "effect/rpc"
import { Api } from "../../shared/rpc/Api.ts"
import { type ClientOptions, openLink } from "./Link.ts"

export { type ClientOptions, rpcAddress, tokenProtocols } from "./Link.ts"

/** One method per call, by its full name: `client["chat.Prompt"](…)`. Streams are Effect streams. */
export type Client = RpcClient.RpcClient<RpcGroup.Rpcs<typeof Api>, RpcClientError.RpcClientError>

/** Lives as long as its scope; the connection is closed with it. */
export const makeClient = Effect.fnUntraced(function*(options: ClientOptions): Effect.fn.Return<Client, never, Scope.Scope> {
  return yield* RpcClient.make(Api, { disableTracing: true }).pipe(Effect.provideContext(yield* openLink(options)))
})
