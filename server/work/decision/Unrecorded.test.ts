/** Decisions that were written but not recorded, or recorded while their note stayed: a boot undoes nothing that was decided since. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Logger, Result } from "effect"
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { ChangeId } from "../../../shared/Change.ts"
import type { Project, Worktree } from "../../../shared/Session.ts"
import { WorkError } from "../../../shared/WorkError.ts"
import { ChangePort, type Entry } from "../change/ChangePort.ts"
import { Changes } from "../change/Changes.ts"
import { Checkpoints } from "../change/Checkpoints.ts"
import { numbered, workedProject } from "../change/workedProject.ts"
import { Git } from "../git/Git.ts"
import { rawGit, testEnvironment, testGit } from "../git/temporaryRepository.ts"
import { Commits } from "../land/Commits.ts"
import { WorktreePort } from "../worktree/WorktreePort.ts"
import { Apply } from "./Apply.ts"
import { Unfinished } from "./Unfinished.ts"

/** Not recorded, or recorded while the answer was lost, or neither known nor to be known, as when the database is away from then on. */
type Failing = "refused" | "lost" | "away"

/** What becomes of an entry, whether the database is away since, and how often git ran. */
const fate: { refuses: (entry: Entry) => boolean; how: Failing; isAway: boolean; gits: number } = { refuses: () => false, how: "refused", isAway: false, gits: 0 }
const refusing = <A, E, R>(refuses: (entry: Entry) => boolean, effect: Effect.Effect<A, E, R>, how: Failing = "refused") =>
  Effect.ensuring(Effect.andThen(Effect.sync(() => { Object.assign(fate, { refuses, how }) }), effect), Effect.sync(() => { Object.assign(fate, { refuses: () => false, isAway: false }) }))

const away = Effect.fail(new WorkError({ reason: { _tag: "Unrecorded", detail: "away" } }))
const flaky = Layer.effect(ChangePort, Effect.map(ChangePort, (port) => ChangePort.of({
  ...port,
  load: (id) => Effect.suspend(() => fate.isAway ? away : port.load(id)),
  findAll: (ids) => Effect.suspend(() => fate.isAway ? away : port.findAll(ids)),
  record: (id, entry) => Effect.suspend(() => {
    if (!fate.refuses(entry)) return port.record(id, entry)
    fate.isAway = fate.how === "away"
    return Effect.andThen(fate.how === "lost" ? port.record(id, entry) : Effect.void, away)
  })
}))).pipe(Layer.provide(ChangePort.layerMemory))

/** What is logged meanwhile. */
const logged = Effect.fnUntraced(function*<A, E, R>(effect: Effect.Effect<A, E, R>) {
  const lines: Array<string> = []
  yield* Effect.provide(effect, Logger.layer([Logger.make(({ message }) => { lines.push(String(message)) })]))
  return lines
})

const countedGit = Layer.effect(Git, Effect.map(Git, (git) => {
  const counting = <Call, B>(run: (directory: string, call: Call) => B) => (directory: string, call: Call) => { fate.gits += 1; return run(directory, call) }
  return Git.of({ ...git, attempt: counting(git.attempt), attemptBytes: counting(git.attemptBytes), bytes: counting(git.bytes), run: counting(git.run) })
})).pipe(Layer.provideMerge(testGit))

const services = Unfinished.layer.pipe(Layer.provideMerge(Commits.layer), Layer.provideMerge(Apply.layer), Layer.provideMerge(Changes.layer), Layer.provideMerge(Checkpoints.layer),
  Layer.provideMerge(flaky), Layer.provideMerge(WorktreePort.layerMemory(new Map(), new Map())), Layer.provideMerge(countedGit))

/** A worktree in which an agent has changed every file. */
const world = Effect.fnUntraced(function*(names: ReadonlyArray<string>, old?: string, work?: string) {
  const made = yield* workedProject(Object.fromEntries(names.map((name) => [name, old ?? `${name}\n`])))
  for (const name of names) made.work(name, work ?? `${name} of goose\n`)
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

type Asked = (decide: Apply["Service"], at: { readonly project: Project; readonly worktree: Worktree }, id: ChangeId, part: ChangeId) => Effect.Effect<unknown, WorkError>

/** What may be asked of a change, and what it is before. */
const kinds: ReadonlyArray<readonly [name: string, first: "pending" | "applied" | "conflicted", run: Asked]> = [
  ["apply", "pending", (decide, { project, worktree }, id) => decide.apply(project, worktree, id)],
  ["apply hunks", "pending", (decide, { project, worktree }, id, part) => decide.applyHunks(project, worktree, id, part, [0])],
  ["revert", "applied", (decide, { project, worktree }, id) => decide.revert(project, worktree, id)],
  ["revert hunks", "applied", (decide, { project, worktree }, id, part) => decide.revertHunks(project, worktree, id, part, [0])],
  ["reject", "pending", (decide, { worktree }, id) => Effect.flatMap(decide.reject(worktree, [id]), ([only]) => only === undefined ? Effect.void : Effect.fromResult(only))],
  ["reject hunks", "pending", (decide, { worktree }, id, part) => decide.rejectHunks(worktree, id, part, [0])],
  ["resolve by the project's", "conflicted", (decide, { project, worktree }, id) => decide.resolve(project, worktree, id, "mine")],
  ["resolve in the worktree", "conflicted", (decide, { project, worktree }, id) => decide.resolve(project, worktree, id, "worktree")]
]

const decides = ({ decided = [] }: Entry) => decided.length > 0
const moves = ({ base, decided = [] }: Entry) => base !== undefined || decided.length > 0
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
      yield* refusing(decidesTwo, decide.applyAll(project, worktree, ids), "away")
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
    yield* refusing(decides, decide.applyAll(project, worktree, ids), "away")
    assert.isTrue(applied().every((is) => is))
    yield* port.record(worktree.id, { gone: ids })
    fate.gits = 0
    yield* boot
    assert.deepStrictEqual([applied().some((is) => is), yield* refs], [false, ""])
    assert.isBelow(fate.gits, 50)
  }), 60_000)

  for (const [name, first, run] of kinds) it.effect(`to ${name} that is not recorded is taken back at once, and made when it is asked for again`, () => Effect.gen(function*() {
    const { decide, mine, port, project, refs, there, write, worktree, ids: [id] } = yield* world(["a"], numbered(40), numbered(40, [2, "one"], [30, "two"]))
    if (id === undefined) return assert.fail("a change stands")
    if (first === "conflicted") write("a", numbered(40, [2, "mine"]))
    if (first !== "pending") assert.strictEqual((yield* decide.apply(project, worktree, id)).change.state, first)
    const now = Effect.map(port.find(id), (row) => [mine("a"), there("a"), row?.state])
    const before = yield* now
    const asked = run(decide, { project, worktree }, id, ChangeId.make(crypto.randomUUID()))
    const lines = yield* logged(Effect.map(Effect.flip(refusing(moves, asked)), ({ message }) => assert.strictEqual(message, "away")))
    assert.deepStrictEqual([yield* now, yield* refs], [before, ""])
    assert.match(lines.join("\n"), /^a in .* taken back/)
    // recorded, and nobody hears of it
    yield* refusing(moves, asked, "lost")
    assert.notDeepEqual((yield* now).slice(0, 2), before.slice(0, 2))
    assert.strictEqual(yield* refs, "")
  }), 60_000)

  it.effect("on many that are not recorded, as a base can't be kept, takes all of them back, but for what was committed since", () => Effect.gen(function*() {
    const { applied, boot, decide, ids, project, refs, states, top, worktree } = yield* world(["a", "b", "c"])
    // git can't make its folder there
    writeFileSync(`${top}/.git/refs/boocode/bases`, "")
    assert.deepStrictEqual((yield* decide.applyAll(project, worktree, ids)).map(Result.isFailure), [true, true, true])
    assert.deepStrictEqual([yield* states, applied(), yield* refs], [["pending", "pending", "pending"], [false, false, false], ""])
    rmSync(`${top}/.git/refs/boocode/bases`)
    const commits = (entry: Entry) => moves(entry) && Bun.spawnSync(["git", "commit", "-qm", "b", "--", "b"], { cwd: top, env: testEnvironment }).success
    yield* refusing(commits, decide.applyAll(project, worktree, ids))
    yield* boot
    assert.deepStrictEqual([yield* states, applied(), yield* refs], [["pending", "pending", "pending"], [false, true, false], ""])
  }), 60_000)

  it.effect("that can't be taken back keeps its note, and is finished at boot", () => Effect.gen(function*() {
    const { applied, boot, decide, ids, project, refs, states, top, worktree } = yield* world(["a", "b"])
    const own = `${top}/.git/boocode`
    // nothing can be put there to be written from
    const blocks = (entry: Entry) => { if (moves(entry)) { rmSync(own, { recursive: true, force: true }); writeFileSync(own, "") } return moves(entry) }
    yield* refusing(blocks, decide.applyAll(project, worktree, ids))
    rmSync(own)
    assert.deepStrictEqual([yield* states, applied()], [["pending", "pending"], [true, true]])
    assert.include(yield* refs, "apply-together")
    yield* boot
    assert.deepStrictEqual([yield* states, applied(), yield* refs], [["applied", "applied"], [true, true], ""])
  }), 60_000)

  it.effect("that nobody knows the end of, and whose agent went on, is left at boot as it is, and the log names its file", () => Effect.gen(function*() {
    const { applied, boot, decide, ids, port, project, refs, states, turn, work, worktree } = yield* world(["a", "b", "c"])
    yield* refusing(moves, decide.applyAll(project, worktree, ids), "away")
    assert.deepStrictEqual(applied(), [true, true, true])
    // goes on in one of them; another is as if it had never been
    work("a", "more of goose\n")
    work("b", "b\n")
    yield* turn("goose")
    assert.notInclude((yield* port.load(worktree.id)).live.map(({ id }) => id), ids[0])
    const lines = yield* logged(boot)
    assert.deepStrictEqual([yield* states, applied(), yield* refs], [["pending", "pending", "applied"], [true, false, true], ""])
    assert.deepStrictEqual(lines.map((line) => /^(a|b|c) .*(left as it is|taken back|is applied)/.exec(line)?.slice(1).join(" ")).toSorted(), ["a left as it is", "b taken back", "c is applied"])
  }), 60_000)
})
