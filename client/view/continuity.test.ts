import { assert, describe, it } from "vitest"
import { asked, chatOf, delivered, ended, ids, says, type Step } from "../../test/support/chatLog.ts"
import { agents } from "../../test/support/samples.ts"
import { continuityChip, turnNote } from "./continuity.ts"

const end = 1_700_000_000_000
const minute = 60_000
const info = (name: string) => agents.find((agent) => agent.name === name)
const bound = (agent: string, session: string, continuity: "fresh" | "resumed" | "replayed", why: string): Step =>
  ({ _tag: "AgentBound", agent: ids.agent(agent), agentSessionId: session, continuity, why })
const first = [...asked(1, "hello"), bound("goose", "s1", "fresh", "The first turn of this agent in this chat."), delivered(1), says(1, "p", "hi"), ended(1)]
const chip = (steps: ReadonlyArray<Step>, agent: string, later = 0, connected = true) => continuityChip(chatOf(steps, end), info(agent), connected, end + later)

describe("the chip beside the agent picker", () => {
  it("is hidden until a turn has ended, and while nobody is connected", () => {
    assert.isUndefined(chip(first.slice(0, -1), "goose"))
    assert.isUndefined(chip(first, "goose", 0, false))
    assert.isUndefined(continuityChip(undefined, info("goose"), true, end))
  })
  it("resumes an agent that has a session here, from the very end of its turn, and grows older", () => {
    assert.deepInclude(chip(first, "goose"), { kind: "resumed", words: "Resuming goose", age: "last active just now", tone: "quiet" })
    assert.strictEqual(chip(first, "goose", 3 * minute)?.age, "last active 3m ago")
    assert.strictEqual(chip(first, "goose", 150 * minute)?.age, "last active 2h ago")
  })
  it("is about the agent that is chosen: another has no session yet", () => {
    assert.deepInclude(chip(first, "qwen"), { kind: "new session", words: "New session for Qwen Code", age: undefined })
  })
  it("resumes the one after switching to another and back", () => {
    const back = [...first, ...asked(2, "you?", "qwen"), bound("qwen", "q1", "fresh", "first"), delivered(2), ended(2)]
    assert.strictEqual(chip(back, "goose")?.kind, "resumed")
    assert.strictEqual(chip(back, "qwen")?.kind, "resumed")
  })
  it("tells the history to one that can't resume, by its row or as it was seen", () => {
    const gemini = [...asked(1, "hello", "gemini"), bound("gemini", "g1", "fresh", "first"), delivered(1), ended(1)]
    assert.deepInclude(chip(gemini, "gemini"), { kind: "history", words: "Gemini CLI is told the history" })
    assert.strictEqual(chip([...first, bound("goose", "s2", "replayed", "It can't.")], "goose")?.kind, "history")
  })
  it("says fresh and why after a failed resume, until it is bound again", () => {
    const lost = [...first, bound("goose", "s2", "fresh", "Its session could not be taken up again: not found")]
    assert.deepInclude(chip(lost, "goose"), { kind: "fresh", words: "goose began anew", tone: "warn" })
    assert.include(chip(lost, "goose")?.why, "not found")
    assert.strictEqual(chip([...lost, bound("goose", "s2", "resumed", "again")], "goose")?.kind, "resumed")
  })
  it("says that it works, and why it went down", () => {
    assert.strictEqual(chip([...first, ...asked(2, "more")], "goose")?.age, "at work now")
    const down: Step = { _tag: "AgentDown", agent: ids.agent("goose"), cause: { _tag: "ChildExited", code: 3, signal: null, stderr: "" } }
    assert.deepInclude(chip([...first, down], "goose"), { kind: "resumed", tone: "warn" })
    assert.include(chip([...first, down], "goose")?.why, "exited with code 3")
  })
})

describe("the line before a turn", () => {
  const note = (before: string | undefined, ...steps: ReadonlyArray<Step>) => {
    const turn = chatOf([...asked(1, "x"), ...steps], end).turns[0]
    return turn === undefined ? undefined : turnNote(turn, before, "goose")
  }
  const stated = (continuity: "fresh" | "resumed" | "replayed", anew = false): Step =>
    ({ _tag: "ContinuityStated", turnId: ids.turn(1), context: { continuity, why: "because", anew } })
  it("is not there where nothing changed, or nothing came before", () => {
    assert.isUndefined(note("goose", delivered(1)))
    assert.isUndefined(note(undefined, delivered(1)))
    assert.isUndefined(note(undefined, stated("fresh")))
    assert.isUndefined(note("qwen"))
  })
  it("says how the agent came to its context, and why", () => {
    assert.deepEqual(note("goose", stated("resumed")), { words: "Resumed goose's session", why: "because", tone: "quiet" })
    assert.deepInclude(note("goose", stated("replayed")), { words: "goose was told what was said so far" })
    assert.deepInclude(note("goose", stated("fresh", true)), { words: "goose began anew: it doesn't know what was said before", tone: "warn" })
  })
  it("says that another agent took over", () => {
    assert.deepInclude(note("qwen", delivered(1)), { words: "goose goes on with its session" })
    assert.deepInclude(note("qwen", stated("fresh")), { words: "New session for goose: it doesn't know what was said before", tone: "quiet" })
  })
})
