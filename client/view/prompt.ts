/** A prompt's own text, without what is attached to it. Pure. */
import type { ContentBlock } from "../../shared/Content.ts"

export const promptText = (content: ReadonlyArray<ContentBlock>): string =>
  content.flatMap((block) => block.type === "text" ? [block.text] : []).join("\n").trim()

/** Whether it is folded at first. */
export const isLong = (text: string): boolean => text.length > 1600 || text.split("\n").length > 14

/** In one line, for lists. */
export const promptLine = (content: ReadonlyArray<ContentBlock>): string => {
  const text = promptText(content).replace(/\s+/g, " ")
  const pictures = content.filter(({ type }) => type === "image").length
  return [text, pictures === 0 ? "" : `[${pictures === 1 ? "picture" : `${pictures} pictures`}]`].filter((part) => part !== "").join(" ").slice(0, 300)
}
