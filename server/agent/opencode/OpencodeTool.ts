/** Tool calls of opencode as ours: from a tool part, which is always a whole snapshot, to a merged one. Pure. */
import { parsePatch, type StructuredPatch, type StructuredPatchHunk } from "diff"
import { ToolCallId } from "../../../shared/Ids.ts"
import { cut, isDeeper } from "../../../shared/ItemBounds.ts"
import { cutText, mendText } from "../../../shared/Text.ts"
import { hasEnded, mergeToolCall, type ToolCall, type ToolContent, type ToolKind, type ToolLocation, type ToolStatus } from "../../../shared/ToolCall.ts"
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

/** Hunks shown of one call, at most. */
const hunkLimit = 100

const linesOf = ({ lines }: StructuredPatchHunk, side: "+" | "-"): string => lines.reduce((text, line) => {
  if (line.startsWith("\\")) return text // the note that a file has no newline at its end
  return line.startsWith(" ") || line.startsWith(side) ? `${text}${line.slice(1)}\n` : text
}, "")

const hunkContent = (path: string, hunk: StructuredPatchHunk): ToolContent =>
  ({ type: "diff", path, oldText: hunk.oldLines === 0 ? null : linesOf(hunk, "-"), newText: linesOf(hunk, "+") })

interface Change { readonly content: ReadonlyArray<ToolContent>; readonly locations: ReadonlyArray<ToolLocation> }

/** What a patch says that changes, hunk by hunk; nothing where it is none. */
export const patched = (patch: unknown): Change | undefined => {
  if (typeof patch !== "string" || patch === "") return undefined
  const files = parsed(mendText(patch))
  const hunks = files.flatMap(({ hunks, newFileName, oldFileName }) => {
    const path = newFileName === "/dev/null" || newFileName === undefined ? oldFileName : newFileName
    return path === undefined ? [] : hunks.map((hunk) => ({ path, hunk }))
  }).slice(0, hunkLimit)
  return hunks.length === 0 ? undefined : {
    content: hunks.map(({ hunk, path }) => hunkContent(path, hunk)),
    locations: hunks.map(({ hunk, path }) => ({ path, line: hunk.newStart }))
  }
}

const parsed = (patch: string): ReadonlyArray<StructuredPatch> => {
  try {
    return parsePatch(patch)
  } catch {
    return []
  }
}

/** What the input of an edit says that changes. The other tools say all in their output. */
const wanted = ({ state, tool }: ToolPart): Change => {
  const input = state.input ?? {}
  const path = pathOf(input)
  if (path === undefined) return { content: [], locations: [] }
  const locations = [{ path }]
  if (tool === "edit") {
    return { locations, content: [{ type: "diff", path, oldText: textOf(input, "oldString") ?? "", newText: textOf(input, "newString") ?? "" }] }
  }
  return { locations, content: tool === "write" ? [{ type: "diff", path, oldText: null, newText: textOf(input, "content") ?? "" }] : [] }
}

/** A patch knows more than the input: what a file held before. */
const changeOf = (before: ToolCall | undefined, part: ToolPart): Change => patched(part.state.metadata?.["diff"])
  ?? (before !== undefined && before.content.length > 0 ? before : wanted(part))

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
  return typeof text === "string" && text !== "" ? cut(mendText(text), textLimit) : undefined
}

const levelLimit = 32
const textLimit = 1024 * 1024

const inputText = (input: Input): string => isDeeper(input, levelLimit) ? `[nested more than ${levelLimit} levels deep]`
  : cut(mendText(JSON.stringify(input, null, 2)), textLimit)

/** `at` in epoch milliseconds. */
export const toolCall = (before: ToolCall | undefined, part: ToolPart, at: number, stopping: boolean): ToolCall => {
  if (before !== undefined && hasEnded(before.status)) return before
  const input = part.state.input ?? {}
  const status = statusOf(part, stopping)
  const { content, locations } = changeOf(before, part)
  const output = outputOf(part) ?? before?.output
  const next: ToolCall = {
    toolCallId: ToolCallId.make(part.callID), kind: kinds[part.tool] ?? "other", status,
    title: cutText(mendText(part.state.title ? `${part.tool} ${part.state.title}` : titleOf(part.tool, input)), 500),
    content, locations,
    ...(Object.keys(input).length === 0 ? {} : { input: inputText(input) }),
    ...(output === undefined ? {} : { output }),
    startedAt: before?.startedAt ?? at, ...(hasEnded(status) ? { endedAt: at } : {})
  }
  return before === undefined ? next : mergeToolCall(before, next)
}
