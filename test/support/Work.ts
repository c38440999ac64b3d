/** The work of a session, as tests wait for it: folded from the server's frames as the page folds them. */
import { Effect, Option, Stream } from "effect"
import type { Client } from "../../client/rpc/Client.ts"
import type { PendingChange } from "../../shared/Change.ts"
import type { SessionId } from "../../shared/Ids.ts"
import { emptyWork, evolveWork, type Work } from "../../shared/Work.ts"

/** Watches until the work is as wanted. */
export const untilWork = Effect.fn("untilWork")(function*(client: Client, sessionId: SessionId, is: (work: Work) => boolean) {
  let last = emptyWork
  const found = yield* client["change.Watch"]({ sessionId }).pipe(
    Stream.mapAccum((): Work => emptyWork, (work, frame) => {
      last = evolveWork(work, frame)
      return [last, [last]] as const
    }),
    Stream.filter((work) => work.known && work.coming === undefined && is(work)), Stream.runHead,
    Effect.timeoutOrElse({ duration: "40 seconds", orElse: () => Effect.die(new Error(`the work is not as wanted: ${JSON.stringify({ ...last, changes: told(last.changes) })}`)) }))
  return Option.getOrThrow(found)
})

/** One line a change: what, where, how many lines, who. */
export const told = (changes: ReadonlyArray<PendingChange>): ReadonlyArray<string> => changes.map(({ added, agents, manual, operation, path, removed }) =>
  `${operation} ${path} +${added} -${removed} ${[...agents, ...(manual ? ["manual"] : [])].join(",")}`)
