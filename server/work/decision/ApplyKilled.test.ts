/** A server killed with SIGKILL while it applies: every file is the old or the new one, and asked again it is finished, once. */
import { assert, layer } from "@effect/vitest"
import { Effect, FileSystem, Layer } from "effect"
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { AgentName, ChatId, ProjectId, TurnId, WorktreeId } from "../../../shared/Ids.ts"
import type { Project, Worktree } from "../../../shared/Session.ts"
import { Apply } from "./Apply.ts"
import { ChangePort } from "../change/ChangePort.ts"
import { Changes } from "../change/Changes.ts"
import { Checkpoints } from "../change/Checkpoints.ts"
import { landServices } from "../land/landWorld.ts"
import { prelude, root } from "../git/killedServer.ts"
import { makeRepository, rawGit, temporaryFolder, testEnvironment, testGit } from "../git/temporaryRepository.ts"
import { Unfinished } from "./Unfinished.ts"

const text = (...changed: ReadonlyArray<readonly [number, string]>) =>
  Array.from({ length: 20_000 }, (_, at) => `${changed.find(([line]) => line === at + 1)?.[1] ?? `line ${at + 1} of a long file`}\n`).join("")

const services = Apply.layer.pipe(Layer.provideMerge(Changes.layer), Layer.provideMerge(Checkpoints.layer), Layer.provideMerge(ChangePort.layerMemory), Layer.provideMerge(testGit))

/** Another server on the same rows. Says when it begins. */
const program = `${prelude}
  const [Apply, ChangePort, Changes, Checkpoints, Git] = await Promise.all(["decision/Apply", "change/ChangePort", "change/Changes", "change/Checkpoints", "git/Git"].map(of))
  const { project, worktree, row } = JSON.parse(process.env.GIVEN)
  const services = Apply.layer.pipe(Layer.provideMerge(Changes.layer), Layer.provideMerge(Checkpoints.layer), Layer.provideMerge(ChangePort.layerMemory),
    Layer.provideMerge(Git.layer), Layer.provideMerge(NodeServices.layer))
  await Effect.runPromise(Effect.gen(function*() {
    yield* (yield* ChangePort).record(worktree.id, { saved: [row] })
    console.log("begins")
    yield* (yield* Apply).apply(project, worktree, row.id)
    console.log("done")
  }).pipe(Effect.provide(services)))
`

layer(services, { excludeTestServices: true, timeout: "2 minutes" })("an apply that is killed", (it) => {
  it.effect("at any moment leaves whole files, and is finished by the next server", () => Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const folder = yield* temporaryFolder
    const top = yield* makeRepository(`${folder}/project`, { "old.txt": text() })
    yield* rawGit(top, "worktree", "add", "-q", "-b", "b", `${folder}/worktree`)
    const project: Project = { id: ProjectId.make(crypto.randomUUID()), path: top, name: "p", addedAt: 0 }
    const worktree: Worktree = {
      id: WorktreeId.make(crypto.randomUUID()), sessionId: null, projectId: project.id, path: `${folder}/worktree`, branch: "b",
      baseCommit: (yield* rawGit(top, "rev-parse", "HEAD")).trim(), state: "ready"
    }
    renameSync(`${worktree.path}/old.txt`, `${worktree.path}/new.txt`)
    writeFileSync(`${worktree.path}/new.txt`, text([2, "theirs"]))
    const turn = { turnId: TurnId.make(crypto.randomUUID()), chatId: ChatId.make(crypto.randomUUID()), agent: AgentName.make("goose") }
    const [row] = (yield* (yield* Changes).ended(worktree, turn)).changes
    assert.strictEqual(row?.operation, "rename")
    if (row === undefined) return
    const mine = text([19_000, "mine"]), merged = text([2, "theirs"], [19_000, "mine"])
    const states = new Set<string>(), swept = new Set<number>()
    for (let round = 0; round < 9; round++) {
      rmSync(`${top}/new.txt`, { force: true })
      writeFileSync(`${top}/old.txt`, mine)
      const child = Bun.spawn([process.execPath, "-e", program], {
        cwd: root, stdout: "pipe", stderr: "inherit", env: { ...testEnvironment, GIVEN: JSON.stringify({ project, worktree, row }) }
      })
      const reader = child.stdout.getReader()
      yield* Effect.promise(() => reader.read())
      // before it writes, and as soon as it has begun to
      yield* round < 4 ? Effect.sleep(`${20 + round * 120} millis`) : Effect.promise(async () => {
        while (!existsSync(`${top}/new.txt`) && child.exitCode === null) await Bun.sleep(0)
      })
      child.kill(9)
      yield* Effect.promise(() => child.exited)
      // what git was at work then ends by itself
      yield* Effect.sleep("150 millis")
      const there = ["old.txt", "new.txt"].map((name) => existsSync(`${top}/${name}`) ? readFileSync(`${top}/${name}`, "utf8") : undefined)
      assert.isTrue(there[0] === mine || there[0] === undefined, "the old file is whole or gone")
      assert.isTrue(there[1] === merged || there[1] === undefined, "the new file is whole or not there")
      assert.isTrue(there[0] !== undefined || there[1] !== undefined, "one of them is there")
      states.add(there[1] === undefined ? "unwritten" : "written")
      yield* Effect.gen(function*() {
        yield* (yield* ChangePort).record(worktree.id, { saved: [row] })
        const isNoted = (yield* rawGit(top, "for-each-ref", "refs/boocode/landing")) !== ""
        // by itself, or when it is asked for again
        if (isNoted && round % 2 === 0) {
          yield* (yield* Unfinished).recover([{ project, worktree }])
          assert.deepStrictEqual((yield* (yield* ChangePort).load(worktree.id)).live, [], `round ${round}`)
          assert.deepStrictEqual([readFileSync(`${top}/new.txt`, "utf8"), yield* rawGit(top, "for-each-ref", "refs/boocode/landing")], [merged, ""])
          swept.add(round)
        }
        assert.strictEqual((yield* (yield* Apply).apply(project, worktree, row.id)).change.state, "applied", `round ${round}`)
      }).pipe(Effect.provide(Layer.fresh(landServices)))
      assert.deepStrictEqual([readFileSync(`${top}/new.txt`, "utf8"), yield* fs.exists(`${top}/old.txt`)], [merged, false])
    }
    assert.deepStrictEqual([...states].toSorted(), ["unwritten", "written"])
    assert.isNotEmpty([...swept])
    assert.notInclude(yield* rawGit(top, "fsck", "--full"), "missing")
  }), 120_000)
})
