/**
 * One chat, alive: its log, its state, its feed and the fibers of its running turns. The deciders decide; this runs
 * what they decide, in the order of the actor's loop. It knows no protocol and no SQL.
 */
import { Clock, Effect, Exit, FiberMap, Option, Schema, Scope, Semaphore, type Stream } from "effect"
import type { SqlError } from "effect/sql"
import type { AgentRequest } from "../../shared/AgentRequest.ts"
import { type Chat, empty, evolve, openTurns, untoldOf } from "../../shared/Chat.ts"
import { ChatEvent, type LogEntry } from "../../shared/ChatEvent.ts"
import { noticeOf } from "../../shared/ChatNote.ts"
import { ChatError } from "../../shared/Errors.ts"
import type { ChatFrame, Cursor } from "../../shared/Feed.ts"
import { type BootId, type ChatId, TurnId, type Who } from "../../shared/Ids.ts"
import { cutText, toOneLine } from "../../shared/Text.ts"
import * as Actor from "../actor/Actor.ts"
import { defaultIntensity } from "../actor/Supervisor.ts"
import type { EventLog } from "../store/EventLog.ts"
import type { LogError, LogRow } from "../store/LogTable.ts"
import * as Anchors from "./Anchors.ts"
import * as ChatFeed from "./ChatFeed.ts"
import type { Call, ChatAction, ChatMessage, ChatReply } from "./ChatMessage.ts"
import { compactTurn } from "./Compaction.ts"
import { decide } from "./decide.ts"
import type { PutText } from "./LargeTexts.ts"
import { pathsOf } from "./ToolReach.ts"
import * as TurnRunner from "./TurnRunner.ts"

export interface ChatActor {
  readonly ask: (message: ChatMessage) => Effect.Effect<ChatReply, ChatError>
  readonly cast: (message: ChatMessage) => Effect.Effect<void>
  /** Interrupts what runs at once, before it is recorded. */
  readonly stop: (by: Who) => Effect.Effect<ChatReply, ChatError>
  readonly watch: (cursor: Cursor | undefined) => Stream.Stream<ChatFrame>
  readonly current: () => Chat
  /** Waits until everything sent so far is handled. */
  readonly idle: Effect.Effect<void>
}

export interface ChatActorOptions {
  readonly chatId: ChatId
  readonly bootId: BootId
  readonly log: EventLog["Service"]
  readonly run: TurnRunner.RunTurn
  /** Keeps a large text by hash. */
  readonly putText: PutText
  /** Rows that are asked across chats, to be written with the events that change them; nothing where they stay. */
  readonly along: (before: Chat, after: Chat) => Effect.Effect<void, SqlError.SqlError> | undefined
  /** A turn has its end. Returns at once. */
  readonly turnEnded: (turnId: TurnId) => Effect.Effect<void>
  /** Told after each append. */
  readonly changed: (before: Chat, after: Chat) => Effect.Effect<void>
}

export type Ref = Actor.ActorRef<Call, ChatReply, ChatError>

const decodeEvent = Schema.decodeUnknownEffect(Schema.fromJsonString(ChatEvent))
const readPage = 2000
/** For a look at the disk, before a person is asked. */
const lookLimit = "2 seconds"

const restarted = (error: ChatError | Actor.ActorRestarted): ChatError =>
  error._tag === "ChatError" ? error : new ChatError({ reason: error.closed ? { _tag: "ShuttingDown" } : { _tag: "Restarted" } })

export const toRow = (entry: LogEntry): LogRow =>
  ({ seq: entry.seq, anchor: entry.anchor, at: entry.at, body: JSON.stringify(entry.event) })

export const fromRow = (row: LogRow): Effect.Effect<LogEntry, Schema.SchemaError> =>
  Effect.map(decodeEvent(row.body), (event) => ({ seq: row.seq, anchor: row.anchor, at: row.at, event }))

/**
 * The rows of a log that can be read. One that can't, of another version or another hand, costs its item and not the
 * chat; it stays in the log as it is, for who can read it.
 */
export const readable = (rows: ReadonlyArray<LogRow>): Effect.Effect<ReadonlyArray<LogEntry>> => Effect.map(
  Effect.forEach(rows, (row) => Effect.catch(fromRow(row), (error) => Effect.as(
    Effect.logError(`a row of the log can't be read and is left out (seq ${row.seq}): ${cutText(toOneLine(error.message), 200)}`), undefined))),
  (entries) => entries.filter((entry) => entry !== undefined))

/** One message folded over the state, its events in their places. Pure but for the anchors, which are told of each entry. */
const stepWith = (anchors: Anchors.Anchors) => (chat: Chat, call: Call): Actor.Step<Chat, LogEntry, ChatAction, ChatReply, ChatError> => {
  const { events, actions, reply } = decide(chat, call)
  let state = chat
  const entries = events.map((event): LogEntry => {
    const seq = state.seq + 1
    const entry = { seq, anchor: anchors.of(event, seq), at: call.at, event }
    anchors.observe(entry)
    state = evolve(state, entry)
    return entry
  })
  return { state, entries, actions, reply: reply._tag === "ChatError" ? Exit.fail(reply) : Exit.succeed(reply) }
}

/** The turns that an append starts, whichever is open besides. */
export const begunTurns = (before: Chat, after: Chat) => {
  if (before.turns.at(-1)?.turnId === after.turns.at(-1)?.turnId) return {}
  const known = new Set(before.turns.map(({ turnId }) => turnId))
  return { begun: after.turns.filter(({ turnId }) => !known.has(turnId)).map(({ agent, turnId }) => ({ turnId, agent })) }
}

const openTurnChange = (before: Chat, after: Chat, bootId: BootId) => {
  const was = openTurns(before)[0], is = openTurns(after)[0]
  if (was?.turnId === is?.turnId) return {}
  return { openTurn: is === undefined ? null : { turnId: is.turnId, agent: is.agent, bootId } }
}

export const make = Effect.fnUntraced(function*(options: ChatActorOptions): Effect.fn.Return<ChatActor, never, Scope.Scope> {
  const { chatId, bootId, log } = options
  const feed = ChatFeed.make()
  const clock = yield* Clock.Clock
  const stamp = (message: ChatMessage): Call =>
    ({ message, at: clock.currentTimeMillisUnsafe(), turnId: TurnId.make(crypto.randomUUID()), bootId })
  let epoch = 0
  /** Where the log holds what is to be compacted: the first row of each prompt that waits and of each turn. */
  const queuedAt = new Map<string, number>()
  const beganAt = new Map<TurnId, number>()
  /** Turns that have ended and are not compacted yet. */
  const uncompacted = new Set<TurnId>()
  const compacting = Semaphore.makeUnsafe(1)
  let fibers: FiberMap.FiberMap<TurnId> | undefined
  const requests = TurnRunner.openQuestions()
  /** Anew with each life: an append that failed leaves them ahead of the log. */
  let anchors = Anchors.make()

  const observe = ({ seq, event }: LogEntry) => {
    if (event._tag === "PromptQueued") queuedAt.set(event.prompt.promptId, seq)
    if (event._tag === "PromptWithdrawn") queuedAt.delete(event.promptId)
    if (event._tag === "TurnEnded") uncompacted.add(event.turnId)
    if (event._tag === "TurnStarted") {
      beganAt.set(event.turnId, queuedAt.get(event.promptId ?? "") ?? seq)
      queuedAt.delete(event.promptId ?? "")
    }
  }

  const refold = Effect.gen(function*() {
    const claimed = yield* log.claim(chatId)
    epoch = claimed.epoch
    fibers = yield* FiberMap.make<TurnId>()
    for (const known of [queuedAt, beganAt, uncompacted]) known.clear()
    anchors = Anchors.make()
    let chat = empty
    for (;;) {
      const rows = yield* log.read(chatId, chat.seq, readPage)
      for (const entry of yield* readable(rows).pipe(Effect.annotateLogs({ chatId }))) {
        observe(entry)
        anchors.observe(entry)
        chat = evolve(chat, entry)
      }
      // the last may be one that can't be read: its seq is taken all the same
      chat = { ...chat, seq: rows.at(-1)?.seq ?? chat.seq }
      if (rows.length < readPage) break
    }
    yield* Effect.forkScoped(Effect.forEach(Array.from(uncompacted), compact, { discard: true }))
    return chat
  })

  /** Seals an ended turn's items, one row each, unless a row among them can't be read. What is left undone here is redone at the next start. */
  const compact = (turnId: TurnId): Effect.Effect<void> => compacting.withPermit(Effect.gen(function*() {
    const first = beganAt.get(turnId)
    if (first === undefined || !uncompacted.has(turnId)) return
    const entries: Array<LogEntry> = []
    for (let after = first - 1;;) {
      const rows = yield* log.read(chatId, after, readPage)
      entries.push(...yield* Effect.forEach(rows, fromRow))
      after = rows.at(-1)?.seq ?? after
      if (rows.length < readPage || entries.some(({ event }) => event._tag === "TurnEnded" && event.turnId === turnId)) break
    }
    const { remove, rows } = compactTurn(entries, turnId)
    if (remove.length > 0) yield* log.replace({ chatId, epoch, remove, rows: rows.map(toRow) })
    uncompacted.delete(turnId)
    beganAt.delete(turnId)
  }).pipe(Effect.catch((error) => Effect.logWarning("compaction was left for later", error.message))))

  const perform = (action: ChatAction, self: Ref, scope: Scope.Scope): Effect.Effect<void> => {
    switch (action._tag) {
      case "RunTurn": case "Listen": {
        if (fibers === undefined) return Effect.void
        const line: TurnRunner.Line = { cast: (message) => self.cast(stamp(message)), ask: (message) => self.ask(stamp(message)) }
        const turn = TurnRunner.run({ action, line, requests, run: options.run, putText: options.putText, isWithin, news })
        return Effect.asVoid(FiberMap.run(fibers, action.turnId, turn, { startImmediately: true }))
      }
      case "InterruptTurn": return Effect.sync(() => interrupt(action.turnId, action.by))
      case "AnswerAgent": return requests.answer(action.requestId, action.answer)
      // as long as the server, not as this life: what was done is to be seen even so
      case "SnapshotWork": return options.turnEnded(action.turnId)
      case "Compact": return Effect.asVoid(Effect.forkIn(compact(action.turnId), scope))
    }
  }

  const news: TurnRunner.TurnOptions["news"] = (agent) => {
    const notes = untoldOf(feed.current(), agent)
    return { text: noticeOf(notes), told: notes.at(-1)?.anchor }
  }

  /** Of what a permission is about: all paths that it names, and it names some. */
  const isWithin = (turnId: TurnId, request: AgentRequest) => Effect.suspend(() => {
    if (request._tag !== "Permission") return Effect.succeed(false)
    const item = feed.current().items.findLast((one) => one._tag === "Tool" && one.turnId === turnId && one.call.toolCallId === request.toolCallId)
    const paths = item?._tag === "Tool" ? pathsOf(item.call) : []
    return paths.length === 0 ? Effect.succeed(false) : options.run.areWithin(paths).pipe(
      Effect.timeoutOrElse({ duration: lookLimit, orElse: () => Effect.succeed(false) }))
  })

  const interrupt = (turnId: TurnId, by: Who) => {
    if (fibers === undefined) return
    const fiber = FiberMap.getUnsafe(fibers, turnId)
    if (Option.isSome(fiber)) fiber.value.interruptUnsafe(undefined, TurnRunner.stopNote(by))
  }

  const ref = yield* Actor.make<Chat, Call, LogEntry, ChatAction, ChatReply, ChatError, LogError>({
    recover: refold,
    started: () => stamp({ _tag: "Recover" }),
    step: (chat, call) => stepWith(anchors)(chat, call),
    append: (before, entries, after) => log.append({
      chatId, epoch, expected: before.seq, rows: entries.map(toRow), ...openTurnChange(before, after, bootId), ...begunTurns(before, after), also: options.along(before, after)
    }).pipe(Effect.andThen(options.changed(before, after))),
    publish: (chat, entries) => {
      entries.forEach(observe)
      feed.publish(epoch, chat, entries)
    },
    perform
  }, defaultIntensity)

  return {
    cast: (message) => Effect.suspend(() => ref.cast(stamp(message))),
    ask: (message) => Effect.mapError(Effect.suspend(() => ref.send(stamp(message))), restarted),
    stop: (by) => Effect.suspend(() => {
      const reply = ref.send(stamp({ _tag: "Stop", by }))
      for (const turn of openTurns(feed.current())) interrupt(turn.turnId, by)
      return Effect.mapError(reply, restarted)
    }),
    watch: feed.watch,
    current: feed.current,
    idle: ref.idle
  }
})
