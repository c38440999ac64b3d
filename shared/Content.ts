/**
 * Content blocks in ACP's shapes: what a prompt is made of and what a tool call shows.
 * Source of the shapes: Agent Client Protocol, schema version 1, `ContentBlock`.
 */
import { Schema } from "effect"
import { Text } from "./Text.ts"

export const TextBlock = Schema.Struct({ type: Schema.Literal("text"), text: Text })
export type TextBlock = typeof TextBlock.Type

/** `data` is base64. */
export const ImageBlock = Schema.Struct({
  type: Schema.Literal("image"), data: Schema.String, mimeType: Schema.String, uri: Schema.optionalKey(Schema.String)
})

/** `data` is base64. */
export const AudioBlock = Schema.Struct({ type: Schema.Literal("audio"), data: Schema.String, mimeType: Schema.String })

export const ResourceLinkBlock = Schema.Struct({
  type: Schema.Literal("resource_link"), uri: Text, name: Text,
  mimeType: Schema.optionalKey(Text), size: Schema.optionalKey(Schema.Finite)
})

/** A file's text sent along with the prompt. */
export const ResourceBlock = Schema.Struct({
  type: Schema.Literal("resource"),
  resource: Schema.Struct({ uri: Text, text: Text, mimeType: Schema.optionalKey(Schema.String) })
})

export const ContentBlock = Schema.Union([TextBlock, ImageBlock, AudioBlock, ResourceLinkBlock, ResourceBlock])
export type ContentBlock = typeof ContentBlock.Type

/** Bytes of a prompt's content as sent, at most. */
export const promptByteLimit = 1024 * 1024

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
