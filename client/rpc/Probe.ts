/**
 * Probe: why there is no connection. A browser doesn't say why a websocket was refused; two plain requests do.
 */
import { Effect } from "effect"
import type { ConnectionState } from "./ConnectionState.ts"

type Found = Omit<Extract<ConnectionState, { _tag: "Offline" }>, "since"> | Extract<ConnectionState, { _tag: "TokenRefused" }>

const status = (url: string, init: RequestInit) =>
  Effect.tryPromise((signal) => fetch(url, { ...init, cache: "no-store", signal })).pipe(
    Effect.map((response) => response.status),
    Effect.timeoutOrElse({ duration: "4 seconds", orElse: () => Effect.succeed(0) }),
    Effect.orElseSucceed(() => 0)
  )

/** Asks `/health`, which needs no token, and then whether the token is taken. */
export const probe = Effect.fnUntraced(function*({ token, url }: { readonly url: string; readonly token: string }): Effect.fn.Return<Found> {
  const health = yield* status(new URL("/health", url).href, {})
  if (health === 0) {
    return { _tag: "Offline", reason: "The server can't be reached.", advice: "See that it still runs; this page connects by itself once it does." }
  }
  const page = yield* status(new URL("/", url).href, { credentials: "omit", headers: { authorization: `Bearer ${token}` } })
  if (page === 401 || page === 403) return { _tag: "TokenRefused" }
  return {
    _tag: "Offline",
    reason: "The server runs but refuses the connection.",
    advice: "If this address is new to it, start it with --allow-host and --allow-origin for it."
  }
})
