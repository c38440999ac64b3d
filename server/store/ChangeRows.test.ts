/** Checkpoints and pending changes over a real Postgres: what is recorded comes out as it was, and twice is once. */
import { NodeServices } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { ChangeId, type PendingChange } from "../../shared/Change.ts"
import { AgentName, BootId, ChatId, TurnId, WorktreeId } from "../../shared/Ids.ts"
import { ChangePort, type CheckpointRow } from "../work/change/ChangePort.ts"
import { knownWorktrees } from "./KnownWorktrees.ts"
import { ProjectRows } from "./ProjectRows.ts"
import { SessionRows } from "./SessionRows.ts"
import { store } from "./Store.ts"
import { preparedDataDir } from "./temporaryDataDir.ts"
import { WorktreeRows } from "./WorktreeRows.ts"

const temporaryStore = Layer.unwrap(Effect.map(preparedDataDir, (dataDir) => store({ dataDir, host: "here", bootId: BootId.make(crypto.randomUUID()) }))).pipe(
  Layer.provideMerge(NodeServices.layer))

const newWorktree = Effect.gen(function*() {
  const project = yield* (yield* ProjectRows).add({ path: `/work/${crypto.randomUUID()}`, name: "p" })
  const session = yield* (yield* SessionRows).create(project.id, "s")
  const id = WorktreeId.make(crypto.randomUUID())
  yield* (yield* WorktreeRows).save({ id, sessionId: session.id, projectId: project.id, path: `/w/${id}`, branch: "b", baseCommit: "c0", state: "ready" })
  const row = (path: string, more: Partial<PendingChange> = {}): PendingChange => ({
    id: ChangeId.make(crypto.randomUUID()), worktreeId: id, sessionId: session.id, path, oldPath: null, operation: "create", oldMode: null, mode: "100644",
    baseBlob: null, blob: "ab", binary: false, added: 3, removed: 0, agents: [AgentName.make("goose")], manual: true, state: "pending", seq: 1, changedAt: 1234, ...more
  })
  return { id, row, port: yield* ChangePort }
})

const checkpoint = (seq: number, files: CheckpointRow["files"]): CheckpointRow => {
  const turnId = TurnId.make(crypto.randomUUID())
  return {
    seq, at: { _tag: "TurnEnded", turnId }, tree: `t${seq}`, ref: `r${seq}`, skipped: [{ path: "in", why: "repository", detail: "d" }],
    turns: [{ turnId, chatId: ChatId.make(crypto.randomUUID()), agent: AgentName.make("qwen"), reported: ["x\ny"] }], files, takenAt: 1_700_000_000_123
  }
}

layer(temporaryStore, { excludeTestServices: true, timeout: "60 seconds" })("changes as rows", (it) => {
  it.effect("come out as they were recorded, the same entry twice as well", () => Effect.gen(function*() {
    const { id, port, row } = yield* newWorktree
    assert.deepStrictEqual(yield* port.load(id), { base: undefined, last: undefined, intervals: [], settled: new Map(), live: [] })
    const first = checkpoint(1, [{ path: "ü\n", oldPath: null }, { path: "\"\\351\"", oldPath: "b" }]), quiet = checkpoint(2, [])
    const rows = [row("\"\\351\"", { oldPath: "b", operation: "rename", binary: true }), row("ü\n")]
    const entry = { checkpoint: first, base: "tree", saved: rows }
    yield* port.record(id, entry)
    yield* port.record(id, entry)
    yield* port.record(id, { checkpoint: quiet })
    const { at: _at, ref: _ref, skipped: _skipped, takenAt: _takenAt, tree: _tree, ...interval } = first
    assert.deepStrictEqual(yield* port.load(id), { base: "tree", last: { seq: 2, tree: "t2" }, intervals: [interval], settled: new Map(), live: rows })
    assert.deepStrictEqual(yield* port.checkpoints(id, 10), [quiet, first])
  }))

  it.effect("give way to newer ones and stay as history", () => Effect.gen(function*() {
    const { id, port, row } = yield* newWorktree
    const old = row("a", { changedAt: 1 }), other = row("b", { changedAt: 2 }), newer = row("a", { blob: "cd", changedAt: 3 })
    yield* port.record(id, { saved: [old, other] })
    yield* port.record(id, { saved: [newer], gone: [old.id] })
    assert.deepStrictEqual((yield* port.load(id)).live, [newer, other])
    const applied: PendingChange = { ...newer, state: "applied", seq: 7 }, named: PendingChange = { ...other, agents: [], manual: false }
    yield* port.record(id, { saved: [named], decided: [applied] })
    const { live, settled } = yield* port.load(id)
    assert.deepStrictEqual([live, settled], [[named], new Map([["a", 7]])])
    assert.deepStrictEqual(yield* port.history(id, 10), [applied, named, old])
    assert.deepStrictEqual(yield* port.find(applied.id), applied)
    assert.isUndefined(yield* port.find(ChangeId.make(crypto.randomUUID())))
  }))

  it.effect("of which a part was reverted are applied without it, and that settles nothing", () => Effect.gen(function*() {
    const { id, port, row } = yield* newWorktree
    const applied = row("a", { state: "applied", added: 5, removed: 2, seq: 4 })
    yield* port.record(id, { decided: [applied] })
    const left: PendingChange = { ...applied, blob: "ef", added: 3, removed: 1, seq: 0 }, part = row("a", { state: "reverted", baseBlob: "ef", operation: "edit" })
    for (let twice = 0; twice < 2; twice++) yield* port.record(id, { decided: [left], saved: [part] })
    assert.deepStrictEqual([yield* port.find(applied.id), (yield* port.load(id)).live, (yield* port.load(id)).settled], [left, [part], new Map([["a", 0]])])
    assert.deepStrictEqual([yield* port.decided(id, 9), yield* port.decisions(id)], [[left], 2])
  }))

  it.effect("that are brought back are pending and no decided ones, and that is a decision", () => Effect.gen(function*() {
    const { id, port, row } = yield* newWorktree
    const rejected = row("a", { state: "rejected", seq: 4 }), back: PendingChange = { ...rejected, state: "pending" }, merged: PendingChange = { ...row("b"), state: "rejected", seq: 4 }
    yield* port.record(id, { decided: [rejected, merged] })
    for (let twice = 0; twice < 2; twice++) yield* port.record(id, { saved: [back], decided: [{ ...merged, state: "pending" }] })
    const { live, settled } = yield* port.load(id)
    assert.deepStrictEqual([live, settled], [[back], new Map()])
    assert.deepStrictEqual([yield* port.decided(id, 9), yield* port.decisions(id)], [[], 4])
    assert.deepStrictEqual(yield* port.decisionsOf([rejected.id, ChangeId.make(crypto.randomUUID()), merged.id]), new Map([[rejected.id, 2], [merged.id, 2]]))
    yield* port.record(id, { decided: [rejected] })
    assert.deepStrictEqual([yield* port.decided(id, 9), yield* port.decisions(id)], [[rejected], 5])
  }))

  it.effect("are of worktrees that boot can list with their projects", () => Effect.gen(function*() {
    const { id } = yield* newWorktree
    const found = (yield* knownWorktrees).find(({ worktree }) => worktree.id === id)
    assert.deepStrictEqual([found?.worktree.baseCommit, found?.project.id], ["c0", found?.worktree.projectId])
  }))

  it.effect("of which one can't be kept are none", () => Effect.gen(function*() {
    const { id, port, row } = yield* newWorktree
    yield* Effect.flip(port.record(id, { base: "tree", checkpoint: checkpoint(1, []), saved: [row("same"), row("same")] }))
    assert.deepStrictEqual(yield* port.load(id), { base: undefined, last: undefined, intervals: [], settled: new Map(), live: [] })
  }))
})
