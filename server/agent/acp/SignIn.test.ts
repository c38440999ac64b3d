import { assert, describe, it } from "@effect/vitest"
import { AgentError } from "../AgentError.ts"
import { signInWanted } from "./SignIn.ts"

const agent = { command: "/opt/my agent/qwen", args: ["--acp"] }
const refusal = (code: number, message: string) => new AgentError({ reason: { _tag: "Rpc", method: "session/new", code, message } })

describe("an agent that wants somebody to sign in", () => {
  const explain = signInWanted([
    { id: "openai", name: "Use a key", description: "Requires the variable X.", _meta: { type: "terminal", args: ["--auth=openai"] } },
    { id: "web", name: null }
  ], agent)

  it("names its ways in words, and the command to type as a shell reads it", () => {
    const { message, reason } = explain(refusal(-32000, "Authentication required"))
    assert.deepStrictEqual(reason, { _tag: "AuthRequired", methods: [
      { name: "Use a key", description: "Requires the variable X.", command: "'/opt/my agent/qwen' --acp --auth=openai" }, { name: "web" }
    ] })
    assert.strictEqual(message, "The agent wants you to sign in first in one of these ways: Use a key (Requires the variable X): run `'/opt/my agent/qwen' --acp --auth=openai` in a terminal; web. Then send the prompt again.")
  })

  it("keeps what it says besides, and does not need any way", () => {
    assert.strictEqual(signInWanted([], agent)(refusal(-32000, "The token\nis too old.")).message,
      "The agent wants you to sign in first (it says: The token is too old): start it once in a terminal and sign in, then send the prompt again.")
    assert.strictEqual(signInWanted([{ id: "key", name: "A key" }], agent)(refusal(-32000, "")).message,
      "The agent wants you to sign in first by A key. Start it once in a terminal and sign in, then send the prompt again.")
  })

  it("is no other error", () => {
    const other = refusal(-32603, "Authentication required")
    assert.strictEqual(explain(other), other)
  })
})
