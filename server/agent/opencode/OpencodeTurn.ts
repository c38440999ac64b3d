/**
 * One turn of opencode's, from its delivery to its end. Events only say when to look; whether the turn is over is then asked:
 *
 *   our message's last answer is complete, idle was said after it, and the session is not busy   ─▶ over
 *   the session is not busy, and its messages say that the answer is complete (events were missed)  ─▶ over
 *   the session is not busy and stays so without an answer                                       ─▶ over, failed
 *
 * So neither the second idle after an abort, nor that of an abort without a turn, nor another's ends anything.
 */
import { Clock, Deferred, Duration, Effect, Fiber, Option, Schema, type Scope } from "effect"
import type { TurnEnd } from "../../../shared/SessionUpdate.ts"
import type { TurnPrompt } from "../AgentBackend.ts"
import { withNotice, withTranscript } from "../acp/Replay.ts"
import { AgentError } from "../AgentError.ts"
import { compactCommand } from "./OpencodeCatalogue.ts"
import { messageEvents, PermissionRequest, QuestionRequest } from "./OpencodeEvent.ts"
import type { ActiveTurn, OpencodeLife } from "./OpencodeLife.ts"
import { commandOf, modelOf, partsOf, settingsOf } from "./OpencodePrompt.ts"
import { endOf, failureEnd, isAnswered, isOver } from "./OpencodeTranslate.ts"

/** Without news the session is looked at this often. */
const lookEvery = Duration.seconds(15)
const lookAgain = Duration.millis(250)
const abortAgain = Duration.millis(500)
/** An abort before the answer has begun may have come too early to be heard. */
const abortSoonAgain = Duration.millis(60)
const abortDeadline = Duration.seconds(3)
/** Messages asked for: those of this turn, unless it had more. */
const messagesAsked = "100"
const catalogueDeadline = "10 seconds"

const unsupported = (what: string) => new AgentError({ reason: { _tag: "Unsupported", what } })

const isGone = ({ reason }: AgentError): boolean => reason._tag === "Rpc" && reason.code === 404

/** What is told along with a prompt. opencode: a part that no person has written. */
const aside = ({ history }: OpencodeLife, notice: TurnPrompt["notice"]) => Effect.map(Effect.zip(history, notice ?? Effect.succeed("")), ([before, news]) =>
  withTranscript(withNotice([], news), before).flatMap((block) => block.type === "text" ? [{ type: "text", text: block.text, synthetic: true }] : []))

/** Gives the prompt to opencode; returns when it was taken. A command's request answers when it is done. */
const deliver = Effect.fnUntraced(function*(life: OpencodeLife, turn: ActiveTurn, { content, notice, settings }: TurnPrompt): Effect.fn.Return<void, AgentError, Scope.Scope> {
  const { ask, sessionId } = life
  const messageID = turn.view.promptId
  if (settings.model !== undefined && modelOf(settings.model) === undefined) {
    return yield* unsupported(`there is no model "${settings.model}"; name one as provider/model.`)
  }
  const [first] = content
  const names = first?.type === "text" && first.text.startsWith("/")
    ? yield* Effect.map(Effect.timeoutOption(life.catalogue, catalogueDeadline), Option.match({
      onNone: () => new Set<string>(), onSome: ({ commands }) => new Set(commands.map(({ name }) => name))
    })) : new Set<string>()
  const command = commandOf(content, names)
  const chosen = settingsOf(settings, life.chosen())
  // a command takes no words besides its arguments: they wait for the next prompt
  if (command === undefined) {
    const told = yield* aside(life, notice)
    return yield* Effect.map(ask("POST", `/session/${sessionId}/prompt_async`, { body: { messageID, parts: [...told, ...partsOf(content)], ...chosen }, deadline: "60 seconds" }), () => life.taken())
  }
  const model = settings.model ?? life.chosen().model ?? life.known().models[0]?.id
  // its deadline is the turn's end, over which `run` watches
  const long = command.command === compactCommand
    ? ask("POST", `/session/${sessionId}/summarize`, { body: { ...modelOf(model ?? ""), auto: false }, deadline: Duration.infinity })
    : ask("POST", `/session/${sessionId}/command`, {
      body: { messageID, ...chosen, model: settings.model, command: command.command, arguments: command.arguments, parts: command.parts }, deadline: Duration.infinity
    })
  yield* Effect.forkScoped(Effect.matchEffect(long, {
    onFailure: (error) => Deferred.fail(turn.refused, error), onSuccess: () => Effect.sync(() => turn.look.openUnsafe())
  }), { startImmediately: true })
})

const Statuses = Schema.Record(Schema.String, Schema.Struct({ type: Schema.String }))
const decodeStatuses = Schema.decodeUnknownOption(Statuses)
const decodePermissions = Schema.decodeUnknownOption(Schema.Array(PermissionRequest))
const decodeQuestions = Schema.decodeUnknownOption(Schema.Array(QuestionRequest))

/** It names busy sessions only. */
const isBusy = ({ ask, sessionId }: OpencodeLife) => Effect.map(ask("GET", "/session/status"), (answer) =>
  Option.match(decodeStatuses(answer), { onNone: () => true, onSome: (statuses) => (statuses[sessionId]?.type ?? "idle") !== "idle" }))

/** Takes in what the session's messages say, as if the events had come. */
const readMessages = ({ ask, sessionId, take }: OpencodeLife) => Effect.flatMap(
  ask("GET", `/session/${sessionId}/message`, { query: { limit: messagesAsked } }),
  (answer) => Effect.forEach(messageEvents(answer), (event) => take(event, true), { discard: true }))

/** Takes in which requests are open, and which are no more. */
const readRequests = Effect.fnUntraced(function*({ ask, take }: OpencodeLife, turn: ActiveTurn) {
  const permissions = Option.getOrElse(decodePermissions(yield* ask("GET", "/permission")), () => [])
  const questions = Option.getOrElse(decodeQuestions(yield* ask("GET", "/question")), () => [])
  yield* Effect.forEach(permissions, (properties) => take({ type: "permission.asked", properties }), { discard: true })
  yield* Effect.forEach(questions, (properties) => take({ type: "question.asked", properties }), { discard: true })
  const open = new Set([...permissions, ...questions].map(({ id }) => id))
  for (const [id, withdrawn] of turn.asked) if (!open.has(id)) Deferred.doneUnsafe(withdrawn, Effect.void)
})

/** How long a session may be idle without an answer to our message before that is the end, in milliseconds. */
const patience = ({ view }: ActiveTurn): number => {
  if (view.failure !== undefined && view.last === undefined) return 200
  if (view.stopping) return view.taken && view.last === undefined ? 400 : Number.POSITIVE_INFINITY
  if (view.failure !== undefined) return 3_000
  return view.taken ? 10_000 : 60_000
}

/** The end, or since when the session is idle without one, in epoch milliseconds. */
interface Seen { readonly end?: TurnEnd; readonly idleSince?: number }

/** Looks once. */
const look = Effect.fnUntraced(function*(life: OpencodeLife, turn: ActiveTurn, idleSince: number | undefined): Effect.fn.Return<Seen, AgentError> {
  const busy = yield* isBusy(life)
  if (turn.gap) {
    turn.gap = false
    yield* Effect.andThen(readMessages(life), readRequests(life, turn)).pipe(Effect.tapError(() => Effect.sync(() => { turn.gap = true })))
  }
  if (busy) return {}
  if (!isOver(turn.view)) yield* readMessages(life)
  if (isAnswered(turn.view)) return { end: endOf(turn.view) }
  const now = yield* Clock.currentTimeMillis
  const since = idleSince ?? now
  if (now - since < patience(turn)) return { idleSince: since }
  const { failure, taken } = turn.view
  if (failure !== undefined) return { end: failureEnd(failure) }
  return { end: { cause: { _tag: "AgentFailed", message: taken ? "opencode ended the turn without an answer." : "opencode did not take the prompt." } } }
})

/** Runs the turn to its end. */
export const run = Effect.fn("OpencodeTurn.run")(function*(life: OpencodeLife, turn: ActiveTurn, prompt: TurnPrompt): Effect.fn.Return<TurnEnd, AgentError, Scope.Scope> {
  yield* deliver(life, turn, prompt)
  let idleSince: number | undefined
  for (;;) {
    const pause = idleSince === undefined ? lookEvery : lookAgain
    yield* Effect.timeoutOption(Effect.raceFirst(turn.look.await, Deferred.await(turn.refused)), pause)
    turn.look.closeUnsafe()
    const seen = yield* look(life, turn, idleSince).pipe(Effect.catch((error): Effect.Effect<Seen, AgentError> => {
      if (!isGone(error)) return Effect.succeed({}) // it may answer later; who waits too long can stop
      return Effect.andThen(life.lose(error), Effect.fail(error))
    }))
    if (seen.end !== undefined) return seen.end
    idleSince = seen.idleSince
  }
})

const abort = ({ ask, sessionId }: OpencodeLife) => Effect.ignore(ask("POST", `/session/${sessionId}/abort`, { deadline: abortDeadline }))

/** Aborts until the turn has ended. False where it did not within the grace. */
export const stop = Effect.fn("OpencodeTurn.stop")(function*(life: OpencodeLife, turn: ActiveTurn, running: Fiber.Fiber<TurnEnd, AgentError>, grace: Duration.Input) {
  turn.view = { ...turn.view, stopping: true }
  const again = Effect.suspend(() => {
    turn.look.openUnsafe()
    return Effect.sleep(turn.view.last === undefined ? abortSoonAgain : abortAgain)
  })
  const aborting = Effect.forever(Effect.andThen(abort(life), again))
  const ended = yield* Effect.timeoutOption(Effect.raceFirst(Fiber.await(running), aborting), grace)
  return Option.isSome(ended)
})

/** Once, for a session that nobody waits for any longer. */
export const abortBriefly = (life: OpencodeLife) => Effect.asVoid(Effect.timeoutOption(abort(life), "200 millis"))

export const settleSeconds = 5

/** Makes sure that nothing of an earlier turn is at work in the session. False where opencode says that it still is. */
export const settle = Effect.fnUntraced(function*(life: OpencodeLife) {
  if (!life.unsettled) return true
  let atWork = false
  const idle = Effect.gen(function*() {
    while ((atWork = yield* Effect.orElseSucceed(isBusy(life), () => atWork))) yield* Effect.andThen(abort(life), Effect.sleep(abortAgain))
  })
  yield* Effect.timeoutOption(Effect.raceFirst(idle, Effect.flip(life.over)), Duration.seconds(settleSeconds))
  if (!atWork) life.unsettled = false
  return !atWork
})
