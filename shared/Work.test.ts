/** The fold of a session's changes: whole batches alone are drawn, and a frame that comes twice came once. */
import { assert, it } from "@effect/vitest"
import { Schema } from "effect"
import { ChangeFrame, ChangeId, type PendingChange } from "./Change.ts"
import { AgentName, WorktreeId } from "./Ids.ts"
import { emptyWork, evolveWork, type Work } from "./Work.ts"

const worktreeId = WorktreeId.make("10000000-0000-4000-8000-000000000000")
const idOf = (nth: number) => ChangeId.make(`20000000-0000-4000-8000-${String(nth).padStart(12, "0")}`)
const change = (nth: number, path: string, agents: ReadonlyArray<string> = []): PendingChange => ({
  id: idOf(nth), worktreeId, sessionId: null, path, oldPath: null, operation: "create", oldMode: null, mode: "100644", baseBlob: null, blob: "b",
  binary: false, added: 1, removed: 0, agents: agents.map((name) => AgentName.make(name)), manual: agents.length === 0, state: "pending", seq: 1, changedAt: 0
})
const worktree = { id: worktreeId, path: "/w", branch: "b", baseCommit: "c" }
const opened: ChangeFrame = { _tag: "Opened", worktree }
const standing: ChangeFrame = { _tag: "Standing", skipped: [], running: [], waiting: [], decided: 0, lookedAt: null, problem: null }
const fold = (...frames: ReadonlyArray<ChangeFrame>): Work => frames.reduce(evolveWork, emptyWork)
const paths = ({ changes }: Work) => changes.map(({ path }) => path)

it("draws what a batch brings when it is whole, by path", () => {
  const half = fold(opened, { _tag: "Saved", changes: [change(1, "b"), change(2, "a")] })
  assert.deepStrictEqual([half.known, half.worktree, paths(half)], [false, null, []])
  const whole = evolveWork(half, standing)
  assert.deepStrictEqual([whole.known, whole.worktree, paths(whole)], [true, worktree, ["a", "b"]])
  const next = evolveWork(whole, { _tag: "Gone", ids: [idOf(2)] })
  assert.deepStrictEqual(paths(next), ["a", "b"])
  assert.deepStrictEqual(paths(evolveWork(next, standing)), ["b"])
})

it("takes a change in the stead of the one with its id, and forgets all when it is opened again", () => {
  const before = fold(opened, { _tag: "Saved", changes: [change(1, "a", ["goose"])] }, standing)
  const after = [{ _tag: "Saved" as const, changes: [change(1, "a", ["goose", "qwen"])] }, standing].reduce(evolveWork, before)
  assert.deepStrictEqual(after.changes.map(({ agents }) => agents), [[AgentName.make("goose"), AgentName.make("qwen")]])
  assert.deepStrictEqual(paths([opened, standing].reduce(evolveWork, after)), [])
  assert.strictEqual(after.changes, evolveWork(after, { ...standing, decided: 1 }).changes)
})

it.prop("is the same with every frame twice", { frames: Schema.Array(ChangeFrame) }, ({ frames }) => {
  const end = fold(...frames, standing)
  assert.deepStrictEqual(fold(...frames.flatMap((frame) => [frame, frame]), standing), end)
})
