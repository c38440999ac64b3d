/** A server killed with SIGKILL at every step of a reject, a revert, a part or a way out of a conflict: each file is whole, and asked again it is as it was to be. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { readFileSync, writeFileSync } from "node:fs"
import { ChangeId } from "../../../shared/Change.ts"
import { Changes } from "../change/Changes.ts"
import { numbered } from "../change/workedProject.ts"
import { rawGit, testGit } from "../git/temporaryRepository.ts"
import { Apply } from "./Apply.ts"
import { killedDecisions } from "./killedDecisions.ts"

const text = (...changed: ReadonlyArray<readonly [number, string]>) => numbered(40, ...changed)
const base = text(), theirs = text([2, "one"], [20, "two"]), mine = text([20, "mine"])

const makeWorld = Effect.gen(function*() {
  const { changes: [change], ...world } = yield* killedDecisions({ "a.txt": base }, { "a.txt": theirs })
  if (change === undefined) return yield* Effect.die("no change")
  return { ...world, change, read: (of: string) => readFileSync(`${of}/a.txt`, "utf8") }
})

const part = ChangeId.make("018f0000-0000-4000-8000-000000000001")
const steps = [["checkout-index", "before"], ["checkout-index", "after"], ["for-each-ref --format=%(refname) refs/boocode/landing", "before"]] as const
const onBase = [...steps, ["refs/boocode/bases", "before"], ["refs/boocode/bases", "after"]] as const

layer(testGit, { excludeTestServices: true, timeout: "5 minutes" })("a server that is killed", (it) => {
  const within = (name: string, of: readonly [at: string, when: string], test: (world: Effect.Success<typeof makeWorld>, at: string, when: string) => Effect.Effect<unknown, unknown, Effect.Services<typeof makeWorld>>) =>
    it.effect(`${of[1]} ${of[0]} of ${name}`, () => Effect.flatMap(makeWorld, (made) => test(made, ...of)), 60_000)

  for (const step of steps) within("a reject has restored the file, or does", step, Effect.fnUntraced(function*({ change, killed, life, read, worktree }, at, when) {
    yield* killed("reject", [worktree, [change.id]], at, when)
    assert.include([base, theirs], read(worktree.path))
    const [again] = yield* life(Effect.flatMap(Apply, (apply) => apply.reject(worktree, [change.id])))
    assert.deepStrictEqual([again?._tag === "Success" && again.success.change.state, read(worktree.path)], ["rejected", base])
    assert.deepStrictEqual(yield* life(Effect.flatMap(Changes, (changes) => changes.list(worktree.id))), [])
  }))

  for (const step of onBase) within("a revert has taken the change out, or does, and it stands again", step, Effect.fnUntraced(function*({ change, killed, life, project, read, top, worktree }, at, when) {
    yield* life(Effect.flatMap(Apply, (apply) => apply.apply(project, worktree, change.id)))
    yield* killed("revert", [project, worktree, change.id], at, when)
    assert.include([base, theirs], read(top))
    const again = yield* life(Effect.flatMap(Apply, (apply) => apply.revert(project, worktree, change.id)))
    assert.deepStrictEqual([again.change.state, read(top), read(worktree.path)], ["reverted", base, theirs])
    assert.deepStrictEqual((yield* life(Effect.flatMap(Changes, (changes) => changes.look(worktree)))).changes.map(({ agents, state }) => [state, agents]), [["reverted", change.agents]])
  }))

  for (const step of [...onBase, ["update-ref refs/boocode/landing", "before"], ["update-ref refs/boocode/landing", "after"]] as const) within("an apply has carried the change over, once, or does", step, Effect.fnUntraced(function*({ change, killed, life, project, read, top, worktree }, at, when) {
    yield* killed("apply", [project, worktree, change.id], at, when)
    assert.include([base, theirs], read(top))
    const again = yield* life(Effect.flatMap(Apply, (apply) => apply.apply(project, worktree, change.id)))
    assert.deepStrictEqual([again.change.state, read(top), read(worktree.path)], ["applied", theirs, theirs])
    assert.deepStrictEqual((yield* life(Effect.flatMap(Changes, (changes) => changes.look(worktree)))).changes, [])
  }))

  for (const step of onBase) within("an apply of a part has applied it, once, or does", step, Effect.fnUntraced(function*({ change, killed, life, project, read, top, worktree }, at, when) {
    yield* killed("applyHunks", [project, worktree, change.id, part, [0]], at, when)
    assert.include([base, text([2, "one"])], read(top))
    const again = yield* life(Effect.flatMap(Apply, (apply) => apply.applyHunks(project, worktree, change.id, part, [0])))
    assert.deepStrictEqual([again.change.id, again.change.state, read(top)], [part, "applied", text([2, "one"])])
    assert.deepStrictEqual((yield* life(Effect.flatMap(Changes, (changes) => changes.look(worktree)))).changes.map(({ added, agents }) => [added, agents]), [[1, change.agents]])
  }))

  for (const step of steps) within("a reject of a part has taken it out, or does, and the rest stands", step, Effect.fnUntraced(function*({ change, killed, life, read, worktree }, at, when) {
    yield* killed("rejectHunks", [worktree, change.id, part, [0]], at, when)
    assert.include([theirs, text([20, "two"])], read(worktree.path))
    yield* life(Effect.exit(Effect.flatMap(Apply, (apply) => apply.rejectHunks(worktree, change.id, part, [0]))))
    assert.strictEqual(read(worktree.path), text([20, "two"]))
    const [rest] = (yield* life(Effect.flatMap(Changes, (changes) => changes.look(worktree)))).changes
    assert.deepStrictEqual([rest?.added, rest?.agents], [1, change.agents])
  }))

  for (const step of onBase) within("a revert of a part has taken it out, once, or does, and the rest stays applied", step, Effect.fnUntraced(function*({ change, killed, life, project, read, top, worktree }, at, when) {
    yield* life(Effect.flatMap(Apply, (apply) => apply.apply(project, worktree, change.id)))
    yield* killed("revertHunks", [project, worktree, change.id, part, [0]], at, when)
    assert.include([theirs, text([20, "two"])], read(top))
    const again = yield* life(Effect.flatMap(Apply, (apply) => apply.revertHunks(project, worktree, change.id, part, [0])))
    assert.deepStrictEqual([again.change.id, again.change.state, read(top), read(worktree.path)], [part, "reverted", text([20, "two"]), theirs])
    assert.deepStrictEqual((yield* life(Effect.flatMap(Changes, (changes) => changes.look(worktree)))).changes.map(({ added, agents, manual, state }) => [state, added, agents, manual]), [["reverted", 1, change.agents, change.manual]])
    const whole = yield* life(Effect.flatMap(Apply, (apply) => apply.revert(project, worktree, change.id)))
    assert.deepStrictEqual([whole.change.state, read(top), read(worktree.path)], ["reverted", base, theirs])
  }))

  for (const step of [["checkout-index", "after"], ["update-ref refs/boocode/landing", "after"], ["/decided", "before"], ["/decided", "after"]] as const) within("a rejected change that is brought back is back, once, or comes, and nobody else made it", step, Effect.fnUntraced(function*({ change, killed, life, read, worktree }, at, when) {
    yield* life(Effect.flatMap(Apply, (apply) => apply.reject(worktree, [change.id])))
    yield* killed("bringBack", [worktree, [change.id]], at, when)
    assert.include([base, theirs], read(worktree.path))
    const [again] = yield* life(Effect.flatMap(Apply, (apply) => apply.bringBack(worktree, [change.id])))
    assert.deepStrictEqual([again?._tag === "Success" && again.success.change.state, read(worktree.path)], ["pending", theirs])
    assert.deepStrictEqual((yield* life(Effect.flatMap(Changes, (changes) => changes.look(worktree)))).changes.map(({ agents, id, manual, state }) => [id, state, agents, manual]), [[change.id, "pending", change.agents, change.manual]])
  }))

  for (const way of ["mine", "worktree"] as const) for (const step of onBase) within(`a way out of a conflict, ${way}, has brought the project's side over, or does`, step, Effect.fnUntraced(function*({ change, killed, life, project, read, top, worktree }, at, when) {
    writeFileSync(`${top}/a.txt`, mine)
    assert.strictEqual((yield* life(Effect.flatMap(Apply, (apply) => apply.apply(project, worktree, change.id)))).change.state, "conflicted")
    yield* killed("resolve", [project, worktree, change.id, way], at, when)
    yield* life(Effect.exit(Effect.flatMap(Apply, (apply) => apply.resolve(project, worktree, change.id, way))))
    if (way === "mine") assert.strictEqual(read(worktree.path), mine)
    else assert.match(read(worktree.path), /^<<<<<<< [^]*\nmine\n=======\ntwo\n>>>>>>> /m)
    assert.strictEqual(read(top), mine)
    assert.notInclude(yield* rawGit(top, "fsck", "--full"), "missing")
  }))
})
