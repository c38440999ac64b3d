/**
 * From ACP's words to ours, pure: one view per turn, folded over what the agent sends, and within it what is known of
 * the agent's session from turn to turn. Tool calls are upserted by id from calls, updates and permission requests in
 * any order. Texts become parts: a new one begins when the kind changes or something else came between.
 */
import type { AgentMode, AgentOption, Continuity, SlashCommand } from "../../../shared/Agent.ts"
import type { PlanEntry } from "../../../shared/ChatEvent.ts"
import type { ContentBlock } from "../../../shared/Content.ts"
import { PartId, ToolCallId } from "../../../shared/Ids.ts"
import {
  boundedPlan, contentLimit, cut, first, idLimit, isDeeper, locationsLimit, nameLimit, offerLimit, titleLimit
} from "../../../shared/ItemBounds.ts"
import type { AgentFact, Announcement } from "../../../shared/SessionUpdate.ts"
import { cutText, mendText } from "../../../shared/Text.ts"
import { hasEnded, laterStatus, type ToolCall, type ToolContent, type ToolStatus } from "../../../shared/ToolCall.ts"
import type { RawUpdate } from "../Coalescer.ts"
import {
  type AcpBlock, type AcpCommand, type AcpConfigOption, type AcpContent, type AcpPrompted, type AcpSession, type AcpToolReport, type AcpUpdate,
  isPlanPriority, isPlanStatus, isToolKind
} from "./AcpUpdate.ts"
import { answeredFigures, chunkUsage, type Figures, firstFigures, nextFigures, reportedUsage, type UsageRules } from "./AcpUsage.ts"

/** What has to be remembered within a turn; the figures and what was announced go over to the next. */
export interface TurnView {
  readonly parts: number
  readonly speaking: "text" | "thought" | undefined
  readonly calls: ReadonlyMap<string, ToolCall>
  readonly figures: Figures
  /** Modes and options as they stand. */
  readonly standing: Standing
  /** Tool calls of the turn before: news of them are no new words. */
  readonly past: ReadonlySet<string>
}
export type Standing = Pick<Announcement, "modes" | "options">

const noCalls: ReadonlySet<string> = new Set()
const turnOf = (figures: Figures, standing: Standing, past = noCalls): TurnView =>
  ({ parts: 0, speaking: undefined, calls: new Map(), figures, standing, past })

/** The first turn of a life. */
export const firstTurn = (rules: UsageRules, { continuity, session }: { readonly continuity: Continuity; readonly session: AcpSession }): TurnView => {
  const { modes, options } = announced(session)
  return turnOf(firstFigures(rules, continuity !== "resumed"), { ...(modes ? { modes } : {}), ...(options ? { options } : {}) })
}

/** The turn after. */
export const nextTurn = ({ calls, figures, standing }: TurnView): TurnView => turnOf(nextFigures(figures), standing, new Set(calls.keys()))

/** Between turns: what is said then is said to nobody. */
export const idle = ({ figures, past, standing }: TurnView): TurnView => turnOf(figures, standing, past)

/** Whether an agent that was not asked begins to say or do something by this. */
export const isWord = ({ past }: TurnView, update: AcpUpdate): boolean => {
  switch (update.sessionUpdate) {
    case "agent_message_chunk": case "agent_thought_chunk": return true
    case "tool_call": return !past.has(update.toolCallId)
    default: return false
  }
}

export interface Translated {
  readonly view: TurnView
  readonly updates: ReadonlyArray<RawUpdate>
  readonly facts: ReadonlyArray<AgentFact>
}

const said = (view: TurnView, ...updates: ReadonlyArray<RawUpdate>): Translated => ({ view, updates, facts: [] })
const noted = (view: TurnView, announcement: Announcement): Translated =>
  ({ view, updates: [], facts: [{ _tag: "Announced", announcement }] })
/** Stands from now on, and is told. */
const stands = (view: TurnView, standing: Standing): Translated => noted({ ...view, standing: { ...view.standing, ...standing } }, standing)

/** Tells the turn's usage where it is other than before. */
const counted = (view: TurnView, figures: Figures): Translated => {
  const { usage } = figures, told = { ...view, figures }
  return usage === undefined || JSON.stringify(usage) === JSON.stringify(view.figures.usage) ? said(told) : said(told, { _tag: "Usage", usage })
}

/** `at` in epoch milliseconds. */
export const translate = (view: TurnView, update: AcpUpdate, at: number): Translated => {
  switch (update.sessionUpdate) {
    case "agent_message_chunk": return both(speak(view, "text", update.content), (then) => counted(then, chunkUsage(then.figures, update._meta?.usage)))
    case "agent_thought_chunk": return speak(view, "thought", update.content)
    case "tool_call": case "tool_call_update": return report(view, update, at)
    case "plan": return said({ ...view, speaking: undefined }, { _tag: "Plan", entries: boundedPlan(update.entries.map(planEntry)) })
    case "available_commands_update": return noted(view, { commands: update.availableCommands.slice(0, commandLimit).map(command) })
    case "current_mode_update": return inMode(view, update.currentModeId)
    case "config_option_update": return stands(view, { options: allOptions(view, update.configOptions) })
    case "session_info_update":
      return { view, updates: [], facts: update.title ? [{ _tag: "Titled", title: cutText(mendText(update.title), titleLimit) }] : [] }
    case "usage_update": return counted(view, reportedUsage(view.figures, update))
  }
}

const both = (first: Translated, then: (view: TurnView) => Translated): Translated => {
  const second = then(first.view)
  return { view: second.view, updates: [...first.updates, ...second.updates], facts: [...first.facts, ...second.facts] }
}

/** The agent is in another of its modes, by its own doing or by ours. */
export const inMode = (view: TurnView, current: string): Translated => {
  const { modes } = view.standing
  return modes === undefined || modes.current === current ? said(view) : stands(view, { modes: { ...modes, current } })
}

/** An option was set; most agents answer how all of them stand now. */
export const optionSet = (view: TurnView, id: string, value: string, { configOptions }: Pick<AcpSession, "configOptions">): Translated => stands(view, {
  options: configOptions ? allOptions(view, configOptions)
    : (view.standing.options ?? []).map((one) => one.id === id ? { ...one, current: value } : one)
})

/** What the answer to a prompt tells of the turn's usage. */
export const answered = (view: TurnView, prompted: AcpPrompted): Translated => counted(view, answeredFigures(view.figures, prompted))

/** An image that a tool shows, at most: it stands in the log. */
const shownImageLimit = 2 * 1024 * 1024

/** An image in a text, at most: a part of a text is never split within one. */
const imageLimit = 32 * 1024

const blockText = (block: AcpBlock): string => {
  if (block.type === "text") return block.text ?? ""
  if (block.type === "resource_link") return `[${block.name ?? block.uri ?? "resource"}](${block.uri ?? ""})`
  if (block.type !== "image" || !block.data || block.data.length > imageLimit) return `[${block.type}]`
  return `![image](data:${block.mimeType ?? "image/png"};base64,${block.data})`
}

const speak = (view: TurnView, kind: "text" | "thought", block: AcpBlock): Translated => {
  const text = blockText(block)
  if (text === "") return said(view)
  const parts = view.speaking === kind ? view.parts : view.parts + 1
  return said({ ...view, parts, speaking: kind }, { _tag: "Text", partId: PartId.make(`p${parts}`), kind, text })
}

const planEntry = (entry: { content: string; priority?: string | null | undefined; status?: string | null | undefined }): PlanEntry => ({
  content: mendText(entry.content),
  priority: isPlanPriority(entry.priority) ? entry.priority : "medium",
  status: isPlanStatus(entry.status) ? entry.status : "pending"
})

// qwen announces over 100 KB of commands; a person reads a line of each
const commandLimit = 200

const line = (text: string): string => cutText(mendText(text), nameLimit)

const command = ({ description, input, name }: AcpCommand): SlashCommand =>
  ({ name: line(name), description: line(description ?? ""), ...(input?.hint ? { hint: line(input.hint) } : {}) })

const choice = (one: unknown): ReadonlyArray<{ value: string; name: string }> => {
  if (typeof one !== "object" || one === null) return []
  // a group of choices
  if ("options" in one && Array.isArray(one.options)) return one.options.flatMap(choice)
  if (!("value" in one) || typeof one.value !== "string" || one.value.length > idLimit) return []
  return [{ value: one.value, name: line("name" in one && typeof one.name === "string" ? one.name : one.value) }]
}

/** Options of other types than select have no place in the page and are left as the agent has them. */
const option = (one: AcpConfigOption): ReadonlyArray<AgentOption> => {
  const choices = first((one.options ?? []).flatMap(choice), offerLimit)
  const { category, currentValue: current, id } = one
  if (typeof current !== "string" || choices.length === 0 || Math.max(id.length, current.length) > idLimit) return []
  return [{ id, name: line(one.name ?? id), current, choices, ...(category ? { category: line(category) } : {}) }]
}

/** With all their choices they are as many as one may have. */
const optionsOf = (all: ReadonlyArray<AcpConfigOption>): ReadonlyArray<AgentOption> => {
  let choices = 0
  return all.flatMap(option).filter((one) => (choices += one.choices.length) <= 2 * offerLimit)
}

/** The id of the option that stands for the models of an agent that has them apart from its options: how it is set. */
export const setModel = "session/set_model"

/** As an option, unless there is one among the others. */
const modelsOf = ({ models }: AcpSession, options: ReadonlyArray<AgentOption>): ReadonlyArray<AgentOption> => models && !options.some(({ category }) => category === "model")
  ? option({
    id: setModel, name: "Model", category: "model", currentValue: models.currentModelId,
    options: models.availableModels.map(({ modelId, name }) => ({ value: modelId, name: name || modelId }))
  }) : []

/** The options as the agent says that they stand, and its models where those aren't among them. */
const allOptions = ({ standing }: TurnView, said: ReadonlyArray<AcpConfigOption>): ReadonlyArray<AgentOption> => {
  const options = optionsOf(said)
  return options.some(({ category }) => category === "model") ? options : [...options, ...(standing.options ?? []).filter(({ id }) => id === setModel)]
}

const modesOf = ({ availableModes, currentModeId }: NonNullable<AcpSession["modes"]>): NonNullable<Standing["modes"]> => ({
  current: cutText(currentModeId, idLimit),
  available: first(availableModes.filter(({ id }) => id.length <= idLimit), offerLimit).map(({ description, id, name }): AgentMode =>
    ({ id, name: line(name), ...(description ? { description: line(description) } : {}) }))
})

/** What the answer to `session/new`, `load` or `resume` announces. */
export const announced = (session: AcpSession): Announcement => {
  const options = optionsOf(session.configOptions ?? []), models = modelsOf(session, options)
  return {
    ...(session.modes ? { modes: modesOf(session.modes) } : {}),
    ...(session.configOptions || models.length > 0 ? { options: [...options, ...models] } : {})
  }
}

const statusOf = (status: string | null | undefined): ToolStatus | undefined => {
  switch (status) {
    case "pending": case "in_progress": case "completed": case "failed": return status
    default: return undefined
  }
}

/** Of a tool's input and output. */
const levelLimit = 32
const jsonLimit = 1024 * 1024

const jsonText = (value: unknown): string | undefined => {
  if (value === undefined || value === null) return undefined
  if (typeof value === "string") return cut(mendText(value), jsonLimit)
  // an empty object says that there is nothing to say yet
  if (typeof value === "object" && Object.keys(value).length === 0) return undefined
  return isDeeper(value, levelLimit) ? `[nested more than ${levelLimit} levels deep]` : cut(mendText(JSON.stringify(value, null, 2)), jsonLimit)
}

const contentBlock = (block: AcpBlock): ContentBlock =>
  block.type === "image" && block.data && block.data.length <= shownImageLimit
    ? { type: "image", data: block.data, mimeType: block.mimeType ?? "image/png" }
    : { type: "text", text: mendText(blockText(block)) }

const toolContent = (content: AcpContent): ReadonlyArray<ToolContent> => {
  switch (content.type) {
    case "content": return content.content ? [{ type: "content", content: contentBlock(content.content) }] : []
    case "diff": return content.path
      ? [{ type: "diff", path: content.path, oldText: content.oldText == null ? null : mendText(content.oldText), newText: mendText(content.newText ?? "") }]
      : []
    case "terminal": return content.terminalId ? [{ type: "terminal", terminalId: content.terminalId }] : []
    default: return []
  }
}

/** A tool call as it stands after a report of it, by whichever message. */
export const report = (view: TurnView, tool: AcpToolReport, at: number): Translated => {
  const before = view.calls.get(tool.toolCallId)
  const call = merged(before, tool, at)
  if (call === before) return said(view)
  const calls = new Map(view.calls).set(tool.toolCallId, call)
  return said({ ...view, speaking: undefined, calls }, { _tag: "Tool", call })
}

const merged = (before: ToolCall | undefined, tool: AcpToolReport, at: number): ToolCall => {
  const title = tool.title ? cutText(mendText(tool.title), titleLimit) : before?.title ?? tool.toolCallId
  if (before !== undefined && hasEnded(before.status)) return before.title === title ? before : { ...before, title }
  const reported = statusOf(tool.status) ?? "pending"
  const status = before === undefined ? reported : laterStatus(before.status, reported)
  const input = jsonText(tool.rawInput) ?? before?.input
  const output = jsonText(tool.rawOutput) ?? before?.output
  return {
    toolCallId: ToolCallId.make(tool.toolCallId), title, status,
    kind: isToolKind(tool.kind) ? tool.kind : before?.kind ?? "other",
    content: tool.content ? first(tool.content, contentLimit).flatMap(toolContent) : before?.content ?? [],
    locations: tool.locations
      ? first(tool.locations, locationsLimit).map(({ path, line }) => ({ path: mendText(path), ...(line == null ? {} : { line }) }))
      : before?.locations ?? [],
    ...(input === undefined ? {} : { input }), ...(output === undefined ? {} : { output }),
    startedAt: before?.startedAt ?? at, ...(hasEnded(status) ? { endedAt: at } : {})
  }
}
