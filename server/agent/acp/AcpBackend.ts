/**
 * The backend of any agent that speaks ACP over stdio: one life after another, one turn at a time.
 *
 *   starting ─▶ ready ⇄ busy ─▶ (child gone) ─▶ in a turn: starting · idle: crashed, started by the next prompt
 *      └─▶ backoff ─▶ starting … ─▶ failed: answers, never hangs; the next prompt tries anew
 */
import { Deferred, type Duration, Effect, type Scope, Semaphore } from "effect"
import type { TurnEnd } from "../../../shared/SessionUpdate.ts"
import type { AgentBackend, BackendHost, BackendKey, OwnTurn, TurnPrompt } from "../AgentBackend.ts"
import type { AgentQuirks } from "../AgentRow.ts"
import type { ProcessLedger } from "../ProcessLedger.ts"
import type { WireTap } from "../WireLog.ts"
import { causeOf, endOf } from "./AcpEnd.ts"
import * as AcpLives from "./AcpLives.ts"
import * as AcpTurn from "./AcpTurn.ts"

export interface AcpBackendOptions {
  readonly key: BackendKey
  readonly command: string
  readonly args: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string | undefined>>
  readonly quirks: AgentQuirks
  readonly host: BackendHost
  /** Ours, told to the agent. */
  readonly version: string
  /** Is told everything that goes over the wire. */
  readonly wire?: WireTap | undefined
  readonly startDeadline?: Duration.Input
  /** How long a cancelled agent may take to end its turn. */
  readonly cancelGrace?: Duration.Input
  /** How often a start that failed is tried again. */
  readonly restarts?: number
}

export const make = Effect.fnUntraced(function*(options: AcpBackendOptions): Effect.fn.Return<AgentBackend, never, ProcessLedger | Scope.Scope> {
  const { busy, current, health, noticed, present } = yield* AcpLives.make(options)
  const oneTurn = Semaphore.makeUnsafe(1)
  const cancelGrace = options.cancelGrace ?? "5 seconds"

  /** A life whose agent has answered its last prompt: it is not given another one before. */
  const atRest = Effect.gen(function*() {
    const life = yield* current
    const last = life.unanswered()
    if (last === undefined) return life
    yield* AcpTurn.answeredOrGone(life, last, cancelGrace)
    yield* noticed(life)
    return yield* current
  })

  /** Prompts that are given or due: what the agent says by itself makes way for them. */
  let prompts = 0
  let due = Deferred.makeUnsafe<void>()
  const prompted = Effect.acquireRelease(Effect.sync(() => {
    prompts += 1
    Deferred.doneUnsafe(due, Effect.void)
  }), () => Effect.sync(() => { prompts -= 1 }))

  const prompt = (turn: TurnPrompt): Effect.Effect<TurnEnd> => Effect.scoped(Effect.andThen(prompted, oneTurn.withPermit(Effect.matchEffect(atRest, {
    onFailure: (error) => Effect.succeed<TurnEnd>({ cause: causeOf(error, true) }),
    onSuccess: (life) => AcpTurn.run(life, turn, { busy, cancelGrace, noticed }).pipe(
      Effect.match({ onFailure: (error): TurnEnd => ({ cause: causeOf(error, false) }), onSuccess: endOf }))
  }))))

  const listen = (turn: OwnTurn): Effect.Effect<TurnEnd> => oneTurn.withPermit(Effect.flatMap(present, (life) => {
    if (life === undefined) return Effect.succeed<TurnEnd>({ cause: { _tag: "Quiet" } })
    if (prompts === 0) due = Deferred.makeUnsafe()
    return AcpTurn.listen(life, turn, { busy, cancelGrace, noticed }, Deferred.await(due)).pipe(
      Effect.match({ onFailure: (error): TurnEnd => ({ cause: causeOf(error, false) }), onSuccess: (): TurnEnd => ({ cause: { _tag: "Quiet" } }) }))
  }))

  return { health, prompt, listen, warm: Effect.ignore(current) }
})
