import { assert, it } from "@effect/vitest"
import { membersOf, parseStat, type ProcessInfo } from "./ProcessTree.ts"

const info = (pid: number, parent: number, group: number, startTime: number): ProcessInfo => ({ pid, parent, group, state: "S", startTime })
const root = { pid: 100, startTime: 1_000 }
const none: ReadonlyMap<number, number> = new Map()
const pids = (members: ReadonlyArray<ProcessInfo>) => members.map(({ pid }) => pid).sort((a, b) => a - b)

it("reads a stat line whose program has parentheses and spaces in its name", () => {
  const line = "4711 (a) S (b 1) ) Z 12 34 56 0 -1 4194304 62 0 1 0 0 0 0 0 20 0 1 0 126407 2654208 371 18446744073709551615"
  assert.deepStrictEqual(parseStat(line), { pid: 4711, state: "Z", parent: 12, group: 34, startTime: 126407 })
  assert.isUndefined(parseStat(""))
  assert.isUndefined(parseStat("4711 (cut off"))
})

it("members are the group, the descendants in any order, and whatever carries the mark", () => {
  const processes = [
    info(103, 102, 103, 1_020), // listed before its parent
    info(100, 1, 100, 1_000),
    info(101, 100, 100, 1_005),
    info(102, 100, 102, 1_010), // a session of its own
    info(110, 1, 100, 1_011), // orphan, still in the group
    info(120, 1, 120, 1_012), // orphan in its own session, marked
    info(121, 120, 120, 1_013),
    info(200, 1, 200, 1_500) // somebody else
  ]
  assert.deepStrictEqual(pids(membersOf(root, none, { processes, marked: new Set([120]), fresh: false })), [100, 101, 102, 103, 110, 120, 121])
})

it("a pid or group that now names another is nobody of ours", () => {
  const reused = [info(100, 1, 100, 9_000), info(101, 100, 100, 9_001), info(300, 1, 300, 9_002)]
  const known = new Map([[101, 1_005], [300, 1_010]])
  for (const fresh of [true, false]) {
    assert.deepStrictEqual(pids(membersOf(root, known, { processes: reused, marked: new Set(), fresh })), [])
  }
})

it("an orphan that was seen before is still ours, and so are its children", () => {
  const processes = [info(102, 1, 102, 1_010), info(103, 102, 103, 1_020)]
  assert.deepStrictEqual(pids(membersOf(root, new Map([[102, 1_010]]), { processes, marked: new Set(), fresh: false })), [102, 103])
})

it("the group of a leader that is gone is ours for a moment only", () => {
  const processes = [info(110, 1, 100, 1_011)]
  assert.deepStrictEqual(pids(membersOf(root, none, { processes, marked: new Set(), fresh: true })), [110])
  assert.deepStrictEqual(pids(membersOf(root, none, { processes, marked: new Set(), fresh: false })), [])
})
