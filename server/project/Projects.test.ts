import { assert, layer } from "@effect/vitest"
import { Effect, Fiber, FileSystem, Layer, Stream } from "effect"
import { AgentName, ChatId, ProjectId, SessionId } from "../../shared/Ids.ts"
import type { ChatRow, Directory, Project, Session } from "../../shared/Session.ts"
import { Environment } from "../process/Environment.ts"
import { ChatRows } from "../store/ChatRows.ts"
import { ProjectRows } from "../store/ProjectRows.ts"
import { SessionRows } from "../store/SessionRows.ts"
import { StoreError } from "../store/StoreError.ts"
import { makeRepository, rawGit, temporaryFolder, testEnvironment, testGit } from "../work/git/temporaryRepository.ts"
import { Projects } from "./Projects.ts"

const isRoot = process.getuid?.() === 0

/** The rows of a server that is no more than these, and how often they were read. */
const memory = () => {
  const state = { projects: new Map<string, Project>(), sessions: new Map<string, Session>(), chats: new Map<string, ChatRow>(), reads: 0, away: false }
  const ask = <A>(value: () => A) => Effect.suspend(() => state.away
    ? Effect.fail(new StoreError({ reason: { _tag: "DatabaseAway", detail: "gone." } })) : Effect.sync(value))
  const change = (id: SessionId, with_: Partial<Session>) => ask(() => {
    const row = state.sessions.get(id)
    if (row !== undefined) state.sessions.set(id, { ...row, ...with_ })
  })
  const rows = Layer.mergeAll(
    Layer.succeed(ProjectRows, ProjectRows.of({
      list: ask(() => { state.reads++; return [...state.projects.values()] }),
      find: (id) => ask(() => state.projects.get(id)),
      add: ({ name, path }) => ask(() => {
        const row = [...state.projects.values()].find((one) => one.path === path) ?? { id: ProjectId.make(crypto.randomUUID()), path, name, addedAt: 0 }
        state.projects.set(row.id, row)
        return row
      }),
      remove: (id) => ask(() => { state.projects.delete(id) })
    })),
    Layer.succeed(SessionRows, SessionRows.of({
      list: ask(() => [...state.sessions.values()]),
      find: (id) => ask(() => state.sessions.get(id)),
      create: (projectId, title) => ask(() => {
        const row: Session = { id: SessionId.make(crypto.randomUUID()), projectId, title, createdAt: 0, archivedAt: null }
        state.sessions.set(row.id, row)
        return row
      }),
      rename: (id, title) => change(id, { title }),
      archive: (id, archived) => change(id, { archivedAt: archived ? 1 : null }),
      archived: ask(() => [...state.sessions.values()].filter(({ archivedAt }) => archivedAt !== null).map(({ id }) => id))
    })),
    Layer.mock(ChatRows, { all: ask(() => [...state.chats.values()]) }))
  return { state, rows }
}

const world = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* temporaryFolder
  const { rows, state } = memory()
  const projects = Layer.fresh(Projects.layer).pipe(Layer.provide(rows), Layer.provide(Layer.succeed(Environment, { ...testEnvironment, HOME: folder })))
  return { fs, folder, projects, state }
})

layer(testGit, { excludeTestServices: true })("projects", (it) => {
  it.effect("are repositories' top folders, however they are named", () => Effect.gen(function*() {
    const { folder, fs, projects } = yield* world
    const path = yield* makeRepository(`${folder}/my repo`)
    yield* fs.makeDirectory(`${path}/deep`)
    yield* fs.symlink(path, `${folder}/link`)
    yield* Effect.gen(function*() {
      const { add, list } = yield* Projects
      const first = yield* add(path)
      assert.deepInclude(first, { path, name: "my repo" })
      for (const same of [`${path}/`, `${path}/deep`, `${folder}/link`, "~/my repo", `${path}/../my repo/deep/.`]) assert.deepStrictEqual(yield* add(same), first)
      assert.deepStrictEqual(yield* list, [first])
    }).pipe(Effect.provide(projects))
  }))

  it.effect("are refused in words", () => Effect.gen(function*() {
    const { folder, fs, projects } = yield* world
    yield* fs.makeDirectory(`${folder}/plain`)
    yield* fs.writeFileString(`${folder}/file`, "")
    yield* rawGit(folder, "init", "-q", "--bare", "bare.git")
    yield* Effect.gen(function*() {
      const { add } = yield* Projects
      const refusal = (path: string) => Effect.map(Effect.flip(add(path)), (error) => error.message)
      assert.strictEqual(yield* refusal(`${folder}/plain`), `${folder}/plain is not a git repository; run \`git init\` there first, or choose another directory.`)
      assert.strictEqual(yield* refusal(`${folder}/bare.git`), `${folder}/bare.git can't be read: it is a bare repository, without files to work on; clone it and use the clone.`)
      for (const nothing of [`${folder}/gone`, `${folder}/file`, "relative/path", "", "~nobody/x"]) {
        assert.strictEqual(yield* refusal(nothing), `${nothing} is not a directory on the server's disk.`)
      }
      assert.strictEqual(yield* refusal(`${folder}/\0`), `${folder}/ is not a directory on the server's disk.`)
    }).pipe(Effect.provide(projects))
  }))

  it.effect.skipIf(isRoot)("in a folder that may not be entered are refused with that reason", () => Effect.gen(function*() {
    const { folder, fs, projects } = yield* world
    yield* makeRepository(`${folder}/closed/repo`)
    yield* fs.chmod(`${folder}/closed`, 0)
    const error = yield* Effect.flip(Effect.flatMap(Projects, ({ add }) => add(`${folder}/closed/repo`))).pipe(Effect.provide(projects))
    yield* fs.chmod(`${folder}/closed`, 0o700)
    assert.strictEqual(error.reason._tag, "NotReadable")
  }))

  it.effect("have sessions, which are numbered, renamed, archived; a project goes when none is open", () => Effect.gen(function*() {
    const { folder, projects, state } = yield* world
    const path = yield* makeRepository(`${folder}/repo`)
    yield* rawGit(folder, "init", "-q", "empty")
    yield* Effect.gen(function*() {
      const service = yield* Projects
      const project = yield* service.add(path)
      const one = yield* service.createSession(project.id, undefined)
      const two = yield* service.createSession(project.id, "Mine")
      yield* service.archiveSession(two.id, true)
      const three = yield* service.createSession(project.id, undefined)
      assert.deepStrictEqual([one.title, two.title, three.title], ["Session 1", "Mine", "Session 3"])
      yield* service.renameSession(one.id, "Other")
      assert.strictEqual((yield* service.session(one.id)).title, "Other")
      assert.include((yield* Effect.flip(service.remove(project.id))).message, "2 open sessions; archive them first")
      yield* Effect.forEach([one, three], ({ id }) => service.archiveSession(id, true))
      yield* service.remove(project.id)
      assert.strictEqual(state.projects.size, 0)
      const empty = yield* service.add(`${folder}/empty`)
      assert.deepStrictEqual((yield* Effect.flip(service.createSession(empty.id, undefined))).reason, { _tag: "NoCommit", path: `${folder}/empty` })
    }).pipe(Effect.provide(projects))
  }))

  it.effect("that are not there are named as that", () => Effect.gen(function*() {
    const { projects } = yield* world
    yield* Effect.gen(function*() {
      const service = yield* Projects
      const projectId = ProjectId.make(crypto.randomUUID()), sessionId = SessionId.make(crypto.randomUUID())
      const refusals = [service.remove(projectId), service.createSession(projectId, "x"), service.renameSession(sessionId, "x"), service.archiveSession(sessionId, true), service.session(sessionId)]
      const reasons = yield* Effect.forEach(refusals, (refused) => Effect.map(Effect.flip<unknown, { readonly reason: { readonly _tag: string } }, never>(refused), ({ reason }) => reason._tag))
      assert.deepStrictEqual(reasons, ["UnknownProject", "UnknownProject", "UnknownSession", "UnknownSession", "UnknownSession"])
    }).pipe(Effect.provide(projects))
  }))

  it.effect("can't be asked while the database is away, and say so", () => Effect.gen(function*() {
    const { folder, projects, state } = yield* world
    const path = yield* makeRepository(`${folder}/repo`)
    yield* Effect.gen(function*() {
      const { add } = yield* Projects
      state.away = true
      assert.strictEqual((yield* Effect.flip(add(path))).message, "The server can't do that now: The database is away, try again in a moment: gone.")
    }).pipe(Effect.provide(projects))
  }))
})

layer(testGit, { excludeTestServices: true })("the feed of lists", (it) => {
  it.effect("is there at once, again after a change, and read once for many changes and watchers", () => Effect.gen(function*() {
    const { folder, projects, state } = yield* world
    const path = yield* makeRepository(`${folder}/repo`)
    yield* Effect.gen(function*() {
      const service = yield* Projects
      const until = (done: (directory: Directory) => boolean) => service.directory.pipe(Stream.takeUntil(done), Stream.runLast)
      assert.deepStrictEqual((yield* Stream.runHead(service.directory)).valueOrUndefined, { projects: [], sessions: [], chats: [] })
      const watchers = yield* Effect.forEach(Array.from({ length: 20 }), () =>
        Effect.forkChild(until(({ chats }) => chats[0]?.working === true), { startImmediately: true }))
      const project = yield* service.add(path)
      const session = yield* service.createSession(project.id, undefined)
      const chat: ChatRow = { id: ChatId.make(crypto.randomUUID()), sessionId: session.id, number: 1, title: null, agent: AgentName.make("goose"), createdAt: 0, archivedAt: null, working: false, waiting: false, lastEndedAt: null, lastOutcome: null }
      const stray = { ...chat, id: ChatId.make(crypto.randomUUID()), sessionId: SessionId.make(crypto.randomUUID()) }
      state.chats.set(stray.id, stray)
      const before = state.reads
      for (let n = 0; n < 100; n++) {
        state.chats.set(chat.id, { ...chat, number: n, working: n === 99 })
        yield* service.changed
      }
      const seen = yield* Effect.forEach(watchers, Fiber.join)
      for (const last of seen) assert.deepStrictEqual(last.valueOrUndefined, { projects: [project], sessions: [session], chats: [{ ...chat, number: 99, working: true }] })
      assert.isAtMost(state.reads - before, 4)
    }).pipe(Effect.provide(projects))
  }))

  it.effect("stands while the database is away, and goes on when it is back", () => Effect.gen(function*() {
    const { folder, projects, state } = yield* world
    const path = yield* makeRepository(`${folder}/repo`)
    yield* Effect.gen(function*() {
      const service = yield* Projects
      const project = yield* service.add(path)
      yield* service.directory.pipe(Stream.takeUntil((directory) => directory.projects.length === 1), Stream.runDrain)
      state.away = true
      yield* service.changed
      yield* Effect.sleep("200 millis")
      assert.deepStrictEqual((yield* Stream.runHead(service.directory)).valueOrUndefined?.projects, [project])
      state.projects.clear()
      state.away = false
      yield* service.directory.pipe(Stream.takeUntil((directory) => directory.projects.length === 0), Stream.runDrain)
    }).pipe(Effect.provide(projects))
  }))
})
