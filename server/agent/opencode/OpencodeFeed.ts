/**
 * The events of a directory, followed for as long as the scope is open. A connection that breaks is made again; what was said
 * meanwhile is lost, opencode replays nothing, so whoever listens is told of the gap.
 */
import { Deferred, Effect, type Scope, Stream } from "effect"
import type { AgentError } from "../AgentError.ts"
import type { OpencodeApi } from "./OpencodeApi.ts"
import { decodeEvent, type OpencodeEvent } from "./OpencodeEvent.ts"

export interface FeedOptions {
  readonly api: OpencodeApi
  readonly directory: string
  /** Waited for before the next event is read. */
  readonly onEvent: (event: OpencodeEvent) => Effect.Effect<void>
  /** Sees every event as it came. */
  readonly onWire: (value: unknown) => void
  /** A new connection stands. */
  readonly onGap: Effect.Effect<void>
}

const firstPause = 50
const longestPause = 2_000

const isGreeting = (value: unknown): boolean => typeof value === "object" && value !== null && "type" in value && value.type === "server.connected"

/** Returns when the first connection stands; fails where it can't be made. */
export const follow = Effect.fnUntraced(function*({ api, directory, onEvent, onGap, onWire }: FeedOptions): Effect.fn.Return<void, AgentError, Scope.Scope> {
  const connected = Deferred.makeUnsafe<void, AgentError>()
  let pause = firstPause

  const greeted = Effect.suspend(() => {
    pause = firstPause
    return Deferred.isDoneUnsafe(connected) ? onGap : Effect.asVoid(Deferred.succeed(connected, undefined))
  })
  const connection = api.events(directory).pipe(Stream.runForEach((value) => {
    if (isGreeting(value)) return greeted
    onWire(value)
    const event = decodeEvent(value)
    return event === undefined ? Effect.void : Effect.catchDefect(onEvent(event), (defect) => Effect.logError(`An event of opencode's (${event.type}) was passed over.`, defect))
  }))
  yield* connection.pipe(
    Effect.catch((error) => Deferred.fail(connected, error)), // no news once it has stood
    Effect.andThen(Effect.suspend(() => {
      pause = Math.min(pause * 2, longestPause)
      return Effect.sleep(pause)
    })),
    Effect.forever,
    Effect.forkScoped)
  return yield* Deferred.await(connected)
})
