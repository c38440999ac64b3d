/**
 * The one feed that every list is drawn from: read as a whole 50 ms after a change, for all that changed meanwhile,
 * whoever changed it and however many watch. Who is slow sees the newest only. While the database is away the last one
 * stands.
 */
import { Duration, Effect, PubSub, Queue, type Scope, Stream } from "effect"
import type { ChatRow, Directory, Project, Session } from "../../shared/Session.ts"

const pace = Duration.millis(50)
const afterTrouble = Duration.seconds(1)

/** Chats and sessions only of what is listed above them. */
export const directoryOf = (projects: ReadonlyArray<Project>, sessions: ReadonlyArray<Session>, chats: ReadonlyArray<ChatRow>): Directory => {
  const projectIds = new Set<string>(projects.map(({ id }) => id))
  const listed = sessions.filter(({ projectId }) => projectIds.has(projectId))
  const sessionIds = new Set<string>(listed.map(({ id }) => id))
  return { projects, sessions: listed, chats: chats.filter(({ sessionId }) => sessionIds.has(sessionId)) }
}

export interface DirectoryFeed {
  readonly directory: Stream.Stream<Directory>
  readonly changed: Effect.Effect<void>
}

export const makeDirectoryFeed = Effect.fnUntraced(function*<E extends { readonly message: string }>(
  read: Effect.Effect<Directory, E>
): Effect.fn.Return<DirectoryFeed, never, Scope.Scope> {
  const due = yield* Queue.sliding<void>(1)
  const published = yield* PubSub.sliding<Directory>({ capacity: 1, replay: 1 })
  const changed = Effect.asVoid(Queue.offer(due, undefined))
  const again = (error: E) => Effect.logWarning("the lists are not up to date", error.message).pipe(
    Effect.andThen(Effect.sleep(afterTrouble)), Effect.andThen(changed))
  const fresh = read.pipe(Effect.flatMap((directory) => PubSub.publish(published, directory)), Effect.catch(again))
  // not at once: most changes are a turn's start, whose agent has better use for the moment
  const next = Queue.take(due).pipe(Effect.andThen(Effect.sleep(pace)), Effect.andThen(Queue.clear(due)), Effect.andThen(fresh))
  yield* Effect.andThen(fresh, Effect.forever(next)).pipe(Effect.forkScoped)
  return { directory: Stream.fromPubSub(published), changed }
})
