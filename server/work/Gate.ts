/**
 * Which turns are in the worktrees of sessions, and who may have one to himself: in memory, by session. A turn waits before it
 * begins only while somebody has the worktree alone; whoever wants it alone waits until no turn is in it.
 *
 * ```
 *  enter ──▶ in it ──▶ leave          alone: rest ──▶ held ──▶ free
 *    └── held: waits                    └── a turn is in it: waits, or is refused
 * ```
 */
import { Deferred, Effect } from "effect"
import type { AgentName, SessionId, TurnId } from "../../shared/Ids.ts"

interface Place { readonly turns: Map<TurnId, AgentName>; isHeld: boolean; changed: Deferred.Deferred<void> }

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
    enter: (id: SessionId, turnId: TurnId, agent: AgentName) => Effect.andThen(until(id, (place) => {
      if (place.isHeld) return false
      place.turns.set(turnId, agent)
      return true
    }), told(id)),
    /** Of an agent that is at work already: nothing holds it up. */
    join: (id: SessionId, turnId: TurnId, agent: AgentName) => Effect.andThen(Effect.sync(() => { placeOf(id).turns.set(turnId, agent) }), told(id)),
    leave: (id: SessionId, turnId: TurnId) => Effect.suspend(() => {
      const place = placeOf(id)
      return place.turns.delete(turnId) ? Effect.andThen(tell(id, place), told(id)) : Effect.void
    }),
    /** Each once. */
    running: (id: SessionId): ReadonlyArray<AgentName> => [...new Set(places.get(id)?.turns.values())],
    /** When no turn is in the worktree; none begins meanwhile. */
    alone: <A, E, R>(id: SessionId, effect: Effect.Effect<A, E, R>) => holding(id, (take) => until(id, take), effect, Effect.never),
    /** Or not at all, where a turn is in it. */
    aloneNow: <A, E, R, E2>(id: SessionId, effect: Effect.Effect<A, E, R>, refusal: () => E2) =>
      holding(id, (take) => until(id, (place) => place.turns.size > 0 || take(place)), effect, Effect.suspend(() => Effect.fail(refusal())))
  }
}
