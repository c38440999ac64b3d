/** A worktree whose folder is gone is back from its last checkpoint, with all that git knows of it. */
import { basename, dirname } from "node:path"
import { assert, layer } from "@effect/vitest"
import { Effect, Fiber, FileSystem, Layer } from "effect"
import { CheckpointId } from "../../../shared/Change.ts"
import { ProjectId, SessionId } from "../../../shared/Ids.ts"
import type { Project, Worktree } from "../../../shared/Session.ts"
import { Checkpoints } from "../change/Checkpoints.ts"
import { makeRepository, rawGit, temporaryFolder, testGit } from "../git/temporaryRepository.ts"
import { type Kept, WorktreePort } from "./WorktreePort.ts"
import { Worktrees } from "./Worktrees.ts"

const many = (...changed: ReadonlyArray<readonly [number, string]>) =>
  Array.from({ length: 20 }, (_, at) => `${changed.find(([line]) => line === at + 1)?.[1] ?? `line ${at + 1}`}\n`).join("")

const world = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* temporaryFolder
  yield* fs.makeDirectory(`${folder}/data`)
  const project: Project = { id: ProjectId.make(crypto.randomUUID()), path: yield* makeRepository(`${folder}/project`, { ".gitignore": "*.log\n", "a.txt": many(), "b.txt": "b\n" }), name: "p", addedAt: 0 }
  const session = SessionId.make(crypto.randomUUID()), kept = new Map<string, Kept>(), rows = new Map<string, Worktree>()
  const services = yield* Layer.build(Worktrees.layer({ dataDir: `${folder}/data` }).pipe(
    Layer.provide(WorktreePort.layerMemory(new Map([[session, project]]), rows, new Map(), kept))))
  const worktrees = yield* Effect.provide(Worktrees, services), checkpoints = yield* Checkpoints
  const made = yield* worktrees.ensure(session)
  const { path } = made
  const look = Effect.flatMap(checkpoints.take(made, { _tag: "Seen", id: CheckpointId.make(crypto.randomUUID()) }), ({ tree }) => Effect.sync(() => kept.set(made.id, { tree, takenAt: Date.now() })))
  return {
    checkpoints, ensure: worktrees.ensure(session), fs, kept, look, made, path, project, worktrees,
    gone: fs.remove(path, { recursive: true }), status: rawGit(path, "status", "--porcelain", "--untracked-files=all"),
    read: (name: string) => fs.readFileString(`${path}/${name}`), write: (name: string, text: string) => fs.writeFileString(`${path}/${name}`, text)
  }
})
/** git remembers in seconds when a branch moved. */
const nextSecond = Effect.sleep("1100 millis")

layer(Checkpoints.layer.pipe(Layer.provideMerge(testGit)), { excludeTestServices: true, timeout: "60 seconds" })("a worktree whose folder is gone", (it) => {
  it.effect("is back with its files, what was staged, and the commit that it was at", () => Effect.gen(function*() {
    const { ensure, fs, gone, look, made, path, read, status, write } = yield* world
    yield* rawGit(path, "checkout", "-q", "--detach")
    yield* rawGit(path, "commit", "-q", "--allow-empty", "-m", "on no branch")
    const head = yield* rawGit(path, "rev-parse", "HEAD")
    yield* write("a.txt", many([1, "staged"]))
    yield* rawGit(path, "add", "a.txt")
    yield* write("a.txt", many([1, "staged"], [2, "and more"]))
    yield* write("ünï \n\t\"q", "untracked\n")
    yield* write("run.sh", "#!/bin/sh\n")
    yield* fs.chmod(`${path}/run.sh`, 0o755)
    yield* fs.symlink("/nowhere", `${path}/link`)
    yield* fs.remove(`${path}/b.txt`)
    yield* write("x.log", "ignored\n")
    yield* look
    const before = yield* status
    yield* gone
    const both = yield* Effect.all([ensure, ensure], { concurrency: 2 })
    assert.deepStrictEqual(both, [made, made])
    assert.deepStrictEqual([yield* status, yield* rawGit(path, "rev-parse", "HEAD"), yield* rawGit(path, "show", ":a.txt")], [before, head, many([1, "staged"])])
    assert.deepStrictEqual([yield* read("a.txt"), yield* read("ünï \n\t\"q"), yield* fs.readLink(`${path}/link`), yield* fs.exists(`${path}/x.log`)], [many([1, "staged"], [2, "and more"]), "untracked\n", "/nowhere", false])
    // nothing of ours is left beside it
    assert.deepStrictEqual((yield* fs.readDirectory(dirname(path))), [basename(path)])
  }))

  it.effect("is back where git has forgotten it, and its branch is gone", () => Effect.gen(function*() {
    const { checkpoints, ensure, gone, look, made, path, project, read, write } = yield* world
    yield* write("a.txt", many([1, "mine"]))
    yield* look
    const { tree } = yield* checkpoints.take(made, { _tag: "Seen", id: CheckpointId.make(crypto.randomUUID()) })
    for (const branch of [true, false]) {
      yield* gone
      yield* rawGit(project.path, "worktree", "prune")
      if (!branch) yield* rawGit(project.path, "branch", "-q", "-D", made.branch)
      assert.deepStrictEqual(yield* ensure, made)
      assert.strictEqual((yield* rawGit(path, "branch", "--show-current")).trim(), made.branch)
      assert.deepStrictEqual([yield* read("a.txt"), yield* rawGit(path, "diff", "--cached", "--name-only")], [many([1, "mine"]), ""])
      assert.strictEqual((yield* checkpoints.take(made, { _tag: "Seen", id: CheckpointId.make(crypto.randomUUID()) })).tree, tree)
    }
  }))

  it.effect("has what was committed after its last checkpoint, and what was not committed before it", () => Effect.gen(function*() {
    const { ensure, gone, look, path, read, status, write } = yield* world
    yield* write("a.txt", many([1, "one"], [20, "twenty"]))
    yield* look
    yield* nextSecond
    // half of it, and a file that no checkpoint has seen
    yield* write("a.txt", many([1, "one"]))
    yield* write("new.txt", "new\n")
    yield* rawGit(path, "add", "-A")
    yield* rawGit(path, "commit", "-q", "-m", "half")
    yield* gone
    yield* ensure
    assert.deepStrictEqual([yield* read("a.txt"), yield* read("new.txt"), yield* status], [many([1, "one"], [20, "twenty"]), "new\n", " M a.txt\n"])
    // committed otherwise in the same place: the checkpoint stands, and the commit is on its branch
    yield* look
    yield* nextSecond
    yield* write("a.txt", many([1, "one"], [20, "other"]))
    yield* rawGit(path, "commit", "-qam", "other")
    yield* gone
    yield* ensure
    assert.deepStrictEqual([yield* read("a.txt"), yield* rawGit(path, "log", "--format=%s", "-n", "1")], [many([1, "one"], [20, "twenty"]), "other\n"])
  }))

  it.effect("has what was committed after its last checkpoint where git has forgotten it, also when that is known before", () => Effect.gen(function*() {
    const { ensure, fs, gone, look, made, path, project, read, worktrees, write } = yield* world
    yield* write("a.txt", many([1, "one"]))
    yield* look
    yield* nextSecond
    yield* write("new.txt", "new\n")
    yield* rawGit(path, "add", "new.txt")
    yield* rawGit(path, "commit", "-q", "-m", "after")
    yield* gone
    yield* rawGit(project.path, "worktree", "prune")
    const { tree } = (yield* worktrees.ahead(made, project)) ?? { tree: "" }
    assert.include(yield* rawGit(project.path, "ls-tree", "--name-only", tree), "new.txt")
    yield* ensure
    assert.deepStrictEqual([yield* read("new.txt"), yield* read("a.txt")], ["new\n", many([1, "one"])])
    // once more: git knows it only since it was brought back
    yield* fs.remove(path, { recursive: true })
    yield* ensure
    assert.deepStrictEqual([yield* read("new.txt"), yield* read("a.txt")], ["new\n", many([1, "one"])])
    assert.include(yield* rawGit(project.path, "worktree", "list"), `${path} `)
  }))

  it.effect("is back where its folder was emptied, and is another one", () => Effect.gen(function*() {
    const { ensure, fs, gone, kept, look, made, path, project, read, worktrees, write } = yield* world
    yield* write("new.txt", "new\n")
    yield* look
    yield* gone
    yield* fs.makeDirectory(path)
    assert.deepStrictEqual(yield* ensure, made)
    assert.strictEqual(yield* read("new.txt"), "new\n")
    const before = yield* ensure
    yield* gone
    yield* fs.makeDirectory(path)
    assert.isTrue(yield* worktrees.present(made, project))
    assert.strictEqual(yield* read("new.txt"), "new\n")
    assert.notStrictEqual(yield* ensure, before)
    assert.strictEqual(yield* ensure, yield* ensure)
    yield* gone
    yield* fs.makeDirectory(path)
    kept.clear()
    assert.isFalse(yield* worktrees.present(made, project))
  }))

  it.effect("is no longer brought back when nobody waits for it, and can be later", () => Effect.gen(function*() {
    const { ensure, fs, gone, look, path, project, read, write } = yield* world
    yield* write(".gitattributes", "*.x filter=held\n")
    yield* write("f.x", "x\n")
    yield* look
    yield* gone
    yield* rawGit(project.path, "worktree", "prune")
    const begun = `${dirname(dirname(path))}/begun`
    yield* rawGit(project.path, "config", "filter.held.smudge", `touch '${begun}'; exec sleep 60`)
    const fiber = yield* Effect.forkChild(ensure)
    yield* Effect.repeat(Effect.delay(fs.exists(begun), "20 millis"), { until: (isThere) => isThere })
    yield* Effect.timeout(Fiber.interrupt(fiber), "20 seconds")
    assert.deepStrictEqual(yield* fs.readDirectory(dirname(path)), [])
    assert.strictEqual((yield* rawGit(project.path, "worktree", "list")).split("\n").length, 2)
    yield* rawGit(project.path, "config", "filter.held.smudge", "cat")
    yield* ensure
    assert.deepStrictEqual([yield* read("f.x"), yield* fs.readDirectory(dirname(path))], ["x\n", [basename(path)]])
  }))

  it.effect("begins at its branch where nothing is kept of it; one that can't be made leaves nothing, and is made once it can", () => Effect.gen(function*() {
    const { ensure, fs, gone, kept, look, made, path, project, read, write, worktrees } = yield* world
    yield* write(".gitattributes", "*.x filter=broken\n")
    yield* write("f.x", "x\n")
    yield* look
    yield* gone
    yield* rawGit(project.path, "config", "filter.broken.smudge", "false")
    yield* rawGit(project.path, "config", "filter.broken.required", "true")
    assert.match((yield* Effect.flip(ensure)).message, /filter "broken"/)
    assert.match((yield* Effect.flip(worktrees.present(made, project))).message, /filter "broken"/)
    assert.deepStrictEqual(yield* fs.readDirectory(dirname(path)), [])
    yield* rawGit(project.path, "config", "filter.broken.smudge", "cat")
    // a server that died in it left its half
    yield* fs.makeDirectory(`${dirname(path)}/.half.${crypto.randomUUID()}.coming`)
    yield* worktrees.sweepLeft
    assert.isTrue(yield* worktrees.present(made, project))
    assert.deepStrictEqual([yield* read("f.x"), yield* fs.readDirectory(dirname(path))], ["x\n", [basename(path)]])
    yield* gone
    kept.clear()
    assert.isFalse(yield* worktrees.present(made, project))
    yield* ensure
    assert.isFalse(yield* fs.exists(`${path}/f.x`))
  }))
})
