/**
 * Connection: the page's own connection: its calls, its state, and the way to the calls that come later.
 *
 * What is asked over it stands in `Remote.ts`, how it is run in `Runner.ts`, why there is no connection in `Probe.ts`.
 */
import { Clock, Effect } from "effect"
import { RpcClient } from "effect/rpc"
import { PageApi } from "../../shared/rpc/PageApi.ts"
import type { ConnectionState } from "./ConnectionState.ts"
import { probe } from "./Probe.ts"
import { makeRemote, type PageClient, type Remote } from "./Remote.ts"
import { run } from "./Runner.ts"
import { type ClientOptions, openLink } from "./Link.ts"

export interface Connection {
  readonly remote: Remote
  readonly close: () => void
}

const openPage = Effect.fnUntraced(function*(options: ClientOptions) {
  const client: PageClient = yield* RpcClient.make(PageApi, { disableTracing: true }).pipe(Effect.provideContext(yield* openLink(options)))
  return client
})

/** Connects to the server at `url` and goes on trying until closed. */
export const connect = (options: { readonly url: string; readonly token: string }): Connection => {
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
    enter({ _tag: "Online" })
  })
  const onDisconnect = Effect.map(Clock.currentTimeMillis, (now) => {
    attempt += 1
    const since = state._tag === "Offline" ? state.since : now
    if (state._tag === "Online") {
      enter({ _tag: "Offline", since, reason: "The connection to the server was lost.", advice: "Trying again…" })
    }
    running.fork(explain(attempt, since))
  })
  const running = run({ ...options, onConnect, onDisconnect }, openPage)

  return {
    remote: makeRemote({
      ...running,
      onState: (listener) => {
        listeners.add(listener)
        listener(state)
        return () => listeners.delete(listener)
      }
    }),
    close: running.close
  }
}
