/**
 * Content blocks in ACP's shapes: what a prompt is made of and what a tool call shows.
 * Source of the shapes: Agent Client Protocol, schema version 1, `ContentBlock`. What a block's texts may hold is checked
 * where a prompt comes in, and nowhere after: what is in a log can always be read.
 */
import { Schema } from "effect"
import { textFault } from "./Text.ts"

export const TextBlock = Schema.Struct({ type: Schema.Literal("text"), text: Schema.String })
export type TextBlock = typeof TextBlock.Type

/** `data` is base64. */
export const ImageBlock = Schema.Struct({
  type: Schema.Literal("image"), data: Schema.String, mimeType: Schema.String, uri: Schema.optionalKey(Schema.String)
})

/** `data` is base64. */
export const AudioBlock = Schema.Struct({ type: Schema.Literal("audio"), data: Schema.String, mimeType: Schema.String })

export const ResourceLinkBlock = Schema.Struct({
  type: Schema.Literal("resource_link"), uri: Schema.String, name: Schema.String,
  mimeType: Schema.optionalKey(Schema.String), size: Schema.optionalKey(Schema.Finite)
})

/** A file's text sent along with the prompt. */
export const ResourceBlock = Schema.Struct({
  type: Schema.Literal("resource"),
  resource: Schema.Struct({ uri: Schema.String, text: Schema.String, mimeType: Schema.optionalKey(Schema.String) })
})

export const ContentBlock = Schema.Union([TextBlock, ImageBlock, AudioBlock, ResourceLinkBlock, ResourceBlock])
export type ContentBlock = typeof ContentBlock.Type

const base64 = /^[A-Za-z0-9+/]+={0,2}$/
const mediaType = /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}(; ?[\w.+-]+=[\w.+"-]+)*$/

const textsOf = (block: ContentBlock): ReadonlyArray<string | undefined> => {
  switch (block.type) {
    case "text": return [block.text]
    case "image": return [block.uri]
    case "audio": return []
    case "resource_link": return [block.uri, block.name]
    case "resource": return [block.resource.uri, block.resource.text]
  }
}

const blockFault = (block: ContentBlock): string | undefined => {
  const fault = textsOf(block).map((text) => text === undefined ? undefined : textFault(text)).find((one) => one !== undefined)
  if (fault !== undefined) return fault
  if ("data" in block && (block.data.length % 4 !== 0 || !base64.test(block.data))) return `The data of an attached ${block.type} is not base64.`
  const type = block.type === "resource" ? block.resource.mimeType : block.type === "text" ? undefined : block.mimeType
  return type === undefined || mediaType.test(type) ? undefined : "The type of an attachment is no media type, such as image/png."
}

/** What a prompt is made of, as it comes in. */
export const PromptContent = Schema.Array(ContentBlock).check(Schema.makeFilter((content) =>
  content.map(blockFault).find((fault) => fault !== undefined)))

/** Bytes of a prompt's content as sent, at most. */
export const promptByteLimit = 1024 * 1024

/** Bytes of one call as sent, at most: the server closes a connection that sends more. A prompt fits with room. */
export const messageByteLimit = 4 * 1024 * 1024

/** The plain text of some content; what has no text is named in brackets. */
export const contentText = (content: ReadonlyArray<ContentBlock>): string =>
  content.map((block) => {
    switch (block.type) {
      case "text": return block.text
      case "image": return "[image]"
      case "audio": return "[audio]"
      case "resource_link": return `[${block.name}]`
      case "resource": return block.resource.text
    }
  }).join("\n")

/** A text too large for the log, kept by hash; `head` are its first 2 KB. Fetch the rest by `ChatRpc.Blob`. */
export const StoredText = Schema.Struct({
  type: Schema.Literal("stored"), hash: Schema.String, bytes: Schema.Int, head: Schema.String
})
export type StoredText = typeof StoredText.Type

/** Texts over this many characters in a tool call are stored by hash instead of in the log. */
export const inlineTextLimit = 16 * 1024
