/**
 * What opencode asks a person, in our words, and the answers in its own: permissions with its three replies, and
 * questions as an elicitation with a form of one field for each. Pure.
 */
import { Option, Schema } from "effect"
import type { AgentRequest, PermissionOption, RequestAnswer } from "../../../shared/AgentRequest.ts"
import { ToolCallId } from "../../../shared/Ids.ts"
import { cutText, mendText } from "../../../shared/Text.ts"
import type { PermissionRequest, Question, QuestionRequest } from "./OpencodeEvent.ts"

/** A request of opencode's, as it is asked and answered. */
export interface Asked {
  readonly id: string
  readonly request: AgentRequest
  /** Where the reply goes, and what it says. */
  readonly reply: (answer: RequestAnswer) => { readonly path: string; readonly body: unknown }
}

const optionsOf = ({ always, patterns }: PermissionRequest): ReadonlyArray<PermissionOption> => {
  const what = (always && always.length > 0 ? always : patterns).filter((pattern) => pattern !== "*").join(", ")
  return [
    { optionId: "once", name: "Allow once", kind: "allow_once" },
    { optionId: "always", name: cutText(mendText(what === "" ? "Always allow" : `Always allow ${what}`), 200), kind: "allow_always" },
    { optionId: "reject", name: "Reject", kind: "reject_once" }
  ]
}

/** `title` is that of the tool call it is about, where there is one. */
export const permission = (asked: PermissionRequest, title: string | undefined): Asked => ({
  id: asked.id,
  request: {
    _tag: "Permission", options: optionsOf(asked),
    title: title ?? cutText(mendText([asked.permission, ...asked.patterns].join(" ")), 500),
    ...(asked.tool ? { toolCallId: ToolCallId.make(asked.tool.callID) } : {})
  },
  reply: (answer) => ({
    path: `/permission/${asked.id}/reply`,
    body: { reply: answer._tag === "Selected" && ["once", "always"].includes(answer.optionId) ? answer.optionId : "reject" }
  })
})

const fieldOf = (index: number): string => `question_${index}`
const ownFieldOf = (index: number): string => `${fieldOf(index)}_custom`

/** One choice or several, and an answer in one's own words where that is allowed. */
const fieldsOf = ({ custom, header, multiple, options, question }: Question, index: number): ReadonlyArray<readonly [string, unknown]> => {
  const choices = options.map(({ description, label }) =>
    ({ const: mendText(label), title: mendText(description ? `${label}: ${description}` : label) }))
  const about = { title: mendText(header || question), description: mendText(question) }
  const field = multiple === true
    ? { type: "array", ...about, items: { anyOf: choices }, uniqueItems: true }
    : { type: "string", ...about, oneOf: choices }
  const own = { type: "string", ...about, ...(choices.length === 0 ? {} : { title: `${about.title}: something else` }) }
  return [
    ...(choices.length === 0 ? [] : [[fieldOf(index), field] as const]),
    ...(custom === false && choices.length > 0 ? [] : [[ownFieldOf(index), own] as const])
  ]
}

const Content = Schema.fromJsonString(Schema.Record(Schema.String, Schema.Unknown))
const decodeContent = Schema.decodeUnknownOption(Content)

const words = (value: unknown): ReadonlyArray<string> =>
  typeof value === "string" ? value.trim() === "" ? [] : [value] : Array.isArray(value) ? value.filter((one) => typeof one === "string") : []

export const question = ({ id, questions }: QuestionRequest): Asked => ({
  id,
  request: {
    _tag: "Elicitation",
    message: questions.map((one) => mendText(one.question)).join("\n"),
    schema: JSON.stringify({ type: "object", properties: Object.fromEntries(questions.flatMap(fieldsOf)) })
  },
  reply: (answer) => {
    if (answer._tag !== "Accepted") return { path: `/question/${id}/reject`, body: {} }
    const content = Option.getOrElse(decodeContent(answer.content), () => ({}))
    const given: Readonly<Record<string, unknown>> = content
    return {
      path: `/question/${id}/reply`,
      body: { answers: questions.map((_, index) => [...words(given[fieldOf(index)]), ...words(given[ownFieldOf(index)])]) }
    }
  }
})
