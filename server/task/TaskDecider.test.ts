import { assert, describe, it } from "@effect/vitest"
import { AgentName, ChatId, ProjectId, SessionId, TaskId, Who } from "../../shared/Ids.ts"
import type { Task } from "../../shared/Task.ts"
import { executionPathOf } from "./ExecutionPath.ts"
import { answerByRule, decide, type TaskMessage } from "./TaskDecider.ts"

const id = "0198c0de-1111-4222-8333-444455556666"
const sessionId = SessionId.make(id), chatId = ChatId.make(id)
const queued: Task = {
  id: TaskId.make(id), projectId: ProjectId.make(id), sessionId: null, chatId: null, agent: AgentName.make("goose"), settings: {}, autonomous: false,
  input: "do it", state: "queued", path: "one-shot", worktree: null, createdAt: 1, startedAt: null, endedAt: null, summary: null, detail: null,
  inputTokens: 0, outputTokens: 0, cost: null, usageSource: null, by: Who.make("owner")
}
const after = (...messages: ReadonlyArray<TaskMessage>) => messages.reduce(decide, queued)
const start: TaskMessage = { _tag: "Start", at: 2, worktree: "/w" }
const answered: TaskMessage = { _tag: "End", at: 3, cause: { _tag: "Answered", stopReason: "end_turn" }, said: " Done.\n" }

it("is warm with session and chat and an agent that can be kept, else one-shot, and on a terminal without a protocol", () => {
  assert.strictEqual(executionPathOf({ sessionId, chatId, protocol: "acp" }), "warm")
  assert.strictEqual(executionPathOf({ sessionId, chatId, protocol: "opencode" }), "warm")
  assert.strictEqual(executionPathOf({ sessionId, chatId: null, protocol: "acp" }), "one-shot")
  assert.strictEqual(executionPathOf({ sessionId: null, chatId, protocol: "acp" }), "one-shot")
  assert.strictEqual(executionPathOf({ sessionId: null, chatId: null, protocol: "opencode" }), "one-shot")
  assert.strictEqual(executionPathOf({ sessionId, chatId, protocol: "pty" }), "pty")
})

describe("a task", () => {
  it("starts, ends with what was said and used, and stays ended", () => {
    const usage = { inputTokens: 5, outputTokens: 7, source: "measured" } as const
    const done = after(start, { ...answered, usage })
    assert.deepStrictEqual(done, {
      ...queued, state: "completed", startedAt: 2, endedAt: 3, worktree: "/w", summary: "Done.", detail: "The agent finished.",
      inputTokens: 5, outputTokens: 7, usageSource: "measured"
    })
    const by = Who.make("ada")
    for (const late of [start, answered, { _tag: "Cancel", at: 9, by }, { _tag: "Fail", at: 9, detail: "no" }] as const) assert.strictEqual(decide(done, late), done)
  })

  it("ends as its turn ended", () => {
    const state = (cause: Extract<TaskMessage, { _tag: "End" }>["cause"]) => after(start, { _tag: "End", at: 3, cause, said: "" }).state
    assert.strictEqual(state({ _tag: "Answered" }), "completed")
    assert.strictEqual(state({ _tag: "Answered", stopReason: "refusal" }), "failed")
    assert.strictEqual(state({ _tag: "Stopped", by: Who.make("ada") }), "cancelled")
    assert.strictEqual(state({ _tag: "ChildExited", code: 1, signal: null, stderr: "" }), "failed")
    assert.strictEqual(after({ _tag: "Cancel", at: 3, by: Who.make("ada") }).detail, "Cancelled by ada.")
    assert.strictEqual(after(start, { ...answered, said: "x".repeat(900) }).summary?.length, 500)
  })
})

it("what an agent asks is allowed once by a task that acts by itself, refused by another, and a question declined", () => {
  const options = [
    { optionId: "a", name: "Always", kind: "allow_always" }, { optionId: "o", name: "Once", kind: "allow_once" }, { optionId: "r", name: "No", kind: "reject_once" }
  ] as const
  const permission = { _tag: "Permission", title: "Write", options } as const
  assert.deepStrictEqual(answerByRule(permission, true), { _tag: "Selected", optionId: "o" })
  assert.deepStrictEqual(answerByRule(permission, false), { _tag: "Selected", optionId: "r" })
  assert.deepStrictEqual(answerByRule({ ...permission, options: options.slice(0, 1) }, true), { _tag: "Cancelled" })
  assert.deepStrictEqual(answerByRule({ _tag: "Elicitation", message: "?", schema: "{}" }, true), { _tag: "Declined" })
})
