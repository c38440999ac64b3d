/**
 * Bounded: what is more than the server reads of one message is refused here, in words, like any other call that it can't
 * take. Sent, it would end the connection, and every other call on it.
 */
import { Deferred, Effect, Layer, Schema } from "effect"
import { RpcClient, type RpcMessage } from "effect/rpc"
import { messageByteLimit } from "../../shared/Content.ts"
import { BadRequest } from "../../shared/Errors.ts"

/** Characters of a line besides its payload: ids, headers, the call's name. */
const envelope = 4 * 1024

const bytesOf = (payload: unknown): number => {
  const text = JSON.stringify(payload) ?? ""
  // no character is more than three bytes
  return text.length * 3 + envelope <= messageByteLimit ? 0 : new TextEncoder().encode(text).length + envelope
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 1024 / 102.4) / 10} MB`

const refusal = (bytes: number) => new BadRequest({
  detail: `it has ${megabytes(bytes)}; at most ${megabytes(messageByteLimit)} can be sent at once. Put the rest in a file of the project and name it.`
})

type Answer = (message: RpcMessage.FromServerEncoded) => Effect.Effect<void>

/** Over a protocol whose server answers each call it refuses with `BadRequest`. */
export const bounded = Layer.effect(RpcClient.Protocol, Effect.gen(function*() {
  const protocol = yield* RpcClient.Protocol
  const encode = Schema.encodeEffect(protocol.codecFor(BadRequest))
  const answers = new Map<number, Deferred.Deferred<Answer>>()
  const answerOf = (clientId: number) => {
    const known = answers.get(clientId) ?? Deferred.makeUnsafe<Answer>()
    answers.set(clientId, known)
    return known
  }
  return RpcClient.Protocol.of({
    ...protocol,
    run: (clientId, answer) => Effect.suspend(() => {
      Deferred.doneUnsafe(answerOf(clientId), Effect.succeed(answer))
      return Effect.ensuring(protocol.run(clientId, answer), Effect.sync(() => answers.delete(clientId)))
    }),
    send: (clientId, message, transferables) => Effect.suspend(() => {
      const bytes = message._tag === "Request" ? bytesOf(message.payload) : 0
      if (message._tag !== "Request" || bytes <= messageByteLimit) return protocol.send(clientId, message, transferables)
      // a call may come before its client listens
      return Effect.flatMap(Effect.zip(Deferred.await(answerOf(clientId)), Effect.orDie(encode(refusal(bytes)))), ([answer, error]) =>
        answer({ _tag: "Exit", requestId: message.id, exit: { _tag: "Failure", cause: [{ _tag: "Fail", error }] } }))
    })
  })
}))
