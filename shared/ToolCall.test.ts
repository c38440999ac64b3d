import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { ToolCallId } from "./Ids.ts"
import { hasEnded, laterStatus, mergeToolCall, ToolCall, type ToolStatus } from "./ToolCall.ts"

const call = (status: ToolStatus, more: Partial<ToolCall> = {}): ToolCall => ({
  toolCallId: ToolCallId.make("call_1"), title: "Read a.ts", kind: "read", status, content: [], locations: [], startedAt: 1000, ...more
})

describe("laterStatus", () => {
  const cases: ReadonlyArray<readonly [before: ToolStatus, reported: ToolStatus, after: ToolStatus]> = [
    ["pending", "in_progress", "in_progress"],
    ["pending", "completed", "completed"],
    ["in_progress", "pending", "in_progress"],
    ["in_progress", "failed", "failed"],
    ["completed", "pending", "completed"],
    ["completed", "failed", "completed"],
    ["failed", "completed", "failed"],
    ["canceled", "completed", "canceled"]
  ]
  it.each(cases)("%s, then %s: %s", (before, reported, after) => {
    assert.strictEqual(laterStatus(before, reported), after)
  })
  it("knows the ends", () => {
    assert.deepStrictEqual((["pending", "in_progress", "completed", "failed", "canceled"] as const).filter(hasEnded), ["completed", "failed", "canceled"])
  })
})

describe("mergeToolCall", () => {
  it("takes the newer report and keeps when the call began", () => {
    const next = call("in_progress", { title: "Read b.ts", input: "{}", locations: [{ path: "b.ts", line: 3 }], startedAt: 2000 })
    assert.deepStrictEqual(mergeToolCall(call("pending"), next), { ...next, startedAt: 1000 })
  })
  it("takes what a late, out-of-order report says, but no step back", () => {
    const late = call("pending", { title: "Write b.ts", kind: "edit", input: "{\"path\":\"b.ts\"}" })
    assert.deepStrictEqual(mergeToolCall(call("in_progress"), late), { ...late, status: "in_progress" })
  })
  it("lets an end stand: nothing changes after it but the title", () => {
    const ended = call("completed", { output: "done", endedAt: 3000 })
    assert.strictEqual(mergeToolCall(ended, call("in_progress", { output: "again" })), ended)
    assert.strictEqual(mergeToolCall(ended, call("failed")), ended)
    assert.deepStrictEqual(mergeToolCall(ended, call("failed", { title: "Read the file a.ts", output: "" })), { ...ended, title: "Read the file a.ts" })
  })
  it("lets a call that was canceled with its turn stay so", () => {
    const canceled = call("canceled", { endedAt: 3000 })
    assert.strictEqual(mergeToolCall(canceled, call("completed", { output: "done" })), canceled)
  })

  const reports = Arbitrary.array(Arbitrary.schema(ToolCall), { minLength: 1, maxLength: 6 })
  const rank = (status: ToolStatus) => status === "pending" ? 0 : status === "in_progress" ? 1 : 2
  it.prop("never goes backwards, whatever is reported; the same again changes nothing", { reports }, ({ reports }) => {
    let state = reports[0] ?? call("pending")
    for (const report of reports) {
      const after = mergeToolCall(state, report)
      assert.isAtLeast(rank(after.status), rank(state.status))
      if (hasEnded(state.status)) assert.deepStrictEqual({ ...after, title: "" }, { ...state, title: "" })
      assert.strictEqual(after.startedAt, state.startedAt)
      assert.deepStrictEqual(mergeToolCall(after, report), after)
      state = after
    }
  })
  it("is a tool call of the schema", () => {
    assert.isTrue(Schema.is(ToolCall)(mergeToolCall(call("pending"), call("completed"))))
  })
})
