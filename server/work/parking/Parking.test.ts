/** Parked work is all of it, whatever git thinks of a file; put back it is what it was, staged as it was staged. */
import { assert, layer } from "@effect/vitest"
import { Effect, FileSystem, Layer, Option } from "effect"
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { ProjectId, SessionId } from "../../../shared/Ids.ts"
import type { Project, Worktree } from "../../../shared/Session.ts"
import { ChangePort } from "../change/ChangePort.ts"
import { Checkpoints } from "../change/Checkpoints.ts"
import { Parking } from "./Parking.ts"
import { parkedRef } from "./ParkedNote.ts"
import { makeRepository, rawGit, temporaryFolder, testGit } from "../git/temporaryRepository.ts"
import { type Assignment, WorktreePort } from "../worktree/WorktreePort.ts"
import { Worktrees } from "../worktree/Worktrees.ts"

const newSession = () => SessionId.make(crypto.randomUUID())
const ignored = { ".gitignore": "*.log\nbig/\n.env\n", "a.txt": "one\n", "b.txt": "two\n", "old.txt": "old\n" }

const world = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* temporaryFolder
  yield* fs.makeDirectory(`${folder}/data`)
  const project: Project = { id: ProjectId.make(crypto.randomUUID()), path: yield* makeRepository(`${folder}/project`, ignored), name: "p", addedAt: 0 }
  const projects = new Map<SessionId, Project>(), rows = new Map<string, Worktree>(), begins = new Map<SessionId, Pick<Assignment, "base" | "parked">>()
  const life = Parking.layer.pipe(Layer.provideMerge(Worktrees.layer({ dataDir: `${folder}/data` })), Layer.provideMerge(Checkpoints.layer),
    Layer.provideMerge(ChangePort.layerMemory), Layer.provide(WorktreePort.layerMemory(projects, rows, begins)))
  const services = yield* Layer.build(life)
  const { park, list, drop } = yield* Parking.pipe(Effect.provide(services))
  const worktrees = yield* Worktrees.pipe(Effect.provide(services))
  const session = (begin: Pick<Assignment, "base" | "parked"> = {}) => {
    const id = newSession()
    projects.set(id, project)
    begins.set(id, begin)
    return id
  }
  return { begins, drop, fs, folder, list, park, project, rows, session, worktrees }
})

/** Every file with its bytes and mode, but git's own. */
const filesIn = (top: string, at = ""): ReadonlyArray<readonly [string, string]> => readdirSync(`${top}/${at}`).toSorted().flatMap((name) => {
  const path = at === "" ? name : `${at}/${name}`
  if (path === ".git") return []
  const stat = lstatSync(`${top}/${path}`)
  if (stat.isDirectory()) return filesIn(top, path)
  if (stat.isSymbolicLink()) return [[path, `link ${readlinkSync(`${top}/${path}`)}`] as const]
  return [[path, `${stat.mode & 0o111 ? "x" : "-"} ${readFileSync(`${top}/${path}`, "latin1")}`] as const]
})
const status = (path: string) => rawGit(path, "status", "--porcelain", "--untracked-files=all", "--ignored")

/** Work of every kind. */
const work = Effect.fnUntraced(function*(path: string) {
  yield* rawGit(path, "commit", "-q", "--allow-empty", "-m", "amended away")
  const lost = (yield* rawGit(path, "rev-parse", "HEAD")).trim()
  yield* rawGit(path, "reset", "-q", "--hard", "HEAD~1")
  writeFileSync(`${path}/b.txt`, "committed\n")
  yield* rawGit(path, "commit", "-q", "-a", "-m", "its own")
  writeFileSync(`${path}/a.txt`, "staged\n")
  yield* rawGit(path, "add", "a.txt")
  writeFileSync(`${path}/a.txt`, "beyond what was staged\n")
  rmSync(`${path}/old.txt`)
  mkdirSync(`${path}/new`)
  writeFileSync(`${path}/new/ünï \n\t"q`, "untracked\n")
  writeFileSync(`${path}/run.sh`, "#!/bin/sh\n")
  chmodSync(`${path}/run.sh`, 0o755)
  symlinkSync("/nowhere", `${path}/link`)
  writeFileSync(`${path}/.env`, "KEY=1\n")
  writeFileSync(`${path}/binary`, Buffer.from([0, 255, 13, 10, 0]))
  return lost
})

layer(testGit, { excludeTestServices: true, timeout: "60 seconds" })("parked work", (it) => {
  it.effect("is put back as it was, in a session of its own", () => Effect.gen(function*() {
    const { begins, list, park, project, rows, session, worktrees } = yield* world
    const made = yield* worktrees.ensure(session())
    const lost = yield* work(made.path)
    mkdirSync(`${made.path}/big`)
    writeFileSync(`${made.path}/big/blob`, Buffer.alloc(17 * 1024 * 1024, 1))
    const before = filesIn(made.path).filter(([path]) => path !== "big/blob"), said = (yield* status(made.path)).replace("!! big/blob\n", "")
    const parked = yield* park(made, project, { title: "The work\nof a day", sessionId: null })
    assert.deepStrictEqual([parked?.left, parked?.title, parked?.files], [[{ path: "big/", why: "ignored, and more than 16 MB" }], "The work\nof a day", 7])
    assert.deepStrictEqual((yield* list(project)).map(({ commit, id, ref }) => [commit, id, ref]), [[parked?.commit, parked?.id, parked?.ref]])
    // it is left as it is
    assert.deepStrictEqual(filesIn(made.path).filter(([path]) => path !== "big/blob"), before)
    assert.isTrue(yield* worktrees.remove(made, project, Effect.succeed(true)))
    assert.strictEqual((yield* rawGit(project.path, "worktree", "list")).trim().split("\n").length, 1)
    assert.strictEqual(yield* rawGit(project.path, "branch", "--list", "boocode*"), "")
    yield* rawGit(project.path, "-c", "gc.reflogExpire=now", "-c", "gc.reflogExpireUnreachable=now", "gc", "-q", "--prune=now")
    const again = session({ parked: made.id })
    const back = yield* worktrees.ensure(again)
    assert.deepStrictEqual(filesIn(back.path), before)
    assert.strictEqual(yield* status(back.path), said)
    assert.strictEqual(yield* rawGit(back.path, "show", ":a.txt"), "staged\n")
    assert.strictEqual((yield* rawGit(back.path, "log", "--format=%s")).trim(), "its own\nfirst")
    // what only its memory led to is still there, also after everything that nothing leads to went
    yield* rawGit(project.path, "gc", "-q", "--prune=now")
    assert.strictEqual((yield* rawGit(back.path, "cat-file", "-t", lost)).trim(), "commit")
    assert.deepStrictEqual([yield* list(project), begins.get(again), rows.get(back.id)?.baseCommit], [[], undefined, made.baseCommit])
  }))

  it.effect("is nothing where nothing would be lost", () => Effect.gen(function*() {
    const { park, project, session, worktrees } = yield* world
    const made = yield* worktrees.ensure(session())
    assert.isUndefined(yield* park(made, project, { title: "t", sessionId: null }))
    mkdirSync(`${made.path}/big`)
    writeFileSync(`${made.path}/big/blob`, Buffer.alloc(17 * 1024 * 1024, 1))
    assert.isUndefined(yield* park(made, project, { title: "t", sessionId: null }))
    yield* rawGit(made.path, "commit", "-q", "--allow-empty", "-m", "own")
    const held = yield* park(made, project, { title: "t", sessionId: null })
    assert.isDefined(held)
    // somebody else leads there now
    yield* rawGit(project.path, "branch", "landed", made.branch)
    assert.isUndefined(yield* park(made, project, { title: "t", sessionId: null }))
  }))

  it.effect("holds the branch where something else is checked out", () => Effect.gen(function*() {
    const { park, project, session, worktrees } = yield* world
    const made = yield* worktrees.ensure(session())
    yield* rawGit(made.path, "commit", "-q", "--allow-empty", "-m", "on the branch")
    const tip = (yield* rawGit(made.path, "rev-parse", "HEAD")).trim()
    yield* rawGit(made.path, "checkout", "-q", "--detach", "HEAD~1")
    const parked = yield* park(made, project, { title: "t", sessionId: null })
    assert.include(yield* rawGit(project.path, "rev-list", `${parked?.ref}`), tip)
  }))

  it.effect("is the same when it is parked twice, and the newer when it changed meanwhile", () => Effect.gen(function*() {
    const { list, park, project, session, worktrees } = yield* world
    const made = yield* worktrees.ensure(session())
    yield* work(made.path)
    const first = yield* park(made, project, { title: "t", sessionId: null })
    assert.strictEqual((yield* park(made, project, { title: "t", sessionId: null }))?.commit, first?.commit)
    writeFileSync(`${made.path}/later`, "x")
    const second = yield* park(made, project, { title: "t", sessionId: null })
    assert.notStrictEqual(second?.commit, first?.commit)
    assert.deepStrictEqual((yield* list(project)).map(({ commit }) => commit), [second?.commit])
  }))

  it.effect("holds what git was told not to look at", () => Effect.gen(function*() {
    const { park, project, session, worktrees } = yield* world
    const made = yield* worktrees.ensure(session())
    yield* rawGit(made.path, "update-index", "--assume-unchanged", "a.txt")
    yield* rawGit(made.path, "update-index", "--skip-worktree", "b.txt")
    for (const name of ["a.txt", "b.txt"]) writeFileSync(`${made.path}/${name}`, "hidden\n")
    const parked = yield* park(made, project, { title: "t", sessionId: null })
    assert.strictEqual(parked?.files, 2)
    yield* worktrees.remove(made, project, Effect.succeed(true))
    const back = yield* worktrees.ensure(session({ parked: made.id }))
    for (const name of ["a.txt", "b.txt"]) assert.strictEqual(readFileSync(`${back.path}/${name}`, "utf8"), "hidden\n")
  }))

  it.effect("is refused where a repository in it has work of its own, in words", () => Effect.gen(function*() {
    const { folder, park, project, session, worktrees } = yield* world
    const made = yield* worktrees.ensure(session())
    yield* makeRepository(`${made.path}/inner`)
    const { message, reason } = yield* Effect.flip(park(made, project, { title: "t", sessionId: null }))
    assert.deepStrictEqual([reason._tag, message.includes("inner")], ["NotParkable", true])
    rmSync(`${made.path}/inner`, { recursive: true })
    yield* makeRepository(`${folder}/library`)
    yield* rawGit(made.path, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", `${folder}/library`, "lib")
    const parked = yield* park(made, project, { title: "t", sessionId: null })
    assert.isDefined(parked)
    writeFileSync(`${made.path}/lib/new`, "x")
    assert.strictEqual((yield* Effect.flip(park(made, project, { title: "t", sessionId: null }))).reason._tag, "NotParkable")
  }))

  it.effect("of a session that is archived is back in the same worktree, on the same branch", () => Effect.gen(function*() {
    const { begins, park, project, rows, session, worktrees } = yield* world
    const id = session()
    const made = yield* worktrees.ensure(id)
    yield* work(made.path)
    const before = filesIn(made.path)
    yield* park(made, project, { title: "t", sessionId: id })
    yield* worktrees.remove(made, project, Effect.sync(() => {
      rows.set(made.id, { ...made, state: "parked" })
      begins.set(id, { parked: made.id })
      return true
    }))
    const back = yield* worktrees.ensure(id)
    assert.deepStrictEqual([back.id, back.path, back.branch, filesIn(back.path)], [made.id, made.path, made.branch, before])
    assert.strictEqual((yield* rawGit(back.path, "symbolic-ref", "--short", "HEAD")).trim(), made.branch)
    assert.strictEqual(yield* rawGit(project.path, "for-each-ref", parkedRef(made.id)), "")
    assert.isTrue(Option.isSome(Option.fromNullishOr(rows.get(made.id))))
  }))

  it.effect("is made again where the server died before all of it was back, and keeps its ref until then", () => Effect.gen(function*() {
    const { fs, folder, park, project, rows, session, worktrees } = yield* world
    const made = yield* worktrees.ensure(session())
    yield* work(made.path)
    const before = filesIn(made.path)
    yield* park(made, project, { title: "t", sessionId: null })
    yield* worktrees.remove(made, project, Effect.succeed(true))
    const again = session({ parked: made.id })
    const row: Worktree = { ...made, id: made.id, sessionId: again, state: "creating", path: `${folder}/data/worktrees/half`, branch: "boocode/half" }
    rows.set(row.id, row)
    yield* fs.makeDirectory(row.path)
    writeFileSync(`${folder}/data/worktrees/.half.making`, "")
    writeFileSync(`${row.path}/a.txt`, "half")
    const back = yield* worktrees.ensure(again)
    assert.deepStrictEqual([back.path, filesIn(back.path)], [row.path, before])
  }))
})
