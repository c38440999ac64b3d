/**
 * Projects and their sessions, as a service: added by path, listed in one feed, renamed, archived, forgotten. A project is a
 * repository's top folder. What happens in a session's worktree is `work/`'s business, what is said in its chats `Chats`'.
 */
import { Context, Effect, FileSystem, Layer, type Stream } from "effect"
import { ProjectError } from "../../shared/Errors.ts"
import type { ProjectId, SessionId } from "../../shared/Ids.ts"
import type { Directory, Project, Session } from "../../shared/Session.ts"
import { mendText, toOneLine } from "../../shared/Text.ts"
import { Environment, expandHome, homeOf } from "../process/Environment.ts"
import { ChatRows } from "../store/ChatRows.ts"
import { ProjectRows } from "../store/ProjectRows.ts"
import { SessionRows } from "../store/SessionRows.ts"
import type { StoreError } from "../store/StoreError.ts"
import { completeDirectories, type DirectoryHint } from "../work/worktree/Directories.ts"
import { Git } from "../work/git/Git.ts"
import type { WorkError } from "../../shared/WorkError.ts"
import { directoryOf, makeDirectoryFeed } from "./DirectoryFeed.ts"

type Reason = ProjectError["reason"]
const fail = (reason: Reason) => new ProjectError({ reason })

const unavailable = (error: StoreError) => fail({ _tag: "Unavailable", detail: error.message })

const without = (path: string, sentence: string) => sentence.replace(`${path} is `, "it is ")

/** What git says of a path, in the words of the contract. */
const workReason = (error: WorkError): Reason => {
  const { reason } = error
  switch (reason._tag) {
    case "GitMissing": case "NotADirectory": case "NotARepository": case "NoCommit": return reason
    case "UnknownBase": return { _tag: "UnknownBase", base: reason.base }
    case "NoCheckout": return { _tag: "NotReadable", path: reason.path, detail: without(reason.path, error.message) }
    case "NotOwned": return { _tag: "NotReadable", path: reason.path, detail: error.message }
    case "Denied": return { _tag: "NotReadable", path: reason.path, detail: error.message }
    default: return { _tag: "Unavailable", detail: error.message }
  }
}
const workError = (error: WorkError) => fail(workReason(error))

/** The real path of what a person typed; a relative one could mean anything here. */
const makeResolve = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const home = homeOf(yield* Environment)
  return Effect.fn("Projects.resolve")(function*(typed: string) {
    const path = expandHome(typed, home)
    if (!path.startsWith("/") || path.includes("\0")) return yield* fail({ _tag: "NotADirectory", path: typed.replaceAll("\0", "") })
    return yield* fs.realPath(path).pipe(Effect.mapError(({ reason }) => fail(reason._tag === "PermissionDenied"
      ? { _tag: "NotReadable", path, detail: "the server's user may not enter it; change its permissions." } : { _tag: "NotADirectory", path })))
  })
})

const makeSessions = Effect.fnUntraced(function*(projectOf: (id: ProjectId) => Effect.Effect<Project, ProjectError>, changed: Effect.Effect<void>) {
  const git = yield* Git
  const rows = yield* SessionRows
  const session = Effect.fn("Projects.session")(function*(sessionId: SessionId) {
    const found = yield* Effect.mapError(rows.find(sessionId), unavailable)
    return found ?? (yield* fail({ _tag: "UnknownSession", sessionId }))
  })
  const open = (projectId: ProjectId) => Effect.map(Effect.mapError(rows.list, unavailable), (all) => all.filter((one) => one.projectId === projectId))
  return {
    session,
    sessionsOf: open,
    createSession: Effect.fn("Projects.createSession")(function*(projectId: ProjectId, title: string | undefined, base?: string) {
      const project = yield* projectOf(projectId)
      // before anything is said in it, rather than at its first prompt
      yield* Effect.mapError(git.head(project.path), workError)
      const commit = base === undefined ? undefined : yield* Effect.mapError(git.commit(project.path, base), workError)
      const name = title ?? `Session ${(yield* open(projectId)).length + 1}`
      return yield* Effect.tap(Effect.mapError(rows.create(projectId, name, title === undefined, commit), unavailable), () => changed)
    }),
    renameSession: Effect.fn("Projects.renameSession")(function*(sessionId: SessionId, title: string) {
      yield* session(sessionId)
      yield* Effect.tap(Effect.mapError(rows.rename(sessionId, title), unavailable), () => changed)
    }),
    archiveSession: Effect.fn("Projects.archiveSession")(function*(sessionId: SessionId, archived: boolean) {
      yield* session(sessionId)
      yield* Effect.tap(Effect.mapError(rows.archive(sessionId, archived), unavailable), () => changed)
    }),
    archivedSessions: Effect.mapError(rows.archived, unavailable)
  }
})

const make = Effect.gen(function*() {
  const git = yield* Git
  const services = yield* Effect.context<FileSystem.FileSystem>()
  const projects = yield* ProjectRows
  const sessions = yield* SessionRows
  const chats = yield* ChatRows
  const resolve = yield* makeResolve
  const environment = yield* Environment
  const { changed, directory } = yield* makeDirectoryFeed(
    Effect.map(Effect.all([projects.list, sessions.list, chats.all], { concurrency: "unbounded" }), (all) => directoryOf(...all)))

  const project = Effect.fn("Projects.project")(function*(projectId: ProjectId) {
    const found = yield* Effect.mapError(projects.find(projectId), unavailable)
    return found ?? (yield* fail({ _tag: "UnknownProject", projectId }))
  })
  const { archiveSession, archivedSessions, createSession, renameSession, session, sessionsOf } = yield* makeSessions(project, changed)

  const add = Effect.fn("Projects.add")(function*(typed: string) {
    const path = yield* Effect.mapError(git.toplevel(yield* resolve(typed)), workError)
    const name = toOneLine(mendText(path.slice(path.lastIndexOf("/") + 1)))
    return yield* Effect.tap(Effect.mapError(projects.add({ path, name: name === "" ? "/" : name }), unavailable), () => changed)
  })

  const remove = Effect.fn("Projects.remove")(function*(projectId: ProjectId) {
    yield* project(projectId)
    const open = (yield* sessionsOf(projectId)).filter(({ archivedAt }) => archivedAt === null).length
    if (open > 0) return yield* fail({ _tag: "Unavailable", detail: `the project has ${open === 1 ? "an open session" : `${open} open sessions`}; archive ${open === 1 ? "it" : "them"} first.` })
    yield* Effect.tap(Effect.mapError(projects.remove(projectId), unavailable), () => changed)
  })

  return Projects.of({
    add, remove, session, createSession, renameSession, archiveSession, archivedSessions, directory, changed,
    list: Effect.mapError(projects.list, unavailable),
    complete: (prefix) => completeDirectories(prefix).pipe(Effect.provide(services), Effect.provideService(Environment, environment))
  })
})

export class Projects extends Context.Service<Projects, {
  /** The repository that `path` lies in: absolute, or from `~`. The same again answers the same project. */
  readonly add: (path: string) => Effect.Effect<Project, ProjectError>
  readonly list: Effect.Effect<ReadonlyArray<Project>, ProjectError>
  /** Forgets it without touching its disk; added again it has its archived sessions again. */
  readonly remove: (projectId: ProjectId) => Effect.Effect<void, ProjectError>
  readonly complete: (prefix: string) => Effect.Effect<ReadonlyArray<DirectoryHint>>
  readonly session: (sessionId: SessionId) => Effect.Effect<Session, ProjectError>
  /** Without a title it is "Session" and a number, until the first of its chats has a title. `base` is what its worktree is to be cut from. */
  readonly createSession: (projectId: ProjectId, title: string | undefined, base?: string) => Effect.Effect<Session, ProjectError>
  readonly renameSession: (sessionId: SessionId, title: string) => Effect.Effect<void, ProjectError>
  /** The row alone: what runs in it is `Chats`' to stop. */
  readonly archiveSession: (sessionId: SessionId, archived: boolean) => Effect.Effect<void, ProjectError>
  readonly archivedSessions: Effect.Effect<ReadonlyArray<SessionId>, ProjectError>
  /** Everything the lists show, at once and after every change. */
  readonly directory: Stream.Stream<Directory>
  /** To be told by whoever changed a row that the lists show. */
  readonly changed: Effect.Effect<void>
}>()("boocode/project/Projects") {
  static readonly layer = Layer.effect(Projects, make)
}
