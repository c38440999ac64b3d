/** A server that dies while it brings a worktree back that git has forgotten: the next one brings it back whole, and leaves nothing of the first try. */
import { writeFileSync } from "node:fs"
import { basename, dirname } from "node:path"
import { assert, layer } from "@effect/vitest"
import { Effect, FileSystem, Layer } from "effect"
import { CheckpointId } from "../../../shared/Change.ts"
import { ProjectId, SessionId } from "../../../shared/Ids.ts"
import type { Project, Worktree } from "../../../shared/Session.ts"
import { Checkpoints } from "../change/Checkpoints.ts"
import { killer, prelude, root } from "../git/killedServer.ts"
import { makeRepository, rawGit, temporaryFolder, testEnvironment, testGit } from "../git/temporaryRepository.ts"
import { type Kept, WorktreePort } from "./WorktreePort.ts"
import { Worktrees } from "./Worktrees.ts"

const program = `${prelude}
  const [Worktrees, Git] = await Promise.all(["worktree/Worktrees", "git/Git"].map(of))
  const { WorktreePort } = await from("worktree/WorktreePort")
  const { dataDir, session, project, row, kept } = JSON.parse(process.env.GIVEN)
  const services = Worktrees.layer({ dataDir }).pipe(Layer.provide(WorktreePort.layerMemory(new Map([[session, project]]), new Map([[row.id, row]]), new Map(), new Map([[row.id, kept]]))),
    Layer.provideMerge(Git.layer), Layer.provideMerge(NodeServices.layer))
  await Effect.runPromise(Effect.flatMap(Worktrees, (worktrees) => worktrees.ensure(session)).pipe(Effect.provide(services)))
`
const moments = [["worktree add", "after"], ["checkout-index", "after"], ["update-index -q --refresh", "before"]] as const

layer(Checkpoints.layer.pipe(Layer.provideMerge(testGit)), { excludeTestServices: true, timeout: "60 seconds" })("a server that dies while it brings a worktree back", (it) => {
  for (const [at, when] of moments) it.effect(`${when} git's ${at}`, () => Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const folder = yield* temporaryFolder, dataDir = `${folder}/data`
    yield* fs.makeDirectory(dataDir)
    const project: Project = { id: ProjectId.make(crypto.randomUUID()), path: yield* makeRepository(`${folder}/project`, { "a.txt": "a\n" }), name: "p", addedAt: 0 }
    const session = SessionId.make(crypto.randomUUID()), kept = new Map<string, Kept>(), rows = new Map<string, Worktree>()
    const server = Effect.flatMap(Layer.build(Layer.fresh(Worktrees.layer({ dataDir })).pipe(
      Layer.provide(WorktreePort.layerMemory(new Map([[session, project]]), rows, new Map(), kept)))), (services) => Effect.provide(Worktrees, services))
    const made = yield* Effect.flatMap(server, ({ ensure }) => ensure(session))
    yield* fs.writeFileString(`${made.path}/a.txt`, "mine\n")
    yield* fs.writeFileString(`${made.path}/new.txt`, "new\n")
    const { tree } = yield* (yield* Checkpoints).take(made, { _tag: "Seen", id: CheckpointId.make(crypto.randomUUID()) })
    kept.set(made.id, { tree, takenAt: Date.now() })
    yield* fs.remove(made.path, { recursive: true })
    yield* rawGit(project.path, "worktree", "prune")
    writeFileSync(`${folder}/git`, killer(Bun.which("git") ?? "git"), { mode: 0o755 })
    const GIVEN = JSON.stringify({ dataDir, session, project, row: made, kept: kept.get(made.id) })
    const signal = yield* Effect.promise(async () => {
      const child = Bun.spawn([process.execPath, "-e", program], { cwd: root, stdout: "ignore", stderr: "inherit", env: { ...testEnvironment, PATH: `${folder}:${testEnvironment.PATH}`, GIVEN, KILL_AT: at, KILL_WHEN: when } })
      await child.exited
      return child.signalCode
    })
    assert.strictEqual(signal, "SIGKILL")
    const next = yield* server
    yield* next.sweepLeft
    assert.deepStrictEqual(yield* next.ensure(session), made)
    assert.strictEqual(yield* rawGit(made.path, "status", "--porcelain"), " M a.txt\n?? new.txt\n")
    assert.deepStrictEqual(yield* fs.readDirectory(dirname(made.path)), [basename(made.path)])
    assert.strictEqual((yield* rawGit(project.path, "worktree", "list", "--porcelain")).split("\n\n").filter((one) => one !== "").length, 2)
  }))
})
