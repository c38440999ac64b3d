/**
 * Client: the typed client of a boocode server, for the page, the command line and other programs.
 *
 * Owns the address, the token's way to the server and the protocol. It keeps no state and retries no call: what a
 * failed call means is its caller's to say. Works in browsers, Bun and Node (22 or newer).
 *
 *   const client = yield* makeClient({ url: "http://127.0.0.1:4690", token })
 *   const { turnId } = yield* client["chat.Prompt"]({ chatId, promptId, content })
 */
import { type Duration, Effect, Layer, Schedule, type Scope } from "effect"
import { RpcClient, type RpcClientError, type RpcGroup, RpcSerialization } from "effect/rpc"
import { Socket } from "effect/socket"
import { Api } from "../../shared/rpc/Api.ts"

export type Rpcs = RpcGroup.Rpcs<typeof Api>
/** One method per call, by its full name: `client["chat.Prompt"](…)`. Streams are Effect streams. */
export type Client = RpcClient.RpcClient<Rpcs, RpcClientError.RpcClientError>

export interface ClientOptions {
  /** The server's address, `http://host:port`; a path is allowed, a query is not used. */
  readonly url: string
  readonly token: string
  /**
   * Keep trying while the server can't be reached; calls made before the first connection wait for it. Without it they
   * fail with an `RpcClientError`. An open connection that drops is made anew in both cases.
   */
  readonly reconnect?: boolean
  /** The longest pause between two tries. Default 3 seconds. */
  readonly pause?: Duration.Input
  readonly onConnect?: Effect.Effect<void>
  /** After each connection that ended and each try that failed. */
  readonly onDisconnect?: Effect.Effect<void>
}

/** The websocket's absolute address. */
export const rpcAddress = (url: string): string => {
  const address = new URL("rpc", url.endsWith("/") ? url : `${url}/`)
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:"
  address.search = ""
  return address.href
}

/** Browsers can't set headers on a websocket: the token travels as a subprotocol. */
export const tokenProtocols = (token: string): Array<string> => {
  const bytes = String.fromCharCode(...new TextEncoder().encode(token))
  return ["boocode", `boocode.token.${btoa(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`]
}

/** Lives as long as its scope; the connection is closed with it. */
export const makeClient = Effect.fnUntraced(function*(options: ClientOptions): Effect.fn.Return<Client, never, Scope.Scope> {
  const socket = Socket.layerWebSocket(rpcAddress(options.url), { protocols: tokenProtocols(options.token) })
  const hooks = Layer.succeed(RpcClient.ConnectionHooks, {
    onConnect: options.onConnect ?? Effect.void,
    onDisconnect: options.onDisconnect ?? Effect.void
  })
  const protocol = RpcClient.layerProtocolSocket({
    retryTransientErrors: options.reconnect ?? false,
    retryPolicy: Schedule.min([Schedule.exponential("200 millis", 1.7), Schedule.spaced(options.pause ?? "3 seconds")])
  }).pipe(
    Layer.provide(socket),
    Layer.provide([Socket.layerWebSocketConstructorGlobal, RpcSerialization.layerNdjson, hooks])
  )
  const context = yield* Layer.build(Layer.fresh(protocol))
  return yield* RpcClient.make(Api, { disableTracing: true }).pipe(Effect.provideContext(context))
})
