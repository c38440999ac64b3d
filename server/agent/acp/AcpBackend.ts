/**
 * The backend of any agent that speaks ACP over stdio: one life after another, supervised, and one turn at a time.
 *
 *   starting ─▶ ready ⇄ busy ─▶ (child gone) ─▶ in a turn: starting · idle: crashed, started by the next prompt
 *      └─▶ backoff ─▶ starting … ─▶ failed: answers, never hangs; the next prompt tries anew
 *
 * Interrupting `prompt` is the stop: requests are answered, the protocol's cancel is sent, and where the agent does not
 * obey within its grace the ladder ends its process.
 */
import { Cause, Clock, Context, Deferred, Duration, Effect, Exit, Fiber, Option, Schedule, Schema, type Scope, Semaphore, Stream, SubscriptionRef } from "effect"
import type { BackendHealth, BackendState } from "../../../shared/Agent.ts"
import type { TurnEnd } from "../../../shared/SessionUpdate.ts"
import type { Cause as TurnCause } from "../../../shared/Turn.ts"
import { type AgentBackend, type BackendHost, type BackendKey, StopNote, type TurnPrompt } from "../AgentBackend.ts"
import { AgentError } from "../AgentError.ts"
import type { AgentQuirks } from "../AgentRow.ts"
import * as Coalescer from "../Coalescer.ts"
import type { ProcessLedger } from "../ProcessLedger.ts"
import * as AcpLife from "./AcpLife.ts"
import { answeredUsage, newTurn } from "./AcpTranslate.ts"
import { AcpPrompted } from "./AcpUpdate.ts"

export interface AcpBackendOptions {
  readonly key: BackendKey
  readonly command: string
  readonly args: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string | undefined>>
  readonly quirks: AgentQuirks
  readonly host: BackendHost
  /** Ours, told to the agent. */
  readonly version: string
  readonly startDeadline?: Duration.Input
  /** How long a cancelled agent may take to end its turn. */
  readonly cancelGrace?: Duration.Input
  readonly restarts?: number
}

type Standing =
  | { readonly _tag: "Starting" }
  | { readonly _tag: "Ready"; readonly life: AcpLife.AcpLife }
  | { readonly _tag: "Crashed" }
  | { readonly _tag: "Failed"; readonly error: AgentError }

const decodePrompted = Schema.decodeUnknownOption(AcpPrompted)

/** What a failure of the agent means as the cause of a turn's end. */
export const causeOf = (error: AgentError, starting: boolean): TurnCause => {
  const { reason } = error
  if (starting) return { _tag: "StartFailed", message: error.message }
  switch (reason._tag) {
    case "Exited": return { _tag: "ChildExited", code: reason.code, signal: reason.signal, stderr: reason.stderrTail }
    case "Rpc": return { _tag: "AgentFailed", message: reason.message, code: reason.code }
    case "StreamEnded": case "LineTooLong": return { _tag: "StreamEnded", detail: error.message }
    default: return { _tag: "AgentFailed", message: error.message }
  }
}

/** Starting again can't help where nothing would be different. */
const isTransient = ({ reason }: AgentError): boolean => reason._tag === "Exited" || reason._tag === "StreamEnded"

export const make = Effect.fnUntraced(function*(options: AcpBackendOptions): Effect.fn.Return<AgentBackend, never, ProcessLedger | Scope.Scope> {
  const { host, key } = options
  const clock = yield* Clock.Clock
  const health = yield* SubscriptionRef.make<BackendHealth>({ chatId: key.chatId, agent: key.agent, state: "gone", turns: 0, restarts: 0 })
  const standing = yield* SubscriptionRef.make<Standing>({ _tag: "Crashed" })
  const oneTurn = Semaphore.makeUnsafe(1)
  let starts = 0

  const show = (state: BackendState, more: Partial<BackendHealth> = {}) =>
    SubscriptionRef.update(health, (now) => ({ ...now, state, ...more }))
  const become = (next: Standing) => SubscriptionRef.set(standing, next)

  const startDeadline = Duration.fromInputUnsafe(options.startDeadline ?? "30 seconds")
  const startLife = Effect.gen(function*() {
    const { agentSessionId, cwd } = yield* host.prepare.pipe(
      Effect.mapError((detail) => new AgentError({ reason: { _tag: "SpawnFailed", detail } })))
    return yield* AcpLife.start({ ...options, cwd, remembered: agentSessionId })
  }).pipe(Effect.timeoutOrElse({
    duration: startDeadline,
    orElse: () => Effect.fail(new AgentError({ reason: { _tag: "StartTimeout", seconds: Duration.toSeconds(startDeadline) } }))
  }))

  /** Fails when it could not start; returns when it ended after it had been ready. */
  const life = Effect.scoped(Effect.gen(function*() {
    yield* show("starting", { restarts: Math.max(0, starts++) })
    const started = yield* startLife
    yield* show("ready", { pid: started.process.pid, startedAt: clock.currentTimeMillisUnsafe(), turns: 0 })
    yield* become({ _tag: "Ready", life: started })
    const gone = yield* Effect.flip(started.connection.closed)
    const inTurn = started.active() !== undefined
    yield* become(inTurn ? { _tag: "Starting" } : { _tag: "Crashed" })
    yield* show(inTurn ? "starting" : "crashed", { detail: gone.message })
    if (!inTurn) yield* host.note({ _tag: "Down", cause: causeOf(gone, false) })
  }))
  const policy = Schedule.exponential("250 millis").pipe(Schedule.jittered, Schedule.upTo({ times: options.restarts ?? 4 }))
  const awaitWanted = Stream.runHead(Stream.filter(SubscriptionRef.changes(standing), (now) => now._tag === "Starting"))
  const supervised = Effect.forever(Effect.andThen(awaitWanted, life.pipe(
    Effect.tapError((error) => show("backoff", { detail: error.message })),
    Effect.retry({ schedule: policy, while: isTransient }),
    Effect.catch((error) => Effect.andThen(show("failed", { detail: error.message }), become({ _tag: "Failed", error })))
  )))
  yield* Effect.forkScoped(supervised)
  yield* Effect.addFinalizer(() => show("gone"))

  /** Starts the agent if it isn't there, and waits until it is or can't be. */
  const ready: Effect.Effect<AcpLife.AcpLife, AgentError> = Effect.gen(function*() {
    const now = yield* SubscriptionRef.get(standing)
    if (now._tag === "Ready") return now.life
    yield* become({ _tag: "Starting" })
    const settled = yield* Stream.runHead(Stream.filter(SubscriptionRef.changes(standing), ({ _tag }) => _tag === "Ready" || _tag === "Failed"))
    if (Option.isSome(settled) && settled.value._tag === "Ready") return settled.value.life
    return yield* Option.isSome(settled) && settled.value._tag === "Failed" ? settled.value.error : new AgentError({ reason: { _tag: "StreamEnded" } })
  })

  const applySettings = (current: AcpLife.AcpLife, { mode, model, thinking }: TurnPrompt["settings"]) => Effect.gen(function*() {
    if (model !== undefined) yield* current.setOption("model", model)
    if (mode !== undefined) yield* current.setOption("mode", mode)
    if (thinking !== undefined) yield* current.setOption("thought_level", thinking)
  })

  /** The protocol's cancel, then the ladder. Returns when the agent has answered or is gone. */
  const settle = Effect.fnUntraced(function*(current: AcpLife.AcpLife, turn: AcpLife.ActiveTurn, answer: Fiber.Fiber<unknown, AgentError>) {
    yield* Deferred.succeed(turn.closed, undefined)
    yield* turn.sink.step("cancel")
    yield* current.connection.notify("session/cancel", { sessionId: current.session.sessionId }).pipe(Effect.timeoutOption("1 second"), Effect.ignore)
    const answered = yield* Effect.timeoutOption(Fiber.await(answer), options.cancelGrace ?? "5 seconds")
    if (Option.isNone(answered)) yield* current.process.stop
  })

  /** Where the agent went down in the turn, lets its supervisor see that first: it restarts at once then. */
  const settled = (current: AcpLife.AcpLife) => Effect.raceFirst(Effect.flip(current.connection.closed), Effect.sleep(0)).pipe(
    Effect.flatMap((gone) => gone === undefined ? Effect.void : Effect.timeoutOption(Stream.runHead(Stream.filter(
      SubscriptionRef.changes(standing), (now) => now._tag !== "Ready" || now.life !== current)), "1 second")))

  const work = (current: AcpLife.AcpLife, turn: TurnPrompt): Effect.Effect<AcpPrompted, AgentError> => Effect.uninterruptibleMask((restore) => Effect.scoped(Effect.gen(function*() {
    const active: AcpLife.ActiveTurn = {
      view: newTurn, coalescer: yield* Coalescer.make(turn.sink.updates), sink: turn.sink,
      closed: Deferred.makeUnsafe<void>(), broken: Deferred.makeUnsafe<never, AgentError>()
    }
    const { sessionId } = current.session
    const prepared = yield* Effect.exit(restore(applySettings(current, turn.settings)))
    if (Exit.isFailure(prepared)) return yield* Effect.failCause(prepared.cause)
    current.begin(active)
    yield* show("busy")
    yield* turn.sink.delivered
    const answer = yield* Effect.forkScoped(
      current.connection.request("session/prompt", { sessionId, prompt: [...turn.content] }), { startImmediately: true })
    const exit = yield* Effect.exit(restore(Effect.raceFirst(Fiber.join(answer), Deferred.await(active.broken))))
    const stopped = Exit.isFailure(exit) && Cause.hasInterrupts(exit.cause)
    const asked = stopped && Option.isSome(Context.getOption(Cause.annotations(exit.cause), StopNote))
    if (asked || Deferred.isDoneUnsafe(active.broken)) yield* settle(current, active, answer)
    else if (stopped) yield* current.connection.notify("session/cancel", { sessionId }).pipe(Effect.timeoutOption("100 millis"), Effect.ignore)
    yield* Deferred.succeed(active.closed, undefined)
    const prompted: AcpPrompted = Exit.isSuccess(exit) ? Option.getOrElse(decodePrompted(exit.value), () => ({})) : {}
    const usage = answeredUsage(active.view, prompted)
    if (usage !== undefined) yield* active.coalescer.push(usage)
    yield* stopped ? Effect.timeoutOption(active.coalescer.flush, "5 seconds") : active.coalescer.flush
    if (Exit.isFailure(exit)) yield* settled(current)
    current.end()
    yield* SubscriptionRef.update(health, (now): BackendHealth => now.state === "busy" ? { ...now, state: "ready", turns: now.turns + 1 } : now)
    return Exit.isFailure(exit) ? yield* Effect.failCause(exit.cause) : prompted
  })))

  const prompt = (turn: TurnPrompt): Effect.Effect<TurnEnd> => oneTurn.withPermit(ready.pipe(
    Effect.map((current) => ({ current })),
    Effect.catch((error) => Effect.succeed<TurnEnd>({ cause: causeOf(error, true) })),
    Effect.flatMap((started) => "cause" in started ? Effect.succeed(started) : work(started.current, turn).pipe(
      Effect.map(({ stopReason }): TurnEnd => stopReason
        ? { cause: { _tag: "Answered", stopReason }, stopReason } : { cause: { _tag: "Answered" } }),
      Effect.catch((error) => Effect.succeed<TurnEnd>({ cause: causeOf(error, false) }))))
  ))

  return { health, prompt }
})
