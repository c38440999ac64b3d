/**
 * What an agent says with no prompt in flight. The first words ask for a turn of the agent's own and wait for it, with
 * those that follow; refused, they and all others until the next turn has ended are late and dropped.
 *
 *   (nothing) ──words──▶ holding ──turn opened──▶ taken
 *                          └──refused, or a prompt was first──▶ muted ──a turn ends──▶ (nothing)
 */
import { Deferred, Effect, type Scope } from "effect"
import type { RawUpdate } from "../Coalescer.ts"

export interface Unprompted {
  /** Keeps updates for the turn to come. Only words ask for one; waits where too many wait. */
  readonly hear: (updates: ReadonlyArray<RawUpdate>, opens: boolean) => Effect.Effect<void>
  /** Asks for a turn; returns when it is open, or refused. */
  readonly open: Effect.Effect<void>
  readonly isHolding: () => boolean
  /** What was kept: it belongs to the turn now. */
  readonly take: () => ReadonlyArray<RawUpdate>
  /** A prompt came first. */
  readonly drop: () => void
  readonly unmute: () => void
}

/** Updates that wait before the agent's output is no longer read. */
const bound = 512
/** Between the opening of a turn and its begin. */
const beginsWithin = "10 seconds"

interface Holding { readonly updates: Array<RawUpdate>; readonly over: Deferred.Deferred<void> }

export const make = Effect.fnUntraced(function*(speaks: Effect.Effect<boolean>): Effect.fn.Return<Unprompted, never, Scope.Scope> {
  const scope = yield* Effect.scope
  let holding: Holding | undefined
  let muted = false

  const over = (): ReadonlyArray<RawUpdate> => {
    const held = holding
    holding = undefined
    if (held === undefined) return []
    Deferred.doneUnsafe(held.over, Effect.void)
    return held.updates
  }
  const mute = (held: Holding) => Effect.sync(() => {
    if (holding !== held) return
    muted = true
    over()
  })
  const ask = (held: Holding): Effect.Effect<void> => Effect.flatMap(speaks, (open) => open
    ? Effect.andThen(Effect.timeoutOption(Deferred.await(held.over), beginsWithin), mute(held)) : mute(held))

  const held = Effect.suspend(() => {
    if (holding !== undefined) return Effect.succeed(holding)
    const begun: Holding = { updates: [], over: Deferred.makeUnsafe<void>() }
    holding = begun
    return Effect.as(Effect.forkIn(ask(begun), scope), begun)
  })

  return {
    hear: (updates, opens) => Effect.suspend(() => {
      if (muted || updates.length === 0 || (holding === undefined && !opens)) return Effect.void
      return Effect.flatMap(held, (now) => {
        now.updates.push(...updates)
        return now.updates.length < bound ? Effect.void : Deferred.await(now.over)
      })
    }),
    open: Effect.suspend(() => muted ? Effect.void : Effect.flatMap(held, (now) => Deferred.await(now.over))),
    isHolding: () => holding !== undefined,
    take: over,
    drop: () => { over() },
    unmute: () => { muted = false }
  }
})
