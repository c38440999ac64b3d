/**
 * The pending changes of worktrees: told anew from checkpoints when a turn starts or ends and when somebody worked by hand,
 * each naming who made it. Knows which turns run in which worktree, and nothing of chats.
 *
 * ```
 *  began ──▶ runs ──▶ ended ──▶ known until a checkpoint has covered it
 * ```
 */
import { Clock, Context, Effect, Layer, PubSub, Semaphore, Stream } from "effect"
import { ChangeId, type Checkpoint, type CheckpointAt, CheckpointId, type CountedChange, type IntervalTurn, type LookProblem, type PendingChange, type SkippedPath } from "../../../shared/Change.ts"
import type { TurnId, WorktreeId } from "../../../shared/Ids.ts"
import type { Worktree } from "../../../shared/Session.ts"
import { ChangePort, type CheckpointRow, type Entry, type Ledger, touchesOf } from "./ChangePort.ts"
import { foldChanges } from "./ChangeFold.ts"
import { Checkpoints } from "./Checkpoints.ts"
import { makeLookProblems, whereItIs } from "./LookProblems.ts"
import { handedIn, isBlurred, overIn, type Running, runningIn, type WorktreeTurn } from "./Running.ts"
import type { WorkError } from "../../../shared/WorkError.ts"

/** What stands after a checkpoint. */
export interface Standing { readonly checkpoint: Checkpoint; readonly changes: ReadonlyArray<PendingChange> }

interface Place {
  readonly queue: Semaphore.Semaphore
  readonly running: Map<TurnId, Running>
  handovers: number
  /** What the list that stands was told from, in this life. */
  told: { readonly base: string; readonly tree: string; readonly now: ReadonlyArray<CountedChange> } | undefined
  skipped: ReadonlyArray<SkippedPath> | undefined
  /** What decisions wrote, until a look has covered it: that makes nobody its maker. */
  readonly wrote: Set<string>
  lookedAt: number | null
}

/** Prompts that are handed over while it is captured make it begin again. */
const captures = 3

/** A look at what is kept already. */
const withoutCheckpoint = ({ checkpoint: _, ...entry }: Entry): Entry => entry

const seen = (): CheckpointAt => ({ _tag: "Seen", id: CheckpointId.make(crypto.randomUUID()) })

const mint = () => ChangeId.make(crypto.randomUUID())

const make = Effect.gen(function*() {
  const checkpoints = yield* Checkpoints
  const port = yield* ChangePort
  const clock = yield* Clock.Clock
  const pulses = yield* PubSub.sliding<WorktreeId>(256)
  const problems = makeLookProblems((id) => PubSub.publish(pulses, id))
  const places = new Map<WorktreeId, Place>()

  const placeOf = (id: WorktreeId): Place => {
    const place = places.get(id) ?? { queue: Semaphore.makeUnsafe(1), running: new Map(), handovers: 0, told: undefined, skipped: undefined, wrote: new Set(), lookedAt: null }
    places.set(id, place)
    return place
  }

  let reports = 0

  /** It is done with: turns that had ended, and reports of what the next interval may tell otherwise. */
  const cover = ({ running }: Place, over: ReadonlyArray<TurnId>, upTo: number) => Effect.sync(() => {
    for (const turnId of over) running.delete(turnId)
    for (const { reported } of running.values()) {
      for (const [path, nth] of reported) if (nth <= upTo) reported.delete(path)
    }
  })

  const entryOf = Effect.fnUntraced(function*(worktree: Worktree, ledger: Ledger, checkpoint: Checkpoint, at: CheckpointAt, turns: ReadonlyArray<IntervalTurn>, wrote?: ReadonlySet<string>, isMade = true) {
    const { ref, skipped, tree } = checkpoint
    const base = ledger.base ?? worktree.baseCommit
    const from = ledger.last?.tree ?? base
    const touched = from === tree || !isMade ? [] : touchesOf(yield* checkpoints.files(worktree, from, tree))
    const files = wrote === undefined ? touched : touched.filter(({ oldPath, path }) => !wrote.has(path) && (oldPath === null || !wrote.has(oldPath)))
    const takenAt = clock.currentTimeMillisUnsafe()
    const row: CheckpointRow = { seq: (ledger.last?.seq ?? 0) + 1, at, tree, ref, skipped, turns, files, takenAt }
    const { told } = placeOf(worktree.id)
    const now = told?.base === base && told.tree === tree ? told.now : yield* checkpoints.counted(worktree, base, tree)
    const { gone, live, saved } = foldChanges({
      worktree, now, intervals: files.length === 0 ? ledger.intervals : [...ledger.intervals, row],
      settled: ledger.settled, live: ledger.live, seq: row.seq, at: takenAt, mint
    })
    const entry: Entry = { checkpoint: row, saved, gone }
    return { entry, live, base, now, isNews: saved.length > 0 || gone.length > 0, isSame: ledger.last?.tree === tree }
  })

  /** The files without what belongs to turns whose prompts were just handed over. */
  const capture = (worktree: Worktree, at: CheckpointAt, kept: string | undefined, tries = captures): Effect.Effect<{ readonly checkpoint: Checkpoint; readonly over: ReadonlyArray<TurnId> }, WorkError> => Effect.gen(function*() {
    const place = placeOf(worktree.id)
    const ended = overIn(place, Infinity)
    let until = Infinity
    const checkpoint = yield* checkpoints.take(worktree, at, () => until = handedIn(place), kept)
    if (tries > 1 && handedIn(place) < until) return yield* capture(worktree, at, kept, tries - 1)
    return { checkpoint, over: overIn(place, until).filter((turnId) => ended.includes(turnId)) }
  })

  const settleAlone = (worktree: Worktree, at: CheckpointAt, wrote?: ReadonlySet<string>, left?: Running) => problems.noting(worktree.id)(lookIn(worktree, at, wrote, left))

  /** `left`: the turn whose end it is. */
  const lookIn = Effect.fnUntraced(function*(worktree: Worktree, at: CheckpointAt, wrote?: ReadonlySet<string>, left?: Running) {
    const place = placeOf(worktree.id)
    const ledger = yield* port.load(worktree.id)
    const isLook = at._tag === "Seen"
    const { checkpoint, over } = yield* whereItIs(worktree, capture(worktree, at, isLook ? ledger.last?.tree : undefined))
    const turns = runningIn(place), upTo = reports
    place.lookedAt = clock.currentTimeMillisUnsafe()
    // no tree tells of what it does not hold
    if (JSON.stringify(place.skipped ?? []) !== JSON.stringify(checkpoint.skipped)) yield* PubSub.publish(pulses, worktree.id)
    place.skipped = checkpoint.skipped
    const asBefore: Standing = { checkpoint, changes: ledger.live }
    const isQuiet = isLook && over.length === 0 && checkpoint.tree === ledger.last?.tree
    if (checkpoint.tree === ledger.last?.tree) place.wrote.clear()
    if (isQuiet && place.told?.tree === checkpoint.tree && place.told.base === (ledger.base ?? worktree.baseCommit)) return asBefore
    const { base, entry, isNews, isSame, live, now } = yield* entryOf(worktree, ledger, checkpoint, left !== undefined && isBlurred(place, left) ? seen() : at, turns, new Set([...place.wrote, ...wrote ?? []]))
    // nobody will ask for a look that saw nothing
    const isNothing = isSame && isLook && !isNews && over.length === 0
    yield* Effect.uninterruptible(Effect.andThen(isNothing ? Effect.void : port.record(worktree.id, { ...(isSame && isLook ? withoutCheckpoint(entry) : entry), covered: over }), cover(place, over, upTo)))
    place.told = { base, tree: checkpoint.tree, now }
    place.wrote.clear()
    if (isNews) yield* PubSub.publish(pulses, worktree.id)
    const standing: Standing = { checkpoint, changes: live }
    return standing
  })

  const settle = Effect.fn("Changes.settle")(function*(worktree: Worktree, at: CheckpointAt, left?: Running) {
    yield* Effect.annotateCurrentSpan({ "worktree.id": worktree.id })
    return yield* Semaphore.withPermit(placeOf(worktree.id).queue, settleAlone(worktree, at, undefined, left))
  })

  const decide = <A, E, R>(worktree: Worktree, decision: Effect.Effect<A, E, R>, wrote: (decided: A) => ReadonlyArray<string>, written: ReadonlyArray<string> = []) =>
    Semaphore.withPermit(placeOf(worktree.id).queue, Effect.gen(function*() {
      yield* settleAlone(worktree, seen(), new Set(written))
      const decided = yield* decision
      for (const path of wrote(decided)) placeOf(worktree.id).wrote.add(path)
      yield* settleAlone(worktree, { _tag: "Decided", id: CheckpointId.make(crypto.randomUUID()) })
      yield* PubSub.publish(pulses, worktree.id)
      return decided
    }))

  /** Ends the interval before these files were written, in one that no turn ran in. */
  const recordHand = Effect.fnUntraced(function*({ id }: Worktree, paths: ReadonlyArray<string>) {
    const { last } = yield* port.load(id)
    if (paths.length === 0 || last === undefined) return
    yield* port.record(id, { checkpoint: {
      seq: last.seq + 1, at: seen(), tree: last.tree, ref: "", skipped: [], turns: [], files: paths.map((path) => ({ path, oldPath: null })), takenAt: clock.currentTimeMillisUnsafe()
    } })
  })

  const byHand = <A, E, R>(worktree: Worktree, effect: Effect.Effect<A, E, R>, wrote: (done: A) => ReadonlyArray<string>) => {
    const tried = <B>(looking: Effect.Effect<B, WorkError>) => Effect.catch(Effect.asVoid(looking), ({ message }) => Effect.logWarning("what a person wrote may be named otherwise", message))
    return Semaphore.withPermit(placeOf(worktree.id).queue, Effect.gen(function*() {
      // what is there already is whose it is
      yield* tried(settleAlone(worktree, seen()))
      const done = yield* Effect.uninterruptible(Effect.tap(effect, (now) => tried(recordHand(worktree, wrote(now)))))
      yield* tried(settleAlone(worktree, seen(), new Set(wrote(done))))
      return done
    }))
  }

  const rewind = Effect.fn("Changes.rewind")(function*(worktree: Worktree, tree: string, id: CheckpointId, begun = false) {
    const place = placeOf(worktree.id)
    return yield* Semaphore.withPermit(place.queue, Effect.gen(function*() {
      const over = overIn(place, Infinity)
      const { after, before } = yield* checkpoints.rewind(worktree, tree, id)
      const turns = runningIn(place), upTo = reports
      const left = yield* entryOf(worktree, yield* port.load(worktree.id), before, { _tag: "Rewinding", id }, turns, undefined, !begun)
      yield* Effect.uninterruptible(Effect.andThen(port.record(worktree.id, { ...left.entry, covered: over }), cover(place, over, upTo)))
      // a rewind makes nothing: what it brings back was made before
      const { entry, live } = yield* entryOf(worktree, yield* port.load(worktree.id), after, { _tag: "Rewound", id }, [], undefined, false)
      yield* port.record(worktree.id, entry)
      yield* PubSub.publish(pulses, worktree.id)
      return { before, standing: { checkpoint: after, changes: live } }
    }))
  })

  const start = (id: WorktreeId, turn: WorktreeTurn, handedAt?: number) => Effect.sync(() => {
    const place = placeOf(id)
    const known = place.running.get(turn.turnId)
    if (known !== undefined) return known
    const found: Running = { turn, reported: new Map(), overAt: undefined, overAfter: undefined, handedAt }
    place.running.set(turn.turnId, found)
    if (handedAt !== undefined) place.handovers += 1
    return found
  })

  const end = (id: WorktreeId, turn: WorktreeTurn) => Effect.map(start(id, turn), (found) => {
    found.overAt ??= clock.currentTimeMillisUnsafe()
    found.overAfter ??= placeOf(id).handovers
    found.handedAt = undefined
    return found
  })

  return Changes.of({
    handedOver: (worktreeId, turn, at) => Effect.asVoid(start(worktreeId, turn, at)),
    over: (worktreeId, turns) => Effect.forEach(turns, (turn) => end(worktreeId, turn), { discard: true }),
    began: Effect.fn("Changes.began")(function*(worktree, turn, handedOver) {
      const found = yield* start(worktree.id, turn, handedOver)
      const known = Effect.sync(() => { found.handedAt = undefined })
      return yield* Semaphore.withPermit(placeOf(worktree.id).queue, Effect.ensuring(settleAlone(worktree, { _tag: "TurnStarted", turnId: turn.turnId }), known))
    }),
    reported: (worktreeId, turnId, paths) => Effect.sync(() => {
      const found = placeOf(worktreeId).running.get(turnId)
      reports += 1
      for (const path of paths) found?.reported.set(path, reports)
    }),
    ended: Effect.fn("Changes.ended")(function*(worktree, turn) {
      const left = yield* end(worktree.id, turn)
      return yield* settle(worktree, { _tag: "TurnEnded", turnId: turn.turnId }, left)
    }),
    interrupted: Effect.fn("Changes.interrupted")(function*(worktree, turns) {
      const [left] = yield* Effect.forEach(turns, (turn) => end(worktree.id, turn))
      return yield* settle(worktree, left === undefined ? seen() : { _tag: "TurnEnded", turnId: left.turn.turnId }, left)
    }),
    look: Effect.fn("Changes.look")(function*(worktree, at) {
      return yield* settle(worktree, at ?? seen())
    }),
    rewind,
    decide,
    byHand,
    seen: (worktreeId) => Effect.suspend(() => {
      const place = placeOf(worktreeId)
      const problem = problems.of(worktreeId)
      if (place.skipped !== undefined) return Effect.succeed({ lookedAt: place.lookedAt, problem, skipped: place.skipped })
      return Effect.map(port.checkpoints(worktreeId, 1), ([last]) => {
        place.skipped ??= last?.skipped ?? []
        return { lookedAt: place.lookedAt ?? last?.takenAt ?? null, problem, skipped: place.skipped }
      })
    }),
    checkpoints: port.checkpoints,
    history: port.history,
    list: (worktreeId) => Effect.map(port.load(worktreeId), ({ live }) => live),
    pulses: Stream.fromPubSub(pulses),
    pulse: (worktreeId) => Effect.asVoid(PubSub.publish(pulses, worktreeId)),
    alone: (worktreeId, effect) => Semaphore.withPermit(placeOf(worktreeId).queue, effect)
  })
})

export class Changes extends Context.Service<Changes, {
  /** A turn's prompt is handed over now. At once, and before `began` is called: no look may take what it does for a person's. */
  readonly handedOver: (worktreeId: WorktreeId, turn: WorktreeTurn, at: number) => Effect.Effect<void>
  /** Turns that ended before anybody could look: the next checkpoint is theirs too. */
  readonly over: (worktreeId: WorktreeId, turns: ReadonlyArray<WorktreeTurn>) => Effect.Effect<void>
  /**
   * A turn's prompt was handed over at `handedOver` (epoch milliseconds). Beside the prompt, not ahead of it: what changes
   * from then on is the turn's, whenever this gets to look.
   */
  readonly began: (worktree: Worktree, turn: WorktreeTurn, handedOver: number) => Effect.Effect<Standing, WorkError>
  /** Tool calls of a turn changed these paths (`reportedPaths`). Tells turns apart that run at the same time. */
  readonly reported: (worktreeId: WorktreeId, turnId: TurnId, paths: ReadonlyArray<string>) => Effect.Effect<void>
  /** A turn has its end, and its agent no hand in the worktree any more. Its checkpoint is a look like any other where another's prompt was handed over meanwhile. */
  readonly ended: (worktree: Worktree, turn: WorktreeTurn) => Effect.Effect<Standing, WorkError>
  /** After a restart: all turns that ran in the worktree when the server died. */
  readonly interrupted: (worktree: Worktree, turns: ReadonlyArray<WorktreeTurn>) => Effect.Effect<Standing, WorkError>
  /** Somebody may have worked by hand. */
  readonly look: (worktree: Worktree, at?: CheckpointAt) => Effect.Effect<Standing, WorkError>
  /**
   * Makes the files those of a checkpoint. What was there is `before`: a rewind to its tree undoes this one. That the agents
   * rest, and hear of it, is its caller's business. `begun`: by a server that died in it; what differs is nobody's work then.
   */
  readonly rewind: (worktree: Worktree, tree: string, id: CheckpointId, begun?: boolean) => Effect.Effect<{ readonly before: Checkpoint; readonly standing: Standing }, WorkError>
  /**
   * Looks, does what was decided, and looks again, with nothing between: what the decision `wrote` in the worktree makes
   * nobody its maker, nor what a server that died in it had `written`. Refused, it leaves the first look.
   */
  readonly decide: <A, E, R>(worktree: Worktree, decision: Effect.Effect<A, E, R>, wrote: (decided: A) => ReadonlyArray<string>, written?: ReadonlyArray<string>) => Effect.Effect<A, E | WorkError, R>
  /**
   * A person writes: what the effect `wrote` is by hand, whatever turns run. Looks before it and after it, with nothing between;
   * a look that can't be had keeps nobody from writing.
   */
  readonly byHand: <A, E, R>(worktree: Worktree, effect: Effect.Effect<A, E, R>, wrote: (done: A) => ReadonlyArray<string>) => Effect.Effect<A, E, R>
  /** When the files were looked at last (epoch milliseconds), what no checkpoint holds of them, and why they are not looked at now. */
  readonly seen: (worktreeId: WorktreeId) => Effect.Effect<{ readonly lookedAt: number | null; readonly problem: LookProblem | null; readonly skipped: ReadonlyArray<SkippedPath> }, WorkError>
  /** Newest first, each with the turns and files of the interval that it ended. */
  readonly checkpoints: (worktreeId: WorktreeId, limit: number) => Effect.Effect<ReadonlyArray<CheckpointRow>, WorkError>
  /** Every change there ever was, newest first. */
  readonly history: (worktreeId: WorktreeId, limit: number) => Effect.Effect<ReadonlyArray<PendingChange>, WorkError>
  /** As of the last checkpoint, without a look at the files. */
  readonly list: (worktreeId: WorktreeId) => Effect.Effect<ReadonlyArray<PendingChange>, WorkError>
  /** Worktrees whose list is another one now. */
  readonly pulses: Stream.Stream<WorktreeId>
  /** Somebody else changed the list. */
  readonly pulse: (worktreeId: WorktreeId) => Effect.Effect<void>
  /** While no list of this worktree is told anew. */
  readonly alone: <A, E, R>(worktreeId: WorktreeId, effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}>()("boocode/work/Changes") {
  static readonly layer = Layer.effect(Changes, make)
}
