/** What would be lost with a session: not what the project has of it, whatever became of it there; all that it has no more. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { rmSync } from "node:fs"
import { ChangePort } from "../change/ChangePort.ts"
import { Apply } from "../decision/Apply.ts"
import { numbered } from "../change/workedProject.ts"
import { landTest, landWorld } from "../land/landWorld.ts"
import { lossesOf } from "./Losses.ts"

layer(landTest, { excludeTestServices: true, timeout: "60 seconds" })("of what was applied", (it) => {
  it.effect("the project has what is in its checkout or in a commit, alone or merged; what was discarded there is the session's alone", () => Effect.gen(function*() {
    const { changes, git, mine, project, top, turn, work, worktree, write } = yield* landWorld({ "merged": numbered(12), "gone": "1\n", "kept": "1\n", "landed": "1\n", "discarded": "1\n" })
    const apply = yield* Apply
    const lost = Effect.map(Effect.andThen(changes.look(worktree), lossesOf(project, worktree)), ({ unapplied, uncommitted, untracked }) =>
      [unapplied, uncommitted, untracked].map(({ names }) => names.toSorted().join()))
    for (const name of ["kept", "landed", "discarded"]) work(name, `${name}\n`)
    work("merged", numbered(12, [2, "theirs"]))
    work("new ü\nfile", "n\n")
    work("other", "n\n")
    rmSync(`${worktree.path}/gone`)
    const ids = (yield* turn("goose")).changes.map(({ id }) => id)
    assert.deepStrictEqual(yield* lost, ["discarded,gone,kept,landed,merged,new ü file,other", "discarded,gone,kept,landed,merged", "new ü file,other"])
    write("merged", numbered(12, [10, "mine"]))
    yield* apply.applyAll(project, worktree, ids)
    assert.deepStrictEqual(yield* lost, ["", "", ""])
    // written to since, where it can't be looked at: what the list says of it may be old
    assert.deepStrictEqual((yield* lossesOf(project, worktree, false)).uncommitted.count, 5)
    assert.strictEqual(mine("merged"), numbered(12, [2, "theirs"], [10, "mine"]))
    // committed, and written over since, on this branch and another
    yield* git("add", "landed")
    yield* git("commit", "-qm", "landed")
    write("landed", "something else\n")
    yield* git("checkout", "-q", "-b", "side")
    yield* git("add", "other")
    yield* git("commit", "-qm", "on the side")
    yield* git("checkout", "-q", "main")
    assert.deepStrictEqual(yield* lost, ["", "", ""])
    yield* git("checkout", "--", "discarded", "gone", "merged")
    rmSync(`${top}/new ü\nfile`)
    assert.deepStrictEqual(yield* lost, ["", "discarded,gone,merged", "new ü file"])
    // what stands in the way of a look makes nothing safe
    yield* (yield* ChangePort).record(worktree.id, { base: "0".repeat(40) })
    assert.deepStrictEqual((yield* lossesOf(project, worktree)).uncommitted.count, 5)
  }))
})
