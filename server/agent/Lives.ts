/**
 * One life after another of something that dies: started when it is wanted, started again at once when it died in use,
 * with backoff when it does not start, and given up after a budget until the next that wants it. Knows no protocol.
 *
 *   asleep ─wanted─▶ starting ─▶ alive ─(over)─▶ in use: starting · idle: asleep
 *                       └─▶ backoff ─▶ starting … ─▶ failed: who waits is told; who comes next tries anew
 */
import { Duration, Effect, Option, Schedule, type Scope, Stream, SubscriptionRef } from "effect"
import { AgentError } from "./AgentError.ts"

type Standing<Life> =
  | { readonly _tag: "Asleep" | "Starting" }
  | { readonly _tag: "Alive"; readonly life: Life }
  | { readonly _tag: "Failed"; readonly error: AgentError }

/** What becomes of it, told in order. */
export type LifeNews<Life> =
  | { readonly _tag: "Starting" }
  | { readonly _tag: "Alive"; readonly life: Life }
  | { readonly _tag: "Over"; readonly error: AgentError; readonly again: boolean }
  | { readonly _tag: "Backoff" | "Failed"; readonly error: AgentError }

export interface LivesOptions<Life> {
  /** Its scope is the life's. */
  readonly start: Effect.Effect<Life, AgentError, Scope.Scope>
  readonly startDeadline: Duration.Input
  /** Completes, only ever by failing, when the life is over. */
  readonly over: (life: Life) => Effect.Effect<never, AgentError>
  /** Whether it has completed. */
  readonly isOver: (life: Life) => boolean
  /** Whether somebody is at work with it: then it is started again at once. */
  readonly inUse: (life: Life) => boolean
  /** Starting again could help. */
  readonly isTransient: (error: AgentError) => boolean
  /** Times that a start is tried again. */
  readonly retries: number
  readonly onNews: (news: LifeNews<Life>) => Effect.Effect<void>
}

export interface Lives<Life> {
  /** Starts it if it isn't there, and waits until it is or can't be. */
  readonly ready: Effect.Effect<Life, AgentError>
  /** The one that is alive, if one is. */
  readonly present: Effect.Effect<Life | undefined>
  /** Returns when that life is known to be over. */
  readonly awaitOver: (life: Life) => Effect.Effect<void>
}

export const make = Effect.fnUntraced(function*<Life>(options: LivesOptions<Life>): Effect.fn.Return<Lives<Life>, never, Scope.Scope> {
  const { inUse, isOver, isTransient, onNews, over } = options
  const standing = yield* SubscriptionRef.make<Standing<Life>>({ _tag: "Asleep" })
  const become = (next: Standing<Life>) => SubscriptionRef.set(standing, next)
  const until = (holds: (now: Standing<Life>) => boolean) => Stream.runHead(Stream.filter(SubscriptionRef.changes(standing), holds))

  const startDeadline = Duration.fromInputUnsafe(options.startDeadline)
  const start = options.start.pipe(Effect.timeoutOrElse({
    duration: startDeadline,
    orElse: () => Effect.fail(new AgentError({ reason: { _tag: "StartTimeout", seconds: Duration.toSeconds(startDeadline) } }))
  }))
  /** Fails when it could not start; returns when it is over after it had been alive. */
  const life = Effect.scoped(Effect.gen(function*() {
    yield* onNews({ _tag: "Starting" })
    const started = yield* start
    yield* onNews({ _tag: "Alive", life: started })
    yield* become({ _tag: "Alive", life: started })
    const error = yield* Effect.flip(over(started))
    const again = inUse(started)
    yield* become({ _tag: again ? "Starting" : "Asleep" })
    yield* onNews({ _tag: "Over", error, again })
  }))
  const backoff = Schedule.exponential("250 millis").pipe(Schedule.jittered, Schedule.upTo({ times: options.retries }))
  yield* Effect.forkScoped(Effect.forever(Effect.andThen(until(({ _tag }) => _tag === "Starting"), life.pipe(
    Effect.tapError((error) => onNews({ _tag: "Backoff", error })),
    Effect.retry({ schedule: backoff, while: isTransient }),
    Effect.catch((error) => Effect.andThen(onNews({ _tag: "Failed", error }), become({ _tag: "Failed", error })))
  ))))

  const ready: Effect.Effect<Life, AgentError> = Effect.gen(function*() {
    const now = yield* SubscriptionRef.get(standing)
    if (now._tag === "Alive") {
      // looked at, not waited for: a prompt is on its way
      if (!isOver(now.life)) return now.life
      yield* until((next) => next !== now)
    }
    yield* become({ _tag: "Starting" })
    const settled = yield* until(({ _tag }) => _tag === "Alive" || _tag === "Failed")
    if (Option.isSome(settled) && settled.value._tag === "Alive") return settled.value.life
    return yield* Option.isSome(settled) && settled.value._tag === "Failed" ? settled.value.error : new AgentError({ reason: { _tag: "StreamEnded" } })
  })
  return {
    ready,
    present: Effect.map(SubscriptionRef.get(standing), (now) => now._tag === "Alive" ? now.life : undefined),
    awaitOver: (one) => Effect.asVoid(until((now) => now._tag !== "Alive" || now.life !== one))
  }
})
