/** Pushing to a bare repository on disk: what the remote has afterwards, and what is said where it refuses. */
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { writeFileSync } from "node:fs"
import { ProjectId, SessionId } from "../../../shared/Ids.ts"
import type { Project } from "../../../shared/Session.ts"
import { Remotes, wordsOf } from "./Remotes.ts"
import { makeRepository, rawGit, temporaryFolder, testGit } from "../git/temporaryRepository.ts"
import { WorktreePort } from "../worktree/WorktreePort.ts"

const sessionId = SessionId.make(crypto.randomUUID())
const projects = new Map<SessionId, Project>()
const services = Remotes.layer.pipe(Layer.provideMerge(WorktreePort.layerMemory(projects, new Map())), Layer.provideMerge(testGit))

const stage = Effect.gen(function*() {
  const folder = yield* temporaryFolder
  const top = yield* makeRepository(`${folder}/project`)
  yield* rawGit(folder, "init", "-q", "--bare", "remote")
  yield* rawGit(top, "remote", "add", "origin", `${folder}/remote`)
  projects.set(sessionId, { id: ProjectId.make(crypto.randomUUID()), path: top, name: "p", addedAt: 0 })
  const remotes = yield* Remotes
  const push = (branch: string, remote = "origin") => remotes.push({ sessionId, branch, remote })
  return { bare: `${folder}/remote`, top, push, refusal: (branch: string, remote?: string) => Effect.map(Effect.flip(push(branch, remote)), ({ message, reason }) => ({ message, reason })) }
})

layer(services, { excludeTestServices: true })("a push", (it) => {
  it.effect("brings a branch to a remote, again without harm, and on from there", () => Effect.gen(function*() {
    const { bare, push, top } = yield* stage
    const commit = (yield* rawGit(top, "rev-parse", "main")).trim()
    assert.deepStrictEqual(yield* push("main"), { remote: "origin", branch: "main", commit })
    assert.deepStrictEqual(yield* push("main"), { remote: "origin", branch: "main", commit })
    yield* rawGit(top, "commit", "-q", "--allow-empty", "-m", "second")
    yield* rawGit(top, "tag", "-a", "-m", "t", "v1")
    yield* rawGit(top, "config", "push.followTags", "true")
    yield* push("main")
    assert.strictEqual(yield* rawGit(bare, "log", "--format=%s", "main"), "second\nfirst\n")
    assert.strictEqual(yield* rawGit(bare, "tag"), "")
  }))

  it.effect("never overwrites what the remote has, whatever the project's settings say", () => Effect.gen(function*() {
    const { bare, push, refusal, top } = yield* stage
    yield* push("main")
    yield* rawGit(top, "commit", "-q", "--amend", "--allow-empty", "-m", "rewritten")
    yield* rawGit(top, "config", "remote.origin.push", "+refs/heads/*:refs/heads/*")
    const { message, reason } = yield* refusal("main")
    assert.strictEqual(reason._tag, "PushRefused")
    assert.include(message, "origin didn't take main: [rejected] (non-fast-forward)")
    assert.notInclude(message, "force")
    assert.strictEqual(yield* rawGit(bare, "log", "--format=%s", "main"), "first\n")
  }))

  it.effect("says what the remote said, and what is missing", () => Effect.gen(function*() {
    const { bare, refusal, top } = yield* stage
    writeFileSync(`${bare}/hooks/pre-receive`, "#!/bin/sh\necho 'main is for reviewed work' >&2\nexit 1\n", { mode: 0o755 })
    assert.include((yield* refusal("main")).message, "[remote rejected] (pre-receive hook declined); main is for reviewed work")
    assert.strictEqual((yield* refusal("other")).reason._tag, "UnknownBranch")
    assert.strictEqual((yield* refusal("main", "upstream")).reason._tag, "UnknownRemote")
    assert.strictEqual((yield* refusal("main", bare)).reason._tag, "UnknownRemote")
    yield* rawGit(top, "remote", "add", "gone", `${bare}-gone`)
    assert.include((yield* refusal("main", "gone")).message, "does not appear to be a git repository")
    writeFileSync(`${top}/.gitattributes`, "*.bin filter=lfs diff=lfs\n")
    yield* rawGit(top, "add", ".gitattributes")
    yield* rawGit(top, "commit", "-q", "-m", "large files")
    assert.include((yield* refusal("main")).message, "run `git push`")
  }))
})

describe("git's own words", () => {
  it("are what was refused and why, once each", () => {
    assert.strictEqual(wordsOf({ stdout: "To x\n!\ta:b\t[rejected] (fetch first)\nDone\n", stderr: "error: failed to push some refs to 'x'\nhint: force\n" }), "[rejected] (fetch first)")
    assert.strictEqual(wordsOf({ stdout: "", stderr: "git@host: Permission denied (publickey).\nfatal: Could not read from remote repository.\n" }),
      "git@host: Permission denied (publickey).; Could not read from remote repository.")
    assert.strictEqual(wordsOf({ stdout: "", stderr: "" }), "it ended without a word.")
  })
})
