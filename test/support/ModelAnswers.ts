// How an answer of the scripted model looks on each wire: writers that keep what they need of the parts written so far.

import { googleWriter } from "./GoogleWire.ts"
import { type AnswerWriter, argumentsOf, type Part, type Tokens, type ToolCall, type WireName } from "./ModelWire.ts"

const data = (json: unknown) => `data: ${JSON.stringify(json)}\n\n`
const named = (type: string, json: object = {}) => `event: ${type}\n${data({ type, ...json })}`
const textOf = (parts: ReadonlyArray<Part>, tag: "Say" | "Think") =>
  parts.map((part) => part._tag === tag ? part.text : "").join("")
const callsOf = (parts: ReadonlyArray<Part>) => parts.filter((part) => part._tag === "Call")

const chatUsage = ({ input, output }: Tokens) => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output
})

const chat = (id: string, model: string): AnswerWriter => {
  const parts: Array<Part> = []
  const base = { id: `chatcmpl-${id}`, created: 1_700_000_000, model }
  const delta = (delta: unknown, finish_reason: string | null = null) =>
    data({ ...base, object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason }] })
  const toolCall = (part: ToolCall) => ({
    id: part.id,
    type: "function",
    function: { name: part.tool, arguments: argumentsOf(part.args) }
  })
  const finish = () => callsOf(parts).length > 0 ? "tool_calls" : "stop"
  return {
    open: () => delta({ role: "assistant", content: "" }),
    part: (part) => {
      parts.push(part)
      if (part._tag !== "Call") return delta(part._tag === "Say" ? { content: part.text } : { reasoning_content: part.text })
      return delta({ tool_calls: [{ index: callsOf(parts).length - 1, ...toolCall(part) }] })
    },
    close: (tokens) =>
      delta({}, finish()) + data({ ...base, object: "chat.completion.chunk", choices: [], usage: chatUsage(tokens) }) +
      "data: [DONE]\n\n",
    whole: (tokens) => {
      const calls = callsOf(parts).map(toolCall)
      const message = { role: "assistant", content: textOf(parts, "Say"), ...(calls.length > 0 ? { tool_calls: calls } : {}) }
      return {
        ...base,
        object: "chat.completion",
        choices: [{ index: 0, message, finish_reason: finish() }],
        usage: chatUsage(tokens)
      }
    }
  }
}

/** A text grows in one item until another part comes; a call is an item at once. */
const responses = (id: string, model: string): AnswerWriter => {
  const items: Array<{ readonly part: Part; text: string }> = []
  let sequence_number = 0
  let open = false
  const event = (type: string, json: object) => named(type, { sequence_number: sequence_number++, ...json })
  const itemOf = ({ part, text }: { readonly part: Part; readonly text: string }, index: number) =>
    part._tag === "Call"
      ? { id: `fc_${id}_${index}`, type: "function_call", status: "completed", call_id: part.id, name: part.tool, arguments: argumentsOf(part.args) }
      : part._tag === "Think"
      ? { id: `rs_${id}_${index}`, type: "reasoning", summary: [{ type: "summary_text", text }] }
      : {
        id: `msg_${id}_${index}`,
        type: "message",
        status: "completed",
        role: "assistant",
        content: [{ type: "output_text", text, annotations: [] }]
      }
  const response = (status: string, tokens?: Tokens) => ({
    id: `resp_${id}`,
    object: "response",
    created_at: 1_700_000_000,
    model,
    status,
    output: status === "completed" ? items.map(itemOf) : [],
    usage: tokens === undefined
      ? null
      : { input_tokens: tokens.input, output_tokens: tokens.output, total_tokens: tokens.input + tokens.output }
  })
  const closeItem = () => {
    const index = items.length - 1
    const item = items[index]
    if (!open || item === undefined) return ""
    open = false
    const place = { output_index: index, content_index: 0, item_id: itemOf(item, index).id }
    const texts = item.part._tag === "Say"
      ? event("response.output_text.done", { ...place, text: item.text }) +
        event("response.content_part.done", { ...place, part: { type: "output_text", text: item.text, annotations: [] } })
      : ""
    return texts + event("response.output_item.done", { output_index: index, item: itemOf(item, index) })
  }
  const openItem = (part: Part) => {
    const closed = closeItem()
    items.push({ part, text: "" })
    open = true
    const index = items.length - 1
    const item = itemOf({ part, text: "" }, index)
    const place = { output_index: index, content_index: 0, item_id: item.id }
    return closed + event("response.output_item.added", { output_index: index, item }) +
      (part._tag === "Say"
        ? event("response.content_part.added", { ...place, part: { type: "output_text", text: "", annotations: [] } })
        : "")
  }
  return {
    open: () => event("response.created", { response: response("in_progress") }),
    part: (part) => {
      const current = items.at(-1)
      const opened = open && current?.part._tag === part._tag && part._tag !== "Call" ? "" : openItem(part)
      const index = items.length - 1
      const item = items[index]
      if (item === undefined || part._tag === "Call") return opened + closeItem()
      item.text += part.text
      const type = part._tag === "Say" ? "response.output_text.delta" : "response.reasoning_summary_text.delta"
      return opened + event(type, { output_index: index, content_index: 0, summary_index: 0, item_id: itemOf(item, index).id, delta: part.text })
    },
    close: (tokens) => closeItem() + event("response.completed", { response: response("completed", tokens) }),
    whole: (tokens) => response("completed", tokens)
  }
}

const messages = (id: string, model: string): AnswerWriter => {
  const parts: Array<Part> = []
  let block = -1
  let open: Part["_tag"] | undefined
  const stop = () => callsOf(parts).length > 0 ? "tool_use" : "end_turn"
  const base = { id: `msg_${id}`, type: "message", role: "assistant", model }
  const closeBlock = () => {
    const closed = open === undefined ? "" : named("content_block_stop", { index: block })
    open = undefined
    return closed
  }
  const openBlock = (tag: Part["_tag"], content_block: object) => {
    const closed = closeBlock()
    block += 1
    open = tag
    return closed + named("content_block_start", { index: block, content_block })
  }
  const delta = (delta: object) => named("content_block_delta", { index: block, delta })
  return {
    open: () =>
      named("message_start", {
        message: { ...base, content: [], stop_reason: null, stop_sequence: null, usage: { input_tokens: 0, output_tokens: 0 } }
      }),
    part: (part) => {
      parts.push(part)
      if (part._tag === "Call") {
        return openBlock("Call", { type: "tool_use", id: part.id, name: part.tool, input: {} }) +
          delta({ type: "input_json_delta", partial_json: argumentsOf(part.args) })
      }
      const isSay = part._tag === "Say"
      const opened = open === part._tag ? "" : openBlock(part._tag, isSay ? { type: "text", text: "" } : { type: "thinking", thinking: "" })
      return opened + delta(isSay ? { type: "text_delta", text: part.text } : { type: "thinking_delta", thinking: part.text })
    },
    close: ({ input, output }) =>
      closeBlock() + named("message_delta", {
        delta: { stop_reason: stop(), stop_sequence: null },
        usage: { input_tokens: input, output_tokens: output }
      }) + named("message_stop"),
    whole: ({ input, output }) => ({
      ...base,
      content: [
        { type: "text", text: textOf(parts, "Say") },
        ...callsOf(parts).map((part) => ({ type: "tool_use", id: part.id, name: part.tool, input: part.args }))
      ],
      stop_reason: stop(),
      stop_sequence: null,
      usage: { input_tokens: input, output_tokens: output }
    })
  }
}

const writers = { chat, responses, messages, google: googleWriter }

export const answerWriter = (wire: WireName, id: string, model: string): AnswerWriter => writers[wire](id, model)
