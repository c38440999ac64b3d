/**
 * What one client can cost: so many of its calls run at a time, the others wait in order; while much that was written for it
 * is unsent, none of its calls is begun; and a client that leaves too much unread is cut off. Streams wait for their acks
 * and aren't counted. What waits is bounded too: past that nothing more is read from the client.
 *
 *   arrives ──(room, and little unsent)──▶ begun ──▶ its end is sent, and the next begins
 *      └─────────────────────────────────▶ waits ──▶ begun, or taken back by its client
 */
import type { Socket } from "node:net"
import { toIncomingMessage } from "@effect/platform-node/NodeHttpServerRequest"
import { type Context, Effect, Latch, Layer, Option } from "effect"
import { HttpServerRequest } from "effect/http"
import { type RpcMessage, RpcSchema, RpcServer } from "effect/rpc"
import { messageByteLimit } from "../../shared/Content.ts"

/** The calls of a group by their names. */
export type Calls = ReadonlyMap<string, { readonly successSchema: Parameters<typeof RpcSchema.isStreamSchema>[0] }>

const callLimit = 64
/** Bytes that were written and aren't sent. */
const unsentLimit = 16 * 1024 * 1024
const unsentEnd = 64 * 1024 * 1024
/** Characters, about, of the calls that wait. */
const waitingLimit = 16 * 1024 * 1024
/** Of a call besides its payload. */
const envelope = 1024
const drainPause = "20 millis"
const endPause = "10 seconds"

type Request = RpcMessage.RequestEncoded
interface Waiting { readonly request: Request; readonly context: Context.Context<never>; readonly size: number }

interface Client {
  readonly id: number
  /** What `ws` writes to: its own count is this one's. */
  readonly socket: Pick<Socket, "writableLength" | "destroyed" | "end" | "destroy">
  /** Calls and streams whose end wasn't sent yet, those that wait included. */
  readonly open: Set<Request["id"]>
  /** Of the open ones those that were begun and have one answer. */
  readonly running: Set<Request["id"]>
  waiting: Array<Waiting>
  waitingSize: number
  /** Open while more may be read from the client. */
  readonly reading: Latch.Latch
  isDraining: boolean
  isCutOff: boolean
}

const sizeOf = (payload: unknown): number => {
  try {
    return (JSON.stringify(payload)?.length ?? 0) + envelope
  } catch {
    // nested too deep to be written again
    return messageByteLimit
  }
}

/** The frame that closes a websocket: 1008 is "policy". `ws` has no hand for it here, but writes to the same socket. */
const closeFrame = (reason: string): Buffer => {
  const bytes = Buffer.from(reason)
  return Buffer.concat([Buffer.from([0x88, bytes.length + 2, 1008 >> 8, 1008 & 0xff]), bytes])
}

const clientOf = (id: number, socket: Socket): Client => ({
  id, socket, open: new Set(), running: new Set(), waiting: [], waitingSize: 0, reading: Latch.makeUnsafe(true), isDraining: false, isCutOff: false
})

const megabytes = (bytes: number): number => Math.round(bytes / 1024 / 1024)

const isUnsent = ({ socket }: Client): boolean => socket.writableLength > unsentLimit

/** Leaves room for what is read on, where enough of what waited is gone. */
const leave = (client: Client, { size }: Waiting): void => {
  client.waitingSize -= size
  if (client.waitingSize <= waitingLimit) client.reading.openUnsafe()
}

export const boundedClients = (calls: Calls) => Layer.effect(RpcServer.Protocol, Effect.gen(function*() {
  const protocol = yield* RpcServer.Protocol
  const scope = yield* Effect.scope
  const clients = new Map<number, Client>()
  const streams = new Set(Array.from(calls).flatMap(([name, { successSchema }]) => RpcSchema.isStreamSchema(successSchema) ? [name] : []))
  let handle: (clientId: number, message: RpcMessage.FromClientEncoded) => Effect.Effect<void> = () => Effect.void

  const mayBegin = (client: Client, { tag }: Request): boolean => !isUnsent(client) && (client.running.size < callLimit || streams.has(tag))

  const begin = (client: Client, request: Request) => {
    if (!streams.has(request.tag)) client.running.add(request.id)
    return handle(client.id, request)
  }

  const beginWaiting = (client: Client): Effect.Effect<void> => Effect.suspend(() => {
    const next = client.waiting[0]
    if (next === undefined || !mayBegin(client, next.request)) return drain(client)
    client.waiting.shift()
    leave(client, next)
    return Effect.andThen(Effect.provideContext(begin(client, next.request), next.context), beginWaiting(client))
  })

  /** Calls that wait for the socket have no call whose end would begin them. */
  const drain = (client: Client): Effect.Effect<void> => Effect.suspend(() => {
    if (client.isDraining || client.waiting.length === 0 || !isUnsent(client)) return Effect.void
    client.isDraining = true
    return Effect.suspend(() => Effect.sleep(drainPause)).pipe(
      Effect.repeat({ while: () => isUnsent(client) && !client.socket.destroyed }),
      Effect.andThen(Effect.suspend(() => {
        client.isDraining = false
        return beginWaiting(client)
      })), Effect.forkIn(scope), Effect.asVoid)
  })

  const wait = (client: Client, request: Request) => Effect.contextWith((context: Context.Context<never>) => {
    const size = sizeOf(request.payload)
    client.waiting.push({ request, context, size })
    client.waitingSize += size
    if (client.waitingSize > waitingLimit) client.reading.closeUnsafe()
    return Effect.andThen(drain(client), client.reading.await)
  })

  const call = (client: Client, request: Request): Effect.Effect<void> => {
    if (client.open.has(request.id)) {
      return send(client.id, { _tag: "Defect", defect: `A call with the id ${request.id} has not ended yet.` })
    }
    client.open.add(request.id)
    const isNext = streams.has(request.tag) || client.waiting.length === 0
    return isNext && mayBegin(client, request) ? begin(client, request) : wait(client, request)
  }

  /** Of a call that waits nobody else knows. */
  const takeBack = (client: Client, requestId: Request["id"]): Effect.Effect<void> | undefined => {
    const at = client.waiting.findIndex(({ request }) => request.id === requestId)
    const [taken] = at === -1 ? [] : client.waiting.splice(at, 1)
    if (taken === undefined) return undefined
    leave(client, taken)
    return send(client.id, { _tag: "Exit", requestId, exit: { _tag: "Failure", cause: [{ _tag: "Interrupt", fiberId: null }] } })
  }

  const receive = (client: Client, message: RpcMessage.FromClientEncoded): Effect.Effect<void> => {
    if (client.isCutOff) return Effect.void
    if (message._tag === "Request" && (typeof message.id === "string" || typeof message.id === "number")) return call(client, message)
    return (message._tag === "Interrupt" ? takeBack(client, message.requestId) : undefined) ?? handle(client.id, message)
  }

  const cutOff = (client: Client) => Effect.suspend(() => {
    const unread = megabytes(client.socket.writableLength)
    client.isCutOff = true
    client.waiting = []
    client.reading.openUnsafe()
    client.socket.end(closeFrame(`${unread} MB of answers were left unread.`))
    // one that reads on learns why; one that doesn't holds the memory no longer
    return Effect.andThen(Effect.logWarning(`A client was cut off: it left ${unread} MB of the server's answers unread.`),
      Effect.sleep(endPause).pipe(Effect.andThen(Effect.sync(() => client.socket.destroy())), Effect.forkIn(scope)))
  })

  const sent = (client: Client, message: RpcMessage.FromServerEncoded): Effect.Effect<unknown> => {
    if (message._tag === "Exit") {
      client.open.delete(message.requestId)
      client.running.delete(message.requestId)
    }
    if (client.socket.writableLength > unsentEnd) return cutOff(client)
    return client.waiting.length === 0 ? Effect.void : beginWaiting(client)
  }

  const send: typeof protocol.send = (clientId, message, transferables) => Effect.suspend(() => {
    const client = clients.get(clientId)
    if (client === undefined) return protocol.send(clientId, message, transferables)
    return client.isCutOff ? Effect.void : Effect.flatMap(protocol.send(clientId, message, transferables), () => Effect.asVoid(sent(client, message)))
  })

  /** The first frame of a client comes in the fiber of its upgrade. */
  const meet = (clientId: number): Effect.Effect<Client | undefined> => Effect.map(Effect.serviceOption(HttpServerRequest.HttpServerRequest), (request) => {
    const socket = Option.getOrUndefined(Option.map(request, toIncomingMessage))?.socket
    if (socket === undefined || socket.destroyed) return undefined
    const client = clientOf(clientId, socket)
    clients.set(clientId, client)
    socket.once("close", () => {
      clients.delete(clientId)
      client.isCutOff = true
      client.waiting = []
      client.reading.openUnsafe()
    })
    return client
  })

  return RpcServer.Protocol.of({
    ...protocol,
    send,
    run: (handler) => Effect.suspend(() => {
      handle = handler
      return protocol.run((clientId, message) => {
        const client = clients.get(clientId)
        if (client !== undefined) return receive(client, message)
        return Effect.flatMap(meet(clientId), (met) => met === undefined ? Effect.void : receive(met, message))
      })
    })
  })
}))
