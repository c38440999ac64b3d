import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { ToolCallId } from "../../../shared/Ids.ts"
import type { ToolContent } from "../../../shared/ToolCall.ts"
import type { RawUpdate } from "../Coalescer.ts"
import { tagStripper } from "../TagStripper.ts"
import { decodeEvent, messageEvents, type OpencodeEvent } from "./OpencodeEvent.ts"
import { afterGap, endOf, isAnswered, isOver, newView, translate, type TurnView } from "./OpencodeTranslate.ts"

const sessionID = "ses_1"
const ours = "msg_204f8ba65001aaaaaaaaaaaaaa"
const older = "msg_204f8ba60001aaaaaaaaaaaaaa"
const reply = "msg_204f8bb51001zvJa9RDlMrbNOz"
const later = "msg_204f8c773001jyylbLXhKl8vEL"

/** As it stands on the wire. */
const event = (type: string, properties: unknown): OpencodeEvent => {
  const decoded = decodeEvent({ id: "evt_1", type, properties })
  if (decoded === undefined) throw new Error(`not read: ${type} ${JSON.stringify(properties)}`)
  return decoded
}
const user = (id: string) => event("message.updated", { sessionID, info: { id, role: "user", sessionID, time: { created: 1 }, agent: "build", model: { providerID: "p", modelID: "m" } } })
const assistant = (id: string, parentID: string, more: object = {}, of = sessionID) => event("message.updated", {
  sessionID: of, info: { id, parentID, role: "assistant", mode: "build", agent: "build", sessionID: of, cost: 0, time: { created: 1 }, ...more }
})
const completed = (id: string, parentID: string, finish = "stop") => assistant(id, parentID, { finish, time: { created: 1, completed: 2 } })
const part = (messageID: string, id: string, more: object, of = sessionID) => event("message.part.updated", { sessionID: of, part: { id, messageID, sessionID: of, ...more }, time: 1 })
const text = (messageID: string, id: string, words: string, ended = false, type = "text") => part(messageID, id, { type, text: words, time: { start: 1, ...(ended ? { end: 2 } : {}) } })
const delta = (partID: string, words: string) => event("message.part.delta", { sessionID, messageID: reply, partID, field: "text", delta: words })
const tool = (callID: string, state: object, name = "bash", messageID = reply) => part(messageID, `prt_${callID}`, { type: "tool", tool: name, callID, state })
const step = (id: string, tokens: object, cost = 0.5, of = sessionID, messageID = reply) => part(messageID, id, { type: "step-finish", reason: "stop", tokens, cost }, of)
const idle = event("session.idle", { sessionID })
const busy = event("session.status", { sessionID, status: { type: "busy" } })

const begin = (stripTags: ReadonlyArray<string> = []) => newView({ sessionId: sessionID, promptId: ours, stripper: tagStripper(stripTags) })

const fold = (events: ReadonlyArray<OpencodeEvent>, from: TurnView = begin(), past = false) => {
  let view = from
  const updates: Array<RawUpdate> = []
  const asked: Array<string> = []
  for (const one of events) {
    const translated = translate(view, one, 1_000, past)
    view = translated.view
    updates.push(...translated.updates)
    asked.push(...translated.asked.map(({ id }) => id))
  }
  const said = (kind: "text" | "thought") => updates.map((update) => update._tag === "Text" && update.kind === kind ? update.text : "").join("")
  const calls = updates.flatMap((update) => update._tag === "Tool" ? [update.call] : [])
  const usage = updates.flatMap((update) => update._tag === "Usage" ? [update.usage] : [])
  return { view, updates, asked, text: said("text"), thought: said("thought"), calls, usage }
}

describe("OpencodeTranslate", () => {
  it("counts a delta and its final part once", () => {
    const { text: said, updates } = fold([user(ours), assistant(reply, ours), text(reply, "prt_1", ""), delta("prt_1", "Hel"), delta("prt_1", "lo"), text(reply, "prt_1", "Hello", true), text(reply, "prt_1", "Hello", true)])
    assert.strictEqual(said, "Hello")
    assert.strictEqual(updates.length, 2)
  })

  it("passes on what only the final part says, and nothing where it took something away", () => {
    assert.strictEqual(fold([assistant(reply, ours), text(reply, "prt_1", ""), delta("prt_1", "Hel"), text(reply, "prt_1", "Hello.", true)]).text, "Hello.")
    assert.strictEqual(fold([assistant(reply, ours), text(reply, "prt_1", ""), delta("prt_1", "Hello\n\n"), text(reply, "prt_1", "Hello", true)]).text, "Hello\n\n")
    assert.strictEqual(fold([assistant(reply, ours), text(reply, "prt_1", "at once", true)]).text, "at once")
  })

  it("knows reasoning by its part, though its deltas say text", () => {
    const { text: said, thought } = fold([assistant(reply, ours), text(reply, "prt_1", "", false, "reasoning"), delta("prt_1", "hm"), text(reply, "prt_2", ""), delta("prt_2", "yes"), delta("prt_1", "!")])
    assert.deepStrictEqual([said, thought], ["yes", "hm!"])
  })

  it("passes over the user's own text, deltas of unknown parts, other messages and other sessions", () => {
    const foreign = [
      user(ours), text(ours, "prt_u", "my prompt", true), delta("prt_x", "?"), assistant("msg_0", older), text("msg_0", "prt_0", "of an earlier turn", true),
      part("msg_9", "prt_9", { type: "text", text: "elsewhere" }, "ses_2"), assistant("msg_9", ours, {}, "ses_2")
    ]
    assert.deepStrictEqual(fold(foreign).updates, [])
  })

  it("strips tags, also when they are split over deltas", () => {
    const { text: said } = fold([
      assistant(reply, ours), text(reply, "prt_1", ""), delta("prt_1", "Hello <no"), delta("prt_1", "te>m00"), delta("prt_1", "01</note> there <"), text(reply, "prt_1", "Hello <note>m0001</note> there <", true)
    ], begin(["note"]))
    assert.strictEqual(said, "Hello  there <")
  })

  it("says the rest of a text with its end where events were missed", () => {
    const before = fold([assistant(reply, ours), text(reply, "prt_1", ""), delta("prt_1", "one ")])
    const after = fold([delta("prt_1", "three "), assistant(later, ours), text(later, "prt_2", "next", true), text(reply, "prt_1", "one two three ", true)], afterGap(before.view))
    assert.strictEqual(before.text, "one ")
    assert.deepStrictEqual(after.updates.map((update) => update._tag === "Text" ? [update.partId, update.text] : []), [["prt_2", "next"], ["prt_1", "two three "]])
  })

  it("trusts no beginning of a text that was asked for", () => {
    const seen = fold(messageEvents([{ info: { id: reply, sessionID, role: "assistant", parentID: ours, time: { created: 1 } }, parts: [
      { id: "prt_1", messageID: reply, sessionID, type: "text", text: "", time: { start: 1 } }, { id: "prt_2", type: "snapshot" }
    ] }]), begin(), true)
    assert.strictEqual(fold([delta("prt_1", "late"), text(reply, "prt_1", "not so late", true)], seen.view).text, "not so late")
  })

  it("merges a tool's states, and says the same only once", () => {
    const input = { command: "ls", description: "List" }
    const running = tool("call_1", { status: "running", input, metadata: { output: "a" }, time: { start: 1 } })
    const { calls } = fold([
      assistant(reply, ours), tool("call_1", { status: "pending", input: {}, raw: "" }), running, running,
      tool("call_1", { status: "completed", input, output: "a\nb", title: "List", metadata: {}, time: { start: 1, end: 2 } }),
      tool("call_1", { status: "running", input, time: { start: 1 } })
    ])
    assert.deepStrictEqual(calls.map(({ output, status, title }) => [status, title, output]), [
      ["pending", "bash", undefined], ["in_progress", "bash ls", "a"], ["completed", "bash List", "a\nb"]
    ])
    assert.deepInclude(calls.at(-1), { kind: "execute", startedAt: 1_000, endedAt: 1_000 })
  })

  it("shows what an edit changes and where", () => {
    const { calls } = fold([assistant(reply, ours), tool("call_1", { status: "running", input: { filePath: "/w/a.ts", oldString: "a", newString: "b" }, time: { start: 1 } }, "edit")])
    assert.deepStrictEqual(calls[0]?.content, [{ type: "diff", path: "/w/a.ts", oldText: "a", newText: "b" }])
    assert.deepStrictEqual(calls[0]?.locations, [{ path: "/w/a.ts" }])
  })

  const patch = ["Index: /w/a.ts", "=".repeat(67), "--- /w/a.ts", "+++ /w/a.ts", "@@ -1,2 +1,2 @@", " kept", "-old", "+new", "@@ -9,0 +10,1 @@", "+at the end", "\\ No newline at end of file", ""].join("\n")
  const hunks: ReadonlyArray<ToolContent> = [{ type: "diff", path: "/w/a.ts", oldText: "kept\nold\n", newText: "kept\nnew\n" }, { type: "diff", path: "/w/a.ts", oldText: null, newText: "at the end\n" }]

  it("shows the patch where one is told, hunk by hunk", () => {
    const input = { filePath: "/w/a.ts", oldString: "old", newString: "new" }
    const { calls } = fold([assistant(reply, ours), tool("call_1", { status: "completed", input, output: "Edit applied successfully.", title: "a.ts", metadata: { diff: patch }, time: { start: 1, end: 2 } }, "edit")])
    assert.deepStrictEqual(calls[0]?.content, hunks)
    assert.deepStrictEqual(calls[0]?.locations, [{ path: "/w/a.ts", line: 1 }, { path: "/w/a.ts", line: 10 }])
  })

  it("shows with a permission what a write takes from the file that is there, and keeps it", () => {
    const input = { filePath: "/w/a.ts", content: "kept\nnew\n" }
    const { calls } = fold([
      assistant(reply, ours), tool("call_1", { status: "running", input, time: { start: 1 } }, "write"),
      event("permission.asked", { id: "per_1", sessionID, permission: "edit", patterns: ["a.ts"], metadata: { filepath: "/w/a.ts", diff: patch }, always: ["*"], tool: { messageID: reply, callID: "call_1" } }),
      tool("call_1", { status: "completed", input, output: "Wrote file successfully.", title: "a.ts", metadata: { exists: true }, time: { start: 1, end: 2 } }, "write")
    ])
    assert.deepStrictEqual(calls.map(({ content, status }) => [status, content]), [
      ["in_progress", [{ type: "diff", path: "/w/a.ts", oldText: null, newText: "kept\nnew\n" }]], ["in_progress", hunks], ["completed", hunks]
    ])
  })

  it("asks by what the request says where the tool has not told its input yet", () => {
    const { view } = fold([assistant(reply, ours), tool("call_1", { status: "pending", input: {}, raw: "" })])
    const permission = event("permission.asked", { id: "per_1", sessionID, permission: "bash", patterns: ["ls -l"], metadata: { command: "ls -l" }, always: [], tool: { messageID: reply, callID: "call_1" } })
    const [asked] = translate(view, permission, 1_000).asked
    assert.strictEqual(asked?.request._tag === "Permission" ? asked.request.title : "", "bash ls -l")
  })

  it("calls canceled what a stop ended", () => {
    const running = (id: string) => tool(id, { status: "running", input: {}, time: { start: 1 } })
    const { view } = fold([assistant(reply, ours), running("call_1"), running("call_2"), running("call_3")])
    const { calls } = fold([
      tool("call_1", { status: "error", input: {}, error: "Tool execution aborted", time: { start: 1, end: 2 } }),
      tool("call_2", { status: "completed", input: {}, output: "<shell_metadata>\nUser aborted the command\n</shell_metadata>", title: "", metadata: {}, time: { start: 1, end: 2 } }),
      tool("call_3", { status: "completed", input: {}, output: "done", title: "", metadata: {}, time: { start: 1, end: 2 } })
    ], { ...view, stopping: true })
    assert.deepStrictEqual(calls.map(({ status }) => status), ["canceled", "canceled", "completed"])
  })

  it("sums the steps once each, with cache as input and reasoning as output", () => {
    const first = step("prt_1", { total: 9, input: 100, output: 10, reasoning: 5, cache: { read: 20, write: 3 } })
    const { usage } = fold([assistant(reply, ours), first, first, step("prt_2", { input: 7, output: 1, reasoning: 0, cache: { read: 0, write: 0 } }, 0.25)])
    assert.deepStrictEqual(usage, [
      { inputTokens: 123, outputTokens: 15, cost: 0.5, contextUsed: 138, source: "measured" },
      { inputTokens: 130, outputTokens: 16, cost: 0.75, contextUsed: 8, source: "measured" }
    ])
  })

  it("counts figures that make no sense as none", () => {
    const { usage } = fold([assistant(reply, ours), step("prt_1", { input: -5, output: 1.6, cache: null }, -1), step("prt_2", { input: 0, output: 0 }, 0)])
    assert.deepStrictEqual(usage, [{ inputTokens: 0, outputTokens: 2, cost: 0, contextUsed: 2, source: "measured" }])
  })

  it("takes in a sub-agent: its words as thoughts, its tokens but not its context, its requests", () => {
    const child = "ses_child"
    const { asked, text: said, thought, usage } = fold([
      assistant(reply, ours), event("session.created", { sessionID: child, info: { id: child, directory: "/w", title: "Child session - 2026", parentID: sessionID, version: "1", time: {} } }),
      assistant("msg_c", "msg_cu", {}, child), part("msg_c", "prt_c", { type: "text", text: "inside", time: { start: 1, end: 2 } }, child),
      step("prt_s", { input: 5, output: 2 }, 0.1, child, "msg_c"),
      event("permission.asked", { id: "per_1", sessionID: child, permission: "bash", patterns: ["ls"], metadata: {}, always: ["ls *"] }),
      event("permission.asked", { id: "per_2", sessionID: "ses_other", permission: "bash", patterns: ["ls"], metadata: {}, always: [] })
    ])
    assert.deepStrictEqual([said, thought, asked], ["", "inside", ["per_1"]])
    assert.deepStrictEqual(usage, [{ inputTokens: 5, outputTokens: 2, cost: 0.1, source: "measured" }])
  })

  it("knows a sub-agent that is taken up again by its task", () => {
    const child = "ses_child"
    const { thought } = fold([
      assistant(reply, ours), tool("call_1", { status: "running", input: {}, metadata: { sessionId: child }, time: { start: 1 } }, "task"),
      assistant("msg_c", "msg_cu", {}, child), part("msg_c", "prt_c", { type: "text", text: "again", time: { start: 1, end: 2 } }, child)
    ])
    assert.strictEqual(thought, "again")
  })

  it("shows the todo list as the plan", () => {
    const { updates } = fold([event("todo.updated", { sessionID, todos: [{ content: "a", status: "in_progress", priority: "high" }, { content: "b", status: "cancelled", priority: "low" }, { content: "c", status: "pending", priority: "?" }] })])
    assert.deepStrictEqual(updates, [{ _tag: "Plan", entries: [{ content: "a", status: "in_progress", priority: "high" }, { content: "c", status: "pending", priority: "medium" }] }])
  })

  describe("the end", () => {
    it("is an idle after the answer to our message, and no other", () => {
      const over = (...events: ReadonlyArray<OpencodeEvent>) => isOver(fold(events).view)
      assert.isFalse(over(idle))
      assert.isFalse(over(idle, user(ours), busy, idle))
      assert.isFalse(over(user(ours), assistant(reply, ours), idle))
      assert.isFalse(over(idle, completed(reply, ours)))
      assert.isFalse(over(completed(reply, older), idle))
      assert.isFalse(over(completed(reply, ours), event("session.idle", { sessionID: "ses_2" })))
      assert.isTrue(over(completed(reply, ours), idle))
      assert.isTrue(over(completed(reply, ours), event("session.status", { sessionID, status: { type: "idle" } })))
    })

    it("waits for the next step", () => {
      assert.isFalse(isOver(fold([completed(reply, ours, "tool-calls"), assistant(later, ours), idle]).view))
      assert.isTrue(isOver(fold([completed(reply, ours, "tool-calls"), completed(later, ours), idle]).view))
      assert.isFalse(isOver(fold([completed(later, ours), idle, assistant(later, ours)]).view))
    })

    it("is that of the summary and what follows where opencode compacts the session in the turn", () => {
      const { text: said, thought, view } = fold([
        completed(reply, ours, "tool-calls"), user(later), assistant("msg_204f90000001a", later, { summary: true }), text("msg_204f90000001a", "prt_s", "the summary", true),
        user("msg_204f90000002a"), completed("msg_204f90000003a", "msg_204f90000002a"), text("msg_204f90000003a", "prt_t", "goes on", true), idle
      ])
      assert.deepStrictEqual([said, thought, isOver(view)], ["goes on", "the summary", true])
    })

    it("takes no message of an earlier turn for ours", () => {
      assert.isFalse(isAnswered(fold([user(older), completed(reply, older), idle]).view))
    })

    /** What an aborted turn still brings, as it was recorded, and an idle of an abort that met nothing. */
    const stale: ReadonlyArray<OpencodeEvent> = [
      event("session.error", { sessionID, error: { name: "MessageAbortedError", data: { message: "Aborted" } } }), idle,
      text("msg_204f8ba61001aaaaaaaaaaaaaa", "prt_old", "of the turn before", true), delta("prt_old", "more of it"),
      assistant("msg_204f8ba61001aaaaaaaaaaaaaa", older, { error: { name: "MessageAbortedError", data: { message: "Aborted" } }, time: { created: 1, completed: 2 } }),
      event("session.status", { sessionID, status: { type: "idle" } }), idle, tool("call_old", { status: "completed", input: {}, output: "old", time: { start: 1, end: 2 } }, "bash", "msg_204f8ba61001aaaaaaaaaaaaaa")
    ]
    const wholeTurn: ReadonlyArray<OpencodeEvent> = [
      user(ours), text(ours, "prt_u", "my prompt", true), busy, assistant(reply, ours), text(reply, "prt_1", ""), delta("prt_1", "one "), delta("prt_1", "two"), text(reply, "prt_1", "one two", true),
      tool("call_1", { status: "completed", input: {}, output: "a", time: { start: 1, end: 2 } }), completed(reply, ours, "tool-calls"), assistant(later, ours), completed(later, ours), busy
    ]
    const places = Arbitrary.array(Arbitrary.schema(Schema.Struct({ at: Schema.Literals([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]), what: Schema.Literals([0, 1, 2, 3, 4, 5, 6, 7]) })), { maxLength: 30 })

    it.prop("is brought by nothing of the turn before, wherever that lands, and none of its words are taken in", { places }, ({ places }) => {
      const events = wholeTurn.flatMap((one, at) => [...places.filter((place) => place.at === at).flatMap(({ what }) => stale[what] ?? []), one])
      const { calls, text: said, updates, view } = fold(events)
      assert.deepStrictEqual([said, calls.map(({ toolCallId }) => toolCallId), updates.length], ["one two", [ToolCallId.make("call_1")], 3])
      // between two steps an idle of the turn before can look like the end; the session's status, which is asked then, says busy
      const done = events.findIndex((one) => one.type === "message.updated" && one.properties.info.id === later && one.properties.info.time.completed !== undefined)
      for (let at = 0; at < done; at++) {
        const so = fold(events.slice(0, at)).view
        assert.isFalse(isOver(so) && so.last?.finish !== "tool-calls")
      }
      assert.isTrue(isOver(fold([idle], view).view))
      assert.deepStrictEqual(endOf(view), { cause: { _tag: "Answered", stopReason: "end_turn" }, stopReason: "end_turn" })
    })

    const failed = (error: object) => endOf(fold([assistant(reply, ours, { error })]).view)
    it("says why", () => {
      assert.deepStrictEqual(endOf(fold([completed(reply, ours, "length")]).view).stopReason, "max_tokens")
      assert.deepStrictEqual(endOf(fold([completed(reply, ours, "content-filter")]).view).stopReason, "refusal")
      assert.deepStrictEqual(endOf(fold([completed(reply, ours, "tool-calls")]).view).stopReason, "end_turn")
      assert.deepStrictEqual(failed({ name: "MessageAbortedError", data: { message: "Aborted" } }).stopReason, "cancelled")
      assert.deepStrictEqual(failed({ name: "APIError", data: { message: "bad thing\n  at x", statusCode: 400, isRetryable: false } }), { cause: { _tag: "AgentFailed", message: "bad thing", code: 400 } })
      assert.deepStrictEqual(failed({ name: "UnknownError" }), { cause: { _tag: "AgentFailed", message: "UnknownError" } })
    })

    it("keeps the first failure of the session, and none of an abort", () => {
      const failure = (name: string, message: string) => event("session.error", { sessionID, error: { name, data: { message } } })
      const { view } = fold([failure("MessageAbortedError", "Aborted"), failure("UnknownError", "Agent not found"), failure("UnknownError", "at <anonymous>")])
      assert.strictEqual(view.failure?.data?.message, "Agent not found")
    })
  })
})

it("more than anybody reads is cut: plans, inputs, outputs", () => {
  const todos = Array.from({ length: 50_000 }, () => ({ content: "p".repeat(3000), status: "pending", priority: "high" }))
  const input = { command: "i".repeat(5e6) }
  const { updates } = fold([user(ours), assistant(reply, ours), event("todo.updated", { sessionID, todos }), tool("c", { status: "completed", input, output: "o".repeat(5e6) })])
  assert.deepStrictEqual(updates.map(({ _tag }) => _tag), ["Plan", "Tool"])
  assert.isAtMost(JSON.stringify(updates).length, 3_000_000)
})
