import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { AgentName, BootId, TurnId, Who } from "./Ids.ts"
import { AskedSettings, type Cause, causeSentence, isOpen, type TurnSummary } from "./Turn.ts"

const by = Who.make("owner")

describe("causeSentence", () => {
  const cases: ReadonlyArray<readonly [Cause, string]> = [
    [{ _tag: "Answered", stopReason: "end_turn" }, "The agent finished."],
    [{ _tag: "Answered" }, "The agent finished."],
    [{ _tag: "Answered", stopReason: "max_tokens" }, "The agent reached its limit of tokens."],
    [{ _tag: "Answered", stopReason: "max_turn_requests" }, "The agent reached its limit of model calls in one turn."],
    [{ _tag: "Answered", stopReason: "refusal" }, "The agent refused to answer."],
    [{ _tag: "Answered", stopReason: "cancelled" }, "The agent cancelled the turn by itself."],
    [{ _tag: "Stopped", by }, "Stopped by owner."],
    [{ _tag: "Stopped", by, step: "cancel" }, "Stopped by owner."],
    [{ _tag: "Stopped", by, step: "stdin-closed" }, "Stopped by owner; the agent ignored the cancel and its input was closed."],
    [{ _tag: "Stopped", by, step: "sigterm" }, "Stopped by owner; the agent ignored the cancel and was told to terminate (SIGTERM)."],
    [{ _tag: "Stopped", by, step: "sigkill" }, "Stopped by owner; the agent ignored everything and was killed (SIGKILL)."],
    [{ _tag: "AgentFailed", message: "model not found" }, "The agent reported an error: model not found"],
    [{ _tag: "StartFailed", message: "goose is not installed." }, "goose is not installed."],
    [{ _tag: "ChildExited", code: 1, signal: null, stderr: "starting\nno key\n" }, "The agent's process exited with code 1. Its last words: no key"],
    [{ _tag: "ChildExited", code: 0, signal: null, stderr: "" }, "The agent's process exited with code 0."],
    [{ _tag: "ChildExited", code: 0, signal: null, stderr: " \n\t\n" }, "The agent's process exited with code 0."],
    [{ _tag: "ChildExited", code: null, signal: "SIGKILL", stderr: "" }, "The agent's process was killed by SIGKILL."],
    [{ _tag: "ChildExited", code: null, signal: null, stderr: "" }, "The agent's process exited with code unknown."],
    [{ _tag: "StreamEnded", detail: "a line of over 16 MB" }, "The agent's output broke off: a line of over 16 MB"],
    [{ _tag: "Deadline", what: "Starting the agent", seconds: 30 }, "Starting the agent took longer than 30 s."],
    [{ _tag: "Quiet" }, "The agent fell silent."],
    [{ _tag: "ServerRestarted", bootId: BootId.make("00000009-0000-4000-8000-000000000001") }, "The server was restarted while the agent was at work."],
    [{ _tag: "ServerStopped" }, "The server was shut down while the agent was at work."]
  ]
  it.each(cases)("%o: %s", (cause, sentence) => {
    assert.strictEqual(causeSentence(cause), sentence)
  })
})

describe("AskedSettings", () => {
  it("are short, well-formed texts", () => {
    const takes = Schema.is(AskedSettings)
    assert.isTrue(takes({}) && takes({ model: "anthropic/claude", mode: "plan", thinking: "x".repeat(512) }))
    for (const bad of ["x".repeat(513), "a\u0000b", "\ud800"]) assert.isFalse(takes({ mode: bad }), JSON.stringify(bad.slice(0, 9)))
  })
})

describe("isOpen", () => {
  const turn: TurnSummary = {
    turnId: TurnId.make("00000001-0000-4000-8000-000000000001"), anchor: 1, origin: "prompt", agent: AgentName.make("goose"), settings: {}, startedAt: 1
  }
  it("is over with an outcome and with nothing else", () => {
    assert.isTrue(isOpen(turn))
    assert.isTrue(isOpen({ ...turn, stopBy: by, stopStep: "sigkill" }))
    assert.isFalse(isOpen({ ...turn, outcome: "stopped" }))
  })
})
