/**
 * From ACP's words to ours, pure: one view per turn, folded over what the agent sends. Tool calls are upserted by id
 * from calls, updates and permission requests in any order. Texts become parts: a new one begins when the kind changes
 * or something else came between.
 */
import type { AgentMode, AgentOption, SlashCommand } from "../../../shared/Agent.ts"
import type { PlanEntry } from "../../../shared/ChatEvent.ts"
import type { ContentBlock } from "../../../shared/Content.ts"
import { PartId, ToolCallId } from "../../../shared/Ids.ts"
import type { AgentFact, Announcement } from "../../../shared/SessionUpdate.ts"
import { cutText, mendText } from "../../../shared/Text.ts"
import { hasEnded, laterStatus, type ToolCall, type ToolContent, type ToolStatus } from "../../../shared/ToolCall.ts"
import type { Usage } from "../../../shared/Turn.ts"
import type { RawUpdate } from "../Coalescer.ts"
import {
  type AcpBlock, type AcpConfigOption, type AcpContent, type AcpPrompted, type AcpSession, type AcpToolReport, type AcpUpdate,
  isPlanPriority, isPlanStatus, isToolKind
} from "./AcpUpdate.ts"

/** What has to be remembered within a turn. */
export interface TurnView {
  readonly parts: number
  readonly speaking: "text" | "thought" | undefined
  readonly calls: ReadonlyMap<string, ToolCall>
  readonly usage: Usage | undefined
}
export const newTurn: TurnView = { parts: 0, speaking: undefined, calls: new Map(), usage: undefined }

export interface Translated {
  readonly view: TurnView
  readonly updates: ReadonlyArray<RawUpdate>
  readonly facts: ReadonlyArray<AgentFact>
}

const said = (view: TurnView, ...updates: ReadonlyArray<RawUpdate>): Translated => ({ view, updates, facts: [] })
const noted = (view: TurnView, announcement: Announcement): Translated =>
  ({ view, updates: [], facts: [{ _tag: "Announced", announcement }] })

/** `at` in epoch milliseconds. */
export const translate = (view: TurnView, update: AcpUpdate, at: number): Translated => {
  switch (update.sessionUpdate) {
    case "agent_message_chunk": return speak(view, "text", update.content)
    case "agent_thought_chunk": return speak(view, "thought", update.content)
    case "tool_call": case "tool_call_update": return report(view, update, at)
    case "plan": return said({ ...view, speaking: undefined }, { _tag: "Plan", entries: update.entries.map(planEntry) })
    case "available_commands_update": return noted(view, { commands: update.availableCommands.slice(0, commandLimit).map(command) })
    case "current_mode_update": return said(view)
    case "config_option_update": return noted(view, { options: update.configOptions.flatMap(option) })
    case "session_info_update":
      return { view, updates: [], facts: update.title ? [{ _tag: "Titled", title: mendText(update.title) }] : [] }
    case "usage_update": return context(view, update)
  }
}

const blockText = (block: AcpBlock): string => {
  if (block.type === "text") return block.text ?? ""
  if (block.type === "resource_link") return `[${block.name ?? block.uri ?? "resource"}](${block.uri ?? ""})`
  return block.type === "image" && block.data ? `![image](data:${block.mimeType ?? "image/png"};base64,${block.data})` : `[${block.type}]`
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
const descriptionLimit = 200

const command = (one: { name: string; description?: string | null | undefined; input?: unknown }): SlashCommand => {
  const hint = typeof one.input === "object" && one.input !== null && "hint" in one.input ? one.input.hint : undefined
  return {
    name: mendText(one.name), description: cutText(mendText(one.description ?? ""), descriptionLimit),
    ...(typeof hint === "string" && hint !== "" ? { hint: mendText(hint) } : {})
  }
}

const choice = (one: unknown): ReadonlyArray<{ value: string; name: string }> => {
  if (typeof one !== "object" || one === null) return []
  // a group of choices
  if ("options" in one && Array.isArray(one.options)) return one.options.flatMap(choice)
  if (!("value" in one) || typeof one.value !== "string") return []
  return [{ value: one.value, name: "name" in one && typeof one.name === "string" ? one.name : one.value }]
}

/** Options of other types than select have no place in the page and are left as the agent has them. */
const option = (one: AcpConfigOption): ReadonlyArray<AgentOption> => {
  const choices = (one.options ?? []).flatMap(choice)
  if (typeof one.currentValue !== "string" || choices.length === 0) return []
  return [{ id: one.id, name: one.name ?? one.id, current: one.currentValue, choices, ...(one.category ? { category: one.category } : {}) }]
}

/** What the answer to `session/new`, `load` or `resume` announces. */
export const announced = (session: AcpSession): Announcement => ({
  ...(session.modes ? { modes: {
    current: session.modes.currentModeId,
    available: session.modes.availableModes.map(({ id, name, description }): AgentMode => ({ id, name, ...(description ? { description } : {}) }))
  } } : {}),
  ...(session.configOptions ? { options: session.configOptions.flatMap(option) } : {})
})

const statusOf = (status: string | null | undefined): ToolStatus | undefined => {
  switch (status) {
    case "pending": case "in_progress": case "completed": case "failed": return status
    default: return undefined
  }
}

const jsonText = (value: unknown): string | undefined => {
  if (value === undefined || value === null) return undefined
  if (typeof value === "string") return mendText(value)
  return Object.keys(value).length === 0 ? undefined : mendText(JSON.stringify(value, null, 2))
}

const contentBlock = (block: AcpBlock): ContentBlock =>
  block.type === "image" && block.data
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
  const title = tool.title ? cutText(mendText(tool.title), 500) : before?.title ?? tool.toolCallId
  if (before !== undefined && hasEnded(before.status)) return before.title === title ? before : { ...before, title }
  const reported = statusOf(tool.status) ?? "pending"
  const status = before === undefined ? reported : laterStatus(before.status, reported)
  const input = jsonText(tool.rawInput) ?? before?.input
  const output = jsonText(tool.rawOutput) ?? before?.output
  return {
    toolCallId: ToolCallId.make(tool.toolCallId), title, status,
    kind: isToolKind(tool.kind) ? tool.kind : before?.kind ?? "other",
    content: tool.content ? tool.content.flatMap(toolContent) : before?.content ?? [],
    locations: tool.locations
      ? tool.locations.map(({ path, line }) => ({ path: mendText(path), ...(line == null ? {} : { line: Math.round(line) }) }))
      : before?.locations ?? [],
    ...(input === undefined ? {} : { input }), ...(output === undefined ? {} : { output }),
    startedAt: before?.startedAt ?? at, ...(hasEnded(status) ? { endedAt: at } : {})
  }
}

const count = (figure: number | null | undefined): number =>
  figure == null || !Number.isFinite(figure) || figure < 0 ? 0 : Math.round(figure)

const emptyUsage: Usage = { inputTokens: 0, outputTokens: 0, source: "not reported" }

const context = (view: TurnView, update: Extract<AcpUpdate, { sessionUpdate: "usage_update" }>): Translated => {
  const usage: Usage = {
    ...(view.usage ?? emptyUsage),
    ...(update.used == null ? {} : { contextUsed: count(update.used) }),
    ...(update.size == null ? {} : { contextSize: count(update.size) })
  }
  return update.used == null && update.size == null ? said(view) : said({ ...view, usage }, { _tag: "Usage", usage })
}

/** The usage that the answer to a prompt carries; cache counts as input, reasoning as output. Nothing where it is empty. */
export const answeredUsage = (view: TurnView, { usage }: AcpPrompted): RawUpdate | undefined => {
  if (!usage) return undefined
  const inputTokens = count(usage.inputTokens) + count(usage.cachedReadTokens) + count(usage.cachedWriteTokens)
  const outputTokens = count(usage.outputTokens) + count(usage.thoughtTokens)
  if (inputTokens + outputTokens === 0) return undefined
  return { _tag: "Usage", usage: { ...(view.usage ?? emptyUsage), inputTokens, outputTokens, source: "measured" } }
}
