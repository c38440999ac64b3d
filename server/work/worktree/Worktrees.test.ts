import { assert, it, layer } from "@effect/vitest"
import { Effect, Fiber, FileSystem, Layer } from "effect"
import { ProjectId, SessionId } from "../../../shared/Ids.ts"
import type { Project, Worktree } from "../../../shared/Session.ts"
import { Environment } from "../../process/Environment.ts"
import { Git } from "../git/Git.ts"
import { makeRepository, rawGit, temporaryFolder, testEnvironment, testGit } from "../git/temporaryRepository.ts"
import { shortIdsOf, slugOf } from "./WorktreeName.ts"
import { WorktreePort } from "./WorktreePort.ts"
import { Worktrees } from "./Worktrees.ts"

const projectAt = (path: string): Project => ({ id: ProjectId.make(crypto.randomUUID()), path, name: path.split("/").at(-1) ?? "", addedAt: 0 })
const projects = new Map<SessionId, Project>()
const sessionOf = (project: Project, id = SessionId.make(crypto.randomUUID())): SessionId => {
  projects.set(id, project)
  return id
}

/** One life of a server on the folder; the rows outlive it. */
const server = (folder: string, rows: Map<string, Worktree>) =>
  Worktrees.layer({ dataDir: `${folder}/data` }).pipe(Layer.provide(WorktreePort.layerMemory(projects, rows)))

const ensure = (session: SessionId) => Effect.flatMap(Worktrees, (worktrees) => worktrees.ensure(session))

const world = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* temporaryFolder
  yield* fs.makeDirectory(`${folder}/data`)
  const project = projectAt(yield* makeRepository(`${folder}/my project`, { "a.txt": "one\n", "new\nline": "two\n" }))
  return { fs, folder, project, rows: new Map<string, Worktree>(), session: sessionOf(project) }
})

layer(testGit, { excludeTestServices: true })("a session's worktree", (it) => {
  it.effect("is cut from the last commit, on a branch of its own, once for twenty callers at a time", () => Effect.gen(function*() {
    const { folder, fs, project, rows, session } = yield* world
    yield* fs.writeFileString(`${project.path}/uncommitted`, "x")
    const made = yield* Effect.all(Array.from({ length: 20 }, () => ensure(session)), { concurrency: "unbounded" }).pipe(
      Effect.provide(server(folder, rows)))
    assert.strictEqual(new Set(made).size, 1)
    const [row] = [...rows.values()]
    assert.deepStrictEqual(row, made[0])
    const short = session.slice(-8)
    assert.deepStrictEqual([row?.path, row?.branch, row?.state], [`${folder}/data/worktrees/my-project-${short}`, `boocode/${short}`, "ready"])
    assert.deepStrictEqual((yield* fs.readDirectory(`${row?.path}`)).toSorted(), [".git", "a.txt", "new\nline"])
    assert.strictEqual((yield* rawGit(project.path, "worktree", "list", "--porcelain")).match(/^worktree /gm)?.length, 2)
    assert.strictEqual(row?.baseCommit, (yield* rawGit(project.path, "rev-parse", "HEAD")).trim())
  }))

  it.effect("of twenty sessions at a time are twenty", () => Effect.gen(function*() {
    const { folder, project, rows } = yield* world
    const made = yield* Effect.forEach(Array.from({ length: 20 }, () => sessionOf(project)), (session) => ensure(session), { concurrency: "unbounded" }).pipe(
      Effect.provide(server(folder, rows)))
    assert.deepStrictEqual([new Set(made.map(({ path }) => path)).size, new Set(made.map(({ branch }) => branch)).size], [20, 20])
  }), 60_000)

  it.effect("is the same after a restart, with what was done in it", () => Effect.gen(function*() {
    const { folder, fs, project, rows, session } = yield* world
    const first = yield* ensure(session).pipe(Effect.provide(server(folder, rows)))
    yield* fs.writeFileString(`${first.path}/work`, "mine")
    yield* rawGit(project.path, "commit", "-q", "--allow-empty", "-m", "later")
    const second = yield* ensure(session).pipe(Effect.provide(server(folder, rows)))
    assert.deepStrictEqual(second, first)
    assert.strictEqual(yield* fs.readFileString(`${first.path}/work`), "mine")
  }))

  it.effect("whose folder vanished comes back with what was committed, while the server runs and after", () => Effect.gen(function*() {
    const { folder, fs, rows, session } = yield* world
    const first = yield* Effect.gen(function*() {
      const first = yield* ensure(session)
      yield* fs.writeFileString(`${first.path}/work`, "mine")
      yield* rawGit(first.path, "add", "-A")
      yield* rawGit(first.path, "commit", "-q", "-m", "work")
      yield* fs.remove(first.path, { recursive: true })
      const again = yield* Effect.all([ensure(session), ensure(session)], { concurrency: "unbounded" })
      assert.deepStrictEqual(again, [first, first])
      assert.strictEqual(yield* fs.readFileString(`${first.path}/work`), "mine")
      return first
    }).pipe(Effect.provide(server(folder, rows)))
    yield* fs.remove(`${folder}/data/worktrees`, { recursive: true })
    assert.deepStrictEqual(yield* ensure(session).pipe(Effect.provide(server(folder, rows))), first)
    assert.strictEqual(yield* fs.readFileString(`${first.path}/work`), "mine")
  }))

  it.effect("whose branch is gone too is cut again from its base, or from the last commit where that is gone", () => Effect.gen(function*() {
    const { folder, fs, project, rows, session } = yield* world
    const first = yield* ensure(session).pipe(Effect.provide(server(folder, rows)))
    yield* fs.remove(first.path, { recursive: true })
    yield* rawGit(project.path, "worktree", "prune")
    yield* rawGit(project.path, "branch", "-D", first.branch)
    yield* rawGit(project.path, "commit", "-q", "--allow-empty", "-m", "later")
    assert.deepStrictEqual(yield* ensure(session).pipe(Effect.provide(server(folder, rows))), first)
    yield* fs.remove(first.path, { recursive: true })
    yield* fs.remove(`${project.path}/.git`, { recursive: true })
    yield* makeRepository(project.path, { "b.txt": "anew" })
    const anew = yield* ensure(session).pipe(Effect.provide(server(folder, rows)))
    assert.notStrictEqual(anew.baseCommit, first.baseCommit)
    assert.isTrue(yield* fs.exists(`${first.path}/b.txt`))
  }))

  it.effect("that was half made when the server died is made anew", () => Effect.gen(function*() {
    const { folder, fs, project, rows, session } = yield* world
    const first = yield* ensure(session).pipe(Effect.provide(server(folder, rows)))
    rows.set(first.id, { ...first, state: "creating" })
    yield* fs.writeFileString(`${folder}/data/worktrees/.${first.path.split("/").at(-1)}.making`, "")
    yield* fs.remove(`${first.path}/a.txt`)
    yield* rawGit(project.path, "worktree", "lock", first.path)
    assert.deepStrictEqual(yield* ensure(session).pipe(Effect.provide(server(folder, rows))), first)
    assert.isTrue(yield* fs.exists(`${first.path}/a.txt`))
    assert.deepStrictEqual(yield* fs.readDirectory(`${folder}/data/worktrees`), [first.path.split("/").at(-1)])
  }))

  it.effect("is never made over what somebody put in its place, nor over work that came back (P18)", () => Effect.gen(function*() {
    const { folder, fs, rows, session } = yield* world
    const first = yield* ensure(session).pipe(Effect.provide(server(folder, rows)))
    yield* fs.writeFileString(`${first.path}/precious`, "x")
    yield* fs.rename(`${folder}/data/worktrees`, `${folder}/unmounted`)
    yield* fs.writeFileString(`${folder}/data/worktrees`, "in the way")
    yield* Effect.flip(ensure(session)).pipe(Effect.provide(server(folder, rows)))
    yield* fs.remove(`${folder}/data/worktrees`)
    yield* fs.rename(`${folder}/unmounted`, `${folder}/data/worktrees`)
    assert.deepStrictEqual(yield* ensure(session).pipe(Effect.provide(server(folder, rows))), first)
    assert.isTrue(yield* fs.exists(`${first.path}/precious`))
    yield* fs.remove(`${first.path}/.git`)
    const error = yield* Effect.flip(ensure(session)).pipe(Effect.provide(server(folder, rows)))
    assert.deepStrictEqual(error.reason, { _tag: "Occupied", path: first.path })
    assert.isTrue(yield* fs.exists(`${first.path}/precious`))
  }))

  it.effect("avoids names that are taken", () => Effect.gen(function*() {
    const { folder, project, rows, session } = yield* world
    yield* rawGit(project.path, "branch", `boocode/${session.slice(-8)}`)
    const longer = yield* ensure(session).pipe(Effect.provide(server(folder, rows)))
    assert.strictEqual(longer.branch, `boocode/${session.slice(-12)}`)
    const other = yield* world
    yield* rawGit(other.project.path, "branch", "boocode")
    const beside = yield* ensure(other.session).pipe(Effect.provide(server(other.folder, other.rows)))
    assert.strictEqual(beside.branch, `boocode-${other.session.slice(-8)}`)
  }))

  it.effect("whose first caller goes away is still made for the second", () => Effect.gen(function*() {
    const { folder, rows, session } = yield* world
    yield* Effect.gen(function*() {
      const impatient = yield* Effect.forkChild(ensure(session), { startImmediately: true })
      const patient = yield* Effect.forkChild(ensure(session), { startImmediately: true })
      yield* Fiber.interrupt(impatient)
      assert.strictEqual((yield* Fiber.join(patient)).state, "ready")
    }).pipe(Effect.provide(server(folder, rows)))
  }))

  it.effect("is refused in words, and made once the reason is gone", () => Effect.gen(function*() {
    const { folder, fs, rows } = yield* world
    yield* rawGit(folder, "init", "-q", "-b", "main", "empty")
    yield* fs.makeDirectory(`${folder}/plain`)
    const empty = projectAt(`${folder}/empty`), plain = projectAt(`${folder}/plain`), gone = projectAt(`${folder}/gone`)
    const session = sessionOf(empty)
    yield* Effect.gen(function*() {
      const reason = (project: Project) => Effect.map(Effect.flip(ensure(sessionOf(project, session))), (error) => error.reason._tag)
      assert.deepStrictEqual(yield* Effect.forEach([empty, plain, gone], reason), ["NoCommit", "NotARepository", "NotADirectory"])
      assert.strictEqual((yield* Effect.flip(ensure(SessionId.make(crypto.randomUUID())))).reason._tag, "UnknownSession")
      yield* rawGit(empty.path, "commit", "-q", "--allow-empty", "-m", "first")
      sessionOf(empty, session)
      const lock = `${empty.path}/.git/refs/heads/boocode/${session.slice(-8)}.lock`
      yield* fs.makeDirectory(`${empty.path}/.git/refs/heads/boocode`, { recursive: true })
      yield* fs.writeFileString(lock, "")
      assert.deepStrictEqual((yield* Effect.flip(ensure(session))).reason, { _tag: "Locked", lock })
      assert.strictEqual(rows.values().next().value?.state, "failed")
      yield* fs.remove(lock)
      assert.strictEqual((yield* ensure(session)).state, "ready")
    }).pipe(Effect.provide(server(folder, rows)))
  }))

  it.effect("says that the disk is full, or git gone", () => Effect.gen(function*() {
    const { folder, fs, rows, session } = yield* world
    const failing = (script: string) => Effect.gen(function*() {
      yield* fs.writeFileString(`${folder}/git`, `#!/bin/sh\n${script}\n`, { mode: 0o755 })
      return yield* Effect.flip(ensure(session)).pipe(Effect.provide(server(folder, rows).pipe(Layer.provide(Layer.fresh(Git.layer)),
        Layer.provide(Layer.succeed(Environment, { ...testEnvironment, PATH: `${folder}:${testEnvironment.PATH}` })))))
    })
    const real = yield* Effect.orDie(rawGit(folder, "--exec-path"))
    const full = yield* failing(`case "$*" in *"reset --hard"*) echo "fatal: write error: No space left on device" >&2; exit 128;; esac; exec ${real.trim()}/git "$@"`)
    assert.strictEqual(full.message, `The disk that holds ${folder}/data/worktrees/my-project-${session.slice(-8)} is full; free some space and try again.`)
    const gone = yield* Effect.flip(ensure(session)).pipe(Effect.provide(server(folder, rows).pipe(Layer.provide(Layer.fresh(Git.layer)),
      Layer.provide(Layer.succeed(Environment, { PATH: "/nonexistent" })))))
    assert.strictEqual(gone.reason._tag, "GitMissing")
  }))
})

it("a project's name becomes a folder's name", () => {
  assert.deepStrictEqual(["web", "my project", "..", "-rf", "a/b\\c", "ünï", "x".repeat(60), "a..b", ".hidden."].map(slugOf),
    ["web", "my-project", "project", "rf", "a-b-c", "n", "x".repeat(40), "a.b", "hidden"])
  assert.deepStrictEqual(shortIdsOf(SessionId.make("0198c0de-1111-4222-8333-444455556666")), ["55556666", "444455556666", "0198c0de111142228333444455556666"])
})
