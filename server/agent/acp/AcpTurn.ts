/**
 * One turn on one life of an ACP agent, from its settings to its end. Interrupting it is the stop: what it asked is
 * answered, the protocol's cancel is sent, and where the agent does not obey within its grace its process is ended.
 * Whatever ends it, everything that the agent said in it is told.
 */
import { Cause, Context, Deferred, type Duration, Effect, Exit, Fiber, Option, Schema, type Scope } from "effect"
import { StopNote, type TurnPrompt } from "../AgentBackend.ts"
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

export const run = (life: AcpLife, turn: TurnPrompt, { busy, cancelGrace, noticed }: TurnOptions): Effect.Effect<AcpPrompted, AgentError> =>
  Effect.uninterruptibleMask((restore) => Effect.scoped(Effect.gen(function*() {
    yield* restore(applySettings(life, turn.settings))
    const active: ActiveTurn = {
      coalescer: yield* Coalescer.make(turn.sink.updates), sink: turn.sink, closed: Deferred.makeUnsafe(), broken: Deferred.makeUnsafe()
    }
    yield* Effect.acquireRelease(life.begin(active), () => life.end)
    yield* busy
    yield* turn.sink.delivered
    const answer = yield* life.prompt(turn.content)
    const exit = yield* Effect.exit(restore(Effect.raceFirst(Fiber.join(answer), Deferred.await(active.broken))))
    const interrupted = Exit.isFailure(exit) && Cause.hasInterrupts(exit.cause)
    const stopped = interrupted && Option.isSome(Context.getOption(Cause.annotations(exit.cause), StopNote))
    if (stopped || Deferred.isDoneUnsafe(active.broken)) yield* settle(life, active, answer, cancelGrace)
    else if (interrupted) yield* cancel(life, hurry)
    yield* Deferred.succeed(active.closed, undefined)
    const prompted = answerOf(answer)
    yield* life.answered(prompted)
    // what was said is durable then, unless that takes too long at a stop
    yield* interrupted ? Effect.timeoutOption(active.coalescer.flush, stopped ? cancelGrace : hurry) : Effect.exit(restore(active.coalescer.flush))
    if (Exit.isSuccess(exit)) return prompted
    if (!interrupted) yield* noticed(life)
    return yield* Effect.failCause(exit.cause)
  })))
