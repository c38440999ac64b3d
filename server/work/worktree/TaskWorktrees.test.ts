/** The worktrees of tasks: gone when nothing was done in them, and kept whatever git hides of what was. */
import { assert, layer } from "@effect/vitest"
import { Effect, Fiber, FileSystem, Layer } from "effect"
import { ProjectId, TaskId } from "../../../shared/Ids.ts"
import type { Project, Worktree } from "../../../shared/Session.ts"
import { makeRepository, rawGit, temporaryFolder, testGit } from "../git/temporaryRepository.ts"
import { WorktreePort } from "./WorktreePort.ts"
import { Worktrees } from "./Worktrees.ts"

const world = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* temporaryFolder
  yield* fs.makeDirectory(`${folder}/data`)
  const path = yield* makeRepository(`${folder}/project`, { "a.txt": "one\n", ".gitignore": "out/\n.env\n" })
  const project: Project = { id: ProjectId.make(crypto.randomUUID()), path, name: "project", addedAt: 0 }
  const rows = new Map<string, Worktree>()
  const context = yield* Layer.build(Worktrees.layer({ dataDir: `${folder}/data` }).pipe(Layer.provide(WorktreePort.layerMemory(new Map(), rows))))
  const withWorktrees = Effect.provide(context)
  return {
    fs, folder, project, rows,
    sweep: withWorktrees(Effect.flatMap(Worktrees, (worktrees) => worktrees.sweep([...rows.values()].map((worktree) => ({ project, worktree }))))),
    make: withWorktrees(Effect.flatMap(Worktrees, (worktrees) => worktrees.forTask(TaskId.make(crypto.randomUUID()), project))),
    release: (worktree: Worktree) => withWorktrees(Effect.flatMap(Worktrees, (worktrees) => worktrees.release(worktree, project)))
  }
})
const branches = (project: Project) => Effect.map(rawGit(project.path, "branch", "--list", "boocode*"), (text) => text.trim())

layer(testGit, { excludeTestServices: true })("a task's worktree", (it) => {
  it.effect("goes with its branch where nothing was done in it", () => Effect.gen(function*() {
    const { folder, fs, make, project, release, rows } = yield* world
    const worktree = yield* make
    assert.isTrue(yield* release(worktree))
    assert.deepStrictEqual([yield* fs.readDirectory(`${folder}/data/worktrees`), yield* branches(project), rows.get(worktree.id)?.state], [[], "", "removed"])
  }))

  it.effect("leaves nothing when its making is broken off, whenever that is", () => Effect.gen(function*() {
    const { folder, fs, make, project, rows } = yield* world
    for (let wait = 0; wait < 120; wait += 8) {
      const fiber = yield* Effect.forkChild(make, { startImmediately: true })
      yield* Effect.sleep(wait)
      yield* Fiber.interrupt(fiber)
      const exit = yield* Fiber.await(fiber)
      if (exit._tag === "Success") break
      const left = (yield* fs.exists(`${folder}/data/worktrees`)) ? yield* fs.readDirectory(`${folder}/data/worktrees`) : []
      assert.deepStrictEqual([left, yield* branches(project)], [[], ""], `after ${wait} ms`)
    }
    assert.deepStrictEqual([...rows.values()].filter(({ state }) => state !== "removed" && state !== "ready"), [])
  }), 30_000)

  it.effect("goes at boot where nothing was done in it or it was half made, and stays with work", () => Effect.gen(function*() {
    const { folder, fs, make, project, rows, sweep } = yield* world
    const [idle, half, worked] = [yield* make, yield* make, yield* make]
    const name = (worktree: Worktree) => worktree.path.split("/").at(-1) ?? ""
    yield* fs.writeFileString(`${folder}/data/worktrees/.${name(half)}.making`, "")
    yield* fs.remove(`${half.path}/a.txt`)
    yield* rawGit(project.path, "worktree", "lock", half.path)
    yield* fs.writeFileString(`${worked.path}/.env`, "K=1")
    yield* sweep
    assert.deepStrictEqual(yield* fs.readDirectory(`${folder}/data/worktrees`), [name(worked)])
    assert.strictEqual(yield* branches(project), `+ ${worked.branch}`)
    assert.deepStrictEqual([idle, half, worked].map(({ id }) => rows.get(id)?.state), ["removed", "removed", "ready"])
  }))

  const work = (script: string) => Effect.gen(function*() {
    const { fs, make, release } = yield* world
    const worktree = yield* make
    for (const line of script.split("\n")) {
      const [command = "", ...args] = line.split(" ")
      if (command === "git") yield* rawGit(worktree.path, ...args)
      if (command === "mkdir") yield* fs.makeDirectory(`${worktree.path}/${args[0]}`)
      if (command === "write") yield* fs.writeFileString(`${worktree.path}/${args[0]}`, args.slice(1).join(" "))
    }
    assert.isFalse(yield* release(worktree), script)
    assert.isTrue(yield* fs.exists(worktree.path), script)
  })
  const scripts = [
    "write new.txt x", "write a.txt changed",
    "write .env K=1", "mkdir out\nwrite out/report.txt an-hour",
    "git config status.showUntrackedFiles no\nwrite new.txt x",
    "write a.txt two\ngit commit -qam work",
    "write a.txt two\ngit commit -qam work\ngit checkout -q --detach HEAD~1",
    "write a.txt two\ngit commit -qam work\ngit reset -q --hard HEAD~1",
    "git checkout -q --detach\nwrite a.txt two\ngit commit -qam work\ngit checkout -q -",
    "git update-index --assume-unchanged a.txt\nwrite a.txt two", "git update-index --skip-worktree a.txt\nwrite a.txt two",
    "write a.txt two\ngit commit -qam work\ngit update-ref refs/worktree/mine HEAD\ngit reset -q --hard HEAD~1\ngit reflog expire --expire=now --all"
  ]
  for (const script of scripts) it.effect(`is kept after: ${script.replaceAll("\n", "; ")}`, () => work(script))
})
