/** The wire log, as it is drawn: each message with its name and what it is about; answers by the name of what they answer. Pure. */
import type { WireMessage } from "../../shared/Wire.ts"

export interface WireRow {
  readonly message: WireMessage
  /** The method, or what it answers. */
  readonly name: string
  /** What it is about, where a word says it. */
  readonly about: string
  readonly tone: "plain" | "error"
}

type Json = Readonly<Record<string, unknown>>

const isJson = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value)

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const parsedWords = (escaped: string): string => {
  const words = parsed(`"${escaped}"`)
  return typeof words === "string" ? words : ""
}

const at = (value: unknown, ...path: ReadonlyArray<string>): unknown => path.reduce<unknown>((here, key) => isJson(here) ? here[key] : undefined, value)
const textAt = (value: unknown, ...path: ReadonlyArray<string>): string => {
  const found = at(value, ...path)
  return typeof found === "string" ? found : ""
}
const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim().slice(0, 200)

/** A message that was cut is no JSON any more: what it is stands near its beginning. */
const begun = (text: string): Json | undefined => {
  const head = text.slice(0, 600)
  const method = /"method":"([^"]{1,80})"/.exec(head)?.[1]
  const id = /"id":(\d{1,15}|"[^"]{1,80}")[,}]/.exec(head)?.[1]
  if (method === undefined && id === undefined) return undefined
  const update = /"sessionUpdate":"([^"]{1,80})"/.exec(head)?.[1]
  const words = /"text":"((?:[^"\\]|\\.){1,200})/.exec(head)?.[1] ?? ""
  const content = { text: parsedWords(words) }
  return {
    ...(method === undefined ? {} : { method }), ...(id === undefined ? {} : { id: parsed(id) }),
    params: update === undefined ? { prompt: [content] } : { update: { sessionUpdate: update, content } }
  }
}

const commandLine = (params: unknown): string => {
  const args = at(params, "args")
  return [textAt(params, "command"), ...(Array.isArray(args) ? args.filter((one) => typeof one === "string") : [])].join(" ")
}

const aboutParams = (params: unknown): string => {
  const update = at(params, "update")
  if (update !== undefined) {
    const words = textAt(update, "content", "text") || textAt(update, "title") || textAt(update, "status")
    return oneLine([textAt(update, "sessionUpdate"), words].filter((word) => word !== "").join(" · "))
  }
  const prompt = at(params, "prompt")
  const first: unknown = Array.isArray(prompt) ? prompt.find((block) => textAt(block, "text") !== "" && at(block, "annotations") === undefined) : undefined
  return oneLine(textAt(first, "text") || textAt(params, "toolCall", "title") || commandLine(params) || textAt(params, "path")
    || textAt(params, "message") || textAt(params, "terminalId") || textAt(params, "modeId") || textAt(params, "value"))
}

const aboutAnswer = (message: Json): string => oneLine(textAt(message, "error", "message") || textAt(message, "result", "stopReason")
  || textAt(message, "result", "outcome", "outcome") || textAt(message, "result", "terminalId"))

/** Ids are each side's own: an answer belongs to a request of the other direction. */
const keyOf = (direction: WireMessage["direction"], id: unknown): string => `${direction} ${JSON.stringify(id)}`

/** In their order. */
export const wireRows = (messages: ReadonlyArray<WireMessage>): ReadonlyArray<WireRow> => {
  const asked = new Map<string, string>()
  return messages.map((message): WireRow => {
    const value = parsed(message.text) ?? (message.size > message.text.length ? begun(message.text) : undefined)
    const method = textAt(value, "method")
    if (isJson(value) && method !== "") {
      if (value["id"] !== undefined) asked.set(keyOf(message.direction, value["id"]), method)
      return { message, name: method, about: aboutParams(value["params"]), tone: "plain" }
    }
    if (!isJson(value) || value["id"] === undefined) return { message, name: isJson(value) ? textAt(value, "type") || "message" : "text", about: oneLine(message.text), tone: "plain" }
    const question = asked.get(keyOf(message.direction === "in" ? "out" : "in", value["id"]))
    const isError = value["error"] !== undefined && value["error"] !== null
    return {
      message, name: `${isError ? "error" : "answer"}${question === undefined ? "" : ` to ${question}`}`, about: aboutAnswer(value), tone: isError ? "error" : "plain"
    }
  })
}

/** Those in which every word that was typed stands, wherever. */
export const matchingRows = (rows: ReadonlyArray<WireRow>, typed: string): ReadonlyArray<WireRow> => {
  const words = typed.toLowerCase().split(/\s+/).filter((word) => word !== "")
  return words.length === 0 ? rows : rows.filter(({ message, name }) => {
    const all = `${name} ${message.note ?? ""} ${message.direction} ${message.text}`.toLowerCase()
    return words.every((word) => all.includes(word))
  })
}

/** For reading: JSON with line ends, anything else as it is. */
export const prettyText = ({ size, text }: WireMessage): { readonly text: string; readonly language: "json" | "text" } => {
  const value = parsed(text)
  if (value !== undefined) return { text: JSON.stringify(value, undefined, 2), language: "json" }
  return { text: size > text.length ? `${text}…` : text, language: "text" }
}

const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hourCycle: "h23" })
export const timeWords = (moment: number): string => time.format(moment)

export const directionWords = (direction: WireMessage["direction"], agent: string): string => direction === "in" ? `From ${agent}` : `To ${agent}`

/** As one text to paste elsewhere. */
export const copiedText = (rows: ReadonlyArray<WireRow>): string => rows.map(({ message }) =>
  `${new Date(message.at).toISOString()} ${message.direction === "in" ? "<-" : "->"} ${message.note === undefined ? "" : `(${message.note}) `}${message.text}`).join("\n")
