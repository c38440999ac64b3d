/**
 * ToolCall, as it is drawn: a title without markup, an icon by kind, the state in a word, and the parts that open:
 * input, output, diffs, files. Pure.
 */
import type { StoredText } from "../../shared/Content.ts"
import type { LargeText, ToolCall, ToolKind, ToolStatus } from "../../shared/ToolCall.ts"
import { spanWords } from "./duration.ts"
import type { IconName } from "./iconName.ts"
import { shortenPaths } from "./path.ts"

const icons: Record<ToolKind, IconName> = {
  read: "file", edit: "pencil", delete: "trash", move: "move", search: "search", execute: "terminal", think: "thought",
  fetch: "globe", switch_mode: "sliders", other: "tool"
}

export const toolIcon = (kind: ToolKind): IconName => icons[kind]

const states: Record<ToolStatus, string> = {
  pending: "Waiting", in_progress: "Running", completed: "Done", failed: "Failed", canceled: "Stopped"
}

export const statusWords = (status: ToolStatus): string => states[status]

const kindNames: Record<ToolKind, string> = {
  read: "Read", edit: "Edit", delete: "Delete", move: "Move", search: "Search", execute: "Run", think: "Think",
  fetch: "Fetch", switch_mode: "Switch mode", other: "Tool"
}

/** In one line; agents put code marks and line breaks into it. A command is shown as it is, whatever paths it names. */
export const toolTitle = (call: Pick<ToolCall, "title" | "kind">): string => {
  const title = call.title.replaceAll("`", "").replace(/\s+/g, " ").trim()
  return title === "" ? kindNames[call.kind] : call.kind === "execute" ? title : shortenPaths(title)
}

/** How long it ran; `undefined` while it runs. */
export const toolSpan = (call: ToolCall): string | undefined =>
  call.endedAt === undefined ? undefined : spanWords(call.endedAt - call.startedAt)

/** A text to show, in a language for its colours. */
export interface TextPart { readonly _tag: "Text"; readonly name: string; readonly text: LargeText; readonly language: string }
export interface DiffPart { readonly _tag: "Diff"; readonly path: string; readonly before: LargeText | null; readonly after: LargeText }
export interface NotePart { readonly _tag: "Note"; readonly words: string }
export interface ImagePart { readonly _tag: "Image"; readonly source: string }
export type ToolPart = TextPart | DiffPart | NotePart | ImagePart

type Content = ToolCall["content"][number]

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** JSON text in a form for reading: a lone string as itself, an object's one command as that command. */
const inputPart = (input: LargeText): TextPart => {
  if (typeof input !== "string") return { _tag: "Text", name: "Input", text: input, language: "json" }
  const value = parsed(input)
  if (typeof value === "string") return { _tag: "Text", name: "Input", text: value, language: "text" }
  if (value === null || value === undefined) return { _tag: "Text", name: "Input", text: input, language: "text" }
  const command = typeof value === "object" && "command" in value ? value.command : undefined
  if (typeof command === "string") return { _tag: "Text", name: "Command", text: command, language: "bash" }
  return { _tag: "Text", name: "Input", text: JSON.stringify(value, undefined, 2), language: "json" }
}

const outputPart = (output: LargeText): TextPart => {
  const value = typeof output === "string" ? parsed(output) : undefined
  if (typeof value === "string") return { _tag: "Text", name: "Output", text: value, language: "text" }
  const whole = value === undefined || value === null
  return {
    _tag: "Text", name: "Output", text: whole ? output : JSON.stringify(value, undefined, 2),
    language: typeof output === "string" && whole ? "text" : "json"
  }
}

const contentPart = (content: Content): ReadonlyArray<ToolPart> => {
  switch (content.type) {
    case "diff": return [{ _tag: "Diff", path: content.path, before: content.oldText, after: content.newText }]
    case "terminal": return [{ _tag: "Note", words: "Its output went to a terminal." }]
    case "content": return blockPart(content.content)
  }
}

/** Agents wrap what they show in a code fence: the marks are taken off. */
const unfenced = (text: string): string => /^\s*(`{3,})[^\n]*\n([\s\S]*?)\n?\1\s*$/.exec(text)?.[2] ?? text

const blockPart = (block: Extract<Content, { type: "content" }>["content"]): ReadonlyArray<ToolPart> => {
  switch (block.type) {
    case "text": return block.text.trim() === "" ? [] : [{ _tag: "Text", name: "Output", text: unfenced(block.text), language: "text" }]
    case "stored": return [{ _tag: "Text", name: "Output", text: block, language: "text" }]
    case "image": return [{ _tag: "Image", source: `data:${block.mimeType};base64,${block.data}` }]
    case "audio": return [{ _tag: "Note", words: "Audio, which can't be played here." }]
    case "resource_link": return [{ _tag: "Note", words: block.name }]
    case "resource": return [{ _tag: "Text", name: block.resource.uri, text: block.resource.text, language: "text" }]
  }
}

const isEmpty = (text: LargeText | undefined): boolean =>
  text === undefined || (typeof text === "string" && ["", "{}", "null", "[]", '""'].includes(text.trim()))

/** What opens below the row: what it changed, what it was given, and what it gave, once each. */
export const toolParts = (call: ToolCall): ReadonlyArray<ToolPart> => {
  const parts = call.content.flatMap(contentPart)
  // of a terminal there is something to say only where nothing else is shown
  const content = parts.some((part) => part._tag !== "Note") || call.output !== undefined ? parts.filter((part) => part._tag !== "Note") : parts
  const diffs = content.filter((part) => part._tag === "Diff")
  const shown = content.filter((part) => part._tag !== "Diff")
  return [
    ...diffs,
    ...(call.input === undefined || isEmpty(call.input) || diffs.length > 0 ? [] : [inputPart(call.input)]),
    ...shown,
    // most agents report the same text as content and as raw output
    ...(call.output === undefined || isEmpty(call.output) || content.length > 0 ? [] : [outputPart(call.output)])
  ]
}

/** A place it touched: where that is, in words, and what of it stands in its row. */
export interface ToolPlace { readonly path: string; readonly line: number | undefined; readonly name: string; readonly words: string }

const mostPlaces = 3

/** The first places it touched. Of one that its title names already, at most the line stands there once more. */
export const toolPlaces = ({ locations, title }: Pick<ToolCall, "locations" | "title">): ReadonlyArray<ToolPlace> =>
  locations.map(({ line, path }) => {
    const name = `${shortPath(path)}${line === undefined ? "" : `:${line}`}`
    const isNamed = title.includes(path.split("/").at(-1) ?? path)
    return { path, line, name, words: !isNamed ? name : line === undefined ? "" : `:${line}` }
  }).filter(({ name }, index, all) => all.findIndex((one) => one.name === name) === index).slice(0, mostPlaces)

/** The last two names of a path. */
export const shortPath = (path: string): string => path.split("/").filter((name) => name !== "").slice(-2).join("/")

/** What is at hand of a text. */
export const headOf = (text: LargeText): string => typeof text === "string" ? text : text.head

export const isStored = (text: LargeText | null): text is StoredText => text !== null && typeof text !== "string"
