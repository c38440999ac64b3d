/** A server killed with SIGKILL at every step of a landing: nothing is lost or half, and asked again it is finished, once. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { LandId } from "../../shared/Land.ts"
import { ChangePort } from "./ChangePort.ts"
import { landTest, landWorld, landServices, numbered } from "./landWorld.ts"
import { Commits } from "./Commits.ts"
import { testEnvironment } from "./temporaryRepository.ts"

/** Another server on the same rows. */
const program = `
  const { Effect, Layer } = await import("effect")
  const { NodeServices } = await import("@effect/platform-node")
  const of = (name) => import(${JSON.stringify(import.meta.dirname)} + "/" + name + ".ts").then((module) => module[name])
  const [Commits, ChangePort, Changes, Checkpoints, Git, WorktreePort] = await Promise.all(["Commits", "ChangePort", "Changes", "Checkpoints", "Git", "WorktreePort"].map(of))
  const { order, project, rows, worktree } = JSON.parse(process.env.GIVEN)
  const services = Commits.layer.pipe(Layer.provideMerge(Changes.layer), Layer.provideMerge(Checkpoints.layer), Layer.provideMerge(ChangePort.layerMemory),
    Layer.provideMerge(WorktreePort.layerMemory(new Map([[order.sessionId, project]]), new Map([[worktree.id, worktree]]))), Layer.provideMerge(Git.layer), Layer.provideMerge(NodeServices.layer))
  await Effect.runPromise(Effect.gen(function*() {
    yield* (yield* ChangePort).record(worktree.id, { saved: rows })
    yield* (yield* Commits).commit(order)
  }).pipe(Effect.provide(services)))
`

/** A git that kills who called it, before or after the call that was named. */
const killer = (git: string) => `#!/bin/sh
case "$*" in
  *"$KILL_AT"*)
    if [ "$KILL_WHEN" = before ]; then kill -9 $PPID; exit 1; fi
    ${git} "$@"; kill -9 $PPID; exit 1 ;;
esac
exec ${git} "$@"
`

/** By what git is called with, in the order in which it is called. */
const steps: ReadonlyArray<readonly [at: string, when: "before" | "after"]> = [
  ["update-ref --stdin", "after"], ["checkout-index", "after"], ["update-index -z --add --index-info", "before"], ["update-index -z --add --index-info", "after"],
  ["update-ref -m commit:", "after"], ["refs/boocode/bases", "after"]
]

layer(landTest, { excludeTestServices: true, timeout: "5 minutes" })("a landing that is killed", (it) => {
  it.effect("at any step is finished when it is asked again, and nothing is lost", () => Effect.gen(function*() {
    const world = yield* landWorld({ "a.txt": numbered(30), "old.txt": numbered(40), "gone.txt": "g\n" })
    const { folder, git, mine, project, top, turn, work, worktree } = world
    work("a.txt", numbered(30, [2, "theirs"]))
    renameSync(`${worktree.path}/old.txt`, `${worktree.path}/new.txt`)
    rmSync(`${worktree.path}/gone.txt`)
    const standing = yield* turn("goose"), rows = standing.changes
    assert.strictEqual(rows.length, 3)
    writeFileSync(`${folder}/git`, killer(Bun.which("git") ?? "git"), { mode: 0o755 })
    const dirty = numbered(30, [20, "dirty"]), merged = numbered(30, [2, "theirs"], [20, "dirty"])
    const spawn = (GIVEN: string, env: Record<string, string>) => Bun.spawn([process.execPath, "-e", program], {
      cwd: `${import.meta.dirname}/../..`, stdout: "ignore", stderr: "inherit", env: { ...testEnvironment, PATH: `${folder}:${testEnvironment.PATH}`, GIVEN, ...env }
    })
    const round = Effect.fnUntraced(function*(name: string, kill: (child: (env: Record<string, string>) => Bun.Subprocess) => Promise<unknown>) {
      yield* git("reset", "-q", "--hard", worktree.baseCommit)
      writeFileSync(`${top}/a.txt`, dirty)
      const order = world.order(rows, { id: LandId.make(crypto.randomUUID()) })
      yield* Effect.promise(() => kill((env) => spawn(JSON.stringify({ order, project, rows, worktree }), env)))
      rmSync(`${top}/.git/index.lock`, { force: true })
      // each file is the old or the new one, and the branch has the commit whole or not at all
      assert.include([dirty, merged], mine("a.txt"), name)
      assert.isTrue(existsSync(`${top}/old.txt`) || existsSync(`${top}/new.txt`), name)
      for (const file of ["old.txt", "new.txt"]) if (existsSync(`${top}/${file}`)) assert.strictEqual(mine(file), numbered(40), name)
      assert.include(["first", "Do it\nfirst"], yield* git("log", "--format=%s", "main"), name)
      const result = yield* Effect.gen(function*() {
        yield* (yield* ChangePort).record(worktree.id, { saved: rows })
        const commits = yield* Commits
        const first = yield* commits.commit(order)
        assert.deepStrictEqual(yield* commits.commit(order), first)
        return first
      }).pipe(Effect.provide(Layer.fresh(landServices)))
      assert.strictEqual(result._tag, "Landed", name)
      assert.deepStrictEqual([yield* git("log", "--format=%s", "main"), yield* git("status", "--porcelain"), mine("a.txt")], ["Do it\nfirst", " M a.txt", merged], name)
      assert.strictEqual(yield* git("ls-tree", "-r", "main"), yield* git("ls-tree", "-r", standing.checkpoint.tree), name)
      assert.strictEqual(yield* git("for-each-ref", "refs/boocode/landing"), "", name)
    })
    for (const [at, when] of steps) {
      yield* round(`${when} ${at}`, async (start) => {
        const child = start({ KILL_AT: at, KILL_WHEN: when })
        await child.exited
        assert.strictEqual(child.signalCode, "SIGKILL", `${at} was reached`)
      })
    }
    // between two files
    yield* round("files", async (start) => {
      const child = start({ KILL_AT: "nothing", KILL_WHEN: "before" })
      while (!existsSync(`${top}/new.txt`) && child.exitCode === null) await Bun.sleep(0)
      child.kill(9)
      await child.exited
      // what git was at work then ends by itself
      await Bun.sleep(150)
    })
    assert.notInclude(yield* git("fsck", "--full"), "missing")
    assert.strictEqual(readFileSync(`${worktree.path}/new.txt`, "utf8"), numbered(40))
  }), 300_000)
})
