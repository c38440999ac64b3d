/**
 * The lives of an ACP agent, one after another, and how they show as the health of its backend: a crash in a turn
 * restarts at once, a crash while idle is left to the next prompt.
 */
import { type Duration, Effect, type Scope, SubscriptionRef } from "effect"
import type { BackendHealth } from "../../../shared/Agent.ts"
import type { BackendHost, BackendKey } from "../AgentBackend.ts"
import { AgentError } from "../AgentError.ts"
import { type Show, showLives } from "../LifeHealth.ts"
import * as Lives from "../Lives.ts"
import { ProcessLedger } from "../ProcessLedger.ts"
import * as AcpLife from "./AcpLife.ts"

export interface LivesOptions extends Omit<AcpLife.LifeOptions, "cwd" | "remembered" | "forked" | "outer"> {
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

const defaultDeadline = "30 seconds"
const defaultRestarts = 4

/** Starting again can't help where nothing would be different. */
const isTransient = ({ reason }: AgentError): boolean => reason._tag === "Exited" || reason._tag === "StreamEnded"

const startOne = Effect.fnUntraced(function*(options: LivesOptions, outer: Scope.Scope) {
  const { agentSessionId, cwd, forked = false } = yield* options.host.prepare.pipe(
    Effect.mapError((detail) => new AgentError({ reason: { _tag: "SpawnFailed", detail } })))
  return yield* AcpLife.start({ ...options, cwd, remembered: agentSessionId, forked, outer })
})

export const make = Effect.fnUntraced(function*(options: LivesOptions): Effect.fn.Return<AcpLives, never, ProcessLedger | Scope.Scope> {
  const { host, key, restarts = defaultRestarts, startDeadline = defaultDeadline } = options
  const scope = yield* Effect.scope
  const ledger = yield* ProcessLedger
  const health = yield* SubscriptionRef.make<BackendHealth>({ chatId: key.chatId, agent: key.agent, state: "gone", turns: 0, restarts: 0 })
  let starts = 0
  const show: Show = (state, more = {}) => SubscriptionRef.update(health, (now) => ({ ...now, state, ...more }))

  const onNews = showLives<AcpLife.AcpLife>({ host, show, starting: () => ({ restarts: starts++ }), alive: ({ process }) => ({ pid: process.pid }) })
  const lives = yield* Lives.make({
    start: Effect.provideService(startOne(options, scope), ProcessLedger, ledger),
    startDeadline, isTransient, retries: restarts, onNews,
    over: ({ connection }) => connection.closed, isOver: ({ connection }) => connection.isClosed(), inUse: (life) => life.active() !== undefined
  })
  yield* Effect.addFinalizer(() => show("gone"))

  return {
    health,
    // one whose process is gone, though something of it may still speak, gets no prompt
    current: Effect.flatMap(lives.ready, (life) => life.process.hasExited()
      ? Effect.andThen(Effect.timeoutOption(lives.awaitOver(life), "1 second"), lives.ready) : Effect.succeed(life)),
    present: lives.present,
    busy: Effect.asVoid(Effect.acquireRelease(show("busy"), () =>
      SubscriptionRef.update(health, (now): BackendHealth => now.state === "busy" ? { ...now, state: "ready", turns: now.turns + 1 } : now))),
    noticed: (life) => Effect.suspend(() => life.connection.isClosed()
      ? Effect.asVoid(Effect.timeoutOption(lives.awaitOver(life), "1 second")) : Effect.void)
  }
})
