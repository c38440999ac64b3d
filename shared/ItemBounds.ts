/**
 * How large what an agent says may be in an item of the timeline. Where its words come in they are held to this, and once
 * more where the fold places an item: so a chat whose log holds larger ones can be shown all the same. Pure; what is
 * within bounds already is returned as it is.
 */
import type { AgentRequest } from "./AgentRequest.ts"
import type { Item, PlanEntry } from "./ChatEvent.ts"
import { cutText } from "./Text.ts"
import type { ToolCall } from "./ToolCall.ts"

/** Of ids of tool calls and options. */
export const idLimit = 1000
export const titleLimit = 500
export const nameLimit = 200
const messageLimit = 16 * 1024
export const schemaLimit = 64 * 1024
export const optionsLimit = 32
/** Of what an agent announces: its modes, options and their choices, each. */
export const offerLimit = 500
const planLimit = 200
const planEntryLimit = 2 * 1024
export const contentLimit = 100
export const locationsLimit = 100

export const first = <A>(all: ReadonlyArray<A>, limit: number): ReadonlyArray<A> => all.length <= limit ? all : all.slice(0, limit)

/** A text that says that it was cut. */
export const cut = (text: string, limit: number): string => text.length <= limit ? text : `${cutText(text, limit - 1)}…`

/** Whether a value of JSON holds more than so many levels: to write it down may take more memory than there is. */
export const isDeeper = (value: unknown, levels: number): boolean =>
  typeof value === "object" && value !== null && (levels === 0 || Object.values(value).some((one) => isDeeper(one, levels - 1)))

type Permission = Extract<AgentRequest, { _tag: "Permission" }>

const boundedPermission = (request: Permission): Permission => {
  const { options, title } = request
  if (title.length <= titleLimit && options.length <= optionsLimit
    && options.every(({ name, optionId }) => name.length <= nameLimit && optionId.length <= idLimit)) return request
  return {
    ...request, title: cutText(title, titleLimit),
    options: first(options.filter(({ optionId }) => optionId.length <= idLimit), optionsLimit).map((option) => ({ ...option, name: cut(option.name, nameLimit) }))
  }
}

/** What stands for a form that is too large to be shown. */
const noForm = `{"type":"object","properties":{}}`

export const boundedRequest = (request: AgentRequest): AgentRequest => {
  if (request._tag === "Permission") return boundedPermission(request)
  const { message, schema } = request
  if (message.length <= messageLimit && schema.length <= schemaLimit) return request
  return { ...request, message: cut(message, messageLimit), schema: schema.length <= schemaLimit ? schema : noForm }
}

export const boundedPlan = (entries: ReadonlyArray<PlanEntry>): ReadonlyArray<PlanEntry> =>
  entries.length <= planLimit && entries.every(({ content }) => content.length <= planEntryLimit) ? entries
    : first(entries, planLimit).map((entry) => ({ ...entry, content: cut(entry.content, planEntryLimit) }))

export const boundedCall = (call: ToolCall): ToolCall =>
  call.content.length <= contentLimit && call.locations.length <= locationsLimit ? call
    : { ...call, content: first(call.content, contentLimit), locations: first(call.locations, locationsLimit) }

export const boundedItem = (item: Item): Item => {
  switch (item._tag) {
    case "Request": {
      const request = boundedRequest(item.request)
      return request === item.request ? item : { ...item, request }
    }
    case "Plan": {
      const entries = boundedPlan(item.entries)
      return entries === item.entries ? item : { ...item, entries }
    }
    case "Tool": {
      const call = boundedCall(item.call)
      return call === item.call ? item : { ...item, call }
    }
    case "Prompt": case "Text": return item
  }
}
