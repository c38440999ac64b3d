// The wires that the scripted model speaks, as pure functions: a request's body into a `ModelRequest`, and the parts of an
// answer into server-sent events or one JSON document. OpenAI chat completions, OpenAI responses, Anthropic
// messages; Google's is read as the first of them (GoogleWire).

import { at, isObject, parseJson, textAt } from "../../server/agent/scripted/Json.ts"
import { hasStep } from "./ModelScript.ts"

export type WireName = "chat" | "responses" | "messages" | "google"

/** A request as a test asserts on it. */
export interface ModelRequest {
  readonly wire: WireName
  readonly model: string
  readonly streams: boolean
  /** System texts included. A message that carries tool results has the role `tool`. */
  readonly messages: ReadonlyArray<{ readonly role: string; readonly text: string }>
  readonly tools: ReadonlyArray<string>
  /** What a person wrote last (of its pieces, the last that is a script), without what the agent put around it. */
  readonly prompt: string
  /** Where the agent says it works; empty where it doesn't say. */
  readonly directory: string
  /** The tool results since then, in order. */
  readonly results: ReadonlyArray<string>
  /** Titles, summaries, classifiers: what an agent asks beside the conversation. They have no tools, or want an answer by schema. */
  readonly isSideCall: boolean
  /** The JSON schema that the answer must match, where one was given. */
  readonly schema: unknown
  /** The tool that must be called, where one was named. */
  readonly forcedTool: string | undefined
  readonly body: unknown
}

/** What has been answered: a text, a thought, or a tool call. */
export type Part = { readonly _tag: "Say" | "Think"; readonly text: string } | ToolCall

export interface ToolCall {
  readonly _tag: "Call"
  readonly id: string
  readonly tool: string
  readonly args: unknown
}

const listAt = (value: unknown, ...path: ReadonlyArray<string>): ReadonlyArray<unknown> => {
  const found = at(value, ...path)
  return Array.isArray(found) ? found : []
}

/** The text in a content: a string, or blocks with text, or tool results with content of their own. */
const plain = (content: unknown): string => {
  if (typeof content === "string") return content
  if (Array.isArray(content)) return content.map(plain).filter((text) => text !== "").join("\n")
  return textAt(content, "text") ?? plain(at(content, "content") ?? at(content, "output") ?? "")
}

const isToolResult = (message: unknown) =>
  textAt(message, "role") === "tool" || textAt(message, "type") === "function_call_output" ||
  (Array.isArray(at(message, "content")) && listAt(message, "content").some((block) => textAt(block, "type") === "tool_result"))

/** What agents put around a person's words: reminders, the time, the directory. */
const surroundings = /<(?:system-reminder|turn-context|info-msg)>.*?<\/(?:system-reminder|turn-context|info-msg)>/s

/** The pieces of a user message that a person wrote. Agents merge a prompt that got no answer with the next one. */
const written = (message: unknown): ReadonlyArray<string> => {
  const content = at(message, "content")
  const blocks = Array.isArray(content) ? content.map(plain) : [plain(content)]
  return blocks.flatMap((block) => block.split(surroundings)).map((text) => text.trim()).filter((text) => text !== "")
}

/** As each of the agents puts it. */
const directoryIn = (texts: ReadonlyArray<string>): string => {
  const found = /(?:<working-directory>|<cwd>|[Ww]orking directory: |working in the directory: |Workspace Directories:\*{0,2}\s+- )([^\n<]+)/.exec(texts.join("\n"))
  return found?.[1]?.trim() ?? ""
}

/** Questions that an agent asks beside the conversation with tools in hand: qwen's memory and its guess of the next prompt. */
const isAside = (prompt: string) => /^(Managed memory has|\[SUGGESTION MODE)/.test(prompt)

export const readRequest = (wire: WireName, body: unknown): ModelRequest => {
  const system = wire === "messages" ? plain(at(body, "system")) : textAt(body, "instructions") ?? ""
  const listed = wire === "responses" ? at(body, "input") : at(body, "messages")
  const input: ReadonlyArray<unknown> = Array.isArray(listed) ? listed : [{ role: "user", content: listed }]
  const said = input.map((message) => ({
    role: isToolResult(message) ? "tool" : textAt(message, "role") ?? textAt(message, "type") ?? "",
    text: plain(message)
  }))
  const last = input.findLastIndex((message, index) => said[index]?.role === "user" && written(message).length > 0)
  const pieces = written(input[last])
  const prompt = pieces.findLast(hasStep) ?? pieces.at(-1) ?? ""
  const tools = listAt(body, "tools").map((tool) => textAt(tool, "function", "name") ?? textAt(tool, "name") ?? "")
  const schema = at(body, "response_format", "json_schema", "schema") ?? at(body, "text", "format", "schema") ??
    at(body, "output_config", "format", "schema")
  const forcedTool = textAt(body, "tool_choice", "function", "name") ?? textAt(body, "tool_choice", "name") ??
    (tools.length === 1 && mustCall(body) ? tools[0] : undefined)
  return {
    wire,
    model: textAt(body, "model") ?? "",
    streams: at(body, "stream") === true,
    messages: system === "" ? said : [{ role: "system", text: system }, ...said],
    tools,
    prompt,
    directory: directoryIn([system, ...said.map(({ text }) => text)]),
    results: said.slice(last + 1).filter(({ role }) => role === "tool").map(({ text }) => text),
    isSideCall: tools.length === 0 || schema !== undefined || forcedTool !== undefined || isAside(prompt),
    schema: schema ?? (forcedTool === undefined ? undefined : schemaOfTool(body, forcedTool)),
    forcedTool,
    body
  }
}

const mustCall = (body: unknown) =>
  at(body, "tool_choice") === "required" || textAt(body, "tool_choice", "type") === "any"

const schemaOfTool = (body: unknown, name: string) => {
  const tool = listAt(body, "tools").find((known) => (textAt(known, "function", "name") ?? textAt(known, "name")) === name)
  return at(tool, "function", "parameters") ?? at(tool, "parameters") ?? at(tool, "input_schema")
}

/** The least value that a JSON schema allows: harmless, and enough for a classifier or a title. */
export const sample = (schema: unknown): unknown => {
  const options = listAt(schema, "enum")
  if (options.length > 0) return options[0]
  if (isObject(at(schema, "properties"))) {
    const required = listAt(schema, "required").filter((key) => typeof key === "string")
    return Object.fromEntries(required.map((key) => [key, sample(at(schema, "properties", key))]))
  }
  switch (textAt(schema, "type")) {
    case "object": return {}
    case "array": return []
    case "boolean": return false
    case "number":
    case "integer": return at(schema, "minimum") ?? 0
    default: return "ok"
  }
}

export const estimate = (text: string) => Math.ceil(text.length / 4)

export interface Tokens {
  readonly input: number
  readonly output: number
}

/** Makes the events of one streamed answer, and the document of one that is not streamed. */
export interface AnswerWriter {
  readonly open: () => string
  readonly part: (part: Part) => string
  readonly close: (tokens: Tokens) => string
  readonly whole: (tokens: Tokens) => unknown
}

export const errorBody = (wire: WireName, status: number, text: string): unknown =>
  wire === "messages"
    ? { type: "error", error: { type: "api_error", message: text } }
    : { error: { message: text, type: "api_error", code: String(status) } }

export const argumentsOf = (args: unknown) => typeof args === "string" && parseJson(args) !== undefined ? args : JSON.stringify(args)
