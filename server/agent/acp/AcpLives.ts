/**
 * The lives of an ACP agent, one after another, supervised: a crash in a turn restarts at once, a crash while idle is
 * left to the next prompt, a start that fails is tried again with backoff, within a budget that each good start renews.
 *
 *   Crashed ─▶ Starting ─▶ Ready ─▶ (child gone) ─▶ in a turn: Starting · idle: Crashed
 *      ▲           └─▶ backoff ─▶ Starting … ─▶ Failed: the next prompt tries anew
 *      └── nothing runs, and nobody asks
 */
import { Clock, Duration, Effect, Option, Schedule, type Scope, Stream, SubscriptionRef } from "effect"
import type { BackendHealth, BackendState } from "../../../shared/Agent.ts"
import type { BackendHost, BackendKey } from "../AgentBackend.ts"
import { AgentError } from "../AgentError.ts"
import type { ProcessLedger } from "../ProcessLedger.ts"
import { causeOf } from "./AcpEnd.ts"
import * as AcpLife from "./AcpLife.ts"

export interface LivesOptions extends Omit<AcpLife.LifeOptions, "cwd" | "remembered" | "outer"> {
  readonly key: BackendKey
  readonly host: BackendHost
  readonly startDeadline?: Duration.Input
  readonly restarts?: number
}

export interface AcpLives {
  readonly health: SubscriptionRef.SubscriptionRef<BackendHealth>
  /** A life that is ready: the present one, else the next, once it has started. */
  readonly current: Effect.Effect<AcpLife.AcpLife, AgentError>
  /** The one that is ready, if one is. */
  readonly present: Effect.Effect<AcpLife.AcpLife | undefined>
  /** Shown as busy for as long as the scope is open, then as ready with one turn more, unless the agent went down. */
  readonly busy: Effect.Effect<void, never, Scope.Scope>
  /** Returns when it is seen, by whoever asks for `current`, that a life is over, if it is. */
  readonly noticed: (life: AcpLife.AcpLife) => Effect.Effect<void>
}

type Standing =
  | { readonly _tag: "Starting" }
  | { readonly _tag: "Ready"; readonly life: AcpLife.AcpLife }
  | { readonly _tag: "Crashed" }
  | { readonly _tag: "Failed"; readonly error: AgentError }

const defaultDeadline = "30 seconds"
const defaultRestarts = 4

/** Starting again can't help where nothing would be different. */
const isTransient = ({ reason }: AgentError): boolean => reason._tag === "Exited" || reason._tag === "StreamEnded"

const startWithin = Effect.fnUntraced(function*(options: LivesOptions, outer: Scope.Scope) {
  const { agentSessionId, cwd } = yield* options.host.prepare.pipe(
    Effect.mapError((detail) => new AgentError({ reason: { _tag: "SpawnFailed", detail } })))
  return yield* AcpLife.start({ ...options, cwd, remembered: agentSessionId, outer })
}, (start, { startDeadline }) => {
  const duration = Duration.fromInputUnsafe(startDeadline ?? defaultDeadline)
  return Effect.timeoutOrElse(start, {
    duration, orElse: () => Effect.fail(new AgentError({ reason: { _tag: "StartTimeout", seconds: Duration.toSeconds(duration) } }))
  })
})

export const make = Effect.fnUntraced(function*(options: LivesOptions): Effect.fn.Return<AcpLives, never, ProcessLedger | Scope.Scope> {
  const { host, key } = options
  const scope = yield* Effect.scope
  const clock = yield* Clock.Clock
  const health = yield* SubscriptionRef.make<BackendHealth>({ chatId: key.chatId, agent: key.agent, state: "gone", turns: 0, restarts: 0 })
  const standing = yield* SubscriptionRef.make<Standing>({ _tag: "Crashed" })
  let starts = 0

  const show = (state: BackendState, more: Partial<BackendHealth> = {}) =>
    SubscriptionRef.update(health, (now) => ({ ...now, state, ...more }))
  const become = (next: Standing) => SubscriptionRef.set(standing, next)
  const becomes = (fact: (now: Standing) => boolean) => Stream.runHead(Stream.filter(SubscriptionRef.changes(standing), fact))

  /** Fails when it could not start; returns when it ended after it had been ready. */
  const life = Effect.scoped(Effect.gen(function*() {
    yield* show("starting", { restarts: starts++ })
    const started = yield* startWithin(options, scope)
    yield* show("ready", { pid: started.process.pid, startedAt: clock.currentTimeMillisUnsafe(), turns: 0 })
    yield* become({ _tag: "Ready", life: started })
    const gone = yield* Effect.flip(started.connection.closed)
    const inTurn = started.active() !== undefined
    yield* become(inTurn ? { _tag: "Starting" } : { _tag: "Crashed" })
    yield* show(inTurn ? "starting" : "crashed", { detail: gone.message })
    if (!inTurn) yield* host.note({ _tag: "Down", cause: causeOf(gone, false) })
  }))
  const policy = Schedule.exponential("250 millis").pipe(Schedule.jittered, Schedule.upTo({ times: options.restarts ?? defaultRestarts }))
  const supervised = Effect.forever(Effect.andThen(becomes(({ _tag }) => _tag === "Starting"), life.pipe(
    Effect.tapError((error) => show("backoff", { detail: error.message })),
    Effect.retry({ schedule: policy, while: isTransient }),
    Effect.catch((error) => Effect.andThen(show("failed", { detail: error.message }), become({ _tag: "Failed", error })))
  )))
  yield* Effect.addFinalizer(() => show("gone"))
  yield* Effect.forkScoped(supervised)

  const current = Effect.gen(function*() {
    const now = yield* SubscriptionRef.get(standing)
    if (now._tag === "Ready") return now.life
    yield* become({ _tag: "Starting" })
    const settled = Option.getOrUndefined(yield* becomes(({ _tag }) => _tag === "Ready" || _tag === "Failed"))
    if (settled?._tag === "Ready") return settled.life
    return yield* settled?._tag === "Failed" ? settled.error : new AgentError({ reason: { _tag: "StreamEnded" } })
  })
  const noticed = (life: AcpLife.AcpLife) => Effect.timeoutOption(Effect.flip(life.connection.closed), 0).pipe(
    Effect.flatMap((gone) => Option.isNone(gone) ? Effect.void
      : Effect.asVoid(Effect.timeoutOption(becomes((now) => now._tag !== "Ready" || now.life !== life), "1 second"))))

  const busy = Effect.asVoid(Effect.acquireRelease(show("busy"), () =>
    SubscriptionRef.update(health, (now): BackendHealth => now.state === "busy" ? { ...now, state: "ready", turns: now.turns + 1 } : now)))

  const present = Effect.map(SubscriptionRef.get(standing), (now) => now._tag === "Ready" ? now.life : undefined)

  return { health, current, present, busy, noticed }
})
