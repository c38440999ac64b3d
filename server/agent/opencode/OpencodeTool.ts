/** Tool calls of opencode as ours: from a tool part, which is always a whole snapshot, to a merged one. Pure. */
import { ToolCallId } from "../../../shared/Ids.ts"
import { cutText, mendText } from "../../../shared/Text.ts"
import { hasEnded, mergeToolCall, type ToolCall, type ToolContent, type ToolKind, type ToolStatus } from "../../../shared/ToolCall.ts"
import type { ToolPart } from "./OpencodeEvent.ts"

const kinds: Readonly<Record<string, ToolKind>> = {
  read: "read", list: "read", edit: "edit", multiedit: "edit", write: "edit", patch: "edit", apply_patch: "edit", glob: "search", grep: "search",
  codesearch: "search", lsp: "search", bash: "execute", webfetch: "fetch", websearch: "fetch", task: "think", question: "think"
}

type Input = Readonly<Record<string, unknown>>

const textOf = (input: Input, ...names: ReadonlyArray<string>): string | undefined => {
  for (const name of names) {
    const value = input[name]
    if (typeof value === "string" && value !== "") return mendText(value)
  }
  return undefined
}

/** What a call is about, before the agent has given it a title. */
const titleOf = (tool: string, input: Input): string => {
  const about = textOf(input, "command", "filePath", "path", "pattern", "url", "query", "description")
  return about === undefined ? tool : `${tool} ${about}`
}

const pathOf = (input: Input): string | undefined => textOf(input, "filePath", "file_path", "filepath")

const patch = (text: string): ToolContent => ({ type: "content", content: { type: "text", text: `\`\`\`diff\n${text}\n\`\`\`` } })

/** What an edit changes. The other tools say all in their output. */
const contentOf = ({ state, tool }: ToolPart): ReadonlyArray<ToolContent> => {
  const input = state.input ?? {}
  const path = pathOf(input)
  if (path !== undefined && tool === "edit") {
    return [{ type: "diff", path, oldText: textOf(input, "oldString") ?? "", newText: textOf(input, "newString") ?? "" }]
  }
  if (path !== undefined && tool === "write") return [{ type: "diff", path, oldText: null, newText: textOf(input, "content") ?? "" }]
  const diff = state.metadata?.["diff"]
  return typeof diff === "string" && diff !== "" ? [patch(mendText(diff))] : []
}

const aborted = "User aborted the command"

/** `stopping`: what ends now was ended by the stop, unless it was done. */
const statusOf = ({ state }: ToolPart, stopping: boolean): ToolStatus => {
  switch (state.status) {
    case "pending": return "pending"
    case "running": return "in_progress"
    case "completed": return stopping && state.output?.includes(aborted) === true ? "canceled" : "completed"
    case "error": return stopping ? "canceled" : "failed"
  }
}

const outputOf = ({ state }: ToolPart): string | undefined => {
  // while it runs, a shell's output stands in the metadata
  const text = state.output ?? state.error ?? state.metadata?.["output"]
  return typeof text === "string" && text !== "" ? mendText(text) : undefined
}

/** `at` in epoch milliseconds. */
export const toolCall = (before: ToolCall | undefined, part: ToolPart, at: number, stopping: boolean): ToolCall => {
  if (before !== undefined && hasEnded(before.status)) return before
  const input = part.state.input ?? {}
  const status = statusOf(part, stopping)
  const path = pathOf(input)
  const output = outputOf(part) ?? before?.output
  const next: ToolCall = {
    toolCallId: ToolCallId.make(part.callID), kind: kinds[part.tool] ?? "other", status,
    title: cutText(mendText(part.state.title ? `${part.tool} ${part.state.title}` : titleOf(part.tool, input)), 500),
    content: contentOf(part), locations: path === undefined ? [] : [{ path }],
    ...(Object.keys(input).length === 0 ? {} : { input: mendText(JSON.stringify(input, null, 2)) }),
    ...(output === undefined ? {} : { output }),
    startedAt: before?.startedAt ?? at, ...(hasEnded(status) ? { endedAt: at } : {})
  }
  return before === undefined ? next : mergeToolCall(before, next)
}
