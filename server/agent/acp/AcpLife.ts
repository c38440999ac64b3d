/**
 * One life of an ACP agent: its process, its connection and its session, for as long as the scope is open. At most one
 * turn is active in it. Updates go to the active turn; where there is none only facts about the session count.
 */
import { Clock, Deferred, Effect, type Fiber, Option, Schema, type Scope, Semaphore } from "effect"
import type { ContentBlock } from "../../../shared/Content.ts"
import type { Announcement } from "../../../shared/SessionUpdate.ts"
import { AgentError } from "../AgentError.ts"
import type { BackendHost, TurnSink } from "../AgentBackend.ts"
import * as AgentProcess from "../AgentProcess.ts"
import type { Coalescer } from "../Coalescer.ts"
import type { AgentQuirks } from "../AgentRow.ts"
import type { ProcessLedger } from "../ProcessLedger.ts"
import * as AcpConnection from "./AcpConnection.ts"
import * as AcpSession from "./AcpSession.ts"
import {
  announced, answered, firstTurn, idle, inMode, nextTurn, optionSet, report, type Standing, translate, type Translated, type TurnView
} from "./AcpTranslate.ts"
import { type AcpPrompted, AcpSession as SessionAnswer, decodeUpdate } from "./AcpUpdate.ts"
import * as ClientRequests from "./ClientRequests.ts"

/** The turn that a life is at work on. */
export interface ActiveTurn {
  readonly coalescer: Coalescer
  readonly sink: TurnSink
  /** Done when the turn is being stopped or is over: whatever it asked is answered `cancelled`. */
  readonly closed: Deferred.Deferred<void>
  /** Fails when what came can't be read. */
  readonly broken: Deferred.Deferred<never, AgentError>
}

export interface AcpLife {
  readonly process: AgentProcess.AgentProcess
  readonly connection: AcpConnection.AcpConnection
  readonly session: AcpSession.StartedSession
  readonly begin: (turn: ActiveTurn) => Effect.Effect<void>
  readonly end: Effect.Effect<void>
  readonly active: () => ActiveTurn | undefined
  /** Gives the agent the prompt. The fiber ends with its answer, and lives on where nobody waits for it any more. */
  readonly prompt: (content: ReadonlyArray<ContentBlock>) => Effect.Effect<Fiber.Fiber<unknown, AgentError>>
  /** The last prompt, until it has been answered. */
  readonly unanswered: () => Fiber.Fiber<unknown, AgentError> | undefined
  /** What the answer to the active turn's prompt tells besides its end. */
  readonly answered: (prompted: AcpPrompted) => Effect.Effect<void>
  /** Sets an option of the agent that a turn wants otherwise than it stands. */
  readonly setOption: (category: OptionCategory, value: string) => Effect.Effect<void, AgentError>
}
type OptionCategory = "mode" | "model" | "thought_level"

export interface LifeOptions {
  readonly command: string
  readonly args: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string | undefined>>
  readonly quirks: AgentQuirks
  readonly cwd: string
  readonly remembered: string | undefined
  readonly host: BackendHost
  readonly version: string
  /** Outlives this life: what waits for the agent's answer learns how the life ended. */
  readonly outer: Scope.Scope
  readonly onWire?: ((direction: "in" | "out", line: string) => void) | undefined
}

export const start = Effect.fn("AcpLife.start")(function*(options: LifeOptions): Effect.fn.Return<AcpLife, AgentError, ProcessLedger | Scope.Scope> {
  const { host } = options
  const clock = yield* Clock.Clock
  const now = () => clock.currentTimeMillisUnsafe()
  let active: ActiveTurn | undefined
  let view = firstTurn(options.quirks, { continuity: "fresh", session: {} })
  let loading = false
  let known: string | undefined
  let unanswered: Fiber.Fiber<unknown, AgentError> | undefined

  const process = yield* AgentProcess.spawn({
    command: options.command, args: options.args, env: options.env, cwd: options.cwd,
    onStep: (step) => active === undefined ? Effect.void : active.sink.step(step)
  })

  /** Goes on from `translated`: the active turn takes the updates, the chat the facts. */
  const apply = (translated: Translated): Effect.Effect<void> => {
    const turn = active
    view = turn === undefined ? idle(translated.view) : translated.view
    const { facts, updates } = translated
    const pushed = turn === undefined ? Effect.void : Effect.forEach(updates, turn.coalescer.push, { discard: true })
    return facts.length === 0 ? pushed : Effect.andThen(pushed, Effect.forEach(facts, host.note, { discard: true }))
  }
  const onNotification = (method: string, params: unknown): Effect.Effect<void> => {
    if (method !== "session/update" || loading) return Effect.void
    const decoded = decodeUpdate(params)
    if (Option.isNone(decoded) || decoded.value.sessionId !== (known ?? decoded.value.sessionId)) return Effect.void
    return apply(translate(view, decoded.value.update, now()))
  }
  const asking = (turn: ActiveTurn): ClientRequests.AskingTurn => ({
    closed: turn.closed,
    ask: (request) => turn.sink.ask(request),
    report: (tool) => Effect.gen(function*() {
      yield* apply(report(view, tool, now()))
      yield* Effect.raceFirst(turn.coalescer.flush, Deferred.await(turn.closed))
      const call = view.calls.get(tool.toolCallId)
      return call === undefined ? { title: tool.toolCallId } : { title: call.title, toolCallId: call.toolCallId }
    })
  })
  const requests = yield* ClientRequests.make(options.cwd, () => active === undefined ? undefined : asking(active))
  const connection = yield* AcpConnection.open({
    wire: process,
    onNotification,
    onRequest: requests.onRequest,
    onFault: (fault) => fault._tag === "LineTooLong" && active !== undefined
      ? Effect.asVoid(Deferred.fail(active.broken, new AgentError({ reason: fault }))) : Effect.void,
    ...(options.onWire === undefined ? {} : { onWire: options.onWire })
  })

  const session = yield* AcpSession.start({
    connection, cwd: options.cwd, remembered: options.remembered, quirks: options.quirks, version: options.version,
    loading: (is) => { loading = is }
  })
  const { sessionId } = session
  known = sessionId
  view = firstTurn(options.quirks, session)
  if (session.canClose) {
    yield* Effect.addFinalizer(() => Effect.ignore(connection.request("session/close", { sessionId }, { timeout: "1 second" })))
  }
  const oneOption = Semaphore.makeUnsafe(1)
  const setOption: AcpLife["setOption"] = (category, value) => oneOption.withPermit(Effect.suspend(() => {
    const set = setting(connection, sessionId, view.standing, category, value)
    return set === undefined ? Effect.void : Effect.flatMap(set, (stands) => apply(stands(view)))
  }))
  const announcement = announced(session.session)
  yield* host.note({ _tag: "Bound", agentSessionId: sessionId, continuity: session.continuity, why: session.why })
  yield* host.note({ _tag: "Announced", announcement })
  const askMode = options.quirks.askModes.find((mode) => offersMode(announcement, mode))
  if (askMode !== undefined) yield* Effect.ignore(setOption("mode", askMode))

  return {
    process, connection, session, setOption,
    begin: (turn) => Effect.sync(() => { active = turn }),
    end: Effect.sync(() => {
      active = undefined
      view = nextTurn(view)
    }),
    active: () => active,
    prompt: (content) => connection.request("session/prompt", { sessionId, prompt: [...content] }).pipe(
      Effect.ensuring(Effect.sync(() => { unanswered = undefined })),
      Effect.forkIn(options.outer, { startImmediately: true }),
      Effect.tap((fiber) => Effect.sync(() => { if (fiber.pollUnsafe() === undefined) unanswered = fiber }))),
    unanswered: () => unanswered,
    answered: (prompted) => Effect.suspend(() => apply(answered(view, prompted)))
  }
})

const offersMode = ({ modes, options }: Announcement, mode: string): boolean =>
  modes?.available.some(({ id }) => id === mode) === true ||
  options?.find(({ category }) => category === "mode")?.choices.some(({ value }) => value === mode) === true

const decodeAnswer = Schema.decodeUnknownOption(SessionAnswer)

/**
 * Sets what differs, by the option of that category, else by `session/set_mode`; nothing where it stands so already.
 * Answers with how the options stand then.
 */
const setting = (
  { request }: AcpConnection.AcpConnection, sessionId: string, { modes, options }: Standing, category: OptionCategory, value: string
): Effect.Effect<(view: TurnView) => Translated, AgentError> | undefined => {
  const option = options?.find((candidate) => candidate.category === category || candidate.id === category)
  if (option !== undefined) {
    return option.current === value ? undefined
      : Effect.map(request("session/set_config_option", { sessionId, configId: option.id, value }, { timeout: "10 seconds" }), (answer) => (view) =>
        optionSet(view, option.id, value, Option.getOrElse(decodeAnswer(answer), (): SessionAnswer => ({}))))
  }
  if (category === "mode" && modes !== undefined) {
    return modes.current === value ? undefined
      : Effect.as(request("session/set_mode", { sessionId, modeId: value }, { timeout: "10 seconds" }), (view: TurnView) => inMode(view, value))
  }
  return Effect.fail(new AgentError({ reason: { _tag: "Unsupported", what: `it offers no choice of ${category === "thought_level" ? "thinking" : category}.` } }))
}
