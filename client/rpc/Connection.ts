/**
 * Connection: the page's one connection, and the one place in it that runs effects.
 *
 * Owns the ManagedRuntime, the connection's state, and what a failed call comes to. What is asked over it stands in
 * `Remote.ts`, how feeds resume in `watch.ts`, why there is no connection in `Probe.ts`.
 */
import { Cause, Clock, Context, Effect, Exit, Latch, Layer, ManagedRuntime, SchemaIssue } from "effect"
import { BadRequest } from "../../shared/Errors.ts"
import { type Client, makeClient } from "./Client.ts"
import type { ConnectionState } from "./ConnectionState.ts"
import { probe } from "./Probe.ts"
import { type CallFailure, makeRemote, type Remote, type Runner } from "./Remote.ts"
import { done, type Reply } from "./Reply.ts"
import { isPassing, watch } from "./watch.ts"

class PageClient extends Context.Service<PageClient, Client>()("boocode/PageClient") {}

export interface Connection {
  readonly remote: Remote
  readonly close: () => void
}

/** The client checks what it sends by the same schemas as the server, and throws at what they refuse. */
const unsent = (reason: Cause.Reason<unknown>): string | undefined =>
  Cause.isDieReason(reason) && reason.defect instanceof Error && SchemaIssue.isIssue(reason.defect.cause)
    ? BadRequest.of(reason.defect.cause).message : undefined

const replyOf = <A>(exit: Exit.Exit<A, CallFailure>): Reply<A> => {
  if (Exit.isSuccess(exit)) return done(exit.value)
  const reason = exit.cause.reasons.find(Cause.isFailReason)
  if (reason === undefined) {
    const detail = exit.cause.reasons.map(unsent).find((refused) => refused !== undefined)
    if (detail !== undefined) return { _tag: "Refused", message: detail }
    return { _tag: "Refused", message: "The server failed at this; its log says why. Try again, or report it." }
  }
  const { error } = reason
  if (error._tag === "RpcClientError") return { _tag: "Unreached", message: "The connection was lost before the server answered." }
  return { _tag: isPassing(error) ? "Unreached" : "Refused", message: error.message }
}

/** Connects to the server at `url` and goes on trying until closed. */
export const connect = (options: { readonly url: string; readonly token: string }): Connection => {
  const online = Latch.makeUnsafe(false)
  const listeners = new Set<(state: ConnectionState) => void>()
  let state: ConnectionState = { _tag: "Connecting" }
  let attempt = 0

  const enter = (next: ConnectionState) => {
    state = next
    for (const listener of listeners) listener(state)
  }
  const explain = (failed: number, since: number): Effect.Effect<void> =>
    probe(options).pipe(Effect.map((found) => {
      // meanwhile another try may have succeeded
      if (failed !== attempt || state._tag === "Online") return
      enter(found._tag === "TokenRefused" ? found : { ...found, since })
    }))
  const onConnect = Effect.sync(() => {
    attempt += 1
    online.openUnsafe()
    enter({ _tag: "Online" })
  })
  const onDisconnect = Effect.map(Clock.currentTimeMillis, (now) => {
    attempt += 1
    online.closeUnsafe()
    const since = state._tag === "Offline" ? state.since : now
    if (state._tag === "Online") {
      enter({ _tag: "Offline", since, reason: "The connection to the server was lost.", advice: "Trying again…" })
    }
    runtime.runFork(explain(attempt, since))
  })

  const runtime = ManagedRuntime.make(Layer.effect(PageClient, makeClient({ ...options, reconnect: true, onConnect, onDisconnect })))

  const runner: Runner = {
    call: (ask) => runtime.runPromiseExit(Effect.flatMap(PageClient, ask)).then(replyOf),
    watch: (open, watcher) =>
      runtime.runCallback(Effect.flatMap(PageClient, (client) => watch(() => open(client), watcher, online))),
    onState: (listener) => {
      listeners.add(listener)
      listener(state)
      return () => listeners.delete(listener)
    }
  }
  return { remote: makeRemote(runner), close: () => void runtime.dispose() }
}
