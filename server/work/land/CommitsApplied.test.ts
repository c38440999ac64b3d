/** Changes that were applied first and are wanted as a commit then: exactly what was applied is committed, and the checkout stays as it is. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { Apply } from "../decision/Apply.ts"
import { numbered } from "../change/workedProject.ts"
import { landTest, landWorld } from "./landWorld.ts"

layer(landTest, { excludeTestServices: true, timeout: "2 minutes" })("changes that were applied", (it) => {
  it.effect("land as they were applied, and what a person did with the files since stays", () => Effect.gen(function*() {
    const { changes, commits, git, mine, order, project, turn, work, worktree, write } = yield* landWorld({ "a.txt": numbered(30), "b.txt": "x\n", "c.txt": numbered(30) })
    const { apply } = yield* Apply
    work("a.txt", numbered(30, [2, "one"], [28, "one"]))
    work("b.txt", "y\n")
    work("c.txt", numbered(30, [2, "one"]))
    const { changes: [a, b, c] } = yield* turn("goose")
    if (a === undefined || b === undefined || c === undefined) return assert.fail("three changes stand")
    yield* apply(project, worktree, a.id)
    yield* apply(project, worktree, c.id)
    // half of it is taken out by hand, and something else put in
    const dirty = numbered(30, [2, "one"], [15, "mine"])
    write("a.txt", dirty)
    yield* git("add", "c.txt")
    const result = yield* commits.commit(order([a, c]))
    assert.strictEqual(result._tag, "Landed")
    assert.deepStrictEqual([yield* git("show", "HEAD:a.txt"), yield* git("show", "HEAD:c.txt"), yield* git("show", "HEAD:b.txt")],
      [numbered(30, [2, "one"], [28, "one"]).trimEnd(), numbered(30, [2, "one"]).trimEnd(), "x"])
    assert.deepStrictEqual([mine("a.txt"), yield* git("status", "--porcelain")], [dirty, " M a.txt"])
    assert.deepStrictEqual((yield* changes.list(worktree.id)).map(({ path }) => path), ["b.txt"])
    const { reason } = yield* Effect.flip(commits.commit(order([a])))
    assert.strictEqual(reason._tag, "NothingToLand")
    // counted from what was applied, as before
    work("a.txt", numbered(30, [2, "two"], [28, "one"]))
    const { changes: [next] } = yield* turn("goose")
    assert.deepStrictEqual([next?.path, next?.added], ["a.txt", 1])
  }))

  it.effect("land together with what the session made of the same file since, and not around it", () => Effect.gen(function*() {
    const { commits, git, mine, order, project, turn, work, worktree } = yield* landWorld()
    const { apply } = yield* Apply
    const made = Effect.fnUntraced(function*(text: string) {
      work("a.txt", text)
      const { changes: [change] } = yield* turn("goose")
      if (change === undefined) return yield* Effect.die("a change stands")
      return change
    })
    const first = yield* made(numbered(12, [2, "one"]))
    yield* apply(project, worktree, first.id)
    const second = yield* made(numbered(12, [2, "two"]))
    yield* apply(project, worktree, second.id)
    const third = yield* made(numbered(12, [2, "three"]))
    const around = yield* Effect.flip(commits.commit(order([third, first])))
    assert.strictEqual(around.reason._tag, "ChangeMoved")
    const result = yield* commits.commit(order([third, first, second]))
    assert.strictEqual(result._tag, "Landed")
    assert.deepStrictEqual([yield* git("log", "--format=%s"), yield* git("show", "HEAD:a.txt"), mine("a.txt"), yield* git("status", "--porcelain")],
      ["Do it\nfirst", numbered(12, [2, "three"]).trimEnd(), numbered(12, [2, "three"]), ""])
  }))

  it.effect("that what is committed by now contradicts are refused, and stay applied", () => Effect.gen(function*() {
    const { commits, everything, git, order, port, project, turn, work, worktree, write } = yield* landWorld()
    work("a.txt", numbered(12, [2, "one"]))
    const { changes: [change] } = yield* turn("goose")
    if (change === undefined) return assert.fail("a change stands")
    yield* (yield* Apply).apply(project, worktree, change.id)
    write("a.txt", numbered(12, [2, "other"]))
    yield* git("commit", "-qam", "other")
    const before = yield* everything
    const { message, reason } = yield* Effect.flip(commits.commit(order([change])))
    assert.deepStrictEqual([reason._tag, (yield* port.find(change.id))?.state], ["ChangedThere", "applied"])
    assert.include(message, "a.txt")
    assert.deepStrictEqual(yield* everything, before)
  }))
})
