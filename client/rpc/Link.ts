/**
 * Link: the way to a server: its address, how the token travels, and the protocol over one socket. Which calls go over it
 * is its user's: all of them (`Client.ts`), or the page's share of them (`Connection.ts`).
 */
import { type Duration, Effect, Layer, Schedule } from "effect"
import { RpcClient, RpcSerialization } from "effect/rpc"
import { Socket } from "effect/socket"
import { bounded } from "./Bounded.ts"

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

/** A socket of its own, for as long as its scope. */
export const openLink = (options: ClientOptions) => {
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
  return Layer.build(Layer.fresh(Layer.provide(bounded, protocol)))
}
