/**
 * The work of sessions, as a service: what stands as pending changes, watched and looked at, and what a person decides of
 * them. By session id, with Schema values, typed errors and streams, so that another machine can host it. Who made what is
 * `Changes`' business, how a decision is carried out `Apply`'s, and which turns run `TurnsAtWork`'s.
 */
import { Context, Effect, Layer, Option, PubSub, RcMap, Result, Stream } from "effect"
import { type ChangeFrame, type ChangeId, type CheckpointInfo, type Conflict, type Decided, type PendingChange, type Resolution, type TurnFiles } from "../../shared/Change.ts"
import { ProjectError } from "../../shared/Errors.ts"
import type { SessionId, TurnId, WorktreeId } from "../../shared/Ids.ts"
import type { Project, Worktree } from "../../shared/Session.ts"
import { WorkError } from "../../shared/WorkError.ts"
import { Apply } from "./decision/Apply.ts"
import { framesBetween, type WorkSeen } from "./change/ChangeFrames.ts"
import { ChangePort, type CheckpointRow } from "./change/ChangePort.ts"
import { Changes } from "./change/Changes.ts"
import { Checkpoints } from "./change/Checkpoints.ts"
import { textsOf } from "./decision/Sides.ts"
import { lookAt } from "./git/DiskBytes.ts"
import { Git } from "./git/Git.ts"
import { makeLooking } from "./change/Looking.ts"
import { turnFiles } from "./change/TurnFiles.ts"
import { TurnsAtWork } from "./change/TurnsAtWork.ts"
import type { Decision, Outcome } from "./decision/WholeDecisions.ts"
import { WorktreePort } from "./worktree/WorktreePort.ts"

type Failure = WorkError | ProjectError

/** Where a session's work is. */
export interface WorkPlace {
  readonly project: Project
  /** None before the session's first prompt. */
  readonly worktree: Worktree | undefined
  readonly archived: boolean
}

const fail = (reason: WorkError["reason"]) => new WorkError({ reason })
/** What comes in a moment is told as one. */
const gathering = "40 millis"

const makePlaces = Effect.gen(function*() {
  const port = yield* WorktreePort
  const sessions = new Map<WorktreeId, SessionId>()
  const place = Effect.fn("Work.place")(function*(sessionId: SessionId) {
    const { archived, project, worktree } = yield* port.find(sessionId)
    const ready = Option.getOrUndefined(Option.filter(worktree, ({ state }) => state === "ready"))
    if (ready !== undefined) sessions.set(ready.id, sessionId)
    return { archived, project, worktree: ready } satisfies WorkPlace
  })
  const isThere = ({ path }: Worktree) => Effect.map(lookAt(Buffer.from(`${path}/.git`)), (found) => found !== undefined)
  /** One that decisions may be made in. */
  const open = Effect.fnUntraced(function*(sessionId: SessionId) {
    const { archived, project, worktree } = yield* place(sessionId)
    if (archived) return yield* new ProjectError({ reason: { _tag: "Archived", sessionId } })
    if (worktree === undefined) return yield* fail({ _tag: "UnknownChange" })
    if (!(yield* isThere(worktree))) return yield* fail({ _tag: "Vanished", path: worktree.path })
    return { project, worktree }
  })
  return { isThere, open, place, sessionOf: (id: WorktreeId) => sessions.get(id) }
})

const makeFeed = Effect.fnUntraced(function*({ place, sessionOf }: Effect.Success<typeof makePlaces>) {
  const changes = yield* Changes
  const port = yield* ChangePort
  const turns = yield* TurnsAtWork
  const feeds = new Map<SessionId, Set<PubSub.PubSub<void>>>()
  const waiting = new Map<SessionId, ReadonlyArray<ChangeId>>()

  const tell = (sessionId: SessionId | undefined) => Effect.forEach(sessionId === undefined ? [] : feeds.get(sessionId) ?? [], (feed) => PubSub.publish(feed, undefined), { discard: true })
  yield* Effect.forkScoped(Stream.runForEach(changes.pulses, (id) => tell(sessionOf(id))))
  yield* Effect.forkScoped(Stream.runForEach(turns.moves, tell))

  const looking = yield* makeLooking(Effect.fnUntraced(function*(sessionId: SessionId) {
    const { archived, worktree } = yield* place(sessionId)
    if (archived || worktree === undefined) return
    yield* changes.look(worktree)
  }, Effect.catch(({ message }) => Effect.logDebug("the files of a session were not looked at", message))))

  const seen = Effect.fnUntraced(function*(sessionId: SessionId) {
    const { worktree } = yield* place(sessionId)
    const now = { running: turns.running(sessionId), waiting: waiting.get(sessionId) ?? [] }
    if (worktree === undefined) return { worktree, changes: [], standing: { ...now, decided: 0, lookedAt: null, problem: null, skipped: [] } } satisfies WorkSeen
    const all = yield* Effect.all({ changes: changes.list(worktree.id), decided: port.decisions(worktree.id), seen: changes.seen(worktree.id) })
    return { worktree, changes: all.changes, standing: { ...now, decided: all.decided, ...all.seen } } satisfies WorkSeen
  })

  /** Told of what becomes of the session's work, from when this returns. */
  const subscribe = (sessionId: SessionId) => Effect.gen(function*() {
    const feed = yield* PubSub.sliding<void>(1)
    const all = feeds.get(sessionId) ?? new Set()
    feeds.set(sessionId, all.add(feed))
    yield* Effect.addFinalizer(() => Effect.sync(() => {
      all.delete(feed)
      if (all.size === 0) feeds.delete(sessionId)
    }))
    return yield* PubSub.subscribe(feed)
  })

  const watch = (sessionId: SessionId): Stream.Stream<ChangeFrame, Failure> => Stream.unwrap(Effect.gen(function*() {
    yield* place(sessionId)
    // before it is read: no change falls between
    const news = yield* subscribe(sessionId)
    yield* RcMap.get(looking, sessionId)
    // told in bursts, and in a burst that doesn't end as well
    return Stream.concat(Stream.succeed(undefined), Stream.tap(Stream.fromSubscription(news), () => Effect.sleep(gathering))).pipe(
      Stream.mapEffect(() => seen(sessionId)),
      Stream.mapAccum((): WorkSeen | undefined => undefined, (before, after) => [after, framesBetween(before, after)] as const))
  }))

  /** Whoever watches sees what waits. */
  const awaiting = <A, E, R>(sessionId: SessionId, ids: ReadonlyArray<ChangeId>, effect: Effect.Effect<A, E, R>) => {
    const set = (next: ReadonlyArray<ChangeId>) => Effect.andThen(Effect.sync(() => next.length === 0 ? waiting.delete(sessionId) : waiting.set(sessionId, next)), tell(sessionId))
    const change = (f: (all: ReadonlyArray<ChangeId>) => ReadonlyArray<ChangeId>) => Effect.suspend(() => set(f(waiting.get(sessionId) ?? [])))
    return Effect.acquireUseRelease(change((all) => [...all, ...ids]), () => effect, () => change((all) => all.filter((id) => !ids.includes(id))))
  }

  return { awaiting, tell, watch }
})

const make = Effect.gen(function*() {
  const apply = yield* Apply
  const changes = yield* Changes
  const checkpoints = yield* Checkpoints
  const git = yield* Git
  const port = yield* ChangePort
  const turns = yield* TurnsAtWork
  const places = yield* makePlaces
  const { open, place } = places
  const { awaiting, tell, watch } = yield* makeFeed(places)

  /** All of them are the session's, or nothing is begun. */
  const ours = Effect.fnUntraced(function*(worktree: Worktree, ids: ReadonlyArray<ChangeId>) {
    const rows = yield* port.findAll(ids)
    return rows.length === ids.length && rows.every(({ worktreeId }) => worktreeId === worktree.id) ? rows : yield* fail({ _tag: "UnknownChange" })
  })

  const opened = Effect.fnUntraced(function*(sessionId: SessionId, ids: ReadonlyArray<ChangeId>) {
    const { project, worktree } = yield* open(sessionId)
    return { project, worktree, changes: yield* ours(worktree, ids) }
  })

  const decidedOf = ({ change, marked }: Decision): Decided =>
    ({ change, problem: marked !== undefined && change.state !== "conflicted" ? fail({ _tag: "ChangedThere", path: change.path }).message : null })

  /** What was not decided says why. Begun, a decision is made, whoever has gone meanwhile. */
  const attempted = (change: PendingChange, decision: Effect.Effect<Decision, WorkError>): Effect.Effect<Decided, WorkError> =>
    Effect.uninterruptible(Effect.matchEffect(decision, {
      onSuccess: (decided) => Effect.succeed(decidedOf(decided)),
      onFailure: ({ message }) => Effect.map(port.find(change.id), (now): Decided => ({ change: now ?? change, problem: message }))
    }))

  const decideEach = (what: string, decide: (project: Project, worktree: Worktree, ids: ReadonlyArray<ChangeId>) => Effect.Effect<ReadonlyArray<Outcome>, WorkError>) =>
    Effect.fn(what)(function*(sessionId: SessionId, ids: ReadonlyArray<ChangeId>) {
      const { changes, project, worktree } = yield* opened(sessionId, ids)
      return yield* answers(changes, yield* decide(project, worktree, ids))
    })

  const answers = (changes: ReadonlyArray<PendingChange>, outcomes: ReadonlyArray<Outcome>) =>
    Effect.forEach(changes, (change, nth) => attempted(change, Effect.fromResult(outcomes[nth] ?? Result.fail(fail({ _tag: "UnknownChange" })))))

  const decideOne = Effect.fnUntraced(function*(sessionId: SessionId, id: ChangeId, decide: (project: Project, worktree: Worktree) => Effect.Effect<Decision, WorkError>) {
    const { changes: [change], project, worktree } = yield* opened(sessionId, [id])
    return change === undefined ? yield* fail({ _tag: "UnknownChange" }) : yield* attempted(change, decide(project, worktree))
  })

  /** In the worktree, when its turns have ended. */
  const atRest = <A, E>(sessionId: SessionId, ids: ReadonlyArray<ChangeId>, effect: Effect.Effect<A, E>) =>
    awaiting(sessionId, ids, turns.alone(sessionId, effect))

  /** Refused at once where it can be, and asked again at rest: a session may be archived or deleted while this waits. */
  const decideAtRest = (what: string, decide: (worktree: Worktree, ids: ReadonlyArray<ChangeId>) => Effect.Effect<ReadonlyArray<Outcome>, WorkError>) => {
    const each = decideEach(what, (_, worktree, ids) => Effect.uninterruptible(decide(worktree, ids)))
    return Effect.fnUntraced(function*(sessionId: SessionId, ids: ReadonlyArray<ChangeId>) {
      yield* opened(sessionId, ids)
      return yield* atRest(sessionId, ids, each(sessionId, ids))
    })
  }

  const resolve = (sessionId: SessionId, id: ChangeId, way: Resolution) => way === "theirs"
    ? decideOne(sessionId, id, (project, worktree) => apply.apply(project, worktree, id, true))
    : atRest(sessionId, [id], decideOne(sessionId, id, (project, worktree) => apply.resolve(project, worktree, id, way)))

  const ofTurn = Effect.fn("Work.ofTurn")(function*(sessionId: SessionId, turnId: TurnId, limit: number, after?: string) {
    const { worktree } = yield* place(sessionId)
    const rows = worktree === undefined ? [] : yield* port.ofTurn(worktree.id, turnId)
    const [first] = rows, last = rows.at(-1)
    if (worktree === undefined || first === undefined || last === undefined) return turnFiles([], limit)
    const isIts = (at: CheckpointRow["at"], tag: string) => at._tag === tag && "turnId" in at && at.turnId === turnId
    const before = isIts(first.at, "TurnStarted") ? first : (yield* port.checkpoints(worktree.id, 1, first.seq))[0]
    const runs = !isIts(last.at, "TurnEnded") && turns.isIn(turnId) && (yield* places.isThere(worktree))
    const to = runs ? (yield* changes.look(worktree)).checkpoint.tree : last.tree
    return turnFiles(yield* checkpoints.counted(worktree, before?.tree ?? worktree.baseCommit, to), limit, after)
  })

  return Work.of({
    place, watch, resolve, ofTurn,
    look: Effect.fn("Work.look")(function*(sessionId) {
      const { archived, worktree } = yield* place(sessionId)
      if (worktree === undefined) return
      yield* archived ? open(sessionId) : changes.look(worktree)
      yield* tell(sessionId)
    }),
    apply: decideEach("Work.apply", (project, worktree, ids) => apply.applyAll(project, worktree, ids)),
    applyHunks: (sessionId, id, part, hunks) => decideOne(sessionId, id, (project, worktree) => apply.applyHunks(project, worktree, id, part, hunks)),
    bringBack: decideAtRest("Work.bringBack", apply.bringBack),
    reject: decideAtRest("Work.reject", apply.reject),
    rejectHunks: (sessionId, id, part, hunks) => atRest(sessionId, [id], decideOne(sessionId, id, (_, worktree) => apply.rejectHunks(worktree, id, part, hunks))),
    revert: decideEach("Work.revert", apply.revertAll),
    revertHunks: (sessionId, id, part, hunks) => decideOne(sessionId, id, (project, worktree) => apply.revertHunks(project, worktree, id, part, hunks)),
    conflict: Effect.fn("Work.conflict")(function*(sessionId, id) {
      const { project, worktree } = yield* open(sessionId)
      return yield* textsOf(git, worktree.path, yield* apply.sides(project, worktree, id))
    }),
    decided: Effect.fn("Work.decided")(function*(sessionId, limit, before) {
      const { worktree } = yield* place(sessionId)
      return worktree === undefined ? [] : yield* port.decided(worktree.id, limit, before)
    }),
    checkpoints: Effect.fn("Work.checkpoints")(function*(sessionId, limit, before) {
      const { worktree } = yield* place(sessionId)
      const rows = worktree === undefined ? [] : yield* port.checkpoints(worktree.id, limit, before)
      return rows.map(({ at, files, seq, takenAt, turns }): CheckpointInfo =>
        ({ seq, at, takenAt, agents: [...new Set(turns.map(({ agent }) => agent))], files: files.length }))
    })
  })
})

type Answer<A> = Effect.Effect<A, Failure>

export class Work extends Context.Service<Work, {
  /** For whoever works with the session's files. */
  readonly place: (sessionId: SessionId) => Answer<WorkPlace>
  /** What stands, at once and after every change. While it runs the files are looked at. */
  readonly watch: (sessionId: SessionId) => Stream.Stream<ChangeFrame, Failure>
  readonly look: (sessionId: SessionId) => Answer<void>
  /** Each all or nothing, in the given order. Unknown ids refuse all. */
  readonly apply: (sessionId: SessionId, ids: ReadonlyArray<ChangeId>) => Answer<ReadonlyArray<Decided>>
  readonly applyHunks: (sessionId: SessionId, id: ChangeId, part: ChangeId, hunks: ReadonlyArray<number>) => Answer<Decided>
  /** When the turns in the worktree have ended; interrupted before, it does nothing, and refused where the session was archived or deleted by then. */
  readonly reject: (sessionId: SessionId, ids: ReadonlyArray<ChangeId>) => Answer<ReadonlyArray<Decided>>
  readonly rejectHunks: (sessionId: SessionId, id: ChangeId, part: ChangeId, hunks: ReadonlyArray<number>) => Answer<Decided>
  /** Waits as `reject` does. */
  readonly bringBack: (sessionId: SessionId, ids: ReadonlyArray<ChangeId>) => Answer<ReadonlyArray<Decided>>
  readonly revert: (sessionId: SessionId, ids: ReadonlyArray<ChangeId>) => Answer<ReadonlyArray<Decided>>
  readonly revertHunks: (sessionId: SessionId, id: ChangeId, part: ChangeId, hunks: ReadonlyArray<number>) => Answer<Decided>
  readonly resolve: (sessionId: SessionId, id: ChangeId, way: Resolution) => Answer<Decided>
  readonly conflict: (sessionId: SessionId, id: ChangeId) => Answer<Conflict>
  readonly decided: (sessionId: SessionId, limit: number, before?: ChangeId) => Answer<ReadonlyArray<PendingChange>>
  /** By path, those after `after`. */
  readonly ofTurn: (sessionId: SessionId, turnId: TurnId, limit: number, after?: string) => Answer<TurnFiles>
  readonly checkpoints: (sessionId: SessionId, limit: number, before?: number) => Answer<ReadonlyArray<CheckpointInfo>>
}>()("boocode/work/Work") {
  static readonly layer = Layer.effect(Work, make)
}
