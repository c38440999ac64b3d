/**
 * One turn on one life of an ACP agent, from its settings to its end. Interrupting it is the stop: what it asked is
 * answered, the protocol's cancel is sent, and where the agent does not obey within its grace its process is ended.
 * Whatever ends it, everything that the agent said in it is told.
 */
import { Cause, Clock, Context, Deferred, type Duration, Effect, Exit, Fiber, Option, Schema, type Scope } from "effect"
import { type OwnTurn, StopNote, type TurnPrompt } from "../AgentBackend.ts"
import type { AgentError } from "../AgentError.ts"
import * as Coalescer from "../Coalescer.ts"
import type { AcpLife, ActiveTurn } from "./AcpLife.ts"
import { AcpPrompted } from "./AcpUpdate.ts"

export interface TurnOptions {
  /** How long a cancelled agent may take to end its turn. */
  readonly cancelGrace: Duration.Input
  /** Shows that the agent is at work, for as long as the scope is open. */
  readonly busy: Effect.Effect<void, never, Scope.Scope>
  /** A life that went down is seen to be over when this returns. */
  readonly noticed: (life: AcpLife) => Effect.Effect<void>
}

type Answer = Fiber.Fiber<unknown, AgentError>

/** Where nobody asked for the end, there is no time: the server is going, or its actor begins anew. */
const hurry = "100 millis"
const patience = "1 second"

const decodePrompted = Schema.decodeUnknownOption(AcpPrompted)

/** What the agent has answered, if it has. */
const answerOf = (answer: Answer): AcpPrompted => {
  const exit = answer.pollUnsafe()
  return exit !== undefined && Exit.isSuccess(exit) ? Option.getOrElse(decodePrompted(exit.value), () => ({})) : {}
}

/** Waits until the agent has answered a prompt, else ends it. */
export const answeredOrGone = (life: AcpLife, answer: Answer, grace: Duration.Input): Effect.Effect<void> =>
  Effect.flatMap(Effect.timeoutOption(Fiber.await(answer), grace), (answered) => Option.isNone(answered) ? life.process.stop : Effect.void)

const cancel = ({ connection, session: { sessionId } }: AcpLife, limit: Duration.Input) =>
  connection.notify("session/cancel", { sessionId }).pipe(Effect.timeoutOption(limit), Effect.ignore)

const applySettings = Effect.fnUntraced(function*(life: AcpLife, { mode, model, thinking }: TurnPrompt["settings"]) {
  if (model !== undefined) yield* life.setOption("model", model)
  if (mode !== undefined) yield* life.setOption("mode", mode)
  if (thinking !== undefined) yield* life.setOption("thought_level", thinking)
})

/** Closes what the turn has asked, and has it cancelled. Returns when the agent has answered or is gone. */
const settle = Effect.fnUntraced(function*(life: AcpLife, { closed, coalescer, sink }: ActiveTurn, answer: Answer, grace: Duration.Input) {
  yield* Deferred.succeed(closed, undefined)
  yield* coalescer.letGo
  yield* sink.step("cancel")
  yield* cancel(life, patience)
  yield* answeredOrGone(life, answer, grace)
})

const activate = Effect.fnUntraced(function*({ sink }: OwnTurn): Effect.fn.Return<ActiveTurn, never, Scope.Scope> {
  return { coalescer: yield* Coalescer.make(sink.updates), sink, closed: Deferred.makeUnsafe(), broken: Deferred.makeUnsafe() }
})

const isInterrupted = (exit: Exit.Exit<unknown, unknown>) => Exit.isFailure(exit) && Cause.hasInterrupts(exit.cause)
const isStopped = (exit: Exit.Exit<unknown, unknown>) =>
  isInterrupted(exit) && Exit.isFailure(exit) && Option.isSome(Context.getOption(Cause.annotations(exit.cause), StopNote))

/** What was said is durable then, unless that takes too long at a stop. `restore` makes room for a stop meanwhile. */
const tellRest = (
  { coalescer: { flush } }: ActiveTurn, exit: Exit.Exit<unknown, unknown>, { cancelGrace }: TurnOptions, restore: typeof Effect.interruptible
): Effect.Effect<unknown> => isInterrupted(exit)
  ? Effect.timeoutOption(flush, isStopped(exit) ? cancelGrace : hurry) : Effect.exit(restore(flush))

/** Between the last words of an agent that is going down and the news of its end. */
const farewell = "300 millis"

/** An agent that answers `cancelled` though nobody asked may be going down: its end is the better reason. */
const orGone = (life: AcpLife, answer: Effect.Effect<unknown, AgentError>): Effect.Effect<unknown, AgentError> => Effect.flatMap(answer, (said) => {
  const { stopReason } = Option.getOrElse(decodePrompted(said), (): AcpPrompted => ({}))
  return stopReason === "cancelled" ? Effect.as(Effect.timeoutOption(life.connection.closed, farewell), said) : Effect.succeed(said)
})

export const run = (life: AcpLife, turn: TurnPrompt, options: TurnOptions): Effect.Effect<AcpPrompted, AgentError> =>
  Effect.uninterruptibleMask((restore) => Effect.scoped(Effect.gen(function*() {
    yield* restore(applySettings(life, turn.settings))
    const active = yield* activate(turn)
    yield* Effect.acquireRelease(life.begin(active), () => life.end)
    yield* options.busy
    yield* turn.sink.delivered
    const answer = yield* life.prompt(turn.content, turn.notice === undefined ? "" : yield* turn.notice)
    const exit = yield* Effect.exit(restore(Effect.raceFirst(orGone(life, Fiber.join(answer)), Deferred.await(active.broken))))
    if (isStopped(exit) || Deferred.isDoneUnsafe(active.broken)) yield* settle(life, active, answer, options.cancelGrace)
    else if (isInterrupted(exit)) yield* cancel(life, hurry)
    yield* Deferred.succeed(active.closed, undefined)
    const prompted = answerOf(answer)
    yield* life.answered(prompted)
    yield* tellRest(active, exit, options, restore)
    if (Exit.isSuccess(exit)) return prompted
    if (!isInterrupted(exit)) yield* options.noticed(life)
    return yield* Effect.failCause(exit.cause)
  })))

/** An agent that speaks by itself has ended when it has said nothing for this long. */
const quietMillis = 3000
/** One that was told to stop may be quicker. */
const hushMillis = 1000

const quiet = (life: AcpLife, forMillis: number): Effect.Effect<void> => Effect.flatMap(Clock.currentTimeMillis, (now) => {
  const left = life.quietAt(forMillis) - now
  return left <= 0 ? Effect.void : Effect.andThen(Effect.sleep(left), quiet(life, forMillis))
})

/** Has an agent that nobody prompted fall silent, or ends it: there is no answer to wait for. */
const hush = Effect.fnUntraced(function*(life: AcpLife, { closed, coalescer, sink }: ActiveTurn, grace: Duration.Input) {
  yield* Deferred.succeed(closed, undefined)
  yield* coalescer.letGo
  yield* sink.step("cancel")
  yield* cancel(life, patience)
  const silent = yield* Effect.timeoutOption(quiet(life, hushMillis), grace)
  if (Option.isNone(silent)) yield* life.process.stop
})

/** Takes what the agent says by itself, until it is quiet or a prompt is `due`. */
export const listen = (life: AcpLife, turn: OwnTurn, options: TurnOptions, due: Effect.Effect<void>): Effect.Effect<void, AgentError> =>
  Effect.uninterruptibleMask((restore) => Effect.scoped(Effect.gen(function*() {
    const active = yield* activate(turn)
    if (!(yield* Effect.acquireRelease(life.beginOwn(active), (begun) => begun ? life.end : Effect.void))) return
    yield* options.busy
    yield* turn.sink.delivered
    const over = Effect.raceAllFirst([quiet(life, quietMillis), due, Deferred.await(active.broken), life.connection.closed])
    const exit = yield* Effect.exit(restore(over))
    if (isStopped(exit) || Deferred.isDoneUnsafe(active.broken)) yield* hush(life, active, options.cancelGrace)
    else if (isInterrupted(exit)) yield* cancel(life, hurry)
    yield* Deferred.succeed(active.closed, undefined)
    yield* tellRest(active, exit, options, restore)
    if (Exit.isSuccess(exit)) return
    if (!isInterrupted(exit)) yield* options.noticed(life)
    return yield* Effect.failCause(exit.cause)
  })))
