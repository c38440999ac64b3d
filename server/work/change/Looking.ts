/**
 * Looks at the files of a session's worktree again and again, for as long as somebody watches the session: one after the
 * other, however many watch. A look costs little where nothing changed, and the pause after it is so much longer than it took
 * that a large repository doesn't keep a processor busy.
 */
import { Clock, Duration, Effect, RcMap } from "effect"
import type { SessionId } from "../../../shared/Ids.ts"

/** Of the time, looks take this part at most. */
const part = 1 / 40
const shortest = Duration.toMillis("2 seconds")
const longest = Duration.toMillis("1 minute")

/** How long to wait after a look that took so long, in milliseconds: pure. */
export const pauseAfter = (tookMillis: number): number => Math.min(longest, Math.max(shortest, tookMillis / part))

/** `look` never fails. Watching is holding a reference in the caller's scope. */
export const makeLooking = (look: (sessionId: SessionId) => Effect.Effect<unknown>) => RcMap.make({
  lookup: (sessionId: SessionId) => Effect.forkScoped(Effect.forever(Effect.gen(function*() {
    const begun = yield* Clock.currentTimeMillis
    yield* look(sessionId)
    yield* Effect.sleep(pauseAfter((yield* Clock.currentTimeMillis) - begun))
  })))
})
