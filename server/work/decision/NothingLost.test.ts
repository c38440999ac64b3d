/** Five hundred random steps of work and of decisions, in a server that is killed again and again: git is whole, and no byte is lost. */
import { assert, layer } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import { existsSync, readFileSync } from "node:fs"
import { ProjectId, WorktreeId } from "../../../shared/Ids.ts"
import type { Given } from "./randomDecisions.ts"
import { randomFrom } from "../git/randomFiles.ts"
import { prelude, root } from "../git/killedServer.ts"
import { makeRepository, rawGit, temporaryFolder, testEnvironment, testGit } from "../git/temporaryRepository.ts"

const steps = 500
/** Steps that a life is let do, at most, before it is killed at some moment of the next. */
const life = 60

const program = `${prelude}
  const [Apply, Changes, Checkpoints, Git] = await Promise.all(["decision/Apply", "change/Changes", "change/Checkpoints", "git/Git"].map(of))
  const { fileChangePort, play } = await from("decision/randomDecisions")
  const given = JSON.parse(process.env.GIVEN)
  const services = Apply.layer.pipe(Layer.provideMerge(Changes.layer), Layer.provideMerge(Checkpoints.layer),
    Layer.provideMerge(fileChangePort(given.folder + "/rows")), Layer.provideMerge(Git.layer), Layer.provideMerge(NodeServices.layer))
  await Effect.runPromise(play(given).pipe(Effect.provide(services)))
`

/** One life: runs until it is done, or until it is killed, some milliseconds into the step `until`. Answers the step that the next begins with. */
const live = (given: Given, until: number, millis: number) => Effect.promise(async () => {
  const child = Bun.spawn([process.execPath, "-e", program], {
    cwd: root, stdout: "pipe", stderr: "inherit", env: { ...testEnvironment, GIVEN: JSON.stringify(given) }
  })
  let last = given.from - 1, text = ""
  const killing = { begun: false }
  const decoder = new TextDecoder()
  for await (const chunk of child.stdout) {
    text += decoder.decode(chunk)
    last = Number(text.trim().split("\n").at(-1) ?? last)
    if (last >= until && !killing.begun) {
      killing.begun = true
      void Bun.sleep(millis).then(() => { child.kill(9) })
    }
  }
  const code = await child.exited
  // what git was at work then ends by itself
  if (killing.begun) await Bun.sleep(100)
  else assert.strictEqual(code, 0)
  return last + 1
})

layer(testGit, { excludeTestServices: true, timeout: "10 minutes" })("of random work and decisions, with kills,", (it) => {
  it.effect("nothing is lost", () => Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const folder = yield* temporaryFolder
    const path = yield* makeRepository(`${folder}/project`, { "text 0": "begin\n", "b.txt": "x\n" })
    yield* rawGit(path, "worktree", "add", "-q", "-b", "b", `${folder}/worktree`)
    const project = { id: ProjectId.make(crypto.randomUUID()), path, name: "p", addedAt: 0 }
    const worktree = {
      id: WorktreeId.make(crypto.randomUUID()), sessionId: null, projectId: project.id, path: `${folder}/worktree`, branch: "b",
      baseCommit: (yield* rawGit(path, "rev-parse", "HEAD")).trim(), state: "ready" as const
    }
    const random = randomFrom(7)
    let from = 0, lives = 0
    while (from < steps) {
      const until = from + 10 + random(life)
      // a killed step is not done again: the next has other chances
      from = yield* live({ folder, project, worktree, seed: 7 + lives, from, upTo: steps }, until, random(120))
      lives += 1
    }
    yield* live({ folder, project, worktree, seed: 1, from: steps, upTo: steps }, Infinity, 0)
    assert.isAbove(lives, 7)
    const exits = readFileSync(`${folder}/exits`, "utf8").trim().split("\n")
    const refused = exits.filter((exit) => exit !== "ok")
    assert.isAbove(exits.length - refused.length, refused.length, refused.slice(0, 5).join("\n"))
    assert.deepStrictEqual(refused.filter((exit) => !exit.includes('"WorkError"') || exit.includes("GitFailed")), [])

    // nothing is there by chance
    yield* rawGit(path, "gc", "--prune=now", "--quiet")
    assert.notMatch(yield* rawGit(path, "fsck", "--full", "--no-dangling"), /missing|corrupt|error/)
    assert.isTrue(existsSync(`${folder}/taken`))
    const taken = [...new Set(readFileSync(`${folder}/taken`, "utf8").trim().split("\n"))]
    assert.isAbove(taken.length, 50)
    yield* fs.writeFileString(`${folder}/asked`, `${taken.join("\n")}\n`)
    const there = Bun.spawnSync(["git", "-C", path, "cat-file", "--batch-check"], { stdin: Bun.file(`${folder}/asked`), env: { ...testEnvironment } }).stdout.toString()
    assert.deepStrictEqual(there.trim().split("\n").filter((line) => line.endsWith(" missing")), [])
  }), 600_000)
})
