/**
 * Guards: what of a session would be lost, and the ways in which it ends without losing it: parked on a ref, from which it can
 * be had again, or given up because a person said so. Bases and setup commands, where sessions begin, are here as well.
 */
import { Context, Effect, FileSystem, Layer, Schedule, Semaphore } from "effect"
import { ProjectError } from "../../shared/Errors.ts"
import type { Base, ParkedWork, SessionLosses } from "../../shared/Guard.ts"
import type { ProjectId, SessionId, Who, WorktreeId } from "../../shared/Ids.ts"
import type { Project, Session, Worktree } from "../../shared/Session.ts"
import { WorkError } from "../../shared/WorkError.ts"
import { Chats } from "../chat/Chats.ts"
import { Projects } from "../project/Projects.ts"
import { ChatRows } from "../store/ChatRows.ts"
import { GuardRows } from "../store/GuardRows.ts"
import { ProjectRows } from "../store/ProjectRows.ts"
import type { StoreError } from "../store/StoreError.ts"
import { WorktreeRows } from "../store/WorktreeRows.ts"
import { basesOf } from "../work/worktree/Bases.ts"
import { Changes } from "../work/change/Changes.ts"
import { lossesOf, lossesOfVanished, noLosses } from "../work/parking/Losses.ts"
import { Parking } from "../work/parking/Parking.ts"
import { Setups } from "../work/worktree/Setups.ts"
import { isGone } from "../work/worktree/WorktreeFiles.ts"
import { Worktrees } from "../work/worktree/Worktrees.ts"
import { Taking } from "./Taking.ts"

type Refused = ProjectError | WorkError

const stored = <A, R>(effect: Effect.Effect<A, StoreError, R>) =>
  Effect.mapError(effect, ({ message }) => new ProjectError({ reason: { _tag: "Unavailable", detail: message } }))
const taken = (error: WorkError | StoreError): Refused =>
  error._tag === "WorkError" ? error : new ProjectError({ reason: { _tag: "Unavailable", detail: error.message } })

/** An agent that was let go may take a moment to be gone. */
const leaving = Schedule.spaced("200 millis").pipe(Schedule.upTo({ times: 25 }))

type Parked = Pick<ParkedWork, "parkedAt" | "id">

export interface ParkedPage {
  readonly projectId?: ProjectId
  readonly before?: Parked
  readonly limit: number
}

/** git knows whole seconds: those parked in the same one by their ids. */
const newestFirst = (a: Parked, b: Parked): number => b.parkedAt - a.parkedAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

const makeFinds = Effect.gen(function*() {
  const projects = yield* Projects
  const projectRows = yield* ProjectRows
  const worktreeRows = yield* WorktreeRows
  const project = Effect.fnUntraced(function*(projectId: ProjectId) {
    const found = yield* stored(projectRows.find(projectId))
    return found ?? (yield* new ProjectError({ reason: { _tag: "UnknownProject", projectId } }))
  })
  return {
    project,
    /** The session with its project and, where it has one on disk, its worktree. */
    place: Effect.fnUntraced(function*(sessionId: SessionId) {
      const session = yield* projects.session(sessionId)
      const row = yield* stored(worktreeRows.ofSession(sessionId))
      return { session, project: yield* project(session.projectId), worktree: row?.state === "ready" ? row : undefined }
    })
  }
})

const makeParked = Effect.fnUntraced(function*({ place, project }: Effect.Success<typeof makeFinds>) {
  const chats = yield* Chats
  const parking = yield* Parking
  const projects = yield* Projects
  const rows = yield* GuardRows
  const worktrees = yield* Worktrees
  /** What is asked for twice at once is had once; what is given up meanwhile is not had. */
  const one = Semaphore.makeUnsafe(1)

  const all = Effect.gen(function*() {
    const lists = yield* Effect.forEach(yield* projects.list, (one) => Effect.orElseSucceed(parking.list(one), () => []), { concurrency: 4 })
    return lists.flat()
  })
  const page = Effect.fn("Guard.parked")(function*({ before, limit, projectId }: ParkedPage) {
    const found = projectId === undefined ? yield* all : yield* parking.list(yield* project(projectId))
    const sorted = found.toSorted(newestFirst)
    return (before === undefined ? sorted : sorted.filter((one) => newestFirst(before, one) < 0)).slice(0, limit)
  })
  const find = Effect.fnUntraced(function*(parkedId: WorktreeId) {
    const found = (yield* all).find(({ id }) => id === parkedId)
    return found ?? (yield* new WorkError({ reason: { _tag: "UnknownParked" } }))
  })

  const restore = Effect.fn("Guard.restore")(function*(parkedId: WorktreeId, by: Who) {
    const known = yield* stored(rows.withParked(parkedId))
    if (known !== undefined) {
      // its own session, archived; or one that was begun for it before
      yield* chats.archiveSession(known, false, by)
      yield* worktrees.ensure(known)
      return yield* projects.session(known)
    }
    const parked = yield* find(parkedId)
    const session = yield* projects.createSession(parked.projectId, parked.title)
    yield* stored(rows.setParked(session.id, parkedId))
    yield* worktrees.ensure(session.id).pipe(Effect.tapError(() => Effect.ignore(rows.deleteSession(session.id, false))))
    yield* projects.changed
    return (yield* place(session.id)).session
  }, one.withPermit)

  const discard = Effect.fn("Guard.discardParked")(function*(parkedId: WorktreeId) {
    const parked = yield* find(parkedId)
    yield* parking.drop(yield* project(parked.projectId), parkedId)
  }, one.withPermit)
  return { parked: page, restore, discardParked: discard }
})

const makeEnds = Effect.fnUntraced(function*({ place }: Effect.Success<typeof makeFinds>) {
  const chats = yield* Chats
  const parking = yield* Parking
  const projects = yield* Projects
  const rows = yield* GuardRows
  const taking = yield* Taking
  const worktrees = yield* Worktrees

  const unoccupied = (path: string) => taking.occupantOf(path).pipe(
    Effect.flatMap((detail) => detail === undefined ? Effect.void : Effect.fail(new WorkError({ reason: { _tag: "StillBusy", path, detail } }))),
    Effect.retry(leaving))

  /** Nothing runs in it, and nothing will. */
  const quiet = Effect.fnUntraced(function*(sessionId: SessionId, worktree: Worktree | undefined, by: Who) {
    yield* chats.archiveSession(sessionId, true, by)
    if (!(yield* chats.settled(sessionId))) {
      return yield* new WorkError({ reason: { _tag: "StillBusy", path: worktree?.path ?? "the session", detail: "An agent" } })
    }
    if (worktree !== undefined) yield* unoccupied(worktree.path)
  })

  /** Refused, it is as open as it was. */
  const orReopened = ({ archivedAt, id }: Session, by: Who) => <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.tapError(effect, () => archivedAt === null ? Effect.ignore(chats.archiveSession(id, false, by)) : Effect.void)

  const remove = (session: Session, project: Project, worktree: Worktree, discarded: boolean) =>
    taking.take({ worktree: { ...worktree, sessionId: null }, project, title: session.title, why: "deleted", discarded }).pipe(
      // the reaper does it later
      Effect.catch(({ message }) => Effect.logWarning(`The worktree ${worktree.path} of "${session.title}" is kept for now: ${message}`)))

  const end = Effect.fn("Guard.end")(function*(sessionId: SessionId, losses: "park" | "discard", by: Who) {
    const { project, session, worktree } = yield* place(sessionId)
    const parked = yield* Effect.gen(function*() {
      yield* quiet(sessionId, worktree, by)
      // of one that has vanished its last checkpoint is parked
      const kept = worktree === undefined || losses === "discard" || !(yield* worktrees.present(worktree, project)) ? undefined
        : yield* parking.park(worktree, project, { title: session.title, sessionId: null })
      yield* chats.forgetting(sessionId, stored(rows.deleteSession(sessionId, losses === "discard")))
      return kept
    }).pipe(orReopened(session, by))
    yield* projects.changed
    if (worktree !== undefined) yield* remove(session, project, worktree, losses === "discard")
    return parked ?? null
  }, Effect.uninterruptible)

  const park = Effect.fn("Guard.park")(function*(sessionId: SessionId, by: Who) {
    const { project, session, worktree } = yield* place(sessionId)
    const { parked } = yield* Effect.gen(function*() {
      yield* quiet(sessionId, worktree, by)
      return worktree === undefined ? { parked: undefined }
        : yield* Effect.mapError(taking.take({ worktree, project, title: session.title, why: "archived", discarded: false }), taken)
    }).pipe(orReopened(session, by))
    yield* projects.changed
    return parked ?? null
  }, Effect.uninterruptible)
  return { end, park }
})

const make = Effect.gen(function*() {
  const finds = yield* makeFinds
  const { place, project } = finds
  const changes = yield* Changes
  const chatRows = yield* ChatRows
  const rows = yield* GuardRows
  const setups = yield* Setups
  const fs = yield* FileSystem.FileSystem
  const looking = yield* Effect.context<Effect.Services<ReturnType<typeof lossesOf>> | Effect.Services<ReturnType<typeof lossesOfVanished>> | Effect.Services<ReturnType<typeof basesOf>>>()

  const losses = Effect.fn("Guard.losses")(function*(sessionId: SessionId) {
    const { project, worktree } = yield* place(sessionId)
    const running = (yield* stored(chatRows.list(sessionId))).filter(({ working }) => working).length
    if (worktree === undefined) return { ...noLosses, running }
    if (yield* isGone(fs)(worktree.path)) return { ...yield* Effect.provide(lossesOfVanished(worktree, project), looking), running }
    // what was done by hand since the last look counts too
    const isLooked = yield* Effect.isSuccess(changes.look(worktree))
    return { ...yield* Effect.provide(lossesOf(project, worktree, isLooked), looking), running }
  })

  return Guard.of({
    losses,
    ...yield* makeEnds(finds),
    ...yield* makeParked(finds),
    bases: Effect.fn("Guard.bases")(function*(projectId, typed) {
      return yield* Effect.provide(basesOf((yield* project(projectId)).path, typed), looking)
    }),
    setup: Effect.fn("Guard.setup")(function*(projectId) {
      yield* project(projectId)
      return yield* stored(rows.setup(projectId))
    }),
    setSetup: Effect.fn("Guard.setSetup")(function*(projectId, command) {
      yield* project(projectId)
      const line = command?.trim() ?? ""
      yield* stored(rows.setSetup(projectId, line === "" ? null : line))
      yield* setups.changed
    })
  })
})

export class Guard extends Context.Service<Guard, {
  readonly losses: (sessionId: SessionId) => Effect.Effect<SessionLosses, Refused>
  /** Deletes a session. What was parked of it; null where nothing was to be. */
  readonly end: (sessionId: SessionId, losses: "park" | "discard", by: Who) => Effect.Effect<ParkedWork | null, Refused>
  /** Archives it, and takes its worktree away now. */
  readonly park: (sessionId: SessionId, by: Who) => Effect.Effect<ParkedWork | null, Refused>
  /** The newest first, those after `before`. */
  readonly parked: (page: ParkedPage) => Effect.Effect<ReadonlyArray<ParkedWork>, Refused>
  /** A session with the files as they were. Twice is the same one. */
  readonly restore: (parkedId: WorktreeId, by: Who) => Effect.Effect<Session, Refused>
  readonly discardParked: (parkedId: WorktreeId) => Effect.Effect<void, Refused>
  readonly bases: (projectId: ProjectId, typed: string) => Effect.Effect<ReadonlyArray<Base>, Refused>
  readonly setup: (projectId: ProjectId) => Effect.Effect<string | null, Refused>
  readonly setSetup: (projectId: ProjectId, command: string | null) => Effect.Effect<void, Refused>
}>()("boocode/guard/Guard") {
  static readonly layer = Layer.effect(Guard, make)
}
