import { assert, describe, it } from "vitest"
import { asked, chatOf, delivered, ended, ids, type Step, used } from "../../test/support/chatLog.ts"
import { usageLine, usageLines, usageWords } from "./usage.ts"

const turn = (n: number, agent: string, ...steps: ReadonlyArray<Step>): ReadonlyArray<Step> => [...asked(n, "x", agent), delivered(n), ...steps, ended(n)]

describe("what agents used", () => {
  const chat = chatOf([...turn(1, "goose", used(1, 1200, 40, 0.0684)), ...turn(2, "qwen"), ...turn(3, "goose", used(3, 18_000, 60, 0.01))], 1_700_000_000_000)
  it("is summed for each, and says where it comes from", () => {
    assert.deepEqual(usageLines(chat), [
      { agent: ids.agent("goose"), turns: "2 turns", tokens: "19.2k in · 100 out", cost: "$0.0784", source: "measured", context: "9% of its context" },
      { agent: ids.agent("qwen"), turns: "1 turn", tokens: undefined, cost: undefined, source: "not reported", context: undefined }
    ])
  })
  it("is one line of the chosen one", () => {
    assert.strictEqual(usageWords(usageLine(chat, ids.agent("goose"))), "2 turns · 19.2k in · 100 out · $0.0784 · 9% of its context")
    assert.strictEqual(usageWords(usageLine(chat, ids.agent("qwen"))), "1 turn · tokens not reported")
    assert.strictEqual(usageWords(usageLine(chat, ids.agent("claude"))), "")
  })
})
