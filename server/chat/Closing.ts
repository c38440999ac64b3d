/** Closing archived chats: what runs in them is stopped at once, and their agents are let go when they are idle. */
import { Effect, Schedule, type Scope, Semaphore } from "effect"
import { openTurns } from "../../shared/Chat.ts"
import type { ChatError } from "../../shared/Errors.ts"
import type { ChatId, SessionId, Who } from "../../shared/Ids.ts"
import type { Registry } from "../actor/Registry.ts"
import { BackendKey } from "../agent/AgentBackend.ts"
import type { Backends } from "../agent/Backends.ts"
import type { Projects } from "../project/Projects.ts"
import type { ChatRows } from "../store/ChatRows.ts"
import type { Archive } from "./Archive.ts"
import type { ChatActor } from "./ChatActor.ts"

/** How often it is looked whether a chat's agents are idle, until they are. */
const lettingGo = Schedule.spaced("250 millis").pipe(Schedule.upTo({ duration: "2 minutes" }))

const settleLimit = "45 seconds"

export interface ClosingOptions {
  readonly archive: Archive
  readonly backends: Backends["Service"]
  readonly registry: Registry<ChatId, ChatActor, ChatError>
  /** What the letting go is done in. */
  readonly scope: Scope.Scope
}

/** Answers when all are told to stop. A chat that is reopened meanwhile keeps its agents. */
export const closing = ({ archive, backends, registry, scope }: ClosingOptions) => {
  /** A chat without an actor runs nothing. */
  const isQuiet = (chatId: ChatId) => Effect.flatMap(registry.running, (running) => running.includes(chatId)
    ? registry.use(chatId, (actor) => Effect.sync(() => openTurns(actor.current()).length === 0)).pipe(Effect.orElseSucceed(() => true))
    : Effect.succeed(true))

  const letGo = (chatId: ChatId) => Effect.gen(function*() {
    // an agent that is still being started is not live yet
    const quiet = yield* isQuiet(chatId)
    const live = (yield* backends.health).filter((backend) => backend.chatId === chatId)
    yield* Effect.forEach(live, ({ agent }) => backends.evict(new BackendKey({ chatId, agent })), { discard: true })
    return (quiet && live.length === 0) || archive.refusal(chatId) === undefined
  }).pipe(Effect.repeat({ until: (done) => done, schedule: lettingGo }))

  const close = Effect.fnUntraced(function*(chatIds: ReadonlyArray<ChatId>, by: Who) {
    const running = new Set(yield* registry.running)
    yield* Effect.forEach(chatIds.filter((chatId) => running.has(chatId)), (chatId) =>
      Effect.ignore(registry.use(chatId, (actor) => actor.stop(by))), { discard: true, concurrency: "unbounded" })
    yield* Effect.forkIn(Effect.forEach(chatIds, letGo, { discard: true, concurrency: "unbounded" }), scope)
  })
  return {
    close,
    /** Waits until nothing runs in them and no agent of theirs is left; false if that takes too long. */
    settled: (chatIds: ReadonlyArray<ChatId>) => Effect.forEach(chatIds, letGo, { concurrency: "unbounded" }).pipe(
      Effect.map((all) => all.every((done) => done)), Effect.timeoutOrElse({ duration: settleLimit, orElse: () => Effect.succeed(false) }))
  }
}

export interface ArchivingOptions {
  readonly archive: Archive
  readonly close: ReturnType<typeof closing>["close"]
  readonly settled: ReturnType<typeof closing>["settled"]
  readonly registry: Registry<ChatId, ChatActor, ChatError>
  readonly find: (chatId: ChatId) => Effect.Effect<unknown, ChatError>
  readonly projects: Projects["Service"]
  readonly rows: ChatRows["Service"]
}

/** Archives and reopens: row and memory are changed together, one after the other. So is what is deleted forgotten. */
export const archiving = ({ archive, close, find, projects, registry, rows, settled }: ArchivingOptions) => {
  const one = Semaphore.makeUnsafe(1)
  const chatIdsOf = (sessionId: SessionId) => Effect.map(Effect.orDie(rows.list(sessionId)), (all) => all.map(({ id }) => id))
  return {
    settled: (sessionId: SessionId) => Effect.flatMap(chatIdsOf(sessionId), settled),
    forgetting: Effect.fn("Chats.forgetting")(function*<E>(sessionId: SessionId, deletion: Effect.Effect<void, E>) {
      const chatIds = yield* chatIdsOf(sessionId)
      yield* deletion
      archive.forget(sessionId)
      yield* Effect.forEach(chatIds, (chatId) => registry.stop(chatId), { discard: true, concurrency: "unbounded" })
    }),
    archive: Effect.fn("Chats.archive")(function*(chatId: ChatId, archived: boolean, by: Who) {
      yield* find(chatId)
      yield* one.withPermit(Effect.andThen(Effect.orDie(rows.archive(chatId, archived)), Effect.sync(() => archive.setChat(chatId, archived))))
      if (archived) yield* close([chatId], by)
      yield* projects.changed
    }),
    archiveSession: Effect.fn("Chats.archiveSession")(function*(sessionId: SessionId, archived: boolean, by: Who) {
      yield* one.withPermit(Effect.andThen(projects.archiveSession(sessionId, archived), Effect.sync(() => archive.setSession(sessionId, archived))))
      if (archived) yield* close(yield* chatIdsOf(sessionId), by)
    })
  }
}
