/**
 * Which turns are in the worktrees of sessions, and who may have one to himself: in memory, by session. A turn waits before it
 * begins while somebody has the worktree alone, and a moment for what another's end left to be looked at: what it writes would be
 * in that. Whoever wants the worktree alone waits until no turn is in it.
 *
 * ```
 *  enter ──▶ in it ──▶ ending ──▶ leave          alone: rest ──▶ held ──▶ free
 *    └── held, or one is ending: waits             └── a turn is in it: waits, or is refused
 * ```
 */
import { Deferred, Effect, Option } from "effect"
import type { AgentName, SessionId, TurnId } from "../../../shared/Ids.ts"

interface Inside { readonly agent: AgentName; isEnding: boolean }
interface Place { readonly turns: Map<TurnId, Inside>; isHeld: boolean; changed: Deferred.Deferred<void> }

/** How long a turn waits for the ends of others: a look takes milliseconds, but in a large worktree, or at a slow disk, it may be long. */
const patience = "2 seconds"

/** `told` hears of every turn that enters or leaves. */
export const makeGate = (told: (sessionId: SessionId) => Effect.Effect<unknown>) => {
  const places = new Map<SessionId, Place>()

  const placeOf = (id: SessionId): Place => {
    const place = places.get(id) ?? { turns: new Map(), isHeld: false, changed: Deferred.makeUnsafe() }
    places.set(id, place)
    return place
  }

  const tell = (id: SessionId, place: Place) => Effect.suspend(() => {
    const { changed } = place
    if (place.turns.size === 0 && !place.isHeld) places.delete(id)
    place.changed = Deferred.makeUnsafe()
    return Deferred.succeed(changed, undefined)
  })

  /** Looks and takes in one step. */
  const until = (id: SessionId, take: (place: Place) => boolean): Effect.Effect<void> => Effect.suspend(() => {
    const place = placeOf(id)
    return take(place) ? Effect.void : Effect.andThen(Deferred.await(place.changed), until(id, take))
  })

  /** Takes by `taking`, which may take nothing; frees what it took, however it ends. */
  const holding = <A, E, R, E2>(id: SessionId, taking: (take: (place: Place) => boolean) => Effect.Effect<void>, effect: Effect.Effect<A, E, R>, refusal: Effect.Effect<never, E2>) =>
    Effect.suspend(() => {
      let held: Place | undefined
      const take = (place: Place) => {
        if (place.isHeld || place.turns.size > 0) return false
        place.isHeld = true
        held = place
        return true
      }
      const free = Effect.suspend(() => {
        if (held === undefined) return Effect.void
        held.isHeld = false
        return tell(id, held)
      })
      return Effect.ensuring(Effect.andThen(taking(take), Effect.suspend((): Effect.Effect<A, E | E2, R> => held === undefined ? refusal : effect)), free)
    })

  return {
    enter: (id: SessionId, turnId: TurnId, agent: AgentName) => Effect.suspend(() => {
      const take = (isPatient: boolean) => (place: Place) => {
        if (place.isHeld || (isPatient && [...place.turns.values()].some(({ isEnding }) => isEnding))) return false
        place.turns.set(turnId, { agent, isEnding: false })
        return true
      }
      // almost always nobody is in the way: no clock is set for that
      if (take(true)(placeOf(id))) return told(id)
      return Effect.timeoutOption(until(id, take(true)), patience).pipe(
        Effect.flatMap((entered) => Option.isSome(entered) ? Effect.void : until(id, take(false))), Effect.andThen(told(id)))
    }),
    /** Of an agent that is at work already: nothing holds it up. */
    join: (id: SessionId, turnId: TurnId, agent: AgentName) => Effect.andThen(Effect.sync(() => { placeOf(id).turns.set(turnId, { agent, isEnding: false }) }), told(id)),
    /** It writes no more, and is looked at: others wait a moment before they enter. */
    ending: (id: SessionId, turnId: TurnId) => Effect.sync(() => {
      const inside = places.get(id)?.turns.get(turnId)
      if (inside !== undefined) inside.isEnding = true
    }),
    leave: (id: SessionId, turnId: TurnId) => Effect.suspend(() => {
      const place = placeOf(id)
      return place.turns.delete(turnId) ? Effect.andThen(tell(id, place), told(id)) : Effect.void
    }),
    /** Each once. */
    running: (id: SessionId): ReadonlyArray<AgentName> => [...new Set(Array.from(places.get(id)?.turns.values() ?? [], ({ agent }) => agent))],
    /** When no turn is in the worktree; none begins meanwhile. */
    alone: <A, E, R>(id: SessionId, effect: Effect.Effect<A, E, R>) => holding(id, (take) => until(id, take), effect, Effect.never),
    /** Or not at all, where a turn is in it. */
    aloneNow: <A, E, R, E2>(id: SessionId, effect: Effect.Effect<A, E, R>, refusal: () => E2) =>
      holding(id, (take) => until(id, (place) => place.turns.size > 0 || take(place)), effect, Effect.suspend(() => Effect.fail(refusal())))
  }
}
