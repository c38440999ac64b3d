/**
 * The turns of chats, as their sessions' worktrees see them: who may begin, when a prompt was handed over, what was reported,
 * when a turn has its end. Tells `Changes` of each in its order, beside the turn and not ahead of it, and sees at boot to
 * those that a dead server left. What is said in a turn is not its business.
 *
 * ```
 *  enter ──▶ handedOver ──▶ ended ──▶ its checkpoint is taken ──▶ left ──▶ others, who waited a moment, enter
 *    └────── stopped before ──▶ ended ──▶ forgotten: it wrote nothing
 * ```
 */
import { Clock, Context, Deferred, Effect, Fiber, Layer, PubSub, Stream } from "effect"
import type { AgentName, SessionId, TurnId, WorktreeId } from "../../../shared/Ids.ts"
import type { Worktree } from "../../../shared/Session.ts"
import type { ToolCall } from "../../../shared/ToolCall.ts"
import type { WorkError } from "../../../shared/WorkError.ts"
import { reportedPaths } from "./Attribution.ts"
import { Changes } from "./Changes.ts"
import type { WorktreeTurn } from "./Running.ts"
import { lookAt } from "../git/DiskBytes.ts"
import { makeGate } from "./Gate.ts"
import { type LeftTurn, TurnPort } from "./TurnPort.ts"
import { Worktrees } from "../worktree/Worktrees.ts"

interface Seat {
  readonly sessionId: SessionId
  readonly turn: WorktreeTurn
  /** Looked for once it has entered: whoever had the worktree alone before may have moved it. */
  worktree: Fiber.Fiber<Worktree, WorkError> | undefined
  began: Fiber.Fiber<void> | undefined
  /** Done when its agent has said something, or it has its end. */
  readonly spoken: Deferred.Deferred<void>
}

/** How long boot waits for what dead turns have left to be looked at; it is done in any case. */
const bootPatience = "10 seconds"
const recoveries = 4
/**
 * The look before a turn lets the agent have its first word first, and lets that go out: to start git holds up the server, and what
 * changes since the hand-over is the turn's whenever it is looked at. No agent writes before it has said something.
 */
const firstWord = "1 second"
const goesOut = "15 millis"
/** The clock that files are stamped by runs so much behind, in milliseconds. */
const ticks = 10

const logged = (what: string) => <A>(effect: Effect.Effect<A, WorkError>): Effect.Effect<void> =>
  Effect.asVoid(Effect.catch(effect, ({ message }) => Effect.logWarning(what, message)))

const make = Effect.gen(function*() {
  const changes = yield* Changes
  const port = yield* TurnPort
  const worktrees = yield* Worktrees
  const clock = yield* Clock.Clock
  const scope = yield* Effect.scope
  const moves = yield* PubSub.sliding<SessionId>(256)
  const gate = makeGate((sessionId) => PubSub.publish(moves, sessionId))
  const seats = new Map<TurnId, Seat>()

  /** `admitted` says when. */
  const sit = (sessionId: SessionId, turn: WorktreeTurn, admitted: Effect.Effect<unknown>) => Effect.suspend(() => {
    const seat: Seat = { sessionId, turn, worktree: undefined, began: undefined, spoken: Deferred.makeUnsafe<void>() }
    seats.set(turn.turnId, seat)
    return admitted.pipe(
      Effect.andThen(Effect.forkIn(worktrees.ensure(sessionId), scope, { startImmediately: true })),
      Effect.map((worktree) => { seat.worktree = worktree }))
  })

  /** The worktree was there before the agent was; where it can't be had its agent has no hand in one. */
  const handedOver = (turnId: TurnId) => Effect.suspend(() => {
    const seat = seats.get(turnId)
    if (seat?.worktree === undefined || seat.began !== undefined) return Effect.void
    const at = clock.currentTimeMillisUnsafe() - ticks
    const { spoken, turn, worktree: coming } = seat
    const known = coming.pollUnsafe()
    const register = known?._tag === "Success" ? changes.handedOver(known.value.id, turn, at) : Effect.void
    const begin = Fiber.join(coming).pipe(
      Effect.tap(({ id }) => changes.handedOver(id, turn, at)), Effect.tap(() => Effect.timeoutOption(Effect.andThen(Deferred.await(spoken), Effect.sleep(goesOut)), firstWord)),
      Effect.flatMap((worktree) => changes.began(worktree, turn, at)), logged("the checkpoint before a turn was not taken"))
    return Effect.andThen(register, Effect.map(Effect.forkIn(begin, scope), (fiber) => { seat.began = fiber }))
  })

  const conclude = Effect.fnUntraced(function*({ began, turn, worktree }: Seat) {
    if (began === undefined || worktree === undefined) return yield* port.forget([turn.turnId])
    yield* Fiber.await(began)
    yield* changes.ended(yield* Fiber.join(worktree), turn)
  })

  const ended = Effect.fn("TurnsAtWork.ended")(function*(turnId: TurnId) {
    const seat = seats.get(turnId)
    if (seat === undefined) return
    Deferred.doneUnsafe(seat.spoken, Effect.void)
    yield* gate.ending(seat.sessionId, turnId)
    yield* logged("the checkpoint after a turn was not taken")(conclude(seat))
    seats.delete(turnId)
    yield* gate.leave(seat.sessionId, turnId)
  })

  const recoverIn = Effect.fnUntraced(function*(worktree: Worktree, turns: ReadonlyArray<WorktreeTurn>) {
    // a disk that is away: they are named when it is seen again
    if ((yield* lookAt(Buffer.from(`${worktree.path}/.git`))) === undefined) return
    yield* changes.interrupted(worktree, turns)
  })

  const recover = Effect.gen(function*() {
    const left = yield* port.left
    const homeless = left.filter(({ worktree }) => worktree === undefined)
    if (homeless.length > 0) yield* port.forget(homeless.map(({ turn }) => turn.turnId))
    const places = [...byWorktree(left).values()]
    // known before anything may be looked at, however long the looks take
    yield* Effect.forEach(places, ({ turns, worktree }) => changes.over(worktree.id, turns), { discard: true })
    const looks = yield* Effect.forkIn(Effect.forEach(places, ({ turns, worktree }) =>
      logged(`what turns left in ${worktree.path} is not looked at yet`)(recoverIn(worktree, turns)), { concurrency: recoveries, discard: true }), scope)
    yield* Effect.timeoutOption(Fiber.await(looks), bootPatience)
  }).pipe(logged("what an earlier server's turns left is not looked at"))

  return TurnsAtWork.of({
    enter: (sessionId, turn) => sit(sessionId, turn, gate.enter(sessionId, turn.turnId, turn.agent)),
    join: (sessionId, turn) => sit(sessionId, turn, gate.join(sessionId, turn.turnId, turn.agent)),
    worktree: (sessionId, turnId) => Effect.suspend(() => {
      const seat = seats.get(turnId)
      return seat?.worktree === undefined ? worktrees.ensure(sessionId) : Fiber.join(seat.worktree)
    }),
    handedOver,
    spoke: (turnId) => Effect.sync(() => {
      const seat = seats.get(turnId)
      if (seat !== undefined) Deferred.doneUnsafe(seat.spoken, Effect.void)
    }),
    reported: (turnId, calls) => Effect.suspend(() => {
      const found = seats.get(turnId)?.worktree?.pollUnsafe()
      if (found?._tag !== "Success") return Effect.void
      const paths = reportedPaths(calls, [found.value.path])
      return paths.length === 0 ? Effect.void : changes.reported(found.value.id, turnId, paths)
    }),
    ended,
    running: gate.running,
    isIn: (turnId) => seats.has(turnId),
    moves: Stream.fromPubSub(moves),
    alone: gate.alone,
    aloneNow: gate.aloneNow,
    recover
  })
})

const byWorktree = (left: ReadonlyArray<LeftTurn>) => {
  const places = new Map<WorktreeId, { readonly worktree: Worktree; readonly turns: ReadonlyArray<WorktreeTurn> }>()
  for (const { turn, worktree } of left) {
    if (worktree !== undefined) places.set(worktree.id, { worktree, turns: [...(places.get(worktree.id)?.turns ?? []), turn] })
  }
  return places
}

export class TurnsAtWork extends Context.Service<TurnsAtWork, {
  /** Before its agent is prompted. Waits while somebody has the worktree alone, and a moment for the checkpoints of turns that have ended. */
  readonly enter: (sessionId: SessionId, turn: WorktreeTurn) => Effect.Effect<void>
  /** Of an agent that began by itself: waits for nothing. */
  readonly join: (sessionId: SessionId, turn: WorktreeTurn) => Effect.Effect<void>
  /** Where a turn that has entered is to work, brought back where it was gone. */
  readonly worktree: (sessionId: SessionId, turnId: TurnId) => Effect.Effect<Worktree, WorkError>
  /** Its prompt is handed over now: what changes from here on is its own. Waits for nothing. */
  readonly handedOver: (turnId: TurnId) => Effect.Effect<void>
  /** Its agent says something. */
  readonly spoke: (turnId: TurnId) => Effect.Effect<void>
  readonly reported: (turnId: TurnId, calls: ReadonlyArray<ToolCall>) => Effect.Effect<void>
  /** It has its end, and its agent no hand in the worktree. Known at once; returns when its checkpoint is taken. Nothing for a turn that never entered. */
  readonly ended: (turnId: TurnId) => Effect.Effect<void>
  /** The agents whose turns are in the session's worktree. */
  readonly running: (sessionId: SessionId) => ReadonlyArray<AgentName>
  /** The turn has entered, and its last checkpoint is not taken yet. */
  readonly isIn: (turnId: TurnId) => boolean
  /** Sessions that a turn has entered or left. */
  readonly moves: Stream.Stream<SessionId>
  /** When no turn is in the session's worktree, and while none begins. */
  readonly alone: <A, E, R>(sessionId: SessionId, effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** As `alone`, but refused where a turn is in it. */
  readonly aloneNow: <A, E, R, E2>(sessionId: SessionId, effect: Effect.Effect<A, E, R>, refusal: () => E2) => Effect.Effect<A, E | E2, R>
  /** Takes the checkpoints that dead servers could not. To be run before anything is admitted. */
  readonly recover: Effect.Effect<void>
}>()("boocode/work/TurnsAtWork") {
  static readonly layer = Layer.effect(TurnsAtWork, make)
}
