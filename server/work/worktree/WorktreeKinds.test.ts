/** Worktrees of repositories of every kind: they work, or are refused with a sentence. And what boot finds of them. */
import { assert, layer } from "@effect/vitest"
import { Effect, FileSystem, Layer } from "effect"
import { readdirSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { ProjectId, SessionId } from "../../../shared/Ids.ts"
import type { Project, Worktree } from "../../../shared/Session.ts"
import { makeRepository, rawGit, temporaryFolder, testGit } from "../git/temporaryRepository.ts"
import { WorktreePort } from "./WorktreePort.ts"
import { Worktrees } from "./Worktrees.ts"

const projects = new Map<SessionId, Project>()

const world = Effect.fnUntraced(function*(files?: Readonly<Record<string, string>>) {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* temporaryFolder
  yield* fs.makeDirectory(`${folder}/data`)
  const path = yield* makeRepository(`${folder}/project`, files)
  const rows = new Map<string, Worktree>()
  const services = yield* Layer.build(Worktrees.layer({ dataDir: `${folder}/data` }).pipe(Layer.provide(WorktreePort.layerMemory(projects, rows))))
  const worktrees = yield* Worktrees.pipe(Effect.provide(services))
  const ids = new Map<string, ProjectId>()
  const sessionIn = (project: string) => {
    const id = SessionId.make(crypto.randomUUID())
    ids.set(project, ids.get(project) ?? ProjectId.make(crypto.randomUUID()))
    projects.set(id, { id: ids.get(project) ?? ProjectId.make(crypto.randomUUID()), path: project, name: "p", addedAt: 0 })
    return id
  }
  const known = () => [...rows.values()].flatMap((worktree) => {
    const project = worktree.sessionId === null ? undefined : projects.get(worktree.sessionId)
    return project === undefined ? [] : [{ project, worktree }]
  })
  return { fs, folder, path, rows, worktrees, session: sessionIn(path), sessionIn, known }
})

const head = (path: string) => Effect.map(rawGit(path, "rev-parse", "HEAD"), (out) => out.trim())
const status = (path: string) => rawGit(path, "status", "--porcelain", "--untracked-files=all")

layer(testGit, { excludeTestServices: true, timeout: "60 seconds" })("a worktree", (it) => {
  it.effect("is cut from a branch, a tag or a commit of choice, and only at its beginning", () => Effect.gen(function*() {
    const { path, session, sessionIn, worktrees } = yield* world()
    const first = yield* head(path)
    yield* rawGit(path, "tag", "-a", "v1", "-m", "one")
    yield* rawGit(path, "commit", "-q", "--allow-empty", "-m", "later")
    yield* rawGit(path, "branch", "side", first)
    for (const base of ["v1", "side", first.slice(0, 10), "HEAD~1"]) {
      const made = yield* worktrees.cut(sessionIn(path), base)
      assert.deepStrictEqual([made.baseCommit, yield* head(made.path)], [first, first], base)
    }
    for (const base of ["nope", "--all", "v1:a.txt", ""]) {
      assert.deepStrictEqual((yield* Effect.flip(worktrees.cut(session, base))).reason, { _tag: "UnknownBase", base })
    }
    const made = yield* worktrees.ensure(session)
    assert.strictEqual(made.baseCommit, yield* head(path))
    assert.deepStrictEqual((yield* Effect.flip(worktrees.cut(session, "v1"))).reason, { _tag: "AlreadyCut", path: made.path })
  }))

  it.effect("of a detached HEAD, a shallow clone, a sparse checkout and one with submodules works", () => Effect.gen(function*() {
    const { folder, fs, path, sessionIn, worktrees } = yield* world({ "a.txt": "1", "b": "2" })
    yield* makeRepository(`${folder}/library`)
    yield* rawGit(path, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", `${folder}/library`, "lib")
    yield* rawGit(path, "commit", "-q", "-m", "with a library")
    const whole = yield* worktrees.ensure(sessionIn(path))
    assert.deepStrictEqual(yield* fs.readDirectory(`${whole.path}/lib`), [])
    assert.strictEqual(yield* status(whole.path), "")
    yield* rawGit(folder, "clone", "-q", "--depth", "1", `file://${path}`, "shallow")
    yield* rawGit(`${folder}/shallow`, "checkout", "-q", "--detach")
    const shallow = yield* worktrees.ensure(sessionIn(`${folder}/shallow`))
    assert.strictEqual(yield* status(shallow.path), "")
    yield* rawGit(folder, "clone", "-q", `file://${path}`, "sparse")
    yield* rawGit(`${folder}/sparse`, "sparse-checkout", "set", "--no-cone", "/b")
    const sparse = yield* worktrees.ensure(sessionIn(`${folder}/sparse`))
    assert.isFalse(yield* fs.exists(`${sparse.path}/a.txt`))
    assert.strictEqual(yield* status(sparse.path), "")
  }))

  it.effect("has files of any names", () => Effect.gen(function*() {
    const { path, session, worktrees } = yield* world()
    const names = ["new\nline", "-dash", "\"q\"", "ü"].map((name) => Buffer.from(name)).concat([Buffer.from([0xff, 0xe9])])
    for (const name of names) writeFileSync(Buffer.concat([Buffer.from(`${path}/`), name]), "x")
    yield* rawGit(path, "add", "-A")
    yield* rawGit(path, "commit", "-q", "-m", "names")
    const made = yield* worktrees.ensure(session)
    const there = readdirSync(made.path, { encoding: "buffer" }).map((name) => name.toString("hex"))
    assert.includeMembers(there, names.map((name) => name.toString("hex")))
    assert.strictEqual(yield* status(made.path), "")
  }))

  it.effect("keeps pointers where nothing filters, and is refused with the filter's name where that fails", () => Effect.gen(function*() {
    const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"
    const { fs, path, session, sessionIn, worktrees } = yield* world({ ".gitattributes": "*.bin filter=lfs -text\n", "a.bin": pointer })
    const plain = yield* worktrees.ensure(session)
    assert.strictEqual(yield* fs.readFileString(`${plain.path}/a.bin`), pointer)
    for (const [name, value] of [["filter.lfs.required", "true"], ["filter.lfs.smudge", "no-such-program"], ["filter.lfs.clean", "no-such-program"]]) {
      yield* rawGit(path, "config", `${name}`, `${value}`)
    }
    const refused = sessionIn(path)
    const { message, reason } = yield* Effect.flip(worktrees.ensure(refused))
    assert.deepStrictEqual(reason, { _tag: "FilterFailed", filter: "lfs" })
    assert.include(message, "git-lfs")
    yield* rawGit(path, "config", "filter.lfs.smudge", "cat")
    assert.strictEqual((yield* worktrees.ensure(refused)).state, "ready")
  }))

  it.effect("of a repository without a checkout is made from its branches", () => Effect.gen(function*() {
    const { folder, path, sessionIn, worktrees } = yield* world()
    yield* rawGit(folder, "clone", "-q", "--bare", path, "bare.git")
    const made = yield* worktrees.ensure(sessionIn(`${folder}/bare.git`))
    assert.strictEqual(yield* status(made.path), "")
  }))
})

layer(testGit, { excludeTestServices: true, timeout: "60 seconds" })("boot", (it) => {
  it.effect("finds worktrees whole, vanished, moved, of a moved repository, and those nobody knows (P18)", () => Effect.gen(function*() {
    const { folder, known, path, rows, sessionIn, worktrees } = yield* world()
    const [whole, vanished, moved] = yield* Effect.forEach([1, 2, 3], () => worktrees.ensure(sessionIn(path)))
    if (whole === undefined || vanished === undefined || moved === undefined) return
    const stranger = `${folder}/data/worktrees/stranger`
    yield* rawGit(path, "worktree", "add", "-q", "--detach", stranger)
    rmSync(vanished.path, { recursive: true })
    yield* rawGit(path, "worktree", "move", moved.path, `${folder}/elsewhere`)
    const gone = yield* worktrees.ensure(sessionIn(yield* makeRepository(`${folder}/gone`)))
    rmSync(`${folder}/gone`, { recursive: true })
    const found = yield* worktrees.reconcile(known())
    assert.deepStrictEqual([found.whole, found.vanished, found.moved, found.unlinked, found.strangers],
      [[whole], [vanished], [{ ...moved, path: `${folder}/elsewhere` }], [], [stranger]])
    assert.deepStrictEqual(found.unreachable.map(({ project }) => project.path), [`${folder}/gone`])
    assert.strictEqual(rows.get(moved.id)?.path, `${folder}/elsewhere`)
    assert.isDefined(gone)
    renameSync(path, `${folder}/renamed`)
    for (const [id, project] of projects) if (project.path === path) projects.set(id, { ...project, path: `${folder}/renamed` })
    const again = yield* worktrees.reconcile(known())
    assert.deepStrictEqual([again.whole.map(({ id }) => id).toSorted(), again.unlinked], [[whole.id, moved.id].toSorted(), []])
    assert.strictEqual(yield* status(whole.path), "")
  }))
})
