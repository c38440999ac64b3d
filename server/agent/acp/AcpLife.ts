/**
 * One life of an ACP agent: its process, its connection and its session, for as long as the scope is open. At most one
 * turn is active in it. Updates go to the active turn. Where there is none, facts about the session count, and words ask
 * for a turn of the agent's own, which takes them when it is opened; refused, they are late and belong to nothing.
 */
import { Clock, Deferred, Effect, Option, type Scope } from "effect"
import { hasEnded } from "../../../shared/ToolCall.ts"
import { AgentError } from "../AgentError.ts"
import type { BackendHost, TurnSink } from "../AgentBackend.ts"
import * as AgentProcess from "../AgentProcess.ts"
import type { Coalescer, RawUpdate } from "../Coalescer.ts"
import type { AgentQuirks } from "../AgentRow.ts"
import type { ProcessLedger } from "../ProcessLedger.ts"
import { deafTap, type WireTap } from "../WireLog.ts"
import * as AcpConnection from "./AcpConnection.ts"
import * as AcpPrompts from "./AcpPrompts.ts"
import * as AcpSession from "./AcpSession.ts"
import * as AcpSettings from "./AcpSettings.ts"
import {
  announced, answered, firstTurn, idle, isWord, nextTurn, report, translate, type Translated
} from "./AcpTranslate.ts"
import { type AcpPrompted, decodeUpdate } from "./AcpUpdate.ts"
import * as ClientRequests from "./ClientRequests.ts"
import * as TerminalOutputs from "./TerminalOutputs.ts"
import * as Unprompted from "./Unprompted.ts"

/** The turn that a life is at work on. */
export interface ActiveTurn {
  readonly coalescer: Coalescer
  readonly sink: TurnSink
  /** Done when the turn is being stopped or is over: whatever it asked is answered `cancelled`. */
  readonly closed: Deferred.Deferred<void>
  /** Fails when what came can't be read. */
  readonly broken: Deferred.Deferred<never, AgentError>
}

export interface AcpLife extends AcpPrompts.AcpPrompts {
  readonly process: AgentProcess.AgentProcess
  readonly connection: AcpConnection.AcpConnection
  readonly session: AcpSession.StartedSession
  readonly begin: (turn: ActiveTurn) => Effect.Effect<void>
  /** The same for a turn of the agent's own: it takes what was said since. False where that was nothing. */
  readonly beginOwn: (turn: ActiveTurn) => Effect.Effect<boolean>
  /** When it will have been quiet for `patience`, in epoch ms; while it waits for a person it isn't. */
  readonly quietAt: (patience: number) => number
  readonly end: Effect.Effect<void>
  readonly active: () => ActiveTurn | undefined
  /** What the answer to the active turn's prompt tells besides its end. */
  readonly answered: (prompted: AcpPrompted) => Effect.Effect<void>
  /** Sets an option of the agent that a turn wants otherwise than it stands. */
  readonly setOption: (category: AcpSettings.OptionCategory, value: string) => Effect.Effect<void, AgentError>
}

export interface LifeOptions {
  readonly command: string
  readonly args: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string | undefined>>
  readonly quirks: AgentQuirks
  readonly cwd: string
  readonly remembered: string | undefined
  readonly forked: boolean
  readonly host: BackendHost
  readonly version: string
  /** Outlives this life: what waits for the agent's answer learns how the life ended. */
  readonly outer: Scope.Scope
  /** Is told everything that goes over the wire. */
  readonly wire?: WireTap | undefined
}

export const start = Effect.fn("AcpLife.start")(function*(options: LifeOptions): Effect.fn.Return<AcpLife, AgentError, ProcessLedger | Scope.Scope> {
  const { host, wire = deafTap } = options
  const clock = yield* Clock.Clock
  const now = () => clock.currentTimeMillisUnsafe()
  let active: ActiveTurn | undefined
  let view = firstTurn(options.quirks, { continuity: "fresh", session: {} })
  let loading = false
  let known: string | undefined
  const unprompted = yield* Unprompted.make(host.speaks)
  let heardAt = now()
  let asks = 0

  const process = yield* AgentProcess.spawn({
    command: options.command, args: options.args, env: options.env, cwd: options.cwd,
    onStep: (step) => active === undefined ? Effect.void : active.sink.step(step)
  })

  const take = ({ coalescer }: ActiveTurn, update: RawUpdate) => Effect.suspend(() => {
    if (update._tag !== "Tool") return coalescer.push(update)
    if (hasEnded(update.call.status)) requests.toolEnded(update.call.toolCallId)
    return coalescer.push({ _tag: "Tool", call: outputs.shown(update.call) })
  })
  /** Goes on from `translated`: the active turn takes the updates, the chat the facts. `opens`: they are words of the agent. */
  const apply = (translated: Translated, opens = false): Effect.Effect<void> => {
    const turn = active
    const { facts, updates } = translated
    heardAt = now()
    const taken = turn === undefined ? Effect.tap(unprompted.hear(updates, opens), () => Effect.sync(() => {
      if (updates.length > 0) wire.note(unprompted.isHolding() ? "unprompted" : "late")
    })) : Effect.forEach(updates, (update) => take(turn, update), { discard: true })
    view = turn === undefined && !unprompted.isHolding() ? idle(translated.view) : translated.view
    return facts.length === 0 ? taken : Effect.andThen(taken, Effect.forEach(facts, host.note, { discard: true }))
  }
  const onNotification = (method: string, params: unknown): Effect.Effect<void> => {
    const ignored = (why: string) => Effect.sync(() => wire.note(why))
    if (method !== "session/update") return ignored("unknown notification")
    if (loading) return ignored("history")
    const decoded = decodeUpdate(params)
    if (Option.isNone(decoded)) return ignored("unknown update")
    if (decoded.value.sessionId !== (known ?? decoded.value.sessionId)) return ignored("foreign session")
    const { update } = decoded.value
    return apply(translate(view, update, now()), isWord(view, update))
  }
  const asking = (turn: ActiveTurn): ClientRequests.AskingTurn => ({
    closed: turn.closed,
    ask: (request, withdrawn) => Effect.acquireUseRelease(Effect.sync(() => { asks += 1 }), () => turn.sink.ask(request, withdrawn), () => Effect.sync(() => {
      asks -= 1
      heardAt = now()
    })),
    report: (tool) => Effect.gen(function*() {
      yield* apply(report(view, tool, now()))
      yield* Effect.raceFirst(turn.coalescer.flush, Deferred.await(turn.closed))
      const call = view.calls.get(tool.toolCallId)
      return call === undefined ? { title: tool.toolCallId } : { title: call.title, toolCallId: call.toolCallId }
    })
  })
  const requests = yield* ClientRequests.make(options.cwd, Effect.suspend(() => active === undefined ? unprompted.open : Effect.void).pipe(
    Effect.map(() => active === undefined ? undefined : asking(active))))
  const outputs = TerminalOutputs.make(requests.terminals)
  const showTerminals = (whole: boolean) => Effect.suspend(() => {
    const turn = active
    return turn === undefined ? Effect.void : Effect.forEach(outputs.due(view.calls.values(), whole), turn.coalescer.push, { discard: true })
  })
  yield* Effect.forkScoped(outputs.follow(showTerminals(false)))
  const connection = yield* AcpConnection.open({
    wire: process, onNotification, onRequest: requests.onRequest, onWire: wire.message,
    onFault: (fault) => fault._tag === "LineTooLong" && active !== undefined
      ? Effect.asVoid(Deferred.fail(active.broken, new AgentError({ reason: fault }))) : Effect.void
  })

  const session = yield* AcpSession.start({
    ...options, connection, transcript: host.transcript, loading: (is) => { loading = is }
  })
  const { sessionId } = session
  known = sessionId
  view = firstTurn(options.quirks, session)
  if (session.canClose) {
    yield* Effect.addFinalizer(() => Effect.ignore(connection.request("session/close", { sessionId }, { timeout: "1 second" })))
  }
  const settings = AcpSettings.make(connection, sessionId, () => view.standing, (stands) => apply(stands(view)))
  const announcement = announced(session.session)
  yield* host.note({ _tag: "Bound", agentSessionId: sessionId, continuity: session.continuity, why: session.why })
  yield* host.note({ _tag: "Announced", announcement })
  yield* settings.askFirst(announcement, options.quirks.askModes)

  return {
    process, connection, session, setOption: settings.set,
    begin: (turn) => Effect.sync(() => {
      active = turn
      if (unprompted.isHolding()) view = idle(view)
      unprompted.drop()
    }),
    beginOwn: (turn) => Effect.suspend(() => {
      if (!unprompted.isHolding()) return Effect.succeed(false)
      active = turn
      return Effect.as(Effect.forEach(unprompted.take(), (update) => take(turn, update), { discard: true }), true)
    }),
    quietAt: (patience) => (asks > 0 ? now() : heardAt) + patience,
    end: Effect.sync(() => {
      active = undefined
      view = nextTurn(view)
      outputs.forget()
      unprompted.unmute()
    }),
    active: () => active,
    ...AcpPrompts.make(connection, session, host.transcript, options.outer),
    answered: (prompted) => Effect.andThen(showTerminals(true), Effect.suspend(() => apply(answered(view, prompted))))
  }
})
