/**
 * Looks at what a call brings before the call is begun: the library answers what it can't decode with a defect, which
 * tells its caller nothing to act on. Here it is refused with `BadRequest`, typed like every other error of the call,
 * and nothing is logged. The connection and its other calls go on.
 */
import { Effect, Layer, Schema } from "effect"
import { type RpcMessage, RpcServer } from "effect/rpc"
import { BadRequest } from "../../shared/Errors.ts"

/** The calls of a group by their names. */
export type Calls = ReadonlyMap<string, { readonly payloadSchema: Schema.Decoder<unknown> }>

export const checkedCalls = (calls: Calls) => Layer.effect(RpcServer.Protocol, Effect.gen(function*() {
  const protocol = yield* RpcServer.Protocol
  const encode = Schema.encodeEffect(protocol.codecFor(BadRequest))
  // made once: making one takes ten times as long as its use
  const checks = new Map(Array.from(calls, ([name, { payloadSchema }]) => [name, Schema.decodeUnknownEffect(protocol.codecFor(payloadSchema))]))

  const refuse = Effect.fnUntraced(function*(clientId: number, requestId: RpcMessage.RequestEncoded["id"], { issue }: Schema.SchemaError) {
    const error = yield* Effect.orDie(encode(BadRequest.of(issue)))
    yield* protocol.send(clientId, { _tag: "Exit", requestId, exit: { _tag: "Failure", cause: [{ _tag: "Fail", error }] } })
  })

  return RpcServer.Protocol.of({
    ...protocol,
    run: (handle) => protocol.run((clientId, message) => {
      const check = message._tag === "Request" ? checks.get(message.tag) : undefined
      if (message._tag !== "Request" || check === undefined || message.isNotification === true) return handle(clientId, message)
      return Effect.matchEffect(check(message.payload), {
        onFailure: (error) => refuse(clientId, message.id, error),
        onSuccess: () => handle(clientId, message)
      })
    })
  })
}))
