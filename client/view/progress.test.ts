import { assert, describe, it } from "vitest"
import { asked, chatOf, delivered, ended, ids, says, type Step, tool } from "../../test/support/chatLog.ts"
import { endingOf } from "./ending.ts"
import { firstHeard, progressOf, silenceWords } from "./progress.ts"

const end = 1_000_000
const progress = (...steps: ReadonlyArray<Step>) => {
  const chat = chatOf([...asked(1, "do it"), ...steps], end)
  const turn = chat.turns[0]
  assert.isDefined(turn)
  return turn === undefined ? undefined : progressOf(turn, chat.items, "goose")
}
const request: Step = {
  _tag: "RequestOpened", turnId: ids.turn(1), requestId: ids.request(1), request: { _tag: "Permission", title: "Write", options: [] }
}

describe("progress, always in words", () => {
  it("starts the agent, since the turn began", () => {
    assert.deepEqual(progress(2000), { words: "Starting goose", since: end - 2000, tone: "works" })
  })
  it("waits for the first word, since the prompt was delivered", () => {
    assert.deepEqual(progress(500, delivered(1), 3000), { words: "Waiting for the first word", since: end - 3000, tone: "works" })
  })
  it("thinks and writes", () => {
    assert.strictEqual(progress(delivered(1), says(1, "t", "hm", "thought"))?.words, "Thinking")
    assert.strictEqual(progress(delivered(1), says(1, "t", "hm", "thought"), says(1, "p", "So"))?.words, "Writing")
  })
  it("runs a tool, by its name and since its start", () => {
    const running = progress(delivered(1), says(1, "p", "So"), tool(1, "a", { title: "`npm test`\n", kind: "execute", status: "in_progress" }), 1500)
    assert.deepEqual(running, { words: "Running npm test", since: end - 1500, tone: "works" })
  })
  it("counts tools that run at once", () => {
    const one = tool(1, "a", { title: "A", kind: "read", status: "in_progress" }), two = tool(1, "b", { title: "B", kind: "read", status: "pending" })
    assert.strictEqual(progress(delivered(1), one, two)?.words, "Running 2 tools")
  })
  it("waits for the next word after a tool, since its end", () => {
    const done = progress(delivered(1), tool(1, "a", { title: "A", kind: "read", status: "completed" }), 700)
    assert.deepEqual(done, { words: "Waiting for the next word", since: end - 700, tone: "works" })
  })
  it("says that it waits for a person", () => {
    assert.deepInclude(progress(delivered(1), request), { words: "Waiting for your answer", tone: "asks" })
  })
  it("says how far a stop had to go", () => {
    const stop: Step = { _tag: "StopRequested", turnId: ids.turn(1), by: ids.who("owner") }
    assert.deepInclude(progress(delivered(1), stop), { words: "Stopping", tone: "stops" })
    assert.include(progress(delivered(1), stop, { _tag: "StopEscalated", turnId: ids.turn(1), step: "sigkill" })?.words, "SIGKILL")
  })
})

describe("an agent that says nothing", () => {
  const silent = (quiet: number, ...steps: ReadonlyArray<Step>) => {
    const chat = chatOf([...asked(1, "do it"), ...steps], end)
    const turn = chat.turns[0]
    return turn === undefined ? undefined : progressOf(turn, chat.items, "goose", { at: end, now: end + quiet })
  }
  it("is said to be silent after a minute, since it was heard last", () => {
    assert.strictEqual(silent(59_999, delivered(1), says(1, "p", "So"))?.words, "Writing")
    assert.deepEqual(silent(72_000, delivered(1), says(1, "p", "So")), { words: "goose has said nothing for", since: end, tone: "silent" })
    assert.strictEqual(silenceWords(72_000), "1 min 12 s")
    assert.strictEqual(silenceWords(3_840_000), "1 h 04 min")
  })
  it("is not while it starts, waits for a person, runs a tool or is being stopped", () => {
    assert.strictEqual(silent(90_000)?.words, "Starting goose")
    assert.strictEqual(silent(90_000, delivered(1), request)?.tone, "asks")
    assert.strictEqual(silent(90_000, delivered(1), tool(1, "a", { title: "npm test", kind: "execute", status: "in_progress" }))?.words, "Running npm test")
    assert.strictEqual(silent(90_000, delivered(1), { _tag: "StopRequested", turnId: ids.turn(1), by: ids.who("owner") })?.tone, "stops")
  })
  it("counts from the handing over of the prompt where it never said a word", () => {
    const chat = chatOf([...asked(1, "do it"), delivered(1), 5000], end)
    const turn = chat.turns[0]
    assert.strictEqual(turn === undefined ? 0 : firstHeard(turn, chat.items, end), end - 5000)
  })
})

const ending = (...steps: ReadonlyArray<Step>) => {
  const turn = chatOf([...asked(1, "do it"), ...steps], end).turns[0]
  return turn === undefined ? undefined : endingOf(turn)
}
const endedBy = (cause: Extract<Step, { _tag: "TurnEnded" }>["cause"], outcome: Extract<Step, { _tag: "TurnEnded" }>["outcome"]): Step =>
  ({ _tag: "TurnEnded", turnId: ids.turn(1), outcome, cause })

describe("the cause of an ended turn, in words", () => {
  it("says nothing while it runs, and no sentence where it simply finished", () => {
    assert.isUndefined(ending())
    assert.deepInclude(ending(ended(1)), { tone: "quiet", sentence: undefined })
  })
  it("names a limit", () => {
    assert.deepInclude(ending(endedBy({ _tag: "Answered", stopReason: "max_tokens" }, "completed")), { tone: "note", sentence: "The agent reached its limit of tokens." })
  })
  it("keeps a crash's last words apart from its sentence", () => {
    const crashed = ending(endedBy({ _tag: "ChildExited", code: 3, signal: null, stderr: "a\nb\n" }, "failed"))
    assert.deepInclude(crashed, { tone: "bad", title: "Failed", sentence: "The agent's process exited with code 3.", stderr: "a\nb" })
  })
  it("doesn't say twice that it was stopped", () => {
    assert.deepInclude(ending(endedBy({ _tag: "Stopped", by: ids.who("owner") }, "stopped")), { title: undefined, sentence: "Stopped by owner." })
  })
  it("gives figures only where they are known", () => {
    assert.deepEqual(ending(1500, ended(1))?.figures, ["2 s"])
    const usage: Step = { _tag: "UsageReported", turnId: ids.turn(1), usage: { inputTokens: 1200, outputTokens: 40, source: "estimated" } }
    assert.deepEqual(ending(usage, ended(1))?.figures, ["0 ms", "1.2k in · 40 out (estimated)"])
  })
})
