import { NodeServices } from "@effect/platform-node"
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, FileSystem, Layer } from "effect"
import { Environment } from "../../process/Environment.ts"
import { Git, gitEnvironment } from "./Git.ts"
import { gitRefusal } from "./GitRefusal.ts"
import { makeRepository, rawGit, temporaryFolder, testEnvironment, testGit } from "./temporaryRepository.ts"

const isRoot = process.getuid?.() === 0

layer(testGit, { excludeTestServices: true })("the repository a path lies in", (it) => {
  it.effect("is found from a subdirectory, through a symlink, and with a newline in its name", () => Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const git = yield* Git
    const folder = yield* temporaryFolder
    for (const name of ["plain", "with space", "with\nnewline", "ends with newline\n", "ümläut", "-dash"]) {
      const path = yield* makeRepository(`${folder}/${name}`)
      yield* fs.makeDirectory(`${path}/deep/er`, { recursive: true })
      assert.strictEqual(yield* git.toplevel(`${path}/deep/er`), path)
      assert.match(yield* git.head(path), /^[0-9a-f]{40}$/)
    }
    yield* fs.symlink(`${folder}/plain/deep`, `${folder}/link`)
    assert.strictEqual(yield* git.toplevel(`${folder}/link`), `${folder}/plain`)
  }))

  it.effect("is refused in words when there is none", () => Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const git = yield* Git
    const folder = yield* temporaryFolder
    yield* fs.makeDirectory(`${folder}/none`)
    yield* rawGit(folder, "init", "-q", "--bare", "bare.git")
    yield* rawGit(folder, "init", "-q", "empty")
    yield* fs.writeFileString(`${folder}/file`, "")
    const reason = (path: string) => Effect.map(Effect.flip(git.toplevel(path)), (error) => error.reason)
    assert.deepStrictEqual(yield* reason(`${folder}/none`), { _tag: "NotARepository", path: `${folder}/none` })
    assert.deepStrictEqual(yield* reason(`${folder}/bare.git`), { _tag: "NoCheckout", path: `${folder}/bare.git`, bare: true })
    assert.deepStrictEqual(yield* reason(`${folder}/empty/.git`), { _tag: "NoCheckout", path: `${folder}/empty/.git`, bare: false })
    assert.deepStrictEqual(yield* reason(`${folder}/file`), { _tag: "NotADirectory", path: `${folder}/file` })
    assert.deepStrictEqual(yield* reason(`${folder}/gone`), { _tag: "NotADirectory", path: `${folder}/gone` })
    assert.strictEqual(yield* git.toplevel(`${folder}/empty`), `${folder}/empty`)
    assert.deepStrictEqual((yield* Effect.flip(git.head(`${folder}/empty`))).reason, { _tag: "NoCommit", path: `${folder}/empty` })
  }))

  it.effect.skipIf(!isRoot)("of another user is named as that", () => Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const git = yield* Git
    const path = yield* makeRepository(`${yield* temporaryFolder}/theirs`)
    yield* fs.chown(path, 65534, 65534)
    yield* fs.chown(`${path}/.git`, 65534, 65534)
    const { message } = yield* Effect.flip(git.toplevel(path))
    assert.include(message, "safe.directory")
  }))

  it.effect("says its version", () => Effect.gen(function*() {
    assert.match(yield* (yield* Git).version, /^\d+\.\d+/)
  }))
})

describe("git on its own", () => {
  it.live("is missing when PATH has none", () => Effect.gen(function*() {
    const { reason } = yield* Effect.flip((yield* Git).version)
    assert.deepStrictEqual(reason, { _tag: "GitMissing" })
  }).pipe(Effect.provide(Git.layer.pipe(
    Layer.provide(Layer.succeed(Environment, { PATH: "/nonexistent" })), Layer.provide(NodeServices.layer)))))

  it.live("that hangs ends at its deadline", () => Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const folder = yield* temporaryFolder
    yield* fs.writeFileString(`${folder}/git`, "#!/bin/sh\nexec sleep 60\n", { mode: 0o755 })
    const error = yield* Effect.flatMap(Git, (git) => git.run(folder, { what: "wait", args: [], deadline: "300 millis" })).pipe(
      Effect.flip,
      Effect.provide(Git.layer.pipe(Layer.provide(Layer.succeed(Environment, { PATH: `${folder}:/usr/bin:/bin` })))))
    assert.deepStrictEqual(error.reason, { _tag: "Deadline", what: "wait", seconds: 0.3 })
  }).pipe(Effect.provide(NodeServices.layer)))

  it("keeps how git is set up, and drops which repository it should take", () => {
    const { GIT_DIR, GIT_INDEX_FILE, GIT_SSH_COMMAND, GIT_CONFIG_COUNT, BOOCODE_TOKEN, HOME, LC_ALL, LANGUAGE } = gitEnvironment({
      ...testEnvironment, HOME: "/h", GIT_DIR: "/x", GIT_INDEX_FILE: "/y", GIT_SSH_COMMAND: "ssh -i k", GIT_CONFIG_COUNT: "1", BOOCODE_TOKEN: "t", LC_ALL: "de_DE", LANGUAGE: "de"
    })
    assert.deepStrictEqual([GIT_DIR, GIT_INDEX_FILE, GIT_CONFIG_COUNT, BOOCODE_TOKEN, LANGUAGE], [undefined, undefined, undefined, undefined, undefined])
    assert.deepStrictEqual([GIT_SSH_COMMAND, HOME, LC_ALL], ["ssh -i k", "/h", "C"])
  })

  it("is understood when it refuses", () => {
    const of = (stderr: string) => gitRefusal(stderr, "do it", "/p")
    assert.deepStrictEqual(of("fatal: Unable to create '/a b/.git/index.lock': File exists.\n\nAnother git process seems"), { _tag: "Locked", lock: "/a b/.git/index.lock" })
    assert.deepStrictEqual(of("fatal: cannot lock ref 'refs/heads/y': Unable to create '/r/.git/refs/heads/y.lock': File exists."), { _tag: "Locked", lock: "/r/.git/refs/heads/y.lock" })
    assert.deepStrictEqual(of("error: unable to write file a: No space left on device\nfatal: cannot create"), { _tag: "DiskFull", path: "/p" })
    assert.deepStrictEqual(of("fatal: could not create directory of '.git/worktrees/x': Permission denied"), { _tag: "Denied", path: "/p" })
    assert.deepStrictEqual(of("Preparing worktree\nfatal: 'x' is already checked out\nhint: no"), { _tag: "GitFailed", what: "do it", detail: "'x' is already checked out" })
    assert.deepStrictEqual(of(""), { _tag: "GitFailed", what: "do it", detail: "it ended without a word." })
  })
})
