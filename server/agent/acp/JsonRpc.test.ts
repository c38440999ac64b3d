import { assert, it } from "@effect/vitest"
import { parseMessage } from "./JsonRpc.ts"

const cases: ReadonlyArray<readonly [line: string, message: unknown]> = [
  [`{"jsonrpc":"2.0","id":1,"result":{"a":1}}`, { _tag: "Answer", id: 1, result: { a: 1 } }],
  [`{"jsonrpc":"2.0","id":"x","result":0}`, { _tag: "Answer", id: "x", result: 0 }],
  [`{"jsonrpc":"2.0","id":1}`, { _tag: "Answer", id: 1, result: null }],
  [`{"jsonrpc":"2.0","id":1,"result":null,"error":null}`, { _tag: "Answer", id: 1, result: null }],
  [`{"jsonrpc":"2.0","id":2,"error":{"code":-32602,"message":"no","data":[1]}}`,
    { _tag: "Refusal", id: 2, error: { code: -32602, message: "no", data: [1] } }],
  [`{"jsonrpc":"2.0","id":2,"error":"no"}`, { _tag: "Refusal", id: 2, error: { code: -32603, message: "no" } }],
  [`{"jsonrpc":"2.0","id":2,"error":{"code":"x"}}`, { _tag: "Refusal", id: 2, error: { code: -32603, message: "Internal error" } }],
  [`{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error"}}`,
    { _tag: "Refusal", id: null, error: { code: -32700, message: "Parse error" } }],
  [`{"id":"7","method":"fs/read_text_file","params":{"path":"/a"}}`,
    { _tag: "Request", id: "7", method: "fs/read_text_file", params: { path: "/a" } }],
  [`{"jsonrpc":"2.0","method":"session/update"}\r`, { _tag: "Notification", method: "session/update", params: undefined }],
  [`{"jsonrpc":"2.0","id":{},"method":"x"}`, undefined],
  [`{"jsonrpc":"2.0","result":1}`, undefined],
  [`[{"jsonrpc":"2.0","id":1,"result":1}]`, undefined],
  [`"text"`, undefined], [`null`, undefined], [`7`, undefined], [`{"jsonrpc":"2.0","id":1,"resu`, undefined], [``, undefined]
]

it("a line becomes a request, a notification, an answer, a refusal, or nothing", () => {
  for (const [line, message] of cases) assert.deepStrictEqual(parseMessage(line), message, line)
})
