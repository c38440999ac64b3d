import { assert, layer } from "@effect/vitest"
import { Effect, Fiber, FileSystem, Layer } from "effect"
import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs"
import { type CheckpointAt, CheckpointId } from "../../../shared/Change.ts"
import { ProjectId, TurnId, WorktreeId } from "../../../shared/Ids.ts"
import type { Worktree } from "../../../shared/Session.ts"
import { Checkpoints, refsOf } from "./Checkpoints.ts"
import { closedFolders } from "./WorktreeIndex.ts"
import { changeSomething, randomFrom } from "../git/randomFiles.ts"
import { makeRepository, rawGit, temporaryFolder, testGit } from "../git/temporaryRepository.ts"

const seen = (): CheckpointAt => ({ _tag: "Seen", id: CheckpointId.make(crypto.randomUUID()) })
const nextId = () => CheckpointId.make(crypto.randomUUID())
const worktreeAt = (path: string, baseCommit: string): Worktree => ({
  id: WorktreeId.make(crypto.randomUUID()), sessionId: null, projectId: ProjectId.make(crypto.randomUUID()), path, branch: "b", baseCommit, state: "ready"
})

/** A repository and a worktree of it. */
const world = Effect.fnUntraced(function*(files: Readonly<Record<string, string>> = { "a.txt": "one\n", "b.txt": "two\n" }) {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* temporaryFolder
  const project = yield* makeRepository(`${folder}/project`, files)
  const top = `${folder}/worktree`
  yield* rawGit(project, "worktree", "add", "-q", "-b", "b", top)
  return { fs, folder, project, top, worktree: worktreeAt(top, (yield* rawGit(project, "rev-parse", "HEAD")).trim()), checkpoints: yield* Checkpoints }
})

/** What plain git makes of the files at rest. */
const plainTree = Effect.fnUntraced(function*(top: string) {
  yield* rawGit(top, "add", "-A")
  return (yield* rawGit(top, "write-tree")).trim()
})

/** Every file of a folder by its bytes, kind and mode, repositories' own folders aside. */
const digest = (folder: string | Buffer): string => readdirSync(folder, { encoding: "buffer" }).toSorted((a, b) => a.compare(b)).flatMap((name) => {
  if (name.toString() === ".git") return []
  const path = Buffer.concat([Buffer.from(folder), Buffer.from("/"), name])
  const found = lstatSync(path)
  if (found.isDirectory()) return [digest(path)].filter((inner) => inner !== "").map((inner) => `${name.toString("hex")}{${inner}}`)
  const content = found.isSymbolicLink() ? readlinkSync(path, { encoding: "buffer" }) : readFileSync(path)
  return [`${name.toString("hex")}:${found.isSymbolicLink() ? "l" : found.mode & 0o100}:${createHash("sha1").update(content).digest("hex")}`]
}).join(";")

const fresh = Layer.fresh(Checkpoints.layer)

layer(Checkpoints.layer.pipe(Layer.provideMerge(testGit)), { excludeTestServices: true, timeout: "2 minutes" })("a checkpoint", (it) => {
  it.effect("is the tree that git add -A makes at rest, after any changes", () => Effect.gen(function*() {
    for (const seed of [1, 2, 3, 4]) {
      const random = randomFrom(seed)
      const { checkpoints, top, worktree } = yield* world()
      for (let round = 0; round < 12; round++) {
        for (let n = 0; n <= random(12); n++) changeSomething(top, random)
        const { skipped, tree } = yield* checkpoints.take(worktree, seen())
        assert.deepStrictEqual(skipped, [], `seed ${seed}, round ${round}`)
        assert.strictEqual(tree, yield* plainTree(top), `seed ${seed}, round ${round}`)
        if (random(4) === 0) yield* rawGit(top, "commit", "-q", "--allow-empty", "-m", "work")
      }
    }
  }), 120_000)

  it.effect("leaves the worktree's own index alone and outlives gc", () => Effect.gen(function*() {
    const { checkpoints, fs, top, worktree } = yield* world()
    yield* fs.writeFileString(`${top}/untracked`, "precious")
    const before = yield* rawGit(top, "status", "--porcelain")
    const turnId = TurnId.make(crypto.randomUUID())
    const { ref, tree } = yield* checkpoints.take(worktree, { _tag: "TurnStarted", turnId })
    assert.strictEqual(ref, `${refsOf(worktree.id)}/${turnId}/started`)
    assert.strictEqual(yield* rawGit(top, "status", "--porcelain"), before)
    yield* fs.remove(`${top}/untracked`)
    yield* checkpoints.take(worktree, { _tag: "TurnEnded", turnId })
    yield* rawGit(top, "reflog", "expire", "--expire=now", "--all")
    yield* rawGit(top, "gc", "-q", "--prune=now")
    assert.strictEqual(yield* rawGit(top, "cat-file", "-p", `${tree}:untracked`), "precious")
    assert.notInclude(yield* rawGit(top, "fsck", "--full"), "missing")
  }))

  it.effect("names repositories in the worktree, with a commit or without, and takes everything else", () => Effect.gen(function*() {
    const { checkpoints, fs, top, worktree } = yield* world()
    yield* rawGit(top, "init", "-q", "empty repo")
    yield* makeRepository(`${top}/deep/inner`)
    yield* fs.writeFileString(`${top}/deep/beside`, "x")
    const { skipped, tree } = yield* checkpoints.take(worktree, seen())
    assert.deepStrictEqual(skipped.map(({ path, why }) => [path, why]), [["deep/inner", "repository"], ["empty repo", "repository"]])
    assert.strictEqual(yield* rawGit(top, "ls-tree", "-r", "--name-only", tree), "a.txt\nb.txt\ndeep/beside\n")
  }))

  it.effect("names what git refuses and why, keeps it as it was, and takes it when git takes it again", () => Effect.gen(function*() {
    const { checkpoints, fs, top, worktree } = yield* world({ "a.txt": "one\n", "kept.x": "kept\n" })
    yield* rawGit(top, "config", "filter.broken.clean", "false")
    yield* rawGit(top, "config", "filter.broken.required", "true")
    yield* fs.writeFileString(`${top}/.gitattributes`, "*.x filter=broken\n")
    // git passes over such a name without an error
    yield* fs.makeDirectory(`${top}/d`)
    for (const name of ["kept.x", "new.x", "d/git~1", "beside"]) yield* fs.writeFileString(`${top}/${name}`, "now\n")
    const { skipped, tree } = yield* checkpoints.take(worktree, seen())
    assert.deepStrictEqual(skipped.map(({ path, why }) => [path, why]).toSorted(), [["d/git~1", "unreadable"], ["kept.x", "unreadable"], ["new.x", "unreadable"]])
    assert.match(skipped.find(({ path }) => path === "new.x")?.detail ?? "", /filter "broken".*missing on the server or failed/)
    assert.match(skipped.find(({ path }) => path === "d/git~1")?.detail ?? "", /no file of that name.*give it another/)
    assert.strictEqual(yield* rawGit(top, "ls-tree", "-r", "--name-only", tree), ".gitattributes\na.txt\nbeside\nkept.x\n")
    assert.strictEqual(yield* rawGit(top, "show", `${tree}:kept.x`), "kept\n")
    yield* rawGit(top, "config", "filter.broken.clean", "cat")
    yield* fs.rename(`${top}/d/git~1`, `${top}/d/git-1`)
    const after = yield* checkpoints.take(worktree, seen())
    assert.deepStrictEqual([after.skipped, yield* rawGit(top, "show", `${after.tree}:kept.x`), yield* rawGit(top, "show", `${after.tree}:d/git-1`)], [[], "now\n", "now\n"])
  }))

  it("names a folder that the server's user may not list", () => {
    // as git says it to whoever is not root
    assert.deepStrictEqual(closedFolders("warning: could not open directory 'sec ret/': Permission denied\nwarning: something else\n"), ["sec ret"])
  })

  it.effect("keeps a submodule's commit, filled or not", () => Effect.gen(function*() {
    const { checkpoints, folder, fs, project, top } = yield* world()
    yield* makeRepository(`${folder}/library`)
    yield* rawGit(project, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", `${folder}/library`, "lib")
    yield* rawGit(project, "commit", "-q", "-m", "with a library")
    yield* rawGit(top, "merge", "-q", "main")
    const worktree = worktreeAt(top, (yield* rawGit(top, "rev-parse", "HEAD")).trim())
    const { tree } = yield* checkpoints.take(worktree, seen())
    assert.strictEqual(tree, (yield* rawGit(top, "rev-parse", "HEAD^{tree}")).trim())
    yield* rawGit(top, "-c", "protocol.file.allow=always", "submodule", "--quiet", "update", "--init")
    yield* fs.writeFileString(`${top}/lib/new`, "x")
    yield* rawGit(`${top}/lib`, "add", "-A")
    yield* rawGit(`${top}/lib`, "commit", "-q", "-m", "in the library")
    const { skipped, tree: moved } = yield* checkpoints.take(worktree, seen())
    assert.strictEqual(moved, yield* plainTree(top))
    assert.deepStrictEqual(skipped, [])
    const [change] = yield* checkpoints.files(worktree, tree, moved)
    assert.deepStrictEqual([change?.path, change?.mode, change?.operation], ["lib", "160000", "edit"])
  }))

  it.effect("of a sparse checkout keeps what is not checked out", () => Effect.gen(function*() {
    const { checkpoints, fs, project, top, worktree } = yield* world({ "a.txt": "1", "in": "2" })
    yield* fs.makeDirectory(`${project}/x`)
    yield* fs.writeFileString(`${project}/x/y`, "z")
    yield* rawGit(project, "add", "-A")
    yield* rawGit(project, "commit", "-q", "-m", "x")
    yield* rawGit(top, "merge", "-q", "main")
    yield* rawGit(top, "sparse-checkout", "set", "--no-cone", "/in")
    assert.isFalse(yield* fs.exists(`${top}/x/y`))
    yield* fs.writeFileString(`${top}/in`, "changed")
    const { tree } = yield* checkpoints.take(worktree, seen())
    assert.strictEqual(yield* rawGit(top, "ls-tree", "-r", "--name-only", tree), "a.txt\nin\nx/y\n")
    assert.strictEqual(yield* rawGit(top, "cat-file", "-p", `${tree}:in`), "changed")
  }))

  it.effect("is taken while files come, go and change kind under it", () => Effect.gen(function*() {
    const { checkpoints, top, worktree } = yield* world()
    const script = "i=0; while :; do i=$((i+1)); n=$((i%40)); echo $i > f$n; rm -rf g$n; mkdir g$n 2>/dev/null; echo x > g$n/x; mv f$n h$n; rm -rf k$n; ln -s g$n k$n; rm -f h$(((n+7)%40)); done"
    const churn = yield* Effect.acquireRelease(Effect.sync(() => Bun.spawn(["sh", "-c", script], { cwd: top, stderr: "ignore" })),
      (child) => Effect.promise(() => { child.kill(9); return child.exited }))
    const taken = yield* Effect.forEach(Array.from({ length: 12 }), () => checkpoints.take(worktree, seen()))
    assert.isAbove(new Set(taken.map(({ tree }) => tree)).size, 6)
    churn.kill(9)
    yield* Effect.promise(() => churn.exited)
    const rest = yield* checkpoints.take(worktree, seen())
    assert.deepStrictEqual([rest.tree, rest.skipped], [yield* plainTree(top), []])
    for (const { ref } of taken) yield* rawGit(top, "ls-tree", "-r", ref)
  }), 60_000)

  it.effect("follows a folder that became a symlink, and a file that became a folder", () => Effect.gen(function*() {
    const { checkpoints, top, worktree } = yield* world()
    mkdirSync(`${top}/d`)
    for (const name of ["d/x", "d/y"]) writeFileSync(`${top}/${name}`, name)
    yield* checkpoints.take(worktree, seen())
    renameSync(`${top}/d`, `${top}/e`)
    symlinkSync("e", `${top}/d`)
    writeFileSync(`${top}/e/x`, "otherwise")
    rmSync(`${top}/a.txt`)
    mkdirSync(`${top}/a.txt`)
    writeFileSync(`${top}/a.txt/in`, "x")
    const { skipped, tree } = yield* checkpoints.take(worktree, seen())
    assert.deepStrictEqual(skipped, [])
    assert.strictEqual(tree, yield* plainTree(top))
  }))

  it.effect("survives a git that was killed, its lock, a spoilt index, and a new server", () => Effect.gen(function*() {
    const { checkpoints, top, worktree } = yield* world()
    const private_ = (yield* rawGit(top, "rev-parse", "--absolute-git-dir")).trim() + "/boocode"
    const indexes = () => readdirSync(private_).filter((name) => !name.includes("."))
    yield* checkpoints.take(worktree, seen())
    const [index = ""] = indexes()
    writeFileSync(`${top}/new`, "1")
    writeFileSync(`${private_}/${index}.lock`, "half an index")
    assert.strictEqual((yield* checkpoints.take(worktree, seen())).tree, yield* plainTree(top))
    writeFileSync(`${top}/newer`, "1")
    writeFileSync(`${private_}/${index}`, "DIRC not an index")
    assert.strictEqual((yield* checkpoints.take(worktree, seen())).tree, yield* plainTree(top))
    for (const spoilt of [false, true]) {
      const [last = ""] = indexes()
      writeFileSync(`${top}/newest`, `${spoilt}`)
      writeFileSync(`${private_}/${last}.lock`, "")
      if (spoilt) writeFileSync(`${private_}/${last}`, readFileSync(`${private_}/${last}`).subarray(0, 40))
      const { tree } = yield* Effect.flatMap(Checkpoints, (next) => next.take(worktree, seen())).pipe(Effect.provide(fresh))
      assert.strictEqual(tree, yield* plainTree(top))
      assert.notInclude(indexes(), last)
      assert.strictEqual(readdirSync(private_).length, 1)
    }
  }))

  it.effect("goes on when git is killed at its work", () => Effect.gen(function*() {
    const { checkpoints, top, worktree } = yield* world()
    for (let n = 0; n < 300; n++) writeFileSync(`${top}/f${n}`, `${n}`.repeat(2000))
    for (let round = 0; round < 6; round++) {
      writeFileSync(`${top}/round`, `${round}`)
      const taking = yield* Effect.forkChild(Effect.exit(checkpoints.take(worktree, seen())), { startImmediately: true })
      yield* Effect.sleep(`${10 + round * 12} millis`)
      for (const pid of execFileSync("sh", ["-c", "ps -eo pid,args"], { encoding: "utf8" }).split("\n")
        .filter((line) => line.includes("git ") && existsSync(`/proc/${line.trim().split(" ")[0]}/cwd`)).map((line) => Number(line.trim().split(" ")[0]))) {
        if (cwdOf(pid) === top) process.kill(pid, "SIGKILL")
      }
      yield* Fiber.join(taking)
      assert.strictEqual((yield* checkpoints.take(worktree, seen())).tree, yield* plainTree(top))
    }
  }), 60_000)

  it.effect("of a turn's start leaves to the turn what changed after it was handed over", () => Effect.gen(function*() {
    const { checkpoints, fs, top, worktree } = yield* world({ "a.txt": "1", "b.txt": "2", "c.txt": "3" })
    yield* fs.writeFileString(`${top}/a.txt`, "by hand")
    yield* Effect.sleep("30 millis")
    const handedOver = Date.now()
    yield* Effect.sleep("30 millis")
    yield* fs.writeFileString(`${top}/b.txt`, "by the turn")
    utimesSync(`${top}/b.txt`, 1, 1)
    yield* fs.writeFileString(`${top}/new`, "by the turn")
    yield* fs.remove(`${top}/c.txt`)
    const started = yield* checkpoints.take(worktree, seen(), handedOver)
    assert.deepStrictEqual(started.left.toSorted(), ["b.txt", "c.txt", "new"])
    assert.deepStrictEqual((yield* checkpoints.files(worktree, worktree.baseCommit, started.tree)).map(({ path }) => path), ["a.txt"])
    const ended = yield* checkpoints.take(worktree, seen())
    assert.deepStrictEqual((yield* checkpoints.counted(worktree, started.tree, ended.tree)).map(({ added, operation, path, removed }) => [path, operation, added, removed]),
      [["b.txt", "edit", 1, 1], ["c.txt", "delete", 0, 1], ["new", "create", 1, 0]])
  }))

  it.effect("tells renames, modes, kinds and binaries apart", () => Effect.gen(function*() {
    const { checkpoints, top, worktree } = yield* world({ "a.txt": "1\n2\n3\n4\n5\n6\n", "b.txt": "x\n", "run": "#!/bin/sh\n" })
    renameSync(`${top}/a.txt`, Buffer.concat([Buffer.from(`${top}/caf`), Buffer.from([0xe9])]))
    rmSync(`${top}/b.txt`)
    symlinkSync("run", `${top}/b.txt`)
    writeFileSync(`${top}/bin`, Buffer.from([0, 1, 2]))
    execFileSync("chmod", ["+x", `${top}/run`])
    const { tree } = yield* checkpoints.take(worktree, seen())
    const rows = (yield* checkpoints.counted(worktree, worktree.baseCommit, tree)).map(({ added, binary, mode, oldMode, oldPath, operation, path, removed }) =>
      [path, oldPath, operation, oldMode, mode, binary, added, removed])
    assert.deepStrictEqual(rows.toSorted(), [
      ["\"caf\\351\"", "a.txt", "rename", "100644", "100644", false, 0, 0], ["b.txt", null, "edit", "100644", "120000", false, 1, 1],
      ["bin", null, "create", null, "100644", true, 0, 0], ["run", null, "edit", "100644", "100755", false, 0, 0]
    ].toSorted())
  }))

  it.effect("is gone back to from anywhere, and the way back is undone to the byte", () => Effect.gen(function*() {
    for (const seed of [11, 12, 13]) {
      const random = randomFrom(seed)
      const { checkpoints, top, worktree } = yield* world()
      const kept: Array<{ readonly tree: string; readonly files: string }> = []
      for (let round = 0; round < 6; round++) {
        for (let n = 0; n <= random(10); n++) changeSomething(top, random)
        // ignored files are not a checkpoint's to put back
        rmSync(`${top}/.gitignore`, { force: true })
        rmSync(`${top}/d/.gitignore`, { force: true })
        kept.push({ tree: (yield* checkpoints.take(worktree, seen())).tree, files: digest(top) })
      }
      for (const { files, tree } of kept.toReversed()) {
        const now = digest(top)
        const { after, before } = yield* checkpoints.rewind(worktree, tree, nextId())
        assert.strictEqual(after.tree, tree)
        assert.strictEqual(digest(top), files)
        yield* checkpoints.rewind(worktree, before.tree, nextId())
        assert.strictEqual(digest(top), now)
        yield* checkpoints.rewind(worktree, tree, nextId())
      }
    }
  }), 60_000)

  it.effect("that would cover an ignored file keeps that file too", () => Effect.gen(function*() {
    const { checkpoints, fs, top, worktree } = yield* world()
    yield* fs.writeFileString(`${top}/out`, "of then")
    const then = yield* checkpoints.take(worktree, seen())
    yield* fs.remove(`${top}/out`)
    yield* checkpoints.take(worktree, seen())
    yield* fs.writeFileString(`${top}/.gitignore`, "out\n")
    yield* fs.writeFileString(`${top}/out`, "precious")
    assert.notInclude(yield* rawGit(top, "ls-tree", "--name-only", (yield* checkpoints.take(worktree, seen())).tree), "out")
    const { before } = yield* checkpoints.rewind(worktree, then.tree, nextId())
    assert.strictEqual(yield* fs.readFileString(`${top}/out`), "of then")
    yield* checkpoints.rewind(worktree, before.tree, nextId())
    assert.strictEqual(yield* fs.readFileString(`${top}/out`), "precious")
  }))
})

const cwdOf = (pid: number): string => {
  try { return readlinkSync(`/proc/${pid}/cwd`) } catch { return "" }
}
