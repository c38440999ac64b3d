import { assert, describe, it } from "@effect/vitest"
import { ChangeId, type CountedChange, type IntervalTurn, makersOf, type PendingChange } from "../../../shared/Change.ts"
import { AgentName, ChatId, ToolCallId, TurnId, WorktreeId } from "../../../shared/Ids.ts"
import type { ToolCall } from "../../../shared/ToolCall.ts"
import { attribution, type Interval, makersIn, reportedPaths, type Touch } from "./Attribution.ts"
import { foldChanges } from "./ChangeFold.ts"
import { randomFrom } from "../git/randomFiles.ts"

const uuid = () => crypto.randomUUID()
const turn = (agent: string, ...reported: ReadonlyArray<string>): IntervalTurn =>
  ({ turnId: TurnId.make(uuid()), chatId: ChatId.make(uuid()), agent: AgentName.make(agent), reported })
const touch = (path: string, oldPath: string | null = null): Touch => ({ path, oldPath })
const interval = (seq: number, turns: ReadonlyArray<IntervalTurn>, ...files: ReadonlyArray<Touch>): Interval => ({ seq, turns, files })
const none = new Map<string, number>()
const made = (intervals: ReadonlyArray<Interval>, change: Pick<CountedChange, "path" | "oldPath" | "operation">, settled: ReadonlyMap<string, number> = none) => {
  const { agents, manual } = attribution(intervals, settled)(change)
  return [...agents, ...(manual ? ["manual"] : [])].join(" ")
}
const edit = (path: string) => ({ path, oldPath: null, operation: "edit" as const })

describe("an interval belongs", () => {
  it("to nobody, to its one turn, or to those whose tool calls reported the file, else to all", () => {
    const goose = turn("goose", "a"), qwen = turn("qwen", "b", "c")
    const of = (turns: ReadonlyArray<IntervalTurn>, file: Touch) => {
      const { agents, manual } = makersIn(turns, file)
      return [...agents, ...(manual ? ["manual"] : [])].join(" ")
    }
    assert.strictEqual(of([], touch("a")), "manual")
    assert.strictEqual(of([goose], touch("unreported")), "goose")
    assert.deepStrictEqual(["a", "b", "x"].map((path) => of([goose, qwen], touch(path))), ["goose", "qwen", "goose qwen"])
    assert.strictEqual(of([goose, qwen], touch("new", "c")), "qwen")
    assert.strictEqual(of([goose, turn("qwen", "a")], touch("a")), "goose qwen")
    assert.strictEqual(of([turn("goose"), turn("goose")], touch("a")), "goose")
  })

  it("by what changed files, not by what was read or failed", () => {
    const call = (kind: ToolCall["kind"], status: ToolCall["status"], path: string, diff?: string): ToolCall => ({
      toolCallId: ToolCallId.make(uuid()), title: "t", kind, status, startedAt: 0, locations: [{ path }],
      content: diff === undefined ? [] : [{ type: "diff", path: diff, oldText: null, newText: "" }]
    })
    assert.deepStrictEqual(reportedPaths([
      call("edit", "completed", "/w/a"), call("read", "completed", "/w/read"), call("edit", "failed", "/w/failed"), call("other", "in_progress", "/w/o", "/real/d/e"),
      call("move", "pending", "./f"), call("edit", "completed", "/elsewhere/x"), call("edit", "completed", "/w/a")
    ], ["/w", "/real"]), ["a", "d/e", "f"])
  })
})

describe("a change names", () => {
  const goose = turn("goose"), qwen = turn("qwen"), claude = turn("claude")
  it("everybody who changed the file since its base, in order, through renames", () => {
    const history = [
      interval(1, [], touch("a")), interval(2, [goose], touch("a"), touch("other")), interval(3, [qwen], touch("b", "a")), interval(4, [claude], touch("b")),
      interval(5, [goose], touch("b"))
    ]
    assert.strictEqual(made(history, { path: "b", oldPath: "a", operation: "rename" }), "goose qwen claude manual")
    assert.strictEqual(made(history, edit("other")), "goose")
    // what was decided before is not in it any more
    assert.strictEqual(made(history, { path: "b", oldPath: "a", operation: "rename" }, new Map([["a", 3], ["b", 3]])), "claude goose")
    assert.strictEqual(made(history, edit("untouched")), "")
  })

  it("who removed what had been renamed before", () => {
    const history = [interval(1, [goose], touch("b", "a")), interval(2, [qwen], touch("b"))]
    assert.strictEqual(made(history, { path: "a", oldPath: null, operation: "delete" }), "goose qwen")
  })

  it("nobody else, and nobody less, over random histories", () => {
    for (let seed = 0; seed < 400; seed++) {
      const random = randomFrom(seed)
      const agents = ["goose", "qwen", "claude"]
      const expected = new Map<string, Set<string>>()
      const settled = new Map<string, number>()
      const intervals = Array.from({ length: 1 + random(12) }, (_, at): Interval => {
        const seq = at + 1
        const turns = agents.filter(() => random(3) === 0).map((agent) => turn(agent, ...["a", "b", "c", "d"].filter(() => random(3) === 0)))
        const files = ["a", "b", "c", "d"].filter(() => random(2) === 0)
        for (const path of files) {
          const told = turns.length < 2 ? [] : turns.filter(({ reported }) => reported.includes(path))
          const names = turns.length === 0 ? ["manual"] : (told.length > 0 ? told : turns).map(({ agent }) => agent)
          expected.set(path, new Set([...(expected.get(path) ?? []), ...names]))
        }
        const decided = random(5) === 0 ? ["a", "b", "c", "d"][random(4)] : undefined
        if (decided !== undefined) { settled.set(decided, seq); expected.delete(decided) }
        return interval(seq, turns, ...files.map((path) => touch(path)))
      })
      for (const path of ["a", "b", "c", "d"]) {
        const names = made(intervals, edit(path), settled).split(" ").filter((name) => name !== "")
        assert.deepStrictEqual(names.toSorted(), [...(expected.get(path) ?? [])].toSorted(), `seed ${seed}`)
      }
    }
  })
})

describe("the rows of a worktree", () => {
  const worktree = { id: WorktreeId.make(uuid()), sessionId: null }
  const change = (path: string, blob: string): CountedChange =>
    ({ path, oldPath: null, operation: "edit", oldMode: "100644", mode: "100644", baseBlob: "0a", blob, binary: false, added: 1, removed: 1 })
  const fold = (live: ReadonlyArray<PendingChange>, now: ReadonlyArray<CountedChange>, intervals: ReadonlyArray<Interval>) =>
    foldChanges({ worktree, now, intervals, settled: none, live, seq: intervals.length, at: 7, mint: () => ChangeId.make(uuid()) })

  it("stay while their change does, and give way to a newer one", () => {
    const first = [interval(1, [turn("goose")], touch("a"), touch("b"))]
    const one = fold([], [change("a", "01"), change("b", "01")], first)
    assert.deepStrictEqual([one.saved.length, one.gone.length], [2, 0])
    assert.deepStrictEqual(fold(one.live, [change("a", "01"), change("b", "01")], first), { live: one.live, saved: [], gone: [] })
    const two = fold(one.live, [change("a", "02")], [...first, interval(2, [], touch("a"), touch("b"))])
    assert.deepStrictEqual(two.gone, one.live.map(({ id }) => id))
    assert.deepStrictEqual(two.live.map(({ agents, manual, path, state }) => [path, agents, manual, state]), [["a", [AgentName.make("goose")], true, "pending"]])
  })

  it("keep their id and what was decided when only their makers are more", () => {
    const first = [interval(1, [turn("goose")], touch("a"))]
    const { live } = fold([], [change("a", "01")], first)
    const conflicted = live.map((row): PendingChange => ({ ...row, state: "conflicted" }))
    const next = fold(conflicted, [change("a", "01")], [...first, interval(2, [turn("qwen")], touch("a"))])
    assert.deepStrictEqual(next.saved, conflicted.map((row) => ({ ...row, agents: [AgentName.make("goose"), AgentName.make("qwen")] })))
    assert.deepStrictEqual(next.gone, [])
    assert.deepStrictEqual(makersOf([...next.live, { agents: [], manual: true }]), ["goose", "qwen", "manual"])
  })

  it("name who made what a rewind brought back after it was decided, and nobody for what it took away", () => {
    const made = [interval(1, [turn("goose")], touch("a"), touch("gone")), interval(2, [turn("qwen")], touch("a"))]
    const back = foldChanges({
      worktree, now: [change("a", "01"), { ...change("gone", "00"), operation: "delete", mode: null, blob: null }], intervals: made,
      settled: new Map([["a", 3], ["gone", 3]]), live: [], seq: 4, at: 7, mint: () => ChangeId.make(uuid())
    })
    assert.deepStrictEqual(back.live.map(({ agents, path }) => [path, agents]), [["a", [AgentName.make("goose"), AgentName.make("qwen")]], ["gone", []]])
  })
})
