import { assert, describe, it } from "@effect/vitest"
import type { WireMessage } from "../../shared/Wire.ts"
import { copiedText, matchingRows, prettyText, wireRows } from "./wire.ts"

const message = (direction: WireMessage["direction"], content: unknown, more: Partial<WireMessage> = {}): WireMessage => {
  const text = typeof content === "string" ? content : JSON.stringify(content)
  return { number: 1, at: 0, direction, text, size: text.length, ...more }
}
const update = (content: object) => ({ method: "session/update", params: { sessionId: "s", update: content } })
const messages = [
  message("out", { id: 1, method: "initialize", params: { protocolVersion: 1 } }), message("in", { id: 1, result: {} }),
  message("out", { id: 2, method: "session/prompt", params: { prompt: [{ type: "text", text: "told", annotations: {} }, { type: "text", text: "go\n  on" }] } }),
  message("in", update({ sessionUpdate: "agent_message_chunk", content: { type: "text", text: "Well" } })),
  message("in", { id: 1, method: "session/request_permission", params: { toolCall: { title: "Write a file" } } }),
  message("out", { id: 1, result: { outcome: { outcome: "cancelled" } } }),
  message("in", { id: 2, error: { code: -32603, message: "no credit" } }),
  message("in", update({ sessionUpdate: "moon_phase" }), { note: "unknown update" }), message("in", "Starting up…"),
  message("in", `{"jsonrpc":"2.0","method":"session/update","params":{"update":{"sessionUpdate":"agent_message_chunk","content":{"text":"long \\"long`, { size: 90_000 }),
  message("out", `{"jsonrpc":"2.0","id":3,"method":"session/prompt","params":{"prompt":[{"type":"text","text":"very long`, { size: 90_000 }),
  message("in", { id: 3, result: { stopReason: "end_turn" } }), message("in", { id: "x", method: "terminal/create", params: { command: "sh", args: ["-c", "ls"] } })
]

describe("the wire log", () => {
  it("names each message, an answer by what it answers, each side's ids apart", () => {
    assert.deepStrictEqual(wireRows(messages).map(({ about, name, tone }) => [name, about, tone]), [
      ["initialize", "", "plain"], ["answer to initialize", "", "plain"], ["session/prompt", "go on", "plain"],
      ["session/update", "agent_message_chunk · Well", "plain"], ["session/request_permission", "Write a file", "plain"],
      ["answer to session/request_permission", "cancelled", "plain"], ["error to session/prompt", "no credit", "error"],
      ["session/update", "moon_phase", "plain"], ["text", "Starting up…", "plain"],
      ["session/update", "agent_message_chunk · long \"long", "plain"], ["session/prompt", "very long", "plain"],
      ["answer to session/prompt", "end_turn", "plain"], ["terminal/create", "sh -c ls", "plain"]
    ])
  })

  it("is filtered by all words that were typed, in names, notes and texts", () => {
    const names = (typed: string) => matchingRows(wireRows(messages), typed).map(({ message: { text } }) => messages.findIndex((one) => one.text === text))
    assert.deepStrictEqual(names("PERMISSION"), [4, 5])
    assert.deepStrictEqual(names("unknown update"), [7])
    assert.deepStrictEqual(names("prompt out"), [2, 10])
    assert.strictEqual(names("  ").length, messages.length)
    assert.deepStrictEqual(names("nothing of it"), [])
  })

  it("is shown as JSON where it is JSON, and says where it was cut", () => {
    assert.deepStrictEqual(prettyText(message("in", { a: [1] })), { text: "{\n  \"a\": [\n    1\n  ]\n}", language: "json" })
    assert.deepStrictEqual(prettyText(message("in", "{\"a\":", { size: 100 })), { text: "{\"a\":…", language: "text" })
  })

  it("is copied a line a message", () => {
    assert.strictEqual(copiedText(wireRows(messages.slice(7, 9))), [
      `1970-01-01T00:00:00.000Z <- (unknown update) ${messages[7]?.text}`, "1970-01-01T00:00:00.000Z <- Starting up…"
    ].join("\n"))
  })
})
