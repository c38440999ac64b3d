/** boocode as a program of its own, driven by the typed client over a real websocket, as a page drives it. */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Deferred, Effect, type Scope, Stream } from "effect"
import type { Client } from "../client/rpc/Client.ts"
import type { LogEntry } from "../shared/ChatEvent.ts"
import type { ChatId } from "../shared/Ids.ts"
import type { Launch } from "../test/support/AcpProbe.ts"
import { makeRepository, newChat, newPromptId, prompt } from "../test/support/Journey.ts"
import { clientOf, type RunningServer, runServer, temporaryFolder } from "../test/support/RunningServer.ts"
import { now } from "./Figures.ts"
import type { Delta, Driven, TimedTurn } from "./TimedTurn.ts"

export interface Boocode {
  readonly server: RunningServer
  readonly client: Client
  /** A repository with one commit. */
  readonly project: string
}

/** A server on an empty data directory, and a client of it. `agents` are added to its catalogue by name. */
export const startBoocode = Effect.fnUntraced(function*(agents: Readonly<Record<string, Launch>> = {}) {
  const folder = yield* temporaryFolder
  const dataDir = join(folder, "data")
  mkdirSync(dataDir, { mode: 0o711 })
  writeFileSync(join(dataDir, "agents.json"), JSON.stringify({
    agents: Object.entries(agents).map(([name, launch]) => ({ name, ...launch }))
  }))
  const server = yield* runServer({ dataDir })
  return { server, client: yield* clientOf(server), project: makeRepository(folder) } satisfies Boocode
})

interface Listening {
  readonly deltas: Array<Delta>
  readonly ended: Deferred.Deferred<void>
}

const take = (entries: ReadonlyArray<LogEntry>, { deltas, ended }: Listening): void => {
  for (const { event } of entries) {
    if (event._tag === "TextAppended" && event.kind === "text") deltas.push({ at: now(), text: event.text })
    if (event._tag === "TurnEnded") Deferred.doneUnsafe(ended, Effect.void)
  }
}

/** A chat that is there, watched from now on. */
export const drive = Effect.fnUntraced(function*(client: Client, chatId: ChatId): Effect.fn.Return<Driven, never, Scope.Scope> {
  let listening: Listening | undefined
  const watching = yield* Deferred.make<void>()
  yield* client["chat.Watch"]({ chatId }).pipe(
    Stream.runForEach((frame) => Effect.sync(() => {
      Deferred.doneUnsafe(watching, Effect.void)
      if (frame._tag === "Events" && listening !== undefined) take(frame.events, listening)
    })), Effect.orDie, Effect.forkScoped)
  yield* Deferred.await(watching)
  return {
    turn: Effect.fnUntraced(function*(text) {
      const { deltas, ended } = listening = { deltas: [], ended: yield* Deferred.make<void>() }
      const startedAt = now()
      yield* Effect.orDie(prompt(client, chatId, text, newPromptId()))
      yield* Deferred.await(ended)
      return { startedAt, endedAt: now(), deltas } satisfies TimedTurn
    })
  }
})

/** A new chat in a session of its own, watched. Its agent, and the session's worktree, start with the first prompt. */
export const openChat = Effect.fnUntraced(function*({ client, project }: Boocode, agent: string) {
  const { id: chatId } = yield* newChat(client, project, agent).pipe(Effect.orDie)
  return { chatId, ...yield* drive(client, chatId) }
})
