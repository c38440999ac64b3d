/**
 * The pending changes of worktrees: told anew from checkpoints when a turn starts or ends and when somebody worked by hand,
 * each naming who made it. Knows which turns run in which worktree, and nothing of chats.
 *
 * ```
 *  began ──▶ runs ──▶ ended ──▶ known until a checkpoint has covered it
 * ```
 */
import { Clock, Context, Effect, Layer, PubSub, Semaphore, Stream } from "effect"
import { ChangeId, type Checkpoint, type CheckpointAt, CheckpointId, type IntervalTurn, type PendingChange } from "../../shared/Change.ts"
import type { TurnId, WorktreeId } from "../../shared/Ids.ts"
import type { Worktree } from "../../shared/Session.ts"
import { ChangePort, type CheckpointRow, type Entry, type Ledger, touchesOf } from "./ChangePort.ts"
import { foldChanges } from "./ChangeFold.ts"
import { Checkpoints } from "./Checkpoints.ts"
import type { WorkError } from "../../shared/WorkError.ts"

export type WorktreeTurn = Omit<IntervalTurn, "reported">

/** What stands after a checkpoint. */
export interface Standing { readonly checkpoint: Checkpoint; readonly changes: ReadonlyArray<PendingChange> }

interface Running { readonly turn: WorktreeTurn; reported: Set<string>; isOver: boolean }

interface Place { readonly queue: Semaphore.Semaphore; readonly running: Map<TurnId, Running> }

const mint = () => ChangeId.make(crypto.randomUUID())

const make = Effect.gen(function*() {
  const checkpoints = yield* Checkpoints
  const port = yield* ChangePort
  const clock = yield* Clock.Clock
  const pulses = yield* PubSub.sliding<WorktreeId>(256)
  const places = new Map<WorktreeId, Place>()

  const placeOf = (id: WorktreeId): Place => {
    const place = places.get(id) ?? { queue: Semaphore.makeUnsafe(1), running: new Map() }
    places.set(id, place)
    return place
  }

  const runningIn = ({ running }: Place, except: TurnId | undefined): ReadonlyArray<IntervalTurn> =>
    [...running.values()].filter(({ turn }) => turn.turnId !== except).map(({ reported, turn }) => ({ ...turn, reported: [...reported] }))

  /** What it covered is done with: turns that ended, and reports of what the next interval may tell otherwise. */
  const cover = ({ running }: Place, covered: ReadonlyArray<IntervalTurn>) => Effect.sync(() => {
    for (const { turnId } of covered) {
      const found = running.get(turnId)
      if (found?.isOver === true) running.delete(turnId)
      found?.reported.clear()
    }
  })

  const entryOf = Effect.fnUntraced(function*(worktree: Worktree, ledger: Ledger, checkpoint: Checkpoint, at: CheckpointAt, turns: ReadonlyArray<IntervalTurn>) {
    // a rewind makes nothing: what it brings back was made before
    const isMade = at._tag !== "Rewound"
    const { ref, skipped, tree } = checkpoint
    const base = ledger.base ?? worktree.baseCommit
    const from = ledger.last?.tree ?? base
    const files = from === tree || !isMade ? [] : touchesOf(yield* checkpoints.files(worktree, from, tree))
    const takenAt = clock.currentTimeMillisUnsafe()
    const row: CheckpointRow = { seq: (ledger.last?.seq ?? 0) + 1, at, tree, ref, skipped, turns, files, takenAt }
    const { gone, live, saved } = foldChanges({
      worktree, now: yield* checkpoints.counted(worktree, base, tree), intervals: files.length === 0 ? ledger.intervals : [...ledger.intervals, row],
      settled: ledger.settled, live: ledger.live, seq: row.seq, at: takenAt, mint
    })
    const entry: Entry = { checkpoint: row, saved, gone }
    return { entry, live, isNews: saved.length > 0 || gone.length > 0, isSame: files.length === 0 && ledger.last !== undefined }
  })

  /** `except` has only been handed over: what changed since is its own, and waits. */
  const settle = Effect.fn("Changes.settle")(function*(worktree: Worktree, at: CheckpointAt, handed?: { readonly turnId: TurnId; readonly at: number }) {
    yield* Effect.annotateCurrentSpan({ "worktree.id": worktree.id })
    const place = placeOf(worktree.id)
    return yield* Semaphore.withPermit(place.queue, Effect.gen(function*() {
      const ledger = yield* port.load(worktree.id)
      const checkpoint = yield* checkpoints.take(worktree, at, handed?.at)
      const turns = runningIn(place, handed?.turnId)
      const { entry, isNews, isSame, live } = yield* entryOf(worktree, ledger, checkpoint, at, turns)
      // nobody will ask for a look that saw nothing
      const recorded = isSame && at._tag === "Seen" ? Effect.void : port.record(worktree.id, entry)
      yield* Effect.uninterruptible(Effect.andThen(recorded, cover(place, turns)))
      if (isNews) yield* PubSub.publish(pulses, worktree.id)
      const standing: Standing = { checkpoint, changes: live }
      return standing
    }))
  })

  const rewind = Effect.fn("Changes.rewind")(function*(worktree: Worktree, tree: string, id: CheckpointId) {
    const place = placeOf(worktree.id)
    return yield* Semaphore.withPermit(place.queue, Effect.gen(function*() {
      const turns = runningIn(place, undefined)
      const { after, before } = yield* checkpoints.rewind(worktree, tree, id)
      const left = yield* entryOf(worktree, yield* port.load(worktree.id), before, { _tag: "Rewinding", id }, turns)
      yield* Effect.uninterruptible(Effect.andThen(port.record(worktree.id, left.entry), cover(place, turns)))
      const { entry, live } = yield* entryOf(worktree, yield* port.load(worktree.id), after, { _tag: "Rewound", id }, [])
      yield* port.record(worktree.id, entry)
      yield* PubSub.publish(pulses, worktree.id)
      return { before, standing: { checkpoint: after, changes: live } }
    }))
  })

  const start = (id: WorktreeId, turn: WorktreeTurn) => Effect.sync(() => {
    const { running } = placeOf(id)
    const found = running.get(turn.turnId) ?? { turn, reported: new Set(), isOver: false }
    running.set(turn.turnId, found)
    return found
  })

  return Changes.of({
    began: Effect.fn("Changes.began")(function*(worktree, turn, handedOver) {
      yield* start(worktree.id, turn)
      return yield* settle(worktree, { _tag: "TurnStarted", turnId: turn.turnId }, { turnId: turn.turnId, at: handedOver })
    }),
    reported: (worktreeId, turnId, paths) => Effect.sync(() => {
      const found = placeOf(worktreeId).running.get(turnId)
      for (const path of paths) found?.reported.add(path)
    }),
    ended: Effect.fn("Changes.ended")(function*(worktree, turn) {
      const found = yield* start(worktree.id, turn)
      found.isOver = true
      return yield* settle(worktree, { _tag: "TurnEnded", turnId: turn.turnId })
    }),
    interrupted: Effect.fn("Changes.interrupted")(function*(worktree, turns) {
      const found = yield* Effect.forEach(turns, (turn) => start(worktree.id, turn))
      for (const running of found) running.isOver = true
      const at: CheckpointAt = found[0] === undefined ? { _tag: "Seen", id: CheckpointId.make(crypto.randomUUID()) } : { _tag: "TurnEnded", turnId: found[0].turn.turnId }
      return yield* settle(worktree, at)
    }),
    look: Effect.fn("Changes.look")(function*(worktree, at) {
      return yield* settle(worktree, at ?? { _tag: "Seen", id: CheckpointId.make(crypto.randomUUID()) })
    }),
    rewind,
    checkpoints: port.checkpoints,
    history: port.history,
    list: (worktreeId) => Effect.map(port.load(worktreeId), ({ live }) => live),
    pulses: Stream.fromPubSub(pulses),
    pulse: (worktreeId) => Effect.asVoid(PubSub.publish(pulses, worktreeId)),
    alone: (worktreeId, effect) => Semaphore.withPermit(placeOf(worktreeId).queue, effect)
  })
})

export class Changes extends Context.Service<Changes, {
  /**
   * A turn's prompt was handed over at `handedOver` (epoch milliseconds). Beside the prompt, not ahead of it: what changes
   * from then on is the turn's, whenever this gets to look.
   */
  readonly began: (worktree: Worktree, turn: WorktreeTurn, handedOver: number) => Effect.Effect<Standing, WorkError>
  /** Tool calls of a turn changed these paths (`reportedPaths`). Tells turns apart that run at the same time. */
  readonly reported: (worktreeId: WorktreeId, turnId: TurnId, paths: ReadonlyArray<string>) => Effect.Effect<void>
  /** A turn has its end, and its agent no hand in the worktree any more. */
  readonly ended: (worktree: Worktree, turn: WorktreeTurn) => Effect.Effect<Standing, WorkError>
  /** After a restart: all turns that ran in the worktree when the server died. */
  readonly interrupted: (worktree: Worktree, turns: ReadonlyArray<WorktreeTurn>) => Effect.Effect<Standing, WorkError>
  /** Somebody may have worked by hand. */
  readonly look: (worktree: Worktree, at?: CheckpointAt) => Effect.Effect<Standing, WorkError>
  /**
   * Makes the files those of a checkpoint. What was there is `before`: a rewind to its tree undoes this one. That the agents
   * rest, and hear of it, is its caller's business.
   */
  readonly rewind: (worktree: Worktree, tree: string, id: CheckpointId) => Effect.Effect<{ readonly before: Checkpoint; readonly standing: Standing }, WorkError>
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
