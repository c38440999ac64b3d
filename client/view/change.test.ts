import { describe, expect, test } from "vitest"
import { changeOf, mixedChanges } from "../../test/support/changes.ts"
import { changeSentence, hunkActs, lineTotals, modeWords, reviewProgress, undoing } from "./change.ts"
import { kept, noSelection, ranged, toggled } from "./selection.ts"
import { standingOf } from "./standing.ts"

describe("a change in words", () => {
  test("says what happens to the file", () => {
    expect(changeSentence(changeOf(1, "b", { operation: "rename", oldPath: "a" }))).toBe("Renamed, was a")
    expect(changeSentence(changeOf(1, "a.png", { operation: "create", binary: true }))).toBe("Created, binary")
    expect(changeSentence(changeOf(1, "a"))).toBe("Edited")
  })
  test("says what becomes of its mode", () => {
    const words = (oldMode: string | null, mode: string | null) => modeWords({ oldMode, mode })
    expect([words("100644", "100755"), words("100755", "100644"), words(null, "100755"), words("100644", "120000"), words("120000", "100644"), words("100644", null), words("100644", "100644")])
      .toEqual(["now executable", "no longer executable", "executable", "now a symlink", "no symlink any more", undefined, undefined])
  })
  test("counts lines and what was reviewed", () => {
    expect(lineTotals([{ added: 1, removed: 2 }, { added: 3, removed: 0 }])).toEqual({ added: 4, removed: 2 })
    expect(reviewProgress(mixedChanges, ({ path }) => path.startsWith("server/")).words).toBe("5 of 10 reviewed")
  })
})

describe("how a change stands", () => {
  const free = { busy: undefined, problem: undefined, running: [], waits: false }

  test("is told apart by words", () => {
    expect((["pending", "conflicted", "applied", "rejected", "reverted"] as const).map((state) => standingOf({ state }, free).words)).toEqual(["", "Conflict", "Applied", "Rejected", "Reverted"])
  })
  test("a rejection that waits names whom it waits for, before all else", () => {
    expect(standingOf({ state: "pending" }, { ...free, busy: "reject", waits: true, running: ["goose", "Qwen Code"] })).toMatchObject({ tone: "waiting", words: "Waits for goose, Qwen Code" })
    expect(standingOf({ state: "pending" }, { ...free, waits: true })).toMatchObject({ words: "Waits for the turn", title: "It is taken out of the worktree when the turn has finished." })
    expect(standingOf({ state: "rejected" }, { ...free, waits: true }).title).toBe("It is put into the worktree when the turn has finished.")
  })
  test("what is decided of it or of a hunk, and what takes that back", () => {
    const states = ["pending", "conflicted", "applied", "rejected", "reverted"] as const
    expect(states.map((state) => hunkActs({ state }, false))).toEqual(["open", "none", "none", "none", "open"])
    expect(states.map((state) => hunkActs({ state }, true))).toEqual(["none", "none", "applied", "none", "none"])
    expect(states.map((state) => undoing({ state }))).toEqual([undefined, undefined, "revert", "bringBack", undefined])
  })
  test("what was not done says why", () => {
    expect(standingOf({ state: "pending" }, { ...free, problem: "a.ts is a folder." })).toMatchObject({ tone: "problem", title: "a.ts is a folder." })
    expect(standingOf({ state: "pending" }, { ...free, busy: "apply" })).toMatchObject({ words: "Applying…", busy: true })
  })
})

describe("choosing", () => {
  const order = ["a", "b", "c", "d"]

  test("one by one, and back", () => {
    const one = toggled(noSelection, ["b"], "b")
    expect([...one.ids]).toEqual(["b"])
    expect([...toggled(one, ["b"], "b").ids]).toEqual([])
    expect([...toggled(one, ["a", "b"], undefined).ids]).toEqual(["b", "a"])
  })
  test("a range from where one began, either way", () => {
    expect([...ranged(toggled(noSelection, ["b"], "b"), order, "d").ids]).toEqual(["b", "c", "d"])
    expect([...ranged(toggled(noSelection, ["c"], "c"), order, "a").ids]).toEqual(["c", "a", "b"])
    expect([...ranged(noSelection, order, "c").ids]).toEqual(["c"])
  })
  test("forgets what is gone", () => {
    const all = { ids: new Set(order), anchor: "a" }
    expect([...kept(all, new Set(["b", "d"])).ids]).toEqual(["b", "d"])
    expect(kept(all, new Set(order))).toBe(all)
  })
})
