/**
 * One life of an ACP agent: its process, its connection and its session, for as long as the scope is open. At most one
 * turn is active in it. Updates go to the active turn; where there is none only facts about the session count.
 */
import { Clock, Deferred, Effect, Option, type Scope, Semaphore } from "effect"
import type { Announcement } from "../../../shared/SessionUpdate.ts"
import { AgentError } from "../AgentError.ts"
import type { BackendHost, TurnSink } from "../AgentBackend.ts"
import * as AgentProcess from "../AgentProcess.ts"
import type { Coalescer } from "../Coalescer.ts"
import type { AgentQuirks } from "../AgentRow.ts"
import type { ProcessLedger } from "../ProcessLedger.ts"
import * as AcpConnection from "./AcpConnection.ts"
import * as AcpSession from "./AcpSession.ts"
import { announced, newTurn, report, translate, type Translated, type TurnView } from "./AcpTranslate.ts"
import { decodeUpdate } from "./AcpUpdate.ts"
import * as ClientRequests from "./ClientRequests.ts"

/** The turn that a life is at work on. */
export interface ActiveTurn {
  view: TurnView
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
  readonly begin: (turn: ActiveTurn) => void
  readonly end: () => void
  readonly active: () => ActiveTurn | undefined
  /** What the agent's options stand at: set those that a turn wants otherwise. */
  readonly setOption: (category: "mode" | "model" | "thought_level", value: string) => Effect.Effect<void, AgentError>
}

export interface LifeOptions {
  readonly command: string
  readonly args: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string | undefined>>
  readonly quirks: AgentQuirks
  readonly cwd: string
  readonly remembered: string | undefined
  readonly host: BackendHost
  readonly version: string
  readonly onWire?: ((direction: "in" | "out", line: string) => void) | undefined
}

export const start = Effect.fn("AcpLife.start")(function*(options: LifeOptions): Effect.fn.Return<AcpLife, AgentError, ProcessLedger | Scope.Scope> {
  const { host } = options
  const clock = yield* Clock.Clock
  const now = () => clock.currentTimeMillisUnsafe()
  let active: ActiveTurn | undefined
  let loading = false

  const process = yield* AgentProcess.spawn({
    command: options.command, args: options.args, env: options.env, cwd: options.cwd,
    onStep: (step) => active === undefined ? Effect.void : active.sink.step(step)
  })

  const apply = (turn: ActiveTurn | undefined, { facts, updates, view }: Translated): Effect.Effect<void> => {
    if (turn !== undefined) turn.view = view
    const pushed = turn === undefined ? Effect.void : Effect.forEach(updates, turn.coalescer.push, { discard: true })
    return facts.length === 0 ? pushed : Effect.andThen(pushed, Effect.forEach(facts, host.note, { discard: true }))
  }
  const onNotification = (method: string, params: unknown): Effect.Effect<void> => {
    if (method !== "session/update" || loading) return Effect.void
    const decoded = decodeUpdate(params)
    if (Option.isNone(decoded)) return Effect.void
    return apply(active, translate(active?.view ?? newTurn, decoded.value.update, now()))
  }
  const asking = (turn: ActiveTurn): ClientRequests.AskingTurn => ({
    closed: turn.closed,
    ask: (request) => turn.sink.ask(request),
    report: (tool) => Effect.gen(function*() {
      yield* apply(turn, report(turn.view, tool, now()))
      yield* turn.coalescer.flush
      const call = turn.view.calls.get(tool.toolCallId)
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
  if (session.canClose) {
    yield* Effect.addFinalizer(() => Effect.ignore(connection.request("session/close", { sessionId }, { timeout: "1 second" })))
  }
  const announcement = announced(session.session)
  const setOption = optionSetter(connection, sessionId, announcement)
  yield* host.note({ _tag: "Bound", agentSessionId: sessionId, continuity: session.continuity, why: session.why })
  yield* host.note({ _tag: "Announced", announcement })
  const askMode = options.quirks.askModes.find((mode) => offersMode(announcement, mode))
  if (askMode !== undefined) yield* Effect.ignore(setOption("mode", askMode))

  return {
    process, connection, session, setOption,
    begin: (turn) => { active = turn }, end: () => { active = undefined }, active: () => active
  }
})

const offersMode = ({ modes, options }: Announcement, mode: string): boolean =>
  modes?.available.some(({ id }) => id === mode) === true ||
  options?.find(({ category }) => category === "mode")?.choices.some(({ value }) => value === mode) === true

/** Sets what differs, by the option of that category, else by `session/set_mode`. One at a time. */
const optionSetter = (connection: AcpConnection.AcpConnection, sessionId: string, announcement: Announcement): AcpLife["setOption"] => {
  const standing = new Map<string, string>()
  const one = Semaphore.makeUnsafe(1)
  return (category, value) => one.withPermit(Effect.suspend(() => {
    const option = announcement.options?.find((candidate) => candidate.category === category || candidate.id === category)
    const current = standing.get(category) ?? option?.current ?? (category === "mode" ? announcement.modes?.current : undefined)
    if (current === value) return Effect.void
    const set = option !== undefined
      ? connection.request("session/set_config_option", { sessionId, configId: option.id, value }, { timeout: "10 seconds" })
      : category === "mode" && announcement.modes !== undefined
      ? connection.request("session/set_mode", { sessionId, modeId: value }, { timeout: "10 seconds" })
      : Effect.fail(new AgentError({ reason: { _tag: "Unsupported", what: `it offers no choice of ${category === "thought_level" ? "thinking" : category}.` } }))
    return Effect.asVoid(Effect.tap(set, () => Effect.sync(() => standing.set(category, value))))
  }))
}
