/**
 * The backend of an agent that is reached over opencode's server. Its life is a session there with a subscription to its events;
 * the process is the server's (OpencodeServer), which all such backends share.
 *
 *   starting ─▶ ready ⇄ busy ─▶ (server gone) ─▶ in a turn: starting · idle: crashed, started by the next prompt
 *
 * Interrupting `prompt` is the stop: its requests are withdrawn, the session is aborted, and where opencode does not obey within
 * the grace its server is ended, unless another turn is at work on it. Then the session is left to itself: the next prompt aborts it
 * once more, and goes to a fresh one where that doesn't help either. opencode never speaks without a prompt.
 */
import { Cause, Clock, Context, Deferred, type Duration, Effect, Exit, Fiber, Latch, Option, Scope, Semaphore, SubscriptionRef } from "effect"
import type { BackendHealth } from "../../../shared/Agent.ts"
import type { TurnEnd } from "../../../shared/SessionUpdate.ts"
import { type AgentBackend, type BackendHost, type BackendKey, StopNote, type TurnPrompt } from "../AgentBackend.ts"
import { causeOf } from "../acp/AcpEnd.ts"
import { AgentError } from "../AgentError.ts"
import type { AgentQuirks } from "../AgentRow.ts"
import * as Coalescer from "../Coalescer.ts"
import { type Show, showLives } from "../LifeHealth.ts"
import * as Lives from "../Lives.ts"
import { tagStripper } from "../TagStripper.ts"
import type { OnWire } from "./OpencodeApi.ts"
import * as OpencodeLife from "./OpencodeLife.ts"
import { mintMessageId } from "./OpencodePrompt.ts"
import type { OpencodeServer } from "./OpencodeServer.ts"
import { newView } from "./OpencodeTranslate.ts"
import * as OpencodeTurn from "./OpencodeTurn.ts"

export interface OpencodeBackendOptions {
  readonly key: BackendKey
  readonly server: OpencodeServer
  readonly quirks: AgentQuirks
  readonly host: BackendHost
  /** How long an aborted session may take to end its turn. */
  readonly cancelGrace?: Duration.Input
  /** Sees every request, every answer and every event of the session. Must be quick. */
  readonly onWire?: OnWire
}

/** Where nobody asked for the end, there is no time: the server is going, or its actor begins anew. */
const hurry = "100 millis"
/** The server's own start, and what opencode loads for a directory. */
const startDeadline = "60 seconds"
/** The server's trouble is the server's to try again. */
const isTransient = ({ reason }: AgentError): boolean => reason._tag === "StreamEnded"

const superviser = ({ host, server }: OpencodeBackendOptions, show: Show) => showLives<OpencodeLife.OpencodeLife>({
  host, show, starting: () => ({ restarts: server.restarts() }), alive: (life) => ({ pid: life.server.process.pid, restarts: server.restarts() })
})

const afterTurn = (now: BackendHealth): BackendHealth => {
  if (now.state !== "busy") return now
  const { detail: _, ...rest } = now
  return { ...rest, state: "ready", turns: now.turns + 1 }
}

/** What a stop's interrupt says. Without a note the server itself is stopping. */
const stopOf = <A, E>(exit: Exit.Exit<A, E>): "asked" | "shutdown" | undefined => {
  if (Exit.isSuccess(exit) || !Cause.hasInterrupts(exit.cause)) return undefined
  return Option.isSome(Context.getOption(Cause.annotations(exit.cause), StopNote)) ? "asked" : "shutdown"
}

export const make = Effect.fnUntraced(function*(options: OpencodeBackendOptions): Effect.fn.Return<AgentBackend, never, Scope.Scope> {
  const { cancelGrace = "5 seconds", host, key, quirks, server } = options
  const health = yield* SubscriptionRef.make<BackendHealth>({ chatId: key.chatId, agent: key.agent, state: "gone", turns: 0, restarts: 0 })
  const oneTurn = Semaphore.makeUnsafe(1)
  const show: Show = (state, more = {}) => SubscriptionRef.update(health, (now) => ({ ...now, state, ...more }))
  let abandoned: string | undefined
  const lives = yield* Lives.make({
    start: OpencodeLife.start({
      server, host, stripTags: quirks.stripTags, abandoned: () => abandoned, onWire: options.onWire,
      onRetrying: (detail) => SubscriptionRef.update(health, (now) => ({ ...now, detail }))
    }),
    startDeadline, isTransient, retries: 1,
    over: ({ over }) => over, isOver: (life) => life.isOver(), inUse: (life) => life.active() !== undefined, onNews: superviser(options, show)
  })
  yield* Effect.addFinalizer(() => show("gone"))

  const begin = Effect.fnUntraced(function*(life: OpencodeLife.OpencodeLife, { settings, sink }: TurnPrompt) {
    const contextSize = () => {
      const model = settings.model ?? life.chosen().model
      return life.known().models.find(({ id }, index) => model === undefined ? index === 0 : id === model)?.contextSize
    }
    const turn: OpencodeLife.ActiveTurn = {
      view: newView({ sessionId: life.sessionId, promptId: mintMessageId(yield* Clock.currentTimeMillis), stripper: tagStripper(quirks.stripTags) }),
      coalescer: yield* Coalescer.make(sink.updates), sink, scope: yield* Effect.scope, closed: Deferred.makeUnsafe(), refused: Deferred.makeUnsafe(),
      look: Latch.makeUnsafe(false), gap: false, asked: new Map(), asking: 0, contextSize
    }
    yield* life.server.hold
    life.begin(turn)
    yield* show("busy")
    return turn
  })

  /** The abort, then the ladder, but never under another's turn. */
  const stop = Effect.fnUntraced(function*(life: OpencodeLife.OpencodeLife, turn: OpencodeLife.ActiveTurn, running: Fiber.Fiber<TurnEnd, AgentError>) {
    yield* turn.coalescer.letGo
    yield* turn.sink.step("cancel")
    if (yield* OpencodeTurn.stop(life, turn, running, cancelGrace)) return
    life.unsettled = true
    if (life.server.turns() === 1) yield* life.server.kill(turn.sink.step)
  })

  const work = (life: OpencodeLife.OpencodeLife, prompt: TurnPrompt): Effect.Effect<TurnEnd, AgentError> => Effect.uninterruptibleMask((restore) => Effect.scoped(Effect.gen(function*() {
    const turn = yield* begin(life, prompt)
    yield* prompt.sink.delivered
    const running = yield* Effect.forkScoped(OpencodeTurn.run(life, turn, prompt), { startImmediately: true })
    const exit = yield* Effect.exit(restore(Effect.raceFirst(Fiber.join(running), life.over)))
    const stopped = stopOf(exit)
    yield* Deferred.succeed(turn.closed, undefined)
    if (stopped === "asked") yield* stop(life, turn, running)
    else if (stopped === "shutdown") yield* OpencodeTurn.abortBriefly(life)
    // what was said is durable then, unless that takes too long at a stop
    yield* stopped === undefined ? Effect.exit(restore(turn.coalescer.flush)) : Effect.timeoutOption(turn.coalescer.flush, stopped === "asked" ? cancelGrace : hurry)
    // where the server went down in the turn, its supervisor sees that first: it restarts at once then
    if (life.isOver()) yield* Effect.timeoutOption(lives.awaitOver(life), "1 second")
    life.end()
    yield* SubscriptionRef.update(health, afterTurn)
    return Exit.isFailure(exit) ? yield* Effect.failCause(exit.cause) : exit.value
  })))

  /** A life in whose session nothing of an earlier turn is at work. */
  const atRest = Effect.gen(function*() {
    yield* Effect.flatMap(lives.ready, ({ server }) => server.proven)
    const life = yield* lives.ready
    if (!(yield* OpencodeTurn.settle(life))) {
      abandoned = life.sessionId
      yield* life.lose(new AgentError({ reason: { _tag: "NoAnswer", method: "abort", seconds: OpencodeTurn.settleSeconds } }))
    }
    return yield* lives.ready
  })

  const prompt = (turn: TurnPrompt): Effect.Effect<TurnEnd> => oneTurn.withPermit(Effect.matchEffect(atRest, {
    onFailure: (error) => Effect.succeed<TurnEnd>({ cause: causeOf(error, true) }),
    onSuccess: (life) => Effect.catch(work(life, turn), (error) => Effect.succeed<TurnEnd>({ cause: causeOf(error, false) }))
  }))
  return { health, prompt, warm: Effect.ignore(lives.ready), listen: () => Effect.succeed<TurnEnd>({ cause: { _tag: "Quiet" } }) }
})
