import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { at, parseJson, textAt } from "../../server/agent/scripted/Json.ts"
import { answerFrom, call, say, stream } from "./ModelScript.ts"
import { ScriptedModel } from "./ScriptedModel.ts"

let model: ScriptedModel
beforeAll(async () => {
  model = await ScriptedModel.start()
})
afterAll(() => model[Symbol.asyncDispose]())

const post = (path: string, body: unknown, signal?: AbortSignal) =>
  fetch(`${model.url}/v1${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : { signal })
  })
const json = async (path: string, body: unknown): Promise<unknown> => (await post(path, body)).json()
const events = async (path: string, body: object) =>
  (await (await post(path, { ...body, stream: true })).text()).split("\n")
    .filter((line) => line.startsWith("data: {")).map((line) => parseJson(line.slice(6)))

const delta = (event: unknown) => {
  const choices = at(event, "choices")
  return Array.isArray(choices) ? at(choices[0], "delta") : undefined
}

const user = (content: unknown) => ({ role: "user", content })
const tool = { type: "function", function: { name: "write", parameters: { type: "object" } } }
const chat = (messages: ReadonlyArray<unknown>, more: object = {}) => ({ model: "any", messages, tools: [tool], ...more })

describe("a script", () => {
  test("is answered up to each call, and goes on with its result", () => {
    const prompt = "Dear model\nsay first\ncall a {\"x\":1}\nsay second\ncall b {}"
    expect(answerFrom(prompt, 0)).toEqual([say("first"), call("a", { x: 1 })])
    expect(answerFrom(prompt, 1)).toEqual([say("second"), call("b", {})])
    expect(answerFrom(prompt, 2)).toEqual([say("done")])
    expect(answerFrom("hello", 0)).toEqual([say("ok")])
    expect(answerFrom("stream 2 every 5", 0)).toEqual(stream(2, 5))
  })

  test("comes from the queue, else from the test's function, else from the prompt", async () => {
    const text = async () => JSON.stringify(await json("/chat/completions", chat([user("say prompt")])))
    expect(await text()).toContain("\"prompt\"")
    model.script = () => [say("function")]
    model.next(say("queue"))
    expect(await text()).toContain("\"queue\"")
    expect(await text()).toContain("\"function\"")
    model.script = () => undefined
  })
})

describe("requests", () => {
  test("name the prompt apart from what agents put around it, and the results since", async () => {
    await json("/chat/completions", chat([
      { role: "system", content: "Be good." },
      user("say one\n<turn-context>noon</turn-context>\nsay two\n<turn-context>later</turn-context>"),
      { role: "assistant", content: null },
      { role: "tool", content: [{ type: "text", text: "fine" }] }
    ]))
    expect(model.requests.at(-1)).toMatchObject({ prompt: "say two", results: ["fine"], tools: ["write"], isSideCall: false })
    await json("/chat/completions", chat([user([
      { type: "text", text: "<system-reminder>say no</system-reminder>" },
      { type: "text", text: "say yes" },
      { type: "text", text: "a file's text" }
    ])]))
    expect(model.requests.at(-1)?.prompt).toBe("say yes")
  })

  test("say where the agent works, for calls that need an absolute path", async () => {
    const prompt = "call write {\"path\":\"$CWD/a.txt\"}\n<turn-context><working-directory>/work/$1</working-directory></turn-context>"
    expect(JSON.stringify(await json("/chat/completions", chat([user(prompt)])))).toContain("/work/$1/a.txt")
  })

  test("without tools, by schema, or with one tool that must be called are side calls", async () => {
    const schema = { type: "object", required: ["ok", "kind"], properties: { ok: { type: "boolean" }, kind: { enum: ["a", "b"] }, more: {} } }
    model.next(say("not for side calls"))
    expect(JSON.stringify(await json("/chat/completions", { messages: [user("say x")] }))).toContain("Scripted")
    const bySchema = await json("/chat/completions", chat([user("x")], { response_format: { json_schema: { schema } } }))
    expect(JSON.stringify(bySchema)).toContain("{\\\"ok\\\":false,\\\"kind\\\":\\\"a\\\"}")
    const forced = { tools: [{ type: "function", function: { name: "judge", parameters: schema } }], tool_choice: "required" }
    expect(JSON.stringify(await json("/chat/completions", chat([user("x")], forced)))).toContain("\"judge\"")
    expect(JSON.stringify(await json("/chat/completions", chat([user("x")])))).toContain("not for side calls")
  })
})

describe("wires", () => {
  const script = "think hm\nsay a\nsay b\ncall write {\"path\":\"x\"}"

  test("chat completions", async () => {
    const found = await events("/chat/completions", chat([user(script)]))
    const deltas = found.map(delta)
    expect(deltas.slice(1, 4)).toEqual([{ reasoning_content: "hm" }, { content: "a" }, { content: "b" }])
    expect(JSON.stringify(deltas[4])).toContain("{\\\"path\\\":\\\"x\\\"}")
    expect(JSON.stringify(found.at(-2))).toContain("tool_calls")
    expect(at(found.at(-1), "usage", "total_tokens")).toBeGreaterThan(0)
    const whole = JSON.stringify(await json("/chat/completions", chat([user(script)])))
    expect(whole).toContain("\"content\":\"ab\"")
    expect(whole).toContain("\"finish_reason\":\"tool_calls\"")
  })

  test("responses", async () => {
    const body = { model: "any", input: [user(script)], tools: [{ type: "function", name: "write" }] }
    const types = (await events("/responses", body)).map((event) => textAt(event, "type"))
    expect(types).toEqual([
      "response.created",
      "response.output_item.added", "response.reasoning_summary_text.delta", "response.output_item.done",
      "response.output_item.added", "response.content_part.added", "response.output_text.delta", "response.output_text.delta",
      "response.output_text.done", "response.content_part.done", "response.output_item.done",
      "response.output_item.added", "response.output_item.done",
      "response.completed"
    ])
    const whole = JSON.stringify(await json("/responses", body))
    expect(whole).toContain("\"text\":\"ab\"")
    const result = { type: "function_call_output", call_id: "c", output: "written" }
    expect(JSON.stringify(await json("/responses", { ...body, input: [user(script), result] }))).toContain("done")
    expect(model.requests.at(-1)?.results).toEqual(["written"])
  })

  test("messages", async () => {
    const body = { model: "any", max_tokens: 1, system: [{ type: "text", text: "Be good." }], messages: [user(script)], tools: [{ name: "write" }] }
    const found = await events("/messages", body)
    expect(found.map((event) => textAt(event, "type"))).toEqual([
      "message_start",
      "content_block_start", "content_block_delta", "content_block_stop",
      "content_block_start", "content_block_delta", "content_block_delta", "content_block_stop",
      "content_block_start", "content_block_delta", "content_block_stop",
      "message_delta", "message_stop"
    ])
    expect(at(found.at(-2), "delta", "stop_reason")).toBe("tool_use")
    const result = user([{ type: "tool_result", tool_use_id: "c", content: [{ type: "text", text: "written" }] }])
    expect(JSON.stringify(await json("/messages", { ...body, messages: [user(script), result] }))).toContain("done")
    expect(model.requests.at(-1)?.results).toEqual(["written"])
    expect(await json("/messages/count_tokens", body)).toMatchObject({ input_tokens: expect.any(Number) })
  })

  test("models, by any name", async () => {
    expect(await (await fetch(`${model.url}/v1/models`)).json()).toMatchObject({ data: [{ id: "scripted" }] })
    expect(await (await fetch(`${model.url}/v1/models/huge`)).json()).toMatchObject({ id: "huge" })
    expect((await fetch(`${model.url}/v1/other`)).status).toBe(404)
  })
})

describe("faults", () => {
  test("an error status, a dropped stream, a hang that the client breaks off", async () => {
    const failed = await post("/chat/completions", chat([user("status 503 too busy")], { stream: true }))
    expect([failed.status, await failed.text()]).toEqual([503, expect.stringContaining("too busy")])
    const dropped = await post("/chat/completions", chat([user("say x\nsleep 20\ndrop")], { stream: true }))
    await expect(dropped.text()).rejects.toThrow(/closed/)
    const before = model.brokenOff
    const abort = new AbortController()
    const hung = await post("/chat/completions", chat([user("say x\nhang")], { stream: true }), abort.signal)
    expect(model.open).toBe(1)
    abort.abort()
    await hung.text().catch(() => {})
    await model.until(() => model.brokenOff === before + 1)
    expect(model.open).toBe(0)
  })
})
