/**
 * Restarts a life that ends in any other way than interruption, within an intensity: so many restarts in such a
 * period. Beyond it the last cause is passed on. A defect is a broken invariant: the life starts anew from what is
 * durable.
 */
import { Cause, Clock, Duration, Effect } from "effect"

export interface Intensity {
  readonly restarts: number
  readonly within: Duration.Input
  /** The wait before a restart. */
  readonly pause: Duration.Input
}

export const defaultIntensity: Intensity = { restarts: 5, within: "1 minute", pause: "20 millis" }

export const supervise = <E, R>(life: Effect.Effect<never, E, R>, intensity: Intensity): Effect.Effect<never, E, R> =>
  Effect.suspend(() => {
    const ends: Array<number> = []
    const period = Duration.toMillis(Duration.fromInputUnsafe(intensity.within))
    const again = Effect.fnUntraced(function*(cause: Cause.Cause<E>) {
      if (Cause.hasInterruptsOnly(cause)) return yield* Effect.failCause(cause)
      const now = yield* Clock.currentTimeMillis
      ends.push(now)
      while (ends[0] !== undefined && ends[0] < now - period) ends.shift()
      if (ends.length > intensity.restarts) return yield* Effect.failCause(cause)
      yield* Effect.logWarning("restarting", Cause.pretty(cause))
      yield* Effect.sleep(intensity.pause)
    })
    return Effect.forever(Effect.catchCause(life, again))
  })
