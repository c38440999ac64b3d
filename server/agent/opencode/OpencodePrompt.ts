/**
 * A prompt as opencode takes it: its parts, its command where it begins with one, its model and agent, and the id of its message.
 * Pure but for the id.
 */
import { type ContentBlock, contentText } from "../../../shared/Content.ts"
import type { TurnSettings } from "../../../shared/Turn.ts"

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
let lastAt = 0
let count = 0

/**
 * An id for our message, as opencode makes its own: `msg_`, 12 hexadecimal digits that ascend with time, 14 random characters.
 * opencode takes the message with the highest id for the newest. `now` in epoch milliseconds.
 */
export const mintMessageId = (now: number): string => {
  count = now === lastAt ? count + 1 : 1
  lastAt = now
  const time = (BigInt(now) * 0x1000n + BigInt(count)).toString(16).padStart(12, "0").slice(-12)
  return `msg_${time}${Array.from(crypto.getRandomValues(new Uint8Array(14)), (byte) => base62[byte % 62]).join("")}`
}

type PromptPart =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "file"; readonly mime: string; readonly filename: string; readonly url: string }

const nameOf = (uri: string | undefined): string => uri?.split("/").at(-1) || "attachment"

const partOf = (block: ContentBlock): PromptPart => {
  switch (block.type) {
    case "text": return { type: "text", text: block.text }
    case "image": return { type: "file", mime: block.mimeType, filename: nameOf(block.uri), url: `data:${block.mimeType};base64,${block.data}` }
    case "audio": return { type: "file", mime: block.mimeType, filename: "audio", url: `data:${block.mimeType};base64,${block.data}` }
    case "resource_link": return block.uri.startsWith("file:")
      ? { type: "file", mime: block.mimeType ?? "text/plain", filename: block.name, url: block.uri }
      : { type: "text", text: `[${block.name}](${block.uri})` }
    case "resource": return { type: "text", text: `${block.resource.uri}:\n${block.resource.text}` }
  }
}

export const partsOf = (content: ReadonlyArray<ContentBlock>): ReadonlyArray<PromptPart> => content.map(partOf)

export interface Command {
  readonly command: string
  readonly arguments: string
  /** What was attached. */
  readonly parts: ReadonlyArray<PromptPart>
}

/** The command that a prompt begins with; nothing where it begins with none of these. */
export const commandOf = (content: ReadonlyArray<ContentBlock>, names: ReadonlySet<string>): Command | undefined => {
  const [first, ...others] = content
  const [, command, rest] = first?.type === "text" ? /^\/(\S+)\s*([\s\S]*)$/.exec(first.text) ?? [] : []
  if (command === undefined || !names.has(command)) return undefined
  const texts = others.filter((block) => partOf(block).type === "text")
  return {
    command, arguments: [rest ?? "", contentText(texts)].filter((text) => text !== "").join("\n"),
    parts: others.map(partOf).filter((part) => part.type === "file")
  }
}

/** `provider/model`, as the catalogue offers it. A model's own name may hold slashes. */
export const modelOf = (model: string): { readonly providerID: string; readonly modelID: string } | undefined => {
  const slash = model.indexOf("/")
  return slash < 1 || slash === model.length - 1 ? undefined : { providerID: model.slice(0, slash), modelID: model.slice(slash + 1) }
}

/** The name by which opencode says that no variant of a model is chosen. */
export const defaultVariant = "default"

/** What stands in a session; undefined where it was never said. */
export interface Chosen {
  readonly model: string | undefined
  readonly mode: string | undefined
  readonly thinking: string | undefined
}
export const nothingChosen: Chosen = { model: undefined, mode: undefined, thinking: undefined }

/**
 * What a prompt asks for; what it leaves out stays as the session has it. opencode itself does so for the model only: without
 * them it takes its preset agent and no variant.
 */
export const settingsOf = (settings: TurnSettings, chosen: Chosen) => {
  const model = settings.model === undefined ? undefined : modelOf(settings.model)
  const agent = settings.mode ?? chosen.mode
  const variant = settings.thinking ?? (settings.model === undefined || settings.model === chosen.model ? chosen.thinking : undefined)
  return {
    ...(model === undefined ? {} : { model }), ...(agent === undefined ? {} : { agent }),
    ...(variant === undefined || variant === defaultVariant ? {} : { variant })
  }
}
