// Google's wire of the scripted model, which gemini speaks: a request as the chat wire has it, and the answer in Google's words.

import { at, isObject, textAt } from "../../server/agent/scripted/Json.ts"
import type { AnswerWriter, Part, Tokens } from "./ModelWire.ts"

const listAt = (value: unknown, ...path: ReadonlyArray<string>): ReadonlyArray<unknown> => {
  const found = at(value, ...path)
  return Array.isArray(found) ? found : []
}

/** `/v1beta/models/MODEL:streamGenerateContent`: its model, and whether the answer is streamed. */
export const googleCall = (path: string): { readonly model: string; readonly streams: boolean } | undefined => {
  const [, model, method] = /\/models\/([^/:]+):(generateContent|streamGenerateContent)$/.exec(path) ?? []
  return model === undefined ? undefined : { model, streams: method === "streamGenerateContent" }
}

/** One message a part: Google puts the results of tools into the user's. */
const messagesOf = (content: unknown): ReadonlyArray<unknown> => {
  const role = textAt(content, "role") === "model" ? "assistant" : "user"
  return listAt(content, "parts").flatMap((part) => {
    const result = at(part, "functionResponse", "response")
    if (result !== undefined) return [{ role: "tool", content: textAt(result, "output") ?? JSON.stringify(result) }]
    const text = textAt(part, "text")
    return text === undefined ? [] : [{ role, content: text }]
  })
}

/** The same request in the words of the chat wire. */
export const asChat = (body: unknown, { model, streams }: { readonly model: string; readonly streams: boolean }): unknown => {
  const schema = at(body, "generationConfig", "responseJsonSchema") ?? at(body, "generationConfig", "responseSchema")
  const system = listAt(body, "systemInstruction", "parts").map((part) => textAt(part, "text") ?? "").join("\n")
  return {
    model, stream: streams,
    messages: [...(system === "" ? [] : [{ role: "system", content: system }]), ...listAt(body, "contents").flatMap(messagesOf)],
    tools: listAt(body, "tools").flatMap((tool) => listAt(tool, "functionDeclarations")),
    ...(isObject(schema) ? { response_format: { json_schema: { schema } } } : {})
  }
}

const usage = ({ input, output }: Tokens) => ({ promptTokenCount: input, candidatesTokenCount: output, totalTokenCount: input + output })

const partOf = (part: Part) => {
  switch (part._tag) {
    case "Say": return { text: part.text }
    case "Think": return { text: part.text, thought: true }
    case "Call": return { functionCall: { id: part.id, name: part.tool, args: part.args } }
  }
}

export const googleWriter = (id: string, model: string): AnswerWriter => {
  const parts: Array<Part> = []
  const answer = (shown: ReadonlyArray<Part>, tokens?: Tokens) => ({
    candidates: [{ index: 0, content: { role: "model", parts: shown.map(partOf) }, ...(tokens === undefined ? {} : { finishReason: "STOP" }) }],
    modelVersion: model, responseId: id, ...(tokens === undefined ? {} : { usageMetadata: usage(tokens) })
  })
  const event = (json: unknown) => `data: ${JSON.stringify(json)}\n\n`
  return {
    open: () => "",
    part: (part) => {
      parts.push(part)
      return event(answer([part]))
    },
    close: (tokens) => event(answer([{ _tag: "Say", text: "" }], tokens)),
    whole: (tokens) => answer(parts, tokens)
  }
}
