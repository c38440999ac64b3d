/** A server killed with SIGKILL at every step of a landing: nothing is lost or half, and the next server finishes it, once, or takes it back. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { LandId } from "../../../shared/Land.ts"
import { ChangePort } from "../change/ChangePort.ts"
import { numbered } from "../change/workedProject.ts"
import { landTest, landWorld, landServices } from "./landWorld.ts"
import { Commits } from "./Commits.ts"
import { killer, prelude, root } from "../git/killedServer.ts"
import { testEnvironment } from "../git/temporaryRepository.ts"
import { Unfinished } from "../decision/Unfinished.ts"

/** Another server on the same rows. */
const program = `${prelude}
  const [Commits, ChangePort, Changes, Checkpoints, Git, WorktreePort] = await Promise.all(["land/Commits", "change/ChangePort", "change/Changes", "change/Checkpoints", "git/Git", "worktree/WorktreePort"].map(of))
  const { order, project, rows, worktree } = JSON.parse(process.env.GIVEN)
  const services = Commits.layer.pipe(Layer.provideMerge(Changes.layer), Layer.provideMerge(Checkpoints.layer), Layer.provideMerge(ChangePort.layerMemory),
    Layer.provideMerge(WorktreePort.layerMemory(new Map([[order.sessionId, project]]), new Map([[worktree.id, worktree]]))), Layer.provideMerge(Git.layer), Layer.provideMerge(NodeServices.layer))
  await Effect.runPromise(Effect.gen(function*() {
    yield* (yield* ChangePort).record(worktree.id, { saved: rows })
    yield* (yield* Commits).commit(order)
  }).pipe(Effect.provide(services)))
`

/** By what git is called with, in the order in which it is called. */
const steps: ReadonlyArray<readonly [at: string, when: "before" | "after"]> = [
  ["update-ref --stdin", "after"], ["checkout-index", "after"], ["update-index -z --add --index-info", "before"], ["update-index -z --add --index-info", "after"],
  ["update-ref -m commit:", "after"], ["refs/boocode/bases", "after"]
]

const dirty = numbered(30, [20, "dirty"]), merged = numbered(30, [2, "theirs"], [20, "dirty"])

/** A session that renamed, edited and deleted, beside a checkout that is dirty; `killed` lands there in a server that dies, and `next` is another on the same rows. */
const stage = Effect.gen(function*() {
  const world = yield* landWorld({ "a.txt": numbered(30), "old.txt": numbered(40), "gone.txt": "g\n" })
  const { folder, git, project, top, turn, work, worktree } = world
  work("a.txt", numbered(30, [2, "theirs"]))
  renameSync(`${worktree.path}/old.txt`, `${worktree.path}/new.txt`)
  rmSync(`${worktree.path}/gone.txt`)
  const standing = yield* turn("goose"), rows = standing.changes
  assert.strictEqual(rows.length, 3)
  writeFileSync(`${folder}/git`, killer(Bun.which("git") ?? "git"), { mode: 0o755 })
  const killed = Effect.fnUntraced(function*(at: string, when: string, kill = async (child: Bun.Subprocess) => { await child.exited }) {
    yield* git("reset", "-q", "--hard", worktree.baseCommit)
    writeFileSync(`${top}/a.txt`, dirty)
    const order = world.order(rows, { id: LandId.make(crypto.randomUUID()) })
    const child = Bun.spawn([process.execPath, "-e", program], {
      cwd: root, stdout: "ignore", stderr: "inherit",
      env: { ...testEnvironment, PATH: `${folder}:${testEnvironment.PATH}`, GIVEN: JSON.stringify({ order, project, rows, worktree }), KILL_AT: at, KILL_WHEN: when }
    })
    yield* Effect.promise(() => kill(child))
    assert.strictEqual(child.signalCode, "SIGKILL", `${at} was reached`)
    rmSync(`${top}/.git/index.lock`, { force: true })
    return order
  })
  const next = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.gen(function*() {
    yield* (yield* ChangePort).record(worktree.id, { saved: rows })
    yield* (yield* Unfinished).recover([{ project, worktree }])
    return yield* effect
  }).pipe(Effect.provide(Layer.fresh(landServices)))
  const begun = git("for-each-ref", "refs/boocode/landing", "refs/boocode/landed/*/begun")
  return { ...world, rows, standing, killed, next, begun }
})

layer(landTest, { excludeTestServices: true, timeout: "5 minutes" })("a landing that is killed", (it) => {
  it.effect("at any step is finished by the next server before anybody asks, and nothing is lost", () => Effect.gen(function*() {
    const { begun, git, killed, mine, next, standing, top, worktree } = yield* stage
    const round = Effect.fnUntraced(function*(name: string, killing: ReturnType<typeof killed>) {
      const order = yield* killing
      // each file is the old or the new one, and the branch has the commit whole or not at all
      assert.include([dirty, merged], mine("a.txt"), name)
      assert.isTrue(existsSync(`${top}/old.txt`) || existsSync(`${top}/new.txt`), name)
      for (const file of ["old.txt", "new.txt"]) if (existsSync(`${top}/${file}`)) assert.strictEqual(mine(file), numbered(40), name)
      assert.include(["first", "Do it\nfirst"], yield* git("log", "--format=%s", "main"), name)
      const result = yield* next(Effect.gen(function*() {
        assert.deepStrictEqual((yield* (yield* ChangePort).load(worktree.id)).live, [], name)
        assert.deepStrictEqual([yield* git("log", "--format=%s", "main"), yield* git("status", "--porcelain"), mine("a.txt")], ["Do it\nfirst", " M a.txt", merged], name)
        return yield* (yield* Commits).commit(order)
      }))
      assert.strictEqual(result._tag === "Landed" && result.commit, yield* git("rev-parse", "main"), name)
      assert.strictEqual(yield* git("ls-tree", "-r", "main"), yield* git("ls-tree", "-r", standing.checkpoint.tree), name)
      assert.strictEqual(yield* begun, "", name)
    })
    for (const [at, when] of steps) yield* round(`${when} ${at}`, killed(at, when))
    // between two files
    yield* round("files", killed("nothing", "before", async (child: Bun.Subprocess) => {
      while (!existsSync(`${top}/new.txt`) && child.exitCode === null) await Bun.sleep(0)
      child.kill(9)
      await child.exited
      // what git was at work then ends by itself
      await Bun.sleep(150)
    }))
    assert.notInclude(yield* git("fsck", "--full"), "missing")
    assert.strictEqual(readFileSync(`${worktree.path}/new.txt`, "utf8"), numbered(40))
  }), 300_000)

  it.effect("is taken back where it can't be finished any more, but for what a person has done with it since", () => Effect.gen(function*() {
    const { begun, git, killed, next, top, worktree } = yield* stage
    const states = Effect.map(Effect.flatMap(ChangePort, (rows) => rows.load(worktree.id)), ({ live }) => live.map(({ state }) => state))
    yield* killed("update-index -z --add --index-info", "after")
    assert.notStrictEqual(yield* git("diff", "--cached", "--name-only"), "")
    yield* git("checkout", "-q", "--detach")
    assert.deepStrictEqual(yield* next(states), ["pending", "pending", "pending"])
    assert.deepStrictEqual([yield* git("status", "--porcelain"), yield* git("diff", "--cached"), readFileSync(`${top}/a.txt`, "utf8")], [" M a.txt", "", dirty])
    assert.deepStrictEqual([yield* begun, yield* git("for-each-ref", "refs/boocode/landed")], ["", ""])
    yield* git("checkout", "-q", "main")
    // a person took what was staged for their own
    yield* killed("update-index -z --add --index-info", "after")
    yield* git("commit", "-q", "-m", "by hand")
    assert.deepStrictEqual(yield* next(states), [])
    assert.deepStrictEqual([yield* git("log", "--format=%s"), yield* git("status", "--porcelain"), yield* begun], ["by hand\nfirst", " M a.txt", ""])
    // and went elsewhere with it
    yield* git("update-ref", "refs/heads/main", worktree.baseCommit)
    yield* killed("update-index -z --add --index-info", "after")
    yield* git("commit", "-q", "-m", "by hand")
    yield* git("checkout", "-q", "--detach")
    assert.deepStrictEqual(yield* next(states), ["pending", "pending", "pending"])
    assert.deepStrictEqual([yield* git("status", "--porcelain"), readFileSync(`${top}/a.txt`, "utf8")], [" M a.txt", merged])
  }), 120_000)
})
