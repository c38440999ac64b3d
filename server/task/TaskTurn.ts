/** The turns of tasks: one on an agent in the task's own worktree, or a prompt in a chat. Both end with what is kept of them. */
import { Cause as Ended, Context, Effect, Exit, Option, Stream } from "effect"
import { ChatError } from "../../shared/Errors.ts"
import { applyFrame, type Watched } from "../../shared/Feed.ts"
import { ChatId, PromptId, TurnId, type Who } from "../../shared/Ids.ts"
import type { TurnUpdate } from "../../shared/SessionUpdate.ts"
import type { Task } from "../../shared/Task.ts"
import { type Cause, isOpen as isOpenTurn, type TurnSettings, type Usage } from "../../shared/Turn.ts"
import { type BackendHost, BackendKey, StopNote, type TurnSink } from "../agent/AgentBackend.ts"
import type { Backends } from "../agent/Backends.ts"
import type { Chats } from "../chat/Chats.ts"
import { answerByRule } from "./TaskDecider.ts"

export interface TaskEnd {
  readonly cause: Cause
  /** The agent's last text. */
  readonly said: string
  readonly usage?: Usage | undefined
}

/** Nothing remembers such a turn: what is reported of it goes nowhere but into its end. */
const record = (autonomous: boolean) => {
  const texts = new Map<string, string>()
  let last: string | undefined
  let usage: Usage | undefined
  const take = (update: TurnUpdate) => {
    if (update._tag === "Usage") usage = update.usage
    if (update._tag !== "Text" || update.kind !== "text") return
    last = update.partId
    texts.set(last, (texts.get(last) ?? "") + update.text)
  }
  const sink: TurnSink = {
    delivered: Effect.void,
    updates: (updates) => Effect.sync(() => { updates.forEach(take) }),
    ask: (request) => Effect.succeed(answerByRule(request, autonomous)),
    step: () => Effect.void
  }
  return { sink, end: (cause: Cause): TaskEnd => ({ cause, said: last === undefined ? "" : texts.get(last) ?? "", usage }) }
}

const causeOf = (exit: Exit.Failure<unknown, never>): Cause =>
  Option.match(Context.getOption(Ended.annotations(exit.cause), StopNote), {
    onNone: (): Cause => ({ _tag: "ServerStopped" }), onSome: ({ by }): Cause => ({ _tag: "Stopped", by })
  })

type Restore = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

/** Runs the task on a backend of its own, which is ended with it. Only the turn is interrupted, and that is its end. */
export const oneShot = (backends: Backends["Service"], task: Task, cwd: string, restore: Restore): Effect.Effect<TaskEnd> => Effect.suspend(() => {
  // as if the task were a chat: nobody else has its id
  const key = new BackendKey({ chatId: ChatId.make(task.id), agent: task.agent })
  const host: BackendHost = { prepare: Effect.succeed({ cwd }), note: () => Effect.void, transcript: Effect.succeed(""), speaks: Effect.succeed(false) }
  const { end, sink } = record(task.autonomous)
  const turn = { turnId: TurnId.make(crypto.randomUUID()), content: [{ type: "text" as const, text: task.input }], settings: task.settings, sink }
  return Effect.exit(restore(backends.run(key, host, turn))).pipe(
    Effect.map((exit) => end(Exit.isSuccess(exit) ? exit.value.cause : causeOf(exit))),
    Effect.ensuring(backends.evict(key)))
})

/** The id of the prompt that a task is in a chat: the same after a restart of the server. */
export const promptIdOf = ({ id }: Task): PromptId => PromptId.make(id)

/** Withdraws the task's prompt, or stops its turn where that has begun; no other's. */
export const takeBack = (chats: Chats["Service"], task: Task, chatId: ChatId, by: Who): Effect.Effect<void> =>
  chats.withdrawPrompt(chatId, promptIdOf(task), by).pipe(
    Effect.catch(() => Effect.flatMap(Stream.runHead(chats.watch(chatId, undefined)), (frame) => {
      const runs = Option.isSome(frame) && frame.value._tag === "Snapshot" &&
        frame.value.chat.turns.some((turn) => turn.promptId === promptIdOf(task) && isOpenTurn(turn))
      return runs ? chats.stop(chatId, by) : Effect.void
    })),
    Effect.ignore)

/**
 * Prompts the chat, and follows the prompt to the end of its turn. `started` runs when its turn begins. A prompt whose task was
 * cancelled while it was on its way is taken back.
 */
export const inChat = Effect.fnUntraced(function*(
  chats: Chats["Service"], task: Task, chatId: ChatId, isOpen: Effect.Effect<boolean>, started: Effect.Effect<void>
): Effect.fn.Return<TaskEnd | undefined, ChatError> {
  const promptId = promptIdOf(task)
  const settings: TurnSettings = { ...(task.autonomous ? { permissions: "all" } : {}), ...task.settings }
  yield* chats.prompt({
    chatId, promptId, content: [{ type: "text", text: task.input }], agent: task.agent, by: task.by,
    ...(Object.keys(settings).length === 0 ? {} : { settings })
  })
  if (!(yield* isOpen)) {
    yield* takeBack(chats, task, chatId, task.by)
    return undefined
  }
  let begun = false
  const ended = yield* chats.watch(chatId, undefined).pipe(
    Stream.mapAccum((): Watched | undefined => undefined, (watched, frame) => {
      const next = applyFrame(watched, frame)
      return [next, next === undefined ? [] : [next.chat]] as const
    }),
    Stream.mapEffect((chat) => Effect.gen(function*() {
      const turn = chat.turns.find((one) => one.promptId === promptId)
      // neither queued nor begun: withdrawn
      if (turn === undefined) return chat.queue.some((one) => one.promptId === promptId) ? [] : [undefined]
      if (!begun) {
        begun = true
        yield* started
      }
      if (turn.cause === undefined) return []
      const said = chat.items.findLast((item) => item._tag === "Text" && item.kind === "text" && item.turnId === turn.turnId)
      const end: TaskEnd = { cause: turn.cause, said: said?._tag === "Text" ? said.text : "", usage: turn.usage }
      return [end]
    })),
    Stream.filter((found) => found.length > 0), Stream.runHead)
  return Option.getOrUndefined(ended)?.[0]
})
