import { describe, expect, test } from "vitest"
import type { SessionLosses } from "../../shared/Guard.ts"
import { clockWords, momentWords } from "./duration.ts"
import { vanishedWords } from "./guards.ts"
import { lookWords } from "./lookProblem.ts"

const none = { count: 0, names: [] }
const losses: SessionLosses = {
  worktree: "/srv/w", running: 0, unapplied: { count: 3, names: ["a", "b", "c"] }, uncommitted: none, untracked: none, ignored: none, left: none, commits: none, nested: none, bytes: 0, vanished: null
}
const now = 1_800_000_000_000, hour = 3_600_000

describe("what is told of a worktree that can't be looked at", () => {
  test("says that its folder is gone, and what its last checkpoint holds, in the stead of its size", () => {
    const gone = (keptAt: number | null, count = 3) => vanishedWords({ ...losses, unapplied: { count, names: [] }, vanished: { keptAt } }, now)
    expect(gone(now - hour)).toBe(`The worktree's folder is gone; its last checkpoint, of ${clockWords(now - hour)}, still holds 3 changes. What git ignores went with the folder.`)
    expect(gone(now - 30 * hour, 1)).toContain(`of ${momentWords(now - 30 * hour)}, still holds 1 change.`)
    expect(gone(null)).toContain("no checkpoint was taken of it")
    expect(vanishedWords(losses, now)).toBeUndefined()
  })

  test("says from when the list is, why, and since when", () => {
    const problem = { sentence: "The disk is full; free some space.", since: now - hour }
    expect(lookWords(problem, now - 2 * hour, now)).toEqual({
      age: `This list is from ${clockWords(now - 2 * hour)}.`, why: `The disk is full; free some space. (Tried since ${clockWords(now - hour)}.)`
    })
    expect(lookWords(problem, null, now).age).toBe("The worktree was never looked at.")
  })
})
