/**
 * Runner: the page's effects run here and nowhere else: a client over a link of its own, its calls as promises, its feeds
 * as callbacks, and what a failed call comes to. How feeds resume stands in `watch.ts`.
 */
import { Cause, Context, Effect, Exit, Latch, Layer, ManagedRuntime, type Scope, SchemaIssue, type Stream } from "effect"
import type { RpcClientError } from "effect/rpc"
import { BadRequest, type ChatError, type ProjectError, type Unauthorized } from "../../shared/Errors.ts"
import type { FileError } from "../../shared/File.ts"
import type { TerminalError } from "../../shared/Terminal.ts"
import type { WorkError } from "../../shared/WorkError.ts"
import { done, type Reply } from "./Reply.ts"
import { isPassing, watch } from "./watch.ts"
import type { ClientOptions } from "./Link.ts"

/** What any call can fail with. */
export type CallFailure = ChatError | ProjectError | WorkError | FileError | TerminalError | Unauthorized | BadRequest | RpcClientError.RpcClientError

/** Where the values of a watch go. Each call must return at once: one that waits holds up the whole connection. */
export interface Watcher<A> {
  readonly onValue: (value: A) => void
  /** The watch is over for good, for this reason. A lost connection is no failure: the watch goes on after it. */
  readonly onFailure: (message: string) => void
}

/** What runs the calls. */
export interface Runner<Client> {
  /** An aborted call is interrupted, at the server too. */
  readonly call: <A>(ask: (client: Client) => Effect.Effect<A, CallFailure>, signal?: AbortSignal) => Promise<Reply<A>>
  /** Opened again after every loss of the connection, until the returned function is called. */
  readonly watch: <A>(open: (client: Client) => Stream.Stream<A, CallFailure>, watcher: Watcher<A>) => () => void
}

export interface Running<Client> extends Runner<Client> {
  /** Beside the calls, until the runner is closed. */
  readonly fork: (effect: Effect.Effect<void>) => void
  readonly close: () => void
}

/** The client checks what it sends by the same schemas as the server, and throws at what they refuse. */
const unsent = (reason: Cause.Reason<unknown>): string | undefined =>
  Cause.isDieReason(reason) && reason.defect instanceof Error && SchemaIssue.isIssue(reason.defect.cause)
    ? BadRequest.of(reason.defect.cause).message : undefined

const replyOf = <A>(exit: Exit.Exit<A, CallFailure>): Reply<A> => {
  if (Exit.isSuccess(exit)) return done(exit.value)
  const reason = exit.cause.reasons.find(Cause.isFailReason)
  if (Cause.hasInterruptsOnly(exit.cause)) return { _tag: "Refused", message: "It was given up." }
  if (reason === undefined) {
    const detail = exit.cause.reasons.map(unsent).find((refused) => refused !== undefined)
    if (detail !== undefined) return { _tag: "Refused", message: detail }
    return { _tag: "Refused", message: "The server failed at this; its log says why. Try again, or report it." }
  }
  const { error } = reason
  if (error._tag === "RpcClientError") return { _tag: "Unreached", message: "The connection was lost before the server answered." }
  return { _tag: isPassing(error) ? "Unreached" : "Refused", message: error.message }
}

/** `make` opens the client; the runner goes on trying to reach the server until closed. */
export const run = <Client>(options: ClientOptions, make: (options: ClientOptions) => Effect.Effect<Client, never, Scope.Scope>): Running<Client> => {
  class Held extends Context.Service<Held, Client>()("boocode/PageClient") {}
  const online = Latch.makeUnsafe(false)
  const runtime = ManagedRuntime.make(Layer.effect(Held, make({
    ...options, reconnect: true,
    onConnect: Effect.andThen(Effect.sync(() => online.openUnsafe()), options.onConnect ?? Effect.void),
    onDisconnect: Effect.andThen(Effect.sync(() => online.closeUnsafe()), options.onDisconnect ?? Effect.void)
  })))
  return {
    call: (ask, signal) => runtime.runPromiseExit(Effect.flatMap(Held, ask), signal === undefined ? {} : { signal }).then(replyOf),
    watch: (open, watcher) => runtime.runCallback(Effect.flatMap(Held, (client) => watch(() => open(client), watcher, online))),
    fork: (effect) => void runtime.runFork(effect),
    close: () => void runtime.dispose()
  }
}
