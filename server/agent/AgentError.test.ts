import { assert, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { AgentError, type AgentReason, lastWords } from "./AgentError.ts"

const reasons: ReadonlyArray<AgentReason> = [
  { _tag: "NotInstalled", command: "goose" },
  { _tag: "SpawnFailed", detail: "there is no directory /gone; it may have been removed." },
  { _tag: "StartTimeout", seconds: 30 },
  { _tag: "Exited", code: 1, signal: null, stderrTail: "starting\nError: no provider configured\n" },
  { _tag: "Exited", code: null, signal: "SIGKILL", stderrTail: "" },
  { _tag: "StreamEnded" },
  { _tag: "LineTooLong", bytes: 17_000_000 },
  { _tag: "Rpc", method: "session/new", code: -32603, message: "Configuration value not found", data: { key: ["a", 1, null] } },
  { _tag: "NoAnswer", method: "session/load", seconds: 30 },
  { _tag: "AuthRequired", methods: [{ name: "api-key" }] },
  { _tag: "Unsupported", what: "resuming a session" }
]

it.effect("every reason crosses the wire and is one sentence without a stack trace", () => Effect.gen(function*() {
  const codec = Schema.toCodecJson(AgentError)
  for (const reason of reasons) {
    const error = new AgentError({ reason })
    const wire: unknown = JSON.parse(JSON.stringify(yield* Schema.encodeEffect(codec)(error)))
    const back = yield* Schema.decodeUnknownEffect(codec)(wire)
    assert.deepStrictEqual(back.reason, reason)
    assert.strictEqual(back.message, error.message)
    assert.notInclude(error.message, "\n")
    assert.isAbove(error.message.length, 20)
  }
}))

it("the last words of a process that exited are in its sentence", () => {
  const exited = new AgentError({ reason: { _tag: "Exited", code: 1, signal: null, stderrTail: "a\nError: no key\n\n" } })
  assert.strictEqual(exited.message, "The agent's process exited with code 1. Its last words: Error: no key")
})

it("the last words are the error, not the stack below it", () => {
  assert.strictEqual(lastWords("starting\nTypeError: x is not a function\n    at run (a.js:1:2)\n    at b.js:3:4\n\nNode.js v24.21.0\n"), "TypeError: x is not a function")
  assert.strictEqual(lastWords("loading\nno provider configured\nBun v1.4.5 (Linux x64)\n"), "no provider configured")
  assert.strictEqual(lastWords("\n"), "")
})
