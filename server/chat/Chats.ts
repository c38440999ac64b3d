/**
 * The chats, as a service: everything that is done to a chat by its id. Actors are started on demand and kept while
 * somebody watches or a turn runs. Its methods exchange ids, Schema values, typed errors and streams, so that another
 * machine can host it.
 */
import { Context, Effect, Layer, Stream } from "effect"
import type { RequestAnswer } from "../../shared/AgentRequest.ts"
import { type Chat, factsOf } from "../../shared/Chat.ts"
import { forkOf, type Rewound } from "../../shared/ChatNote.ts"
import type { ContentBlock } from "../../shared/Content.ts"
import { ChatError, ProjectError } from "../../shared/Errors.ts"
import type { ChatFrame, Cursor } from "../../shared/Feed.ts"
import { ChatId } from "../../shared/Ids.ts"
import type { AgentName, BootId, PromptId, RequestId, SessionId, TurnId, Who } from "../../shared/Ids.ts"
import type { Accepted, ChatPage } from "../../shared/rpc/ChatRpc.ts"
import type { ChatRow } from "../../shared/Session.ts"
import type { TurnSettings } from "../../shared/Turn.ts"
import * as Registry from "../actor/Registry.ts"
import { type BackendHost, BackendKey } from "../agent/AgentBackend.ts"
import { AgentCatalog } from "../agent/AgentCatalog.ts"
import { Backends } from "../agent/Backends.ts"
import { Projects } from "../project/Projects.ts"
import { Blobs } from "../store/Blobs.ts"
import { ChatRows } from "../store/ChatRows.ts"
import { EventLog } from "../store/EventLog.ts"
import { TurnsAtWork } from "../work/change/TurnsAtWork.ts"
import { Setups } from "../work/worktree/Setups.ts"
import { areWithin } from "../work/git/Within.ts"
import { Worktrees } from "../work/worktree/Worktrees.ts"
import * as Archive from "./Archive.ts"
import * as ChatActor from "./ChatActor.ts"
import type { ChatMessage, ChatReply } from "./ChatMessage.ts"
import { pageFrom } from "./ChatPages.ts"
import { makeAlong } from "./ChatLists.ts"
import { archiving, closing } from "./Closing.ts"
import { offering } from "./Offering.ts"
import { makePlaces } from "./Places.ts"
import { settingUp } from "./SettingUp.ts"
import { transcriptOf } from "./Transcript.ts"
import { turnWork } from "./TurnWork.ts"
import type { RunTurn } from "./TurnRunner.ts"

export interface PromptCall {
  readonly chatId: ChatId
  readonly promptId: PromptId
  readonly content: ReadonlyArray<ContentBlock>
  readonly agent?: AgentName | undefined
  readonly settings?: TurnSettings | undefined
  readonly by: Who
}

type Done = Effect.Effect<void, ChatError>

export class Chats extends Context.Service<Chats, {
  readonly create: (sessionId: SessionId, agent: AgentName | undefined, by: Who) => Effect.Effect<ChatRow, ChatError | ProjectError>
  /** Answers when the prompt is durable. Idempotent by its id. */
  readonly prompt: (call: PromptCall) => Effect.Effect<Accepted, ChatError>
  readonly stop: (chatId: ChatId, by: Who) => Effect.Effect<{ readonly turnId?: TurnId }, ChatError>
  readonly changePrompt: (chatId: ChatId, promptId: PromptId, content: ReadonlyArray<ContentBlock>, by: Who) => Done
  readonly withdrawPrompt: (chatId: ChatId, promptId: PromptId, by: Who) => Done
  readonly resumeQueue: (chatId: ChatId, by: Who) => Done
  readonly setTitle: (chatId: ChatId, title: string, by: Who) => Done
  readonly setSettings: (chatId: ChatId, agent: AgentName, settings: TurnSettings, by: Who) => Done
  readonly answer: (chatId: ChatId, requestId: RequestId, answer: RequestAnswer, by: Who) => Done
  /** What it covered is asked again from now on. */
  readonly revokeRule: (chatId: ChatId, ruleId: RequestId, by: Who) => Done
  /** What runs in an archived chat is stopped, its queue held, its agents let go; nothing begins in it until it is reopened. */
  readonly archive: (chatId: ChatId, archived: boolean, by: Who) => Done
  /** Every chat of the session with it, as long as it is archived. */
  readonly archiveSession: (sessionId: SessionId, archived: boolean, by: Who) => Effect.Effect<void, ProjectError>
  /** Of files that were put back, where the chat had a turn. The same again does nothing. */
  readonly tellRewound: (chatId: ChatId, rewound: Rewound) => Done
  /** Waits until nothing runs in an archived session and its agents are gone; false if that takes too long. */
  readonly settled: (sessionId: SessionId) => Effect.Effect<boolean>
  /** Deletes a session's rows, and ends what holds its chats in memory. */
  readonly forgetting: <E>(sessionId: SessionId, deletion: Effect.Effect<void, E>) => Effect.Effect<void, E>
  readonly watch: (chatId: ChatId, cursor: Cursor | undefined) => Stream.Stream<ChatFrame, ChatError>
  readonly older: (chatId: ChatId, before: number, limit: number) => Effect.Effect<ChatPage, ChatError>
  readonly blob: (hash: string) => Effect.Effect<string, ChatError>
  /** Ends every turn that a dead boot left open. To be run before anything is admitted. */
  readonly recover: Effect.Effect<void>
}>()("boocode/chat/Chats") {
  static readonly layer = (options: ChatsOptions) => Layer.effect(Chats, make(options))
}

export interface ChatsOptions { readonly bootId: BootId }

/** How long an actor is kept that nobody uses. */
const idleTimeToLive = "10 minutes"
const recoveries = 8

/** What an agent that starts is told of its session. */
const sessionIn = (chat: Chat, agent: AgentName) => {
  const { agentSessionId, turns } = factsOf(chat, agent)
  return agentSessionId === undefined ? { forked: turns > 0 && forkOf(chat.notes) !== undefined } : { agentSessionId }
}

const unknownChat = (chatId: ChatId) => new ChatError({ reason: { _tag: "UnknownChat", chatId } })

const make = Effect.fnUntraced(function*({ bootId }: ChatsOptions) {
  const log = yield* EventLog
  const rows = yield* ChatRows
  const blobs = yield* Blobs
  const worktrees = yield* Worktrees
  const setups = yield* Setups
  const backends = yield* Backends
  const catalog = yield* AgentCatalog
  const projects = yield* Projects
  const { along, changed } = yield* makeAlong
  const turns = yield* TurnsAtWork
  const scope = yield* Effect.scope
  const places = makePlaces(backends)
  const archive = Archive.make(yield* Effect.orDie(Effect.all({ chats: rows.archived, sessions: projects.archivedSessions })))

  /** The database may be away for a while: reads wait with the rest. What remains is a defect. */
  const rowOf = (chatId: ChatId) => rows.find(chatId).pipe(Effect.orDie,
    Effect.flatMap((row) => row === undefined ? Effect.fail(unknownChat(chatId)) : Effect.succeed(row)))

  const currentOf = (chatId: ChatId): Effect.Effect<Chat, ChatError> =>
    registry.use(chatId, (actor) => Effect.map(actor.idle, actor.current))

  /** A backend may outlive the actor that started it, so it finds the chat by its id. */
  const hostOf = (chatId: ChatId, sessionId: SessionId, agent: AgentName): BackendHost => ({
    prepare: Effect.zip(worktrees.ensure(sessionId), currentOf(chatId)).pipe(
      // the lists say where it works
      Effect.tap(([worktree]) => Effect.andThen(places.starts(new BackendKey({ chatId, agent }))(worktree), projects.changed)),
      Effect.mapError((error) => error.message),
      Effect.map(([{ path }, chat]) => ({ cwd: path, ...sessionIn(chat, agent) }))),
    note: (fact) => Effect.ignore(registry.use(chatId, (actor) => actor.cast({ _tag: "Note", agent, fact }))),
    transcript: Effect.map(currentOf(chatId), (chat) => transcriptOf(chat)).pipe(Effect.orElseSucceed(() => "")),
    speaks: tell(chatId, { _tag: "Speak", agent }).pipe(
      Effect.map((reply) => reply._tag === "Speaking" && reply.turnId !== undefined), Effect.orElseSucceed(() => false))
  })

  const start = Effect.fnUntraced(function*(chatId: ChatId) {
    const { sessionId } = yield* rowOf(chatId)
    archive.place(chatId, sessionId)
    // a turn keeps its actor
    const kept = <A>(turn: Effect.Effect<A>) => registry.use(chatId, () => turn).pipe(Effect.orDie)
    const at = turnWork({ turns, chatId, sessionId })
    const run: RunTurn = {
      prompt: (agent, turn) => kept(at.prompted(agent, turn, (seen) => Effect.andThen(
        settingUp({ turns, setups, sessionId, seated: places.comes(new BackendKey({ chatId, agent })) }, seen),
        backends.run(new BackendKey({ chatId, agent }), hostOf(chatId, sessionId, agent), seen)))),
      listen: (agent, turn) => kept(at.own(agent, turn, (seen) => backends.listen(new BackendKey({ chatId, agent }), seen))),
      areWithin: (paths) => worktrees.ensure(sessionId).pipe(
        Effect.flatMap(({ path }) => areWithin(path, paths)), Effect.orElseSucceed(() => false))
    }
    return yield* ChatActor.make({ chatId, bootId, log, putText: (text) => Effect.orDie(blobs.put(text)), run, along: along(chatId), changed, turnEnded: (turnId) => Effect.asVoid(Effect.forkIn(turns.ended(turnId), scope, { startImmediately: true })) })
  })
  const registry: Registry.Registry<ChatId, ChatActor.ChatActor, ChatError> = yield* Registry.make({ start, idleTimeToLive })
  const closes = closing({ archive, backends, registry, scope })
  const tell = (chatId: ChatId, message: ChatMessage): Effect.Effect<ChatReply, ChatError> =>
    registry.use(chatId, (actor) => actor.ask(message))
  const done = (chatId: ChatId, message: ChatMessage) => Effect.asVoid(tell(chatId, message))
  const { listed, offered } = offering(catalog, scope)

  /** Of a chat whose actor runs; looked at when it is begun, so that nothing slips in behind an archive's stop. */
  const beginning = <A, E>(chatId: ChatId, effect: Effect.Effect<A, E>): Effect.Effect<A, E | ChatError> => Effect.suspend((): Effect.Effect<A, E | ChatError> => {
    const refused = archive.refusal(chatId)
    return refused === undefined ? effect : Effect.fail(refused)
  })

  return Chats.of({
    create: Effect.fn("Chats.create")(function*(sessionId, wanted, by) {
      const session = yield* projects.session(sessionId)
      if (session.archivedAt !== null) return yield* new ProjectError({ reason: { _tag: "Archived", sessionId } })
      if (wanted !== undefined) yield* listed(wanted)
      const before = yield* Effect.orDie(rows.list(sessionId))
      const agent = wanted ?? before.at(-1)?.agent ?? (yield* catalog.preferred)
      const row = yield* Effect.orDie(rows.create(sessionId, agent))
      yield* done(row.id, { _tag: "SetSettings", agent, settings: {}, by })
      yield* projects.changed
      return row
    }),
    prompt: Effect.fn("Chats.prompt")(function*({ chatId, promptId, content, agent, settings, by }) {
      const reply = yield* registry.use(chatId, (actor) => {
        const name = agent ?? actor.current().agent
        return beginning(chatId, Effect.andThen(name === undefined ? Effect.void : offered(name),
          beginning(chatId, actor.ask({ _tag: "Prompt", promptId, content, agent, settings, by }))))
      })
      return reply._tag === "Accepted" && reply.turnId !== undefined ? { promptId, turnId: reply.turnId } : { promptId }
    }),
    stop: Effect.fn("Chats.stop")(function*(chatId, by) {
      const reply = yield* registry.use(chatId, (actor) => actor.stop(by))
      return reply._tag === "Stopping" && reply.turnId !== undefined ? { turnId: reply.turnId } : {}
    }),
    changePrompt: (chatId, promptId, content, by) => done(chatId, { _tag: "ChangePrompt", promptId, content, by }),
    withdrawPrompt: (chatId, promptId, by) => done(chatId, { _tag: "WithdrawPrompt", promptId, by }),
    resumeQueue: (chatId, by) => Effect.asVoid(registry.use(chatId, (actor) => beginning(chatId, actor.ask({ _tag: "ResumeQueue", by })))),
    setTitle: (chatId, title, by) => done(chatId, { _tag: "SetTitle", title, by }),
    setSettings: (chatId, agent, settings, by) => Effect.andThen(listed(agent), done(chatId, { _tag: "SetSettings", agent, settings, by })),
    answer: (chatId, requestId, answer, by) => done(chatId, { _tag: "Answer", requestId, answer, by }),
    revokeRule: (chatId, ruleId, by) => done(chatId, { _tag: "RevokeRule", ruleId, by }),
    ...archiving({ archive, ...closes, find: rowOf, projects, registry, rows }),
    tellRewound: (chatId, rewound) => done(chatId, { _tag: "TellRewound", rewound }),
    watch: (chatId, cursor) => Stream.unwrap(Effect.map(registry.get(chatId), (actor) => actor.watch(cursor))),
    older: Effect.fn("Chats.older")(function*(chatId, before, limit) {
      yield* rowOf(chatId)
      const page = yield* Effect.orDie(log.readOlder(chatId, before, limit))
      return yield* pageFrom(page, limit).pipe(Effect.annotateLogs({ chatId }))
    }),
    blob: (hash) => Effect.flatMap(Effect.orDie(blobs.get(hash)), (text) => text === undefined
      ? Effect.fail(new ChatError({ reason: { _tag: "UnknownBlob", hash } })) : Effect.succeed(text)),
    recover: Effect.gen(function*() {
      const open = yield* log.openTurns
      yield* Effect.forEach(open, ({ chatId }) => registry.use(ChatId.make(chatId), (actor) => actor.idle), { concurrency: recoveries, discard: true })
    }).pipe(Effect.orDie)
  })
})
