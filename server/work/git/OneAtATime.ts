/** Of all with one key one runs at a time, in the order they came. A key is forgotten when nothing of it runs or waits. */
import { Effect, Semaphore } from "effect"

export const oneAtATime = <K>() => {
  const queues = new Map<K, { readonly queue: Semaphore.Semaphore; users: number }>()
  const come = (key: K) => Effect.sync(() => {
    const found = queues.get(key) ?? { queue: Semaphore.makeUnsafe(1), users: 0 }
    queues.set(key, found)
    found.users += 1
    return found
  })
  const go = (key: K, found: { users: number }) => Effect.sync(() => {
    found.users -= 1
    if (found.users === 0) queues.delete(key)
  })
  const alone = (key: K) => <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.acquireUseRelease(come(key), ({ queue }) => queue.withPermit(effect), (found) => go(key, found))
  /** How many keys are held. */
  return Object.assign(alone, { keys: () => queues.size })
}
