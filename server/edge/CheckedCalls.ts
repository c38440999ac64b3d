/**
 * Looks at what a client sends before the library does, which reads frames blindly: one that isn't what it takes it for
 * would end the connection, and every other call on it. Such a frame is answered here, with the end of its call where it
 * names one, else with a defect; the connection and its other calls go on, and nothing is logged.
 *
 * The payload of a call is looked at here as well: the library answers what it can't decode with a defect, which tells its
 * caller nothing to act on. Here it is refused with `BadRequest`, typed like every other error of the call.
 */
import { Effect, Layer, Schema } from "effect"
import { type RpcMessage, RpcSerialization, RpcServer } from "effect/rpc"
import { BadRequest } from "../../shared/Errors.ts"

/** The calls of a group by their names. */
export type Calls = ReadonlyMap<string, { readonly payloadSchema: Schema.Decoder<unknown> }>

/** JSON lines. The library looks into each before anybody else can: `null` alone can't be looked into. */
export const checkedLines = Layer.succeed(RpcSerialization.RpcSerialization, RpcSerialization.RpcSerialization.of({
  ...RpcSerialization.ndjson,
  makeUnsafe: () => {
    const parser = RpcSerialization.ndjson.makeUnsafe()
    return { ...parser, decode: (bytes) => parser.decode(bytes).map((frame) => frame ?? {}) }
  }
}))

const isId = Schema.is(Schema.Union([Schema.String, Schema.Number]))
/** With the upgrade's own headers before those that were sent. */
const areHeaders = Schema.is(Schema.Array(Schema.Tuple([Schema.String, Schema.String])))

/** What is wrong with a frame, in words; undefined for one that the library can read. */
const flaw = (message: RpcMessage.FromClientEncoded): string | undefined => {
  switch (message._tag) {
    case "Request":
      if (!isId(message.id)) return "the id of a call is a string or a number."
      if (message.isNotification === true || message.discard === true) return "a call that wants no answer isn't known here."
      return areHeaders(message.headers) ? undefined : "the headers of a call are a list of pairs of strings."
    case "Ack":
    case "Interrupt":
      return isId(message.requestId) ? undefined : "it names no call."
    case "Ping":
    case "Eof":
      return undefined
    default:
      return "it is no frame of this protocol."
  }
}

const words = (wrong: string): string => `The server can't read that: ${wrong}`

export const checkedCalls = (calls: Calls) => Layer.effect(RpcServer.Protocol, Effect.gen(function*() {
  const protocol = yield* RpcServer.Protocol
  const encode = Schema.encodeEffect(protocol.codecFor(BadRequest))
  // made once: making one takes ten times as long as its use
  const checks = new Map(Array.from(calls, ([name, { payloadSchema }]) => [name, Schema.decodeUnknownEffect(protocol.codecFor(payloadSchema))]))

  const refuse = Effect.fnUntraced(function*(clientId: number, requestId: RpcMessage.RequestEncoded["id"], { issue }: Schema.SchemaError) {
    const error = yield* Effect.orDie(encode(BadRequest.of(issue)))
    yield* protocol.send(clientId, { _tag: "Exit", requestId, exit: { _tag: "Failure", cause: [{ _tag: "Fail", error }] } })
  })

  const unreadable = (clientId: number, message: RpcMessage.FromClientEncoded, wrong: string) =>
    protocol.send(clientId, message._tag === "Request" && isId(message.id)
      ? { _tag: "Exit", requestId: message.id, exit: { _tag: "Failure", cause: [{ _tag: "Die", defect: words(wrong) }] } }
      : { _tag: "Defect", defect: words(wrong) })

  return RpcServer.Protocol.of({
    ...protocol,
    run: (handle) => protocol.run((clientId, message) => {
      const wrong = flaw(message)
      if (wrong !== undefined) return unreadable(clientId, message, wrong)
      // what comes after it would end the connection, whose end says the same
      if (message._tag === "Eof") return Effect.void
      const check = message._tag === "Request" ? checks.get(message.tag) : undefined
      if (message._tag !== "Request" || check === undefined) return handle(clientId, message)
      return Effect.matchEffect(check(message.payload), {
        onFailure: (error) => refuse(clientId, message.id, error),
        onSuccess: () => handle(clientId, message)
      })
    })
  })
}))
