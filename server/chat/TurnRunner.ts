/**
 * A turn as one fiber: it runs the agent, passes on what it reports, and reports the one end, whoever brought it about.
 * Its sink is open for as long as the fiber runs: what an agent says after that has nowhere to go.
 */
import { Cause, Context, Deferred, Effect, Exit, Option } from "effect"
import type { AgentRequest, RequestAnswer } from "../../shared/AgentRequest.ts"
import { type AgentName, RequestId, type TurnId, type Who } from "../../shared/Ids.ts"
import type { TurnEnd } from "../../shared/SessionUpdate.ts"
import { type OwnTurn, StopNote, type TurnPrompt, type TurnSink } from "../agent/AgentBackend.ts"
import { keepLargeTexts, type PutText } from "./LargeTexts.ts"
import type { ChatAction, ChatMessage, ChatReply } from "./ChatMessage.ts"

/** What an actor can be told, by those who work for it. */
export interface Line {
  readonly cast: (message: ChatMessage) => Effect.Effect<void>
  readonly ask: (message: ChatMessage) => Effect.Effect<ChatReply, unknown>
}

/** Runs turns on the chat's agents. */
export interface RunTurn {
  /** Starting the agent if need be. */
  readonly prompt: (agent: AgentName, turn: TurnPrompt) => Effect.Effect<TurnEnd>
  /** Of an agent that speaks by itself. */
  readonly listen: (agent: AgentName, turn: OwnTurn) => Effect.Effect<TurnEnd>
  /** Whether paths lie in the worktree that they work in. */
  readonly areWithin: (paths: ReadonlyArray<string>) => Effect.Effect<boolean>
}

/** The annotation that a stop's interrupt carries. */
export const stopNote = (by: Who) => Context.make(StopNote, { by })

/** Questions of running turns, waiting for a person. */
export interface OpenQuestions {
  readonly ask: (requestId: RequestId) => Effect.Effect<RequestAnswer>
  readonly answer: (requestId: RequestId, answer: RequestAnswer) => Effect.Effect<void>
}

export const openQuestions = (): OpenQuestions => {
  const waiting = new Map<RequestId, Deferred.Deferred<RequestAnswer>>()
  return {
    ask: (requestId) => Effect.suspend(() => {
      const reply = Deferred.makeUnsafe<RequestAnswer>()
      waiting.set(requestId, reply)
      return Effect.ensuring(Deferred.await(reply), Effect.sync(() => waiting.delete(requestId)))
    }),
    answer: (requestId, answer) => Effect.suspend(() => {
      const reply = waiting.get(requestId)
      return reply === undefined ? Effect.void : Effect.asVoid(Deferred.succeed(reply, answer))
    })
  }
}

export interface TurnOptions {
  readonly action: Extract<ChatAction, { _tag: "RunTurn" | "Listen" }>
  readonly line: Line
  readonly requests: OpenQuestions
  readonly run: RunTurn
  readonly putText: PutText
  /** What an agent of this chat has yet to be told: the text, and the last note in it. */
  readonly news: (agent: AgentName) => { readonly text: string; readonly told: number | undefined }
  /** Whether all that the tool call of a permission names lies in the worktree. */
  readonly isWithin: (turnId: TurnId, request: AgentRequest) => Effect.Effect<boolean>
}

/**
 * How long the fact of a prompt's delivery waits for the agent's first word: longer than a warm agent takes that has a model at
 * hand (goose 33 ms, qwen 60 to 250), or its write would be under way when the word comes.
 */
const firstWord = "250 millis"

/**
 * Tells that the prompt was delivered together with what comes first of the agent, or after a moment: a write of its own
 * would hold up the first word of a quick agent.
 */
const delivery = (tell: Effect.Effect<void>) => {
  let due = false
  const now = Effect.suspend(() => {
    if (!due) return Effect.void
    due = false
    return tell
  })
  const soon = Effect.suspend(() => {
    due = true
    return Effect.asVoid(Effect.forkChild(Effect.andThen(Effect.sleep(firstWord), now)))
  })
  return { now, soon }
}
type Delivery = ReturnType<typeof delivery>

const cancelled: RequestAnswer = { _tag: "Cancelled" }

const sinkOf = ({ action: { turnId }, isWithin, line: { ask, cast }, putText, requests }: TurnOptions, delivered: Delivery, isOpen: () => boolean): TurnSink => ({
  delivered: delivered.soon,
  updates: (updates) => isOpen()
    ? Effect.flatMap(keepLargeTexts(putText, updates), (kept) =>
      Effect.andThen(delivered.now, Effect.ignore(ask({ _tag: "Update", turnId, updates: kept }))))
    : Effect.void,
  ask: (request, withdrawn = Effect.never) => Effect.suspend(() => {
    const requestId = RequestId.make(crypto.randomUUID())
    if (!isOpen()) return Effect.succeed(cancelled)
    // waits before it asks, so that no answer can come too early; asks before it withdraws
    return Effect.raceFirst(requests.ask(requestId), delivered.now.pipe(
      Effect.andThen(isWithin(turnId, request)),
      Effect.flatMap((within) => cast({ _tag: "Ask", turnId, requestId, request: within && request._tag === "Permission" ? { ...request, within } : request })), Effect.andThen(withdrawn),
      Effect.andThen(cast({ _tag: "Withdraw", turnId, requestId })), Effect.as(cancelled)))
  }),
  step: (step) => cast({ _tag: "Escalate", turnId, step })
})

/** What the exit of a turn's fiber means. */
export const endOf = (exit: Exit.Exit<TurnEnd>): TurnEnd => {
  if (Exit.isSuccess(exit)) return exit.value
  if (!Cause.hasInterruptsOnly(exit.cause)) {
    return { cause: { _tag: "AgentFailed", message: `boocode itself failed: ${Cause.pretty(exit.cause).split("\n")[0] ?? "unknown"}` } }
  }
  const note = Context.getOption(Cause.annotations(exit.cause), StopNote)
  return Option.match(note, {
    onNone: (): TurnEnd => ({ cause: { _tag: "ServerStopped" } }),
    onSome: ({ by }): TurnEnd => ({ cause: { _tag: "Stopped", by } })
  })
}

export const run = (options: TurnOptions): Effect.Effect<void> => Effect.suspend(() => {
  const { action, line, run } = options
  const { cast } = line
  let open = true
  const { agent, turnId } = action
  let told: number | undefined
  const delivered = delivery(Effect.suspend(() => cast({ _tag: "Deliver", turnId, told })))
  const notice = Effect.sync(() => {
    const news = options.news(agent)
    told = news.told
    return news.text
  })
  const sink = sinkOf(options, delivered, () => open)
  return Effect.suspend(() => action._tag === "Listen" ? run.listen(agent, { turnId, sink })
    : run.prompt(agent, { turnId, content: action.content, settings: action.settings, sink, notice })).pipe(
    Effect.onExit((exit) => Effect.suspend(() => {
      open = false
      return Effect.andThen(delivered.now, cast({ _tag: "EndTurn", turnId, end: endOf(exit) }))
    })),
    Effect.exit,
    Effect.asVoid
  )
})
