/**
 * watch: a feed of the server into a callback, across lost connections.
 *
 * Owns when a feed is opened again and which failures are final. A feed resumes by what its `open` reads when it is
 * called: a chat's by its cursor, the others by being sent whole.
 */
import { Effect, type Latch, Stream } from "effect"
import type { CallFailure, Watcher } from "./Runner.ts"

/** Whether the same call can succeed later without anybody changing anything. */
export const isPassing = (failure: CallFailure): boolean => {
  switch (failure._tag) {
    case "RpcClientError": case "Unauthorized": return true
    case "ChatError": return failure.reason._tag === "Restarted" || failure.reason._tag === "ShuttingDown"
    case "ProjectError": return failure.reason._tag === "Unavailable"
    case "WorkError": return failure.reason._tag === "Unrecorded" || failure.reason._tag === "Deadline"
    case "FileError": case "TerminalError": case "BadRequest": return false
  }
}

/** Runs until interrupted, or until a failure that will not pass. `online` is open while there is a connection. */
export const watch = <A>(
  open: () => Stream.Stream<A, CallFailure>, watcher: Watcher<A>, online: Latch.Latch
): Effect.Effect<void> =>
  online.await.pipe(
    Effect.andThen(Stream.runForEach(Stream.suspend(open), (value) => Effect.sync(() => watcher.onValue(value)))),
    Effect.catchIf(isPassing, () => Effect.void),
    Effect.andThen(Effect.sleep("250 millis")),
    Effect.forever,
    Effect.catch((failure) => Effect.sync(() => watcher.onFailure(failure.message))),
    // the server's own defect: the feed is opened again, at a distance
    Effect.catchDefect(() => Effect.sleep("3 seconds").pipe(Effect.andThen(Effect.suspend(() => watch(open, watcher, online)))))
  )
