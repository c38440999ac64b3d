/** Changes whose paths lead out of the project or the worktree, or into git's own folder, whatever said so: nothing is read or written there. Guards drill 12: `..`, absolute paths and symlink escapes. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { ChangeId, type PendingChange } from "../../../shared/Change.ts"
import { ProjectId, SessionId, WorktreeId } from "../../../shared/Ids.ts"
import type { Project, Worktree } from "../../../shared/Session.ts"
import { Apply } from "./Apply.ts"
import { ChangePort } from "../change/ChangePort.ts"
import { Changes } from "../change/Changes.ts"
import { Checkpoints } from "../change/Checkpoints.ts"
import { filesOf } from "../change/workedProject.ts"
import { makeRepository, rawGit, temporaryFolder, testGit } from "../git/temporaryRepository.ts"

const services = Apply.layer.pipe(Layer.provideMerge(Changes.layer), Layer.provideMerge(Checkpoints.layer), Layer.provideMerge(ChangePort.layerMemory), Layer.provideMerge(testGit))

const world = Effect.gen(function*() {
  const folder = yield* temporaryFolder
  const top = yield* makeRepository(`${folder}/in/project`, { "a.txt": "x\n" })
  yield* rawGit(top, "worktree", "add", "-q", "-b", "b", `${folder}/in/worktree`)
  const project: Project = { id: ProjectId.make(crypto.randomUUID()), path: top, name: "p", addedAt: 0 }
  const worktree: Worktree = {
    id: WorktreeId.make(crypto.randomUUID()), sessionId: SessionId.make(crypto.randomUUID()), projectId: project.id, path: `${folder}/in/worktree`, branch: "b",
    baseCommit: (yield* rawGit(top, "rev-parse", "HEAD")).trim(), state: "ready"
  }
  for (const name of ["out", "in/out"]) mkdirSync(`${folder}/${name}`)
  for (const name of ["out/secret", "in/secret", "secret"]) writeFileSync(`${folder}/${name}`, "secret\n")
  for (const at of [top, worktree.path]) {
    symlinkSync(`${folder}/out`, `${at}/door`)
    symlinkSync(".git", `${at}/self`)
    mkdirSync(`${at}/inner`)
    symlinkSync("inner", `${at}/alias`)
  }
  return { folder, port: yield* ChangePort, project, top, worktree, apply: yield* Apply, changes: yield* Changes }
})

const hostile = (folder: string) => ["../secret", "../../secret", "a/../../secret", `${folder}/secret`, "./a.txt", "inner//x", "", ".", "..", "door/secret", "door/new", "alias/x", "self/config",
  ".git/config", ".git/hooks/post-checkout", ".GIT/config", ".Git", ".git ", ".git./x", "inner/.git/config", "GIT~1/config"]

layer(services, { excludeTestServices: true, timeout: "2 minutes" })("a change whose path leads out", (it) => {
  it.effect("is neither applied nor rejected, reverted or resolved, and nothing out there is read or touched", () => Effect.gen(function*() {
    const { apply, folder, port, project, top, worktree } = yield* world
    writeFileSync(`${folder}/content`, "evil\n")
    const blob = (yield* rawGit(top, "hash-object", "-w", `${folder}/content`)).trim()
    const known = (yield* rawGit(top, "rev-parse", "HEAD:a.txt")).trim()
    const secret = (yield* rawGit(top, "hash-object", `${folder}/secret`)).trim()
    const row = (path: string, more: Partial<PendingChange> = {}): PendingChange => ({
      id: ChangeId.make(crypto.randomUUID()), worktreeId: worktree.id, sessionId: worktree.sessionId ?? SessionId.make(crypto.randomUUID()), path, oldPath: null, operation: "create",
      oldMode: null, mode: "100644", baseBlob: null, blob, binary: false, added: 1, removed: 0, agents: [], manual: true, state: "pending", seq: 1, changedAt: 1, ...more
    })
    const before = filesOf(folder), config = readFileSync(`${top}/.git/config`, "utf8"), hooks = readdirSync(`${top}/.git/hooks`)
    for (const [at, path] of hostile(folder).entries()) {
      const kinds = [row(path), row(path, { operation: "edit", oldMode: "100644", baseBlob: known }), row(path, { operation: "delete", oldMode: "100644", baseBlob: known, mode: null, blob: null }),
        row("new", { operation: "rename", oldPath: path, oldMode: "100644", baseBlob: known })]
      for (const change of [kinds[at % kinds.length] ?? row(path)]) {
        const applied = row(path, { ...change, id: ChangeId.make(crypto.randomUUID()), state: "applied" })
        const attempts: ReadonlyArray<Effect.Effect<unknown, unknown>> = [
          apply.apply(project, worktree, change.id), apply.apply(project, worktree, change.id, true), apply.revert(project, worktree, applied.id),
          apply.resolve(project, worktree, change.id, "mine"), apply.resolve(project, worktree, change.id, "worktree"),
          apply.applyHunks(project, worktree, change.id, ChangeId.make(crypto.randomUUID()), [0]), apply.rejectHunks(worktree, change.id, ChangeId.make(crypto.randomUUID()), [0]),
          Effect.flatMap(apply.reject(worktree, [change.id]), ([one]) => one === undefined ? Effect.die("none") : Effect.fromResult(one)), apply.sides(project, worktree, change.id)
        ]
        for (const [nth, attempt] of attempts.entries()) {
          // it stands again, whatever a look has made of it
          yield* port.record(worktree.id, { saved: [change], decided: [applied] })
          assert.strictEqual((yield* Effect.exit(attempt))._tag, "Failure", `${JSON.stringify(path)} ${change.operation} ${nth}`)
        }
      }
    }
    assert.deepStrictEqual(filesOf(folder), before)
    assert.deepStrictEqual([readFileSync(`${top}/.git/config`, "utf8"), readdirSync(`${top}/.git/hooks`)], [config, hooks])
    // what would have been read is in no place of git's
    assert.match(yield* rawGit(top, "cat-file", "--batch-all-objects", "--batch-check"), new RegExp(blob))
    assert.notMatch(yield* rawGit(top, "cat-file", "--batch-all-objects", "--batch-check"), new RegExp(secret))
  }), 120_000)
})
