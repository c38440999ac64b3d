/**
 * Turns of a drill: played on a backend to their end, to a stop or to a kill, and written down as they went. Every wait has
 * a deadline; what is overdue is stopped as a person would.
 */
import { Clock, Context, Deferred, Duration, Effect, Exit, Fiber, Option, Schema } from "effect"
import { type AgentRequest, optionOfKind, type RequestAnswer } from "../../shared/AgentRequest.ts"
import { TurnId, Who } from "../../shared/Ids.ts"
import type { TurnUpdate } from "../../shared/SessionUpdate.ts"
import { mergeToolCall, type ToolCall } from "../../shared/ToolCall.ts"
import type { StopStep } from "../../shared/Turn.ts"
import { type AgentBackend, StopNote, type TurnSink } from "../agent/AgentBackend.ts"
import type { WireTap } from "../agent/WireLog.ts"
import type { Seen } from "./Verdicts.ts"

export interface PlayLimits {
  /** For a turn to answer. */
  readonly turn: Duration.Input
  /** For a stop, the ladder included. */
  readonly stop: Duration.Input
}

/** What the agent's wire says, as far as a drill reads it. */
export interface WireReading {
  readonly tap: WireTap
  /** The stop reason that came last since it was asked for. */
  readonly reported: () => string | undefined
  /** How its session was last asked for. */
  readonly way: () => "resume" | "load" | undefined
}

const Message = Schema.fromJsonString(Schema.Struct({
  method: Schema.optionalKey(Schema.String),
  result: Schema.optionalKey(Schema.Unknown)
}))
const decodeMessage = Schema.decodeUnknownOption(Message)
const decodeResult = Schema.decodeUnknownOption(Schema.Struct({ stopReason: Schema.String }))

export const readWire = (): WireReading => {
  let reported: string | undefined
  let way: "resume" | "load" | undefined
  return {
    tap: {
      note: () => {},
      message: (direction, text) => {
        if (direction === "in" ? !text.includes("stopReason") : !text.includes("session/")) return
        const message = Option.getOrUndefined(decodeMessage(text))
        if (direction === "in") reported = Option.getOrUndefined(decodeResult(message?.result))?.stopReason ?? reported
        else if (message?.method === "session/resume") way = "resume"
        else if (message?.method === "session/load") way = "load"
        else if (message?.method === "session/new") way = undefined
      }
    },
    reported: () => {
      const last = reported
      reported = undefined
      return last
    },
    way: () => way
  }
}

type Answer = (request: AgentRequest) => Effect.Effect<RequestAnswer>

const choose = (...kinds: Parameters<typeof optionOfKind> extends [unknown, ...infer Kinds] ? Kinds : never): Answer => (request) => Effect.sync(() => {
  if (request._tag === "Elicitation") return { _tag: "Declined" }
  const option = optionOfKind(request.options, ...kinds)
  return option === undefined ? { _tag: "Cancelled" } : { _tag: "Selected", optionId: option.optionId }
})
export const allow = choose("allow_once", "allow_always")
export const reject = choose("reject_once", "reject_always")

const stoppedBy = Context.make(StopNote, { by: Who.make("drill") })

/** Writes a turn down. */
const record = (answer: Answer, now: () => number) => {
  const from = now()
  const spoken = Deferred.makeUnsafe<void>()
  const questioned = Deferred.makeUnsafe<void>()
  const tools = new Map<string, ToolCall>()
  const asked: Array<AgentRequest> = []
  const steps: Array<StopStep> = []
  let text = ""
  let firstMs: number | undefined
  const take = (update: TurnUpdate) => {
    if (update._tag === "Text" && update.kind === "text") {
      text += update.text
      firstMs ??= now() - from
      Deferred.doneUnsafe(spoken, Effect.void)
    }
    if (update._tag === "Tool") {
      const before = tools.get(update.call.toolCallId)
      tools.set(update.call.toolCallId, before === undefined ? update.call : mergeToolCall(before, update.call))
    }
  }
  const sink: TurnSink = {
    delivered: Effect.void,
    updates: (updates) => Effect.sync(() => { updates.forEach(take) }),
    ask: (request) => Effect.suspend(() => {
      asked.push(request)
      Deferred.doneUnsafe(questioned, Effect.void)
      return answer(request)
    }),
    step: (step) => Effect.sync(() => { steps.push(step) })
  }
  return { sink, spoken: Deferred.await(spoken), questioned: Deferred.await(questioned), seen: () => ({ text, tools: [...tools.values()], asked, steps, firstMs }) }
}

export interface Player {
  /** To its end. */
  readonly play: (text: string, answer?: Answer) => Effect.Effect<Seen>
  /** Stopped as soon as it speaks, or asks. */
  readonly stopWhen: (text: string, when: "speaks" | "asks") => Effect.Effect<Seen>
  /** To its end, which `kill` brings about as soon as it speaks. */
  readonly killWhenSpeaking: (text: string, kill: Effect.Effect<void>) => Effect.Effect<Seen>
}

const seconds = (duration: Duration.Input) => Duration.toSeconds(Duration.fromInputUnsafe(duration))

export const playerOf = Effect.fnUntraced(function*(backend: AgentBackend, wire: WireReading, limits: PlayLimits) {
  const clock = yield* Clock.Clock
  const now = () => clock.currentTimeMillisUnsafe()

  const begin = (text: string, answer: Answer) => Effect.gen(function*() {
    wire.reported()
    const notes = record(answer, now)
    const fiber = yield* Effect.forkChild(backend.prompt({
      turnId: TurnId.make(crypto.randomUUID()), content: [{ type: "text", text }], settings: {}, sink: notes.sink
    }), { startImmediately: true })
    return { ...notes, fiber }
  })
  type Turn = Effect.Success<ReturnType<typeof begin>>

  const stop = Effect.fnUntraced(function*(turn: Turn) {
    const from = now()
    yield* Effect.forkDetach(Fiber.interruptAs(turn.fiber, undefined, stoppedBy))
    const exit = yield* Effect.timeoutOption(Fiber.await(turn.fiber), limits.stop)
    const overdue = Option.isNone(exit) ? `it could not be stopped within ${seconds(limits.stop)} s` : undefined
    return { ...turn.seen(), stopMs: now() - from, overdue, reported: wire.reported() }
  })
  /** Its end, or a stop when that is overdue. */
  const finish = Effect.fnUntraced(function*(turn: Turn): Effect.fn.Return<Seen> {
    const exit = yield* Effect.timeoutOption(Fiber.await(turn.fiber), limits.turn)
    if (Option.isNone(exit)) return { ...(yield* stop(turn)), overdue: `it had not ended its turn after ${seconds(limits.turn)} s` }
    const cause = Exit.isSuccess(exit.value) ? exit.value.value.cause : undefined
    return { ...turn.seen(), cause, reported: wire.reported() }
  })
  /** What comes first: the moment waited for, or the turn's end. */
  const whichFirst = (turn: Turn, moment: Effect.Effect<void>) => Effect.raceFirst(
    Effect.as(moment, true), Effect.as(Fiber.await(turn.fiber), false)).pipe(Effect.timeoutOption(limits.turn))

  const at = Effect.fnUntraced(function*(text: string, when: "speaks" | "asks", act: (turn: Turn) => Effect.Effect<Seen>): Effect.fn.Return<Seen> {
    const turn = yield* begin(text, when === "asks" ? () => Effect.never : allow)
    const came = yield* whichFirst(turn, when === "asks" ? turn.questioned : turn.spoken)
    if (Option.isSome(came)) return came.value ? yield* act(turn) : { ...(yield* finish(turn)), missed: true }
    return { ...(yield* stop(turn)), overdue: `it ${when === "asks" ? "asked nothing" : "said nothing"} for ${seconds(limits.turn)} s` }
  })

  const player: Player = {
    play: (text, answer = allow) => Effect.flatMap(begin(text, answer), finish),
    stopWhen: (text, when) => at(text, when, stop),
    killWhenSpeaking: (text, kill) => at(text, "speaks", (turn) => Effect.gen(function*() {
      const from = now()
      yield* kill
      const seen = yield* finish(turn)
      return { ...seen, stopMs: now() - from }
    }))
  }
  return player
})
