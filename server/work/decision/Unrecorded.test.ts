/** Decisions that were written but not recorded, or recorded while their note stayed: a boot undoes nothing that was decided since. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { WorkError } from "../../../shared/WorkError.ts"
import { ChangePort, type Entry } from "../change/ChangePort.ts"
import { Changes } from "../change/Changes.ts"
import { Checkpoints } from "../change/Checkpoints.ts"
import { workedProject } from "../change/workedProject.ts"
import { Git } from "../git/Git.ts"
import { rawGit, testGit } from "../git/temporaryRepository.ts"
import { Commits } from "../land/Commits.ts"
import { WorktreePort } from "../worktree/WorktreePort.ts"
import { Apply } from "./Apply.ts"
import { Unfinished } from "./Unfinished.ts"

/** What becomes of an entry, and how often git ran. */
const fate: { refuses: (entry: Entry) => boolean; gits: number } = { refuses: () => false, gits: 0 }
const refusing = <A, E, R>(refuses: (entry: Entry) => boolean, effect: Effect.Effect<A, E, R>) =>
  Effect.ensuring(Effect.andThen(Effect.sync(() => { fate.refuses = refuses }), effect), Effect.sync(() => { fate.refuses = () => false }))

const flaky = Layer.effect(ChangePort, Effect.map(ChangePort, (port) => ChangePort.of({
  ...port,
  record: (id, entry) => Effect.suspend(() => fate.refuses(entry) ? Effect.fail(new WorkError({ reason: { _tag: "Unrecorded", detail: "away" } })) : port.record(id, entry))
}))).pipe(Layer.provide(ChangePort.layerMemory))

const countedGit = Layer.effect(Git, Effect.map(Git, (git) => {
  const counting = <Call, B>(run: (directory: string, call: Call) => B) => (directory: string, call: Call) => { fate.gits += 1; return run(directory, call) }
  return Git.of({ ...git, attempt: counting(git.attempt), attemptBytes: counting(git.attemptBytes), bytes: counting(git.bytes), run: counting(git.run) })
})).pipe(Layer.provideMerge(testGit))

const services = Unfinished.layer.pipe(Layer.provideMerge(Commits.layer), Layer.provideMerge(Apply.layer), Layer.provideMerge(Changes.layer), Layer.provideMerge(Checkpoints.layer),
  Layer.provideMerge(flaky), Layer.provideMerge(WorktreePort.layerMemory(new Map(), new Map())), Layer.provideMerge(countedGit))

/** A worktree in which an agent has changed every file. */
const world = Effect.fnUntraced(function*(names: ReadonlyArray<string>) {
  const made = yield* workedProject(Object.fromEntries(names.map((name) => [name, `${name}\n`])))
  for (const name of names) made.work(name, `${name} of goose\n`)
  const ids = (yield* made.turn("goose")).changes.map(({ id }) => id)
  const port = yield* ChangePort, unfinished = yield* Unfinished
  const { project, top, worktree } = made
  return {
    ...made, ids, port, decide: yield* Apply,
    boot: unfinished.recover([{ project, worktree }]),
    states: Effect.map(port.findAll(ids), (rows) => rows.map(({ state }) => state)),
    applied: () => names.map((name) => made.mine(name) !== `${name}\n`),
    there: (name: string) => readFileSync(`${worktree.path}/${name}`, "utf8"),
    refs: Effect.map(rawGit(top, "for-each-ref", "--format=%(refname)", "refs/boocode/landing"), (out) => out.trim())
  }
})

const decidesTwo = ({ decided = [] }: Entry) => decided.length === 2

layer(services, { excludeTestServices: true, timeout: "2 minutes" })("a decision", (it) => {
  it.effect("whose note could not be dropped is not begun again after it was decided otherwise, though that note stays too", () => Effect.gen(function*() {
    const { applied, boot, decide, ids: [id], project, refs, states, top, worktree } = yield* world(["a"])
    if (id === undefined) return assert.fail("a change stands")
    // as somebody's own git holds it while it packs
    const lock = `${top}/.git/packed-refs.lock`
    const locks = () => { writeFileSync(lock, ""); return false }
    yield* refusing(locks, decide.apply(project, worktree, id))
    rmSync(lock)
    assert.include(yield* refs, "/apply")
    // the next decision takes it along
    yield* decide.revert(project, worktree, id)
    assert.strictEqual(yield* refs, "")
    yield* refusing(locks, decide.apply(project, worktree, id))
    rmSync(lock)
    yield* refusing(locks, decide.revert(project, worktree, id))
    rmSync(lock)
    assert.include(yield* refs, "/apply")
    yield* boot
    assert.deepStrictEqual([yield* states, applied(), yield* refs], [["reverted"], [false], ""])
  }), 60_000)

  it.effect("on one of many that were not recorded takes that one out of their note, and leaves the others'", () => Effect.gen(function*() {
    for (const nth of [0, 1]) {
      const { applied, boot, decide, ids, project, refs, states, worktree } = yield* world(["a", "b"])
      const id = ids[nth]
      if (id === undefined) return assert.fail("changes stand")
      yield* refusing(decidesTwo, decide.applyAll(project, worktree, ids))
      yield* decide.apply(project, worktree, id)
      yield* decide.revert(project, worktree, id)
      assert.include(yield* refs, "apply-together")
      yield* boot
      const others = [nth !== 0, nth !== 1]
      assert.deepStrictEqual([yield* states, applied(), yield* refs], [others.map((is) => is ? "applied" : "reverted"), others, ""])
    }
  }), 60_000)

  it.effect("to bring back that nobody could look at is not made again after another rejection", () => Effect.gen(function*() {
    const { boot, changes, decide, ids, refs, states, there, worktree } = yield* world(["a"])
    yield* decide.reject(worktree, ids)
    const exit = yield* Effect.exit(refusing(({ checkpoint }) => checkpoint?.at._tag === "Decided" && checkpoint.turns.length === 0, decide.bringBack(worktree, ids)))
    assert.strictEqual(exit._tag, "Failure")
    assert.deepStrictEqual((yield* changes.look(worktree)).changes.map(({ agents, manual }) => `${agents.join()} ${manual}`), ["goose false"])
    yield* decide.reject(worktree, ids)
    assert.deepStrictEqual([there("a"), yield* refs], ["a\n", ""])
    yield* boot
    assert.deepStrictEqual([yield* states, there("a")], [["rejected"], "a\n"])
  }), 60_000)

  it.effect("on very many that can't be finished is taken back with as few gits as one", () => Effect.gen(function*() {
    const names = Array.from({ length: 60 }, (_, nth) => `f${nth}`)
    const { applied, boot, decide, ids, port, project, refs, worktree } = yield* world(names)
    yield* refusing(({ decided = [] }) => decided.length > 0, decide.applyAll(project, worktree, ids))
    assert.isTrue(applied().every((is) => is))
    yield* port.record(worktree.id, { gone: ids })
    fate.gits = 0
    yield* boot
    assert.deepStrictEqual([applied().some((is) => is), yield* refs], [false, ""])
    assert.isBelow(fate.gits, 50)
  }), 60_000)
})
