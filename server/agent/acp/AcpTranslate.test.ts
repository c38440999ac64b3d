/** ACP's words as agents were seen to say them, and what becomes of them; decoded as the backend decodes them. */
import { assert, describe, it } from "@effect/vitest"
import { Option, Schema } from "effect"
import { ChatEvent } from "../../../shared/ChatEvent.ts"
import { TurnId } from "../../../shared/Ids.ts"
import type { AgentFact } from "../../../shared/SessionUpdate.ts"
import type { RawUpdate } from "../Coalescer.ts"
import { plainQuirks } from "../AgentRow.ts"
import { answered, firstTurn, idle, nextTurn, report, translate, type TurnView } from "./AcpTranslate.ts"
import { AcpPrompted, AcpSession, decodePermission, decodeUpdate } from "./AcpUpdate.ts"
import type { UsageRules } from "./AcpUsage.ts"

const at = 1000
const decodeAnswer = Schema.decodeUnknownOption(AcpPrompted)
const decodeSession = Schema.decodeUnknownSync(AcpSession)

interface Heard { readonly view: TurnView; readonly updates: ReadonlyArray<RawUpdate>; readonly facts: ReadonlyArray<AgentFact> }

const opened = (session: unknown = {}, rules: UsageRules = plainQuirks, continuity: "fresh" | "resumed" = "fresh"): TurnView =>
  firstTurn(rules, { continuity, session: decodeSession(session) })

/** One `session/update` after the other, each a moment later; what can't be decoded is not heard. */
const hear = (view: TurnView, ...updates: ReadonlyArray<unknown>): Heard => {
  let heard: Heard = { view, updates: [], facts: [] }
  for (const [index, update] of updates.entries()) {
    const decoded = decodeUpdate({ sessionId: "s", update })
    if (Option.isNone(decoded)) continue
    const { facts, updates, view } = translate(heard.view, decoded.value.update, at + index)
    heard = { view, updates: [...heard.updates, ...updates], facts: [...heard.facts, ...facts] }
  }
  return heard
}
const answer = (view: TurnView, prompted: unknown): Heard => answered(view, Option.getOrElse(decodeAnswer(prompted), () => ({})))
const ask = (view: TurnView, toolCall: unknown): Heard => {
  const { toolCall: tool } = Option.getOrThrow(decodePermission({ sessionId: "s", toolCall, options: [] }))
  return report(view, tool, at)
}

const says = (text: string, more = {}) => ({ sessionUpdate: "agent_message_chunk", content: { type: "text", text }, ...more })
const thinks = (text: string) => ({ sessionUpdate: "agent_thought_chunk", content: { type: "text", text } })
const call = (toolCallId: string, more = {}) => ({ sessionUpdate: "tool_call", toolCallId, ...more })
const update = (toolCallId: string, more = {}) => ({ sessionUpdate: "tool_call_update", toolCallId, ...more })

const told = (one: RawUpdate): string => {
  switch (one._tag) {
    case "Text": return `${one.partId} ${one.kind}: ${one.text}`
    case "Tool": return `${one.call.toolCallId}: ${one.call.status}`
    case "Plan": return "plan"
    case "Usage": return "usage"
  }
}
const lastCall = ({ updates }: Heard) => {
  const last = updates.at(-1)
  assert(last?._tag === "Tool")
  return last.call
}
const lastUsage = ({ updates }: Heard) => {
  const last = updates.findLast(({ _tag }) => _tag === "Usage")
  return last?._tag === "Usage" ? last.usage : undefined
}

describe("text", () => {
  it("is one part until the kind changes or something comes between", () => {
    const { updates } = hear(opened(), thinks("a"), thinks("b"), says("c"), says("d"), call("t"), says("e"), { sessionUpdate: "plan", entries: [] }, says("f"), thinks("g"))
    assert.deepStrictEqual(updates.map(told), [
      "p1 thought: a", "p1 thought: b", "p2 text: c", "p2 text: d", "t: pending", "p3 text: e", "plan", "p4 text: f", "p5 thought: g"
    ])
  })

  it("goes on in its part when nothing is said between: empty chunks, usage, commands, a report that changes nothing", () => {
    const { updates } = hear(opened(), call("t", { status: "completed" }), says("a"), says(""), update("t", { status: "in_progress" }),
      { sessionUpdate: "usage_update", used: 1, size: 2 }, { sessionUpdate: "available_commands_update", availableCommands: [] }, says("b"))
    assert.deepStrictEqual(updates.map(told), ["t: completed", "p1 text: a", "usage", "p1 text: b"])
  })

  it("stands for what isn't text: links, small images, and the name of the rest", () => {
    const block = (content: unknown) => ({ sessionUpdate: "agent_message_chunk", content })
    const { updates } = hear(opened(), block({ type: "resource_link", uri: "file:///a", name: "a" }), block({ type: "image", data: "aGk=", mimeType: "image/gif" }),
      block({ type: "image", data: "x".repeat(100_000) }), block({ type: "audio", data: "aGk=" }))
    assert.deepStrictEqual(updates.map((one) => one._tag === "Text" ? one.text : ""), ["[a](file:///a)", "![image](data:image/gif;base64,aGk=)", "[image]", "[audio]"])
  })

  it("of the next turn begins with its first part again", () => {
    const { view } = hear(opened(), says("a"), call("t"), says("b"))
    assert.deepStrictEqual(hear(nextTurn(view), says("c"), update("t", { status: "completed" })).updates.map(told), ["p1 text: c", "t: completed"])
  })
})

describe("a tool call", () => {
  it("is told by tool_call, its updates and a permission request, merged in whatever order they come", () => {
    const first = hear(opened(), call("t", { title: "Write a", kind: "edit", rawInput: { path: "a" }, locations: [{ path: "/a", line: 3 }] }))
    const asked = ask(first.view, { toolCallId: "t", status: "pending", content: [{ type: "diff", path: "/a", oldText: null, newText: "new" }] })
    const done = hear(asked.view, update("t", { status: "in_progress" }), update("t", { status: "completed", rawOutput: "ok" }))
    assert.deepStrictEqual(lastCall(done), {
      toolCallId: lastCall(first).toolCallId, title: "Write a", kind: "edit", status: "completed", startedAt: 1000, endedAt: 1001,
      content: [{ type: "diff", path: "/a", oldText: null, newText: "new" }], locations: [{ path: "/a", line: 3 }],
      input: "{\n  \"path\": \"a\"\n}", output: "ok"
    })
  })

  it("never goes back, not even in cline's order", () => {
    const first = hear(opened(), update("t", { status: "pending", title: "Edit" }))
    const asked = ask(first.view, { toolCallId: "t" })
    const { updates } = hear(asked.view, update("t", { status: "in_progress" }), call("t", { status: "pending", kind: "edit" }), update("t", { status: "completed" }), call("t", { status: "pending" }))
    assert.deepStrictEqual(updates.map(told), ["t: in_progress", "t: in_progress", "t: completed"])
  })

  it("begins with a permission request where the agent announces nothing before: gemini, kilo", () => {
    const asked = ask(opened(), { toolCallId: "t", title: "Run it", kind: "execute" })
    assert.deepStrictEqual([lastCall(asked).title, lastCall(asked).status], ["Run it", "pending"])
    assert.strictEqual(lastCall(hear(asked.view, update("t", { status: "completed" }))).title, "Run it")
  })

  it("keeps what it had where a report leaves it out, and takes no new thing but its title once it has ended", () => {
    const heard = hear(opened(), call("t", { title: "A", kind: "read", status: "failed", rawOutput: "no", content: [{ type: "content", content: { type: "text", text: "x" } }] }))
    const later = hear(heard.view, update("t", { title: "What it was about", status: "completed", rawOutput: "yes", content: [] }))
    assert.deepStrictEqual(lastCall(later), { ...lastCall(heard), title: "What it was about" })
    assert.deepStrictEqual(hear(later.view, update("t", { status: "completed" })).updates, [], "nothing is new")
  })

  it("is called by its id until it has a title, and is of no kind that ACP doesn't know", () => {
    const { kind, status, title } = lastCall(hear(opened(), call("t", { kind: "magic", status: "enlightened", title: "" })))
    assert.deepStrictEqual([title, kind, status], ["t", "other", "pending"])
    assert.strictEqual(lastCall(hear(opened(), call("t", { title: `${"x".repeat(499)}😀` }))).title, "x".repeat(499))
  })

  it("shows text, images, diffs and terminals; input and output as JSON text, none where there is none yet", () => {
    const { content, input, output } = lastCall(hear(opened(), call("t", { rawInput: {}, rawOutput: 42, content: [
      { type: "content", content: { type: "text", text: "a\0b" } }, { type: "content", content: { type: "image", data: "aGk=" } },
      { type: "diff", path: "/a", oldText: "old", newText: "\ud800" }, { type: "terminal", terminalId: "t1" }, { type: "hologram" }, { type: "diff" }
    ] })))
    assert.deepStrictEqual(content, [
      { type: "content", content: { type: "text", text: "a\ufffdb" } }, { type: "content", content: { type: "image", data: "aGk=", mimeType: "image/png" } },
      { type: "diff", path: "/a", oldText: "old", newText: "\ufffd" }, { type: "terminal", terminalId: "t1" }
    ])
    assert.deepStrictEqual([input, output], [undefined, "42"])
  })
})

describe("what an agent announces", () => {
  const modes = { currentModeId: "ask", availableModes: [{ id: "ask", name: "Ask" }, { id: "auto", name: "Auto", description: "By itself" }] }
  const available = [{ id: "ask", name: "Ask" }, { id: "auto", name: "Auto", description: "By itself" }]
  const model = { id: "model", name: "Model", category: "model", type: "select", currentValue: "a", options: [{ value: "a", name: "A" }, { group: "g", options: [{ value: "b" }] }] }
  const modelOption = { id: "model", name: "Model", category: "model", current: "a", choices: [{ value: "a", name: "A" }, { value: "b", name: "b" }] }

  it("are commands, a line of each, two hundred at most", () => {
    const many = Array.from({ length: 500 }, (_, index) => ({ name: `c${index}`, description: "x".repeat(5000), input: { hint: "what" } }))
    const { facts } = hear(opened(), { sessionUpdate: "available_commands_update", availableCommands: [{ name: "plan", description: null }, { description: "nameless" }, ...many] })
    assert(facts[0]?._tag === "Announced")
    const { commands = [] } = facts[0].announcement
    assert.deepStrictEqual([commands.length, commands[0], commands[1]], [200, { name: "plan", description: "" }, { name: "c0", description: "x".repeat(200), hint: "what" }])
  })

  it("is its mode, with all there are, when it changes by itself", () => {
    const changed = hear(opened({ modes }), { sessionUpdate: "current_mode_update", currentModeId: "auto" })
    assert.deepStrictEqual(changed.facts, [{ _tag: "Announced", announcement: { modes: { current: "auto", available } } }])
    assert.deepStrictEqual(hear(changed.view, { sessionUpdate: "current_mode_update", currentModeId: "auto" }).facts, [], "nothing is new")
    assert.deepStrictEqual(hear(nextTurn(changed.view), { sessionUpdate: "current_mode_update", currentModeId: "ask" }).facts.length, 1, "it stands over turns")
    assert.deepStrictEqual(hear(opened(), { sessionUpdate: "current_mode_update", currentModeId: "auto" }).facts, [], "an agent without modes has none")
  })

  it("are its options that are choices, groups of them too", () => {
    const toggle = { id: "yolo", name: "Yolo", type: "boolean", currentValue: true }
    const { facts, view } = hear(opened(), { sessionUpdate: "config_option_update", configOptions: [model, toggle, { id: 3 }, { id: "none", currentValue: "x", options: [] }] })
    assert.deepStrictEqual(facts, [{ _tag: "Announced", announcement: { options: [modelOption] } }])
    assert.deepStrictEqual(view.standing.options, [modelOption])
  })

  it("is its title, mended", () => {
    assert.deepStrictEqual(hear(opened(), { sessionUpdate: "session_info_update", title: "A\0" }, { sessionUpdate: "session_info_update" }).facts, [{ _tag: "Titled", title: "A\ufffd" }])
  })

  it("counts between turns, too; what it says then is said to nobody", () => {
    const { view } = hear(opened({ modes }), says("a"), call("t"), { sessionUpdate: "current_mode_update", currentModeId: "auto" })
    const later = idle(view)
    assert.strictEqual(later.standing.modes?.current, "auto")
    assert.deepStrictEqual(hear(later, says("b")).updates.map(told), ["p1 text: b"])
  })
})

describe("usage", () => {
  const usage = (inputTokens: number, outputTokens: number, more = {}) => ({ usage: { inputTokens, outputTokens, ...more } })
  const rule = (usage: UsageRules["usage"], cost: UsageRules["cost"] = "none"): UsageRules => ({ usage, cost })
  const report = (more: object) => ({ sessionUpdate: "usage_update", ...more })

  it("that is the sum of the turn is taken as it is, caches as input, reasoning as output", () => {
    assert.deepStrictEqual(lastUsage(answer(opened(), usage(10, 5, { cachedReadTokens: 100, cachedWriteTokens: 7, thoughtTokens: 3 }))),
      { inputTokens: 117, outputTokens: 8, source: "measured" })
  })

  it("counts caches and reasoning once, where the total says that they are within", () => {
    const within = usage(100, 50, { cachedReadTokens: 80, thoughtTokens: 20, totalTokens: 150 })
    assert.deepStrictEqual(lastUsage(answer(opened(), within)), { inputTokens: 100, outputTokens: 50, source: "measured" })
    const between = usage(100, 50, { cachedReadTokens: 80, thoughtTokens: 20, totalTokens: 170 })
    assert.deepStrictEqual(lastUsage(answer(opened(), between)), { inputTokens: 100, outputTokens: 70, source: "measured" })
  })

  it("of the last call only is the least it can have been, and says so", () => {
    assert.deepStrictEqual(lastUsage(answer(opened({}, rule("last call")), usage(10, 5))), { inputTokens: 10, outputTokens: 5, source: "estimated" })
  })

  it("that is a running total is the turn's by what it grew", () => {
    const first = answer(opened({}, rule("running total")), usage(100, 10, { cachedReadTokens: 90 }))
    assert.deepStrictEqual(lastUsage(first), { inputTokens: 100, outputTokens: 10, source: "measured" })
    const silent = answer(nextTurn(first.view), {})
    assert.isUndefined(lastUsage(silent))
    const third = answer(nextTurn(silent.view), usage(250, 25))
    assert.deepStrictEqual(lastUsage(third), { inputTokens: 150, outputTokens: 15, source: "measured" })
    assert.deepStrictEqual(lastUsage(answer(nextTurn(third.view), usage(30, 3))), { inputTokens: 30, outputTokens: 3, source: "measured" }, "it began anew")
  })

  it("in the chunks is added up, call by call", () => {
    const meta = (inputTokens: number, outputTokens: number) => says("", { _meta: { ...usage(inputTokens, outputTokens, { cachedReadTokens: 5, totalTokens: inputTokens + outputTokens }), durationMs: 3 } })
    const heard = hear(opened({}, rule("chunk meta")), meta(10, 1), says("a"), meta(20, 2), says("", { _meta: { usage: null } }))
    assert.deepStrictEqual(heard.updates.map(told), ["usage", "p1 text: a", "usage"])
    assert.deepStrictEqual(lastUsage(heard), { inputTokens: 30, outputTokens: 3, source: "measured" })
    assert.isUndefined(lastUsage(answer(heard.view, usage(1, 1))), "the answer adds nothing")
    assert.deepStrictEqual(lastUsage(hear(nextTurn(heard.view), meta(7, 1))), { inputTokens: 7, outputTokens: 1, source: "measured" })
  })

  it("in the answer's meta is gemini's", () => {
    const prompted = { stopReason: "end_turn", _meta: { quota: { token_count: { input_tokens: 12, output_tokens: 4 }, model_usage: [] } } }
    assert.deepStrictEqual(lastUsage(answer(opened({}, rule("answer meta")), prompted)), { inputTokens: 12, outputTokens: 4, source: "measured" })
  })

  it("that is not reported is none", () => {
    assert.deepStrictEqual(answer(opened({}, rule("none")), usage(10, 5)).updates, [])
  })

  it("that costs is the turn's share of what the session has cost", () => {
    const first = hear(opened(), report({ used: 10, size: 100, cost: { amount: 0.1, currency: "USD" } }))
    assert.deepStrictEqual(lastUsage(first), { inputTokens: 0, outputTokens: 0, cost: 0.1, contextUsed: 10, contextSize: 100, source: "not reported" })
    const ended = answer(first.view, usage(3, 4))
    assert.deepStrictEqual(lastUsage(ended), { inputTokens: 3, outputTokens: 4, cost: 0.1, contextUsed: 10, contextSize: 100, source: "measured" })
    const second = hear(nextTurn(ended.view), report({ cost: { amount: 0.2 } }), report({ cost: { amount: 0.3 } }))
    assert.strictEqual(lastUsage(second)?.cost, 0.2, "no less and no more, and without a tail of zeros and a four")
    assert.deepStrictEqual(hear(second.view, report({ cost: { amount: 0.3 } })).updates, [], "nothing is new")
    assert.strictEqual(lastUsage(hear(nextTurn(second.view), report({ cost: { amount: 0.05 } })))?.cost, 0.05, "it began anew")
  })

  it("of a session that was taken up again does not cost what it had cost before", () => {
    const resumed = hear(opened({}, plainQuirks, "resumed"), report({ cost: { amount: 5 } }))
    assert.isUndefined(lastUsage(resumed))
    assert.strictEqual(lastUsage(hear(resumed.view, report({ cost: { amount: 5.25 } })))?.cost, 0.25)
    const told = hear(idle(opened({}, plainQuirks, "resumed")), report({ cost: { amount: 5 } }))
    assert.strictEqual(lastUsage(hear(idle(told.view), report({ cost: { amount: 5.5 } })))?.cost, 0.5, "told before the turn")
  })

  it("that costs nothing anybody can tell is without a cost", () => {
    assert.isUndefined(lastUsage(hear(opened({}, rule("sum of turn")), report({ used: 1, cost: { amount: 3 } })))?.cost)
  })

  it("that is junk counts as nothing, and fails nothing", () => {
    for (const junk of [null, "many", -5, 0, {}, [], true, Number.POSITIVE_INFINITY]) {
      assert.deepStrictEqual(answer(opened(), { usage: { inputTokens: junk, outputTokens: junk } }).updates, [], String(junk))
      assert.isUndefined(lastUsage(hear(opened(), report({ cost: { amount: junk } })))?.cost)
      assert.deepStrictEqual(answer(opened(), { usage: junk }).updates, [])
    }
    assert.isUndefined(lastUsage(hear(opened(), report({ cost: { amount: 1e300 } }))))
    assert.deepStrictEqual(lastUsage(answer(opened(), usage(1e300, 1.6))), { inputTokens: Number.MAX_SAFE_INTEGER, outputTokens: 2, source: "measured" })
    assert.strictEqual(lastUsage(hear(opened(), report({ used: -3.5, size: 1e300 })))?.contextSize, Number.MAX_SAFE_INTEGER)
  })
})

describe("more than anybody reads", () => {
  const many = <A>(count: number, of: (index: number) => A) => Array.from({ length: count }, (_, index) => of(index))
  const sizeOf = (one: unknown) => JSON.stringify(one).length
  const choices = many(5000, (index) => ({ value: `v${index}`, name: "n".repeat(1000) }))

  it("is cut: plans, locations, contents, inputs", () => {
    const plan = hear(opened(), { sessionUpdate: "plan", entries: many(50_000, () => ({ content: "p".repeat(3000), priority: "high", status: "pending" })) })
    assert.isAtMost(sizeOf(plan.updates), 500_000)
    const tool = lastCall(hear(opened(), call("t", {
      title: "t".repeat(1e6), rawInput: { text: "i".repeat(5e6) }, rawOutput: "o".repeat(5e6), locations: many(50_000, () => ({ path: "/p" })),
      content: many(5000, () => ({ type: "content", content: { type: "text", text: "c" } }))
    })))
    assert.deepStrictEqual([tool.title.length, tool.locations.length, tool.content.length], [500, 100, 100])
    assert.isAtMost(sizeOf([tool.input, tool.output]), 2.2 * 1024 * 1024)
    const image = lastCall(hear(opened(), call("t", { content: [{ type: "content", content: { type: "image", data: "i".repeat(3e6), mimeType: "image/png" } }] })))
    assert.deepStrictEqual(image.content, [{ type: "content", content: { type: "text", text: "[image]" } }])
  })

  it("is nested no deeper, and named no longer", () => {
    let deep: unknown = 1
    for (let level = 0; level < 20_000; level++) deep = [deep]
    assert.strictEqual(lastCall(hear(opened(), call("t", { rawInput: deep }))).input, "[nested more than 32 levels deep]")
    assert.deepStrictEqual(hear(opened(), call("Q".repeat(1e6))).updates, [])
  })

  it("is cut in what an agent offers", () => {
    const config = (id: string) => ({ id, name: "n".repeat(1000), type: "select", currentValue: "v1", options: choices })
    const { facts, view } = hear(opened(), { sessionUpdate: "config_option_update", configOptions: many(5000, (index) => config(`o${index}`)) },
      { sessionUpdate: "available_commands_update", availableCommands: many(30_000, () => ({ name: "c".repeat(1000), description: "d".repeat(1000) })) },
      { sessionUpdate: "session_info_update", title: "t".repeat(1e6) })
    for (const fact of facts) assert.isAtMost(sizeOf(fact), 300_000)
    assert.deepStrictEqual(view.standing.options?.map((one) => [one.id, one.choices.length, one.name.length]), [["o0", 500, 200], ["o1", 500, 200]])
    const { modes } = opened({ modes: { currentModeId: "m0", availableModes: many(5000, (index) => ({ id: `m${index}`, name: "n".repeat(1000), description: "d".repeat(1000) })) } }).standing
    assert.strictEqual(modes?.available.length, 500)
    assert.isAtMost(sizeOf(modes), 300_000)
  })
})

describe("junk", () => {
  it("is left out, and takes nothing with it", () => {
    const tool = lastCall(hear(opened(), call("t", {
      title: 7, kind: {}, status: "completed", locations: [{ path: "/a", line: 1.5 }, { line: 2 }, "x", { path: "/b", line: 1e300 }], content: [{}, 3, { type: "terminal", terminalId: "t1" }]
    })))
    assert.deepStrictEqual([tool.title, tool.status, tool.locations, tool.content], ["t", "completed", [{ path: "/a" }, { path: "/b" }], [{ type: "terminal", terminalId: "t1" }]])
    const { updates } = hear(opened(), { sessionUpdate: "plan", entries: [{ content: "a", priority: "urgent", status: 3 }, {}, { content: "b", priority: "low", status: "completed" }] })
    assert.deepStrictEqual(updates, [{ _tag: "Plan", entries: [{ content: "a", priority: "medium", status: "pending" }, { content: "b", priority: "low", status: "completed" }] }])
    assert.deepStrictEqual(hear(opened(), { sessionUpdate: "telepathy" }, call("t", { toolCallId: 3 }), says("", { content: "x" }), null).updates, [])
  })

  /** Fields that ACP knows, with whatever in them. */
  const fields = ["title", "kind", "status", "content", "locations", "rawInput", "rawOutput", "entries", "used", "size", "cost", "_meta", "path", "line",
    "type", "text", "amount", "usage", "inputTokens", "outputTokens", "totalTokens", "newText", "data", "terminalId"] as const
  const leaves = ["text", "diff", "content", "terminal", "image", "completed", "\0", "\ud83d", "", 0, 1, -1, 0.5, 1e300, Number.MAX_SAFE_INTEGER + 2, true, null]
  const junk = (dice: (sides: number) => number, depth: number): unknown => {
    switch (depth === 0 ? 0 : dice(4)) {
      case 0: return leaves[dice(leaves.length)]
      case 1: return Array.from({ length: dice(4) }, () => junk(dice, depth - 1))
      default: return Object.fromEntries(Array.from({ length: dice(8) }, () => [fields[dice(fields.length)], junk(dice, depth - 1)]))
    }
  }
  const diceOf = (seed: number) => {
    let state = seed + 1
    return (sides: number) => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 1) % sides
  }
  const seeds = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000_000 })))

  const turnId = TurnId.make("00000001-0000-4000-8000-000000000001")
  const eventOf = (one: RawUpdate): ChatEvent => {
    switch (one._tag) {
      case "Text": return { _tag: "TextAppended", turnId, partId: one.partId, kind: one.kind, offset: 0, text: one.text }
      case "Tool": return { _tag: "ToolCallUpserted", turnId, call: one.call }
      case "Plan": return { _tag: "PlanReplaced", turnId, entries: one.entries }
      case "Usage": return { _tag: "UsageReported", turnId, usage: one.usage }
    }
  }
  const decodeEvent = Schema.decodeUnknownSync(Schema.fromJsonString(ChatEvent))

  it.prop("whatever it is, what becomes of it can be read from the log again", { seeds }, ({ seeds }) => {
    let view = opened()
    const check = (heard: Heard) => {
      for (const one of heard.updates) decodeEvent(JSON.stringify(eventOf(one)))
      view = heard.view
    }
    for (const seed of seeds) {
      const dice = diceOf(seed), body = Object.fromEntries(fields.map((field) => [field, junk(dice, 3)]))
      for (const sessionUpdate of ["agent_message_chunk", "tool_call", "tool_call_update", "plan", "usage_update"]) {
        check(hear(view, { ...body, sessionUpdate, toolCallId: `t${dice(3)}`, ...(dice(2) === 0 ? { content: { ...body, type: "text" } } : {}) }))
      }
      check(answer(view, body))
    }
  }, { arbitrary: { runs: 300, size: 30 } })
})
