/**
 * Actors by key: started on demand, once for concurrent callers, kept while anybody holds them and for an idle time
 * after. RcMap does the work; this names what the project uses of it.
 */
import { type Duration, Effect, RcMap, Scope } from "effect"

export interface Registry<Key, A, E> {
  /** Held for as long as the caller's scope is open. */
  readonly get: (key: Key) => Effect.Effect<A, E, Scope.Scope>
  /** Held for as long as `use` runs. */
  readonly use: <B, E2, R>(key: Key, use: (a: A) => Effect.Effect<B, E2, R>) => Effect.Effect<B, E | E2, R>
  /** Ends the actor now. */
  readonly stop: (key: Key) => Effect.Effect<void>
  readonly running: Effect.Effect<ReadonlyArray<Key>>
}

export const make = Effect.fnUntraced(function*<Key, A, E, R>(options: {
  readonly start: (key: Key) => Effect.Effect<A, E, R>
  readonly idleTimeToLive: Duration.Input
}): Effect.fn.Return<Registry<Key, A, E>, never, R | Scope.Scope> {
  const map = yield* RcMap.make({ lookup: options.start, idleTimeToLive: options.idleTimeToLive })
  return {
    get: (key) => RcMap.get(map, key),
    use: (key, use) => Effect.scopedWith((scope) =>
      Effect.flatMap(Scope.provide(RcMap.get(map, key), scope), use)),
    stop: (key) => RcMap.invalidate(map, key),
    running: Effect.map(RcMap.keys(map), (keys) => Array.from(keys))
  }
})
