/** Request: how what an agent asks is drawn, and how a closed one is told. Pure. */
import type { AgentRequest, PermissionKind, PermissionOption, RequestAnswer } from "../../shared/AgentRequest.ts"
import type { Item } from "../../shared/ChatEvent.ts"
import { type AgentName, Who } from "../../shared/Ids.ts"
import { onceOf, ruleOf, ruleSentence } from "../../shared/PermissionRule.ts"
import type { ToolKind } from "../../shared/ToolCall.ts"
import { answerWords } from "./elicitation.ts"

export type RequestItem = Extract<Item, { _tag: "Request" }>

export const isAllowing = (kind: PermissionKind): boolean => kind === "allow_once" || kind === "allow_always"

const order: Record<PermissionKind, number> = { allow_once: 0, allow_always: 1, reject_once: 2, reject_always: 3 }

/** The mildest first, as it is the one that is wanted most. */
export const orderedOptions = (request: Extract<AgentRequest, { _tag: "Permission" }>) =>
  request.options.toSorted((a, b) => order[a.kind] - order[b.kind])

const kindWords: Record<PermissionKind, string> = {
  allow_once: "Allow once", allow_always: "Always allow", reject_once: "Reject", reject_always: "Always reject"
}

/** Some agents name an option by nothing but an identifier. */
export const optionName = ({ kind, name }: PermissionOption): string => /^[a-z]+(_[a-z]+)*$/.test(name) ? kindWords[kind] : name

/** What an "always" will cover from now on, in words; `undefined` of a "once". */
export const coverWords = ({ request, requestId }: RequestItem, option: PermissionOption, agent: AgentName, kind: ToolKind): string | undefined => {
  if (request._tag !== "Permission" || (option.kind !== "allow_always" && option.kind !== "reject_always")) return undefined
  const rule = ruleOf(requestId, agent, { kind }, request, option, nobody)
  if (rule !== undefined) return `From now on in this chat: ${ruleSentence(rule)}. You can take it back.`
  return onceOf(request, option) === option ? "The agent keeps this one itself; boocode can't take it back."
    : "This time only: what it asks names nothing in the worktree that a rule could hold to."
}
const nobody = Who.make("you")

const answered = (request: AgentRequest, answer: RequestAnswer): string => {
  switch (answer._tag) {
    case "Selected": {
      const option = request._tag === "Permission" ? request.options.find(({ optionId }) => optionId === answer.optionId) : undefined
      return option === undefined ? answer.optionId : optionName(option)
    }
    case "Accepted": return request._tag === "Elicitation" ? answerWords(request.schema, answer.content) : "Accepted"
    case "Declined": return "Declined"
    case "Cancelled": return "Not answered"
  }
}

export interface ClosedWords {
  readonly tone: "allowed" | "refused" | "none"
  readonly words: string
  readonly who: string
}

/** `undefined` while it waits. */
export const closedWords = ({ closed, request }: RequestItem): ClosedWords | undefined => {
  if (closed === undefined) return undefined
  const { answer, by, why } = closed
  const kind = request._tag === "Permission" && answer._tag === "Selected"
    ? request.options.find(({ optionId }) => optionId === answer.optionId)?.kind : undefined
  const allowed = answer._tag === "Accepted" || (kind !== undefined && isAllowing(kind))
  const tone = answer._tag === "Cancelled" ? "none" : allowed ? "allowed" : "refused"
  switch (why) {
    case "answered": return { tone, words: answered(request, answer), who: `by ${by}` }
    case "rule": return { tone, words: answered(request, answer), who: "by a rule" }
    case "withdrawn": return { tone: "none", words: "Not answered", who: "the agent took it back" }
    case "stopped": return { tone: "none", words: "Not answered", who: "the turn was stopped" }
    case "turn_ended": return { tone: "none", words: "Not answered", who: "the turn ended" }
    case "expired": return { tone: "none", words: "Expired", who: "the server was restarted" }
  }
}
