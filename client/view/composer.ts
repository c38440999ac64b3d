/** Composer: what its one button does, and what a prompt is made of. Pure. */
import { type Chat, promptedTurn } from "../../shared/Chat.ts"
import { type ContentBlock, promptByteLimit } from "../../shared/Content.ts"
import type { IconName } from "./iconName.ts"
import { byteWords } from "./numbers.ts"

export type ComposerAction = "send" | "stop" | "queue"

/** How the button looks for each. */
export const composerFaces: Record<ComposerAction, { readonly words: string; readonly icon: IconName; readonly title: string }> = {
  send: { words: "Send", icon: "send", title: "Send (Enter)" },
  queue: { words: "Queue", icon: "queue", title: "Queue: it is sent when the agent is done (Enter)" },
  stop: { words: "Stop", icon: "stop", title: "Stop the agent (Esc)" }
}

/** `empty`: nothing typed and nothing attached. */
export const actionOf = (chat: Chat | undefined, empty: boolean): ComposerAction => {
  const running = chat !== undefined && promptedTurn(chat) !== undefined
  return !running ? "send" : empty ? "stop" : "queue"
}

export interface Attachment { readonly name: string; readonly mimeType: string; readonly data: string }

/** The text first, so that a slash stays in front. */
export const contentOf = (text: string, attachments: ReadonlyArray<Attachment>): ReadonlyArray<ContentBlock> => [
  ...(text.trim() === "" ? [] : [{ type: "text" as const, text }]),
  ...attachments.map(({ data, mimeType }) => ({ type: "image" as const, data, mimeType }))
]

/** Why this can't be sent; `undefined` where it can. */
export const contentProblem = (content: ReadonlyArray<ContentBlock>): string | undefined => {
  if (content.some((block) => block.type === "text" && block.text.includes("\u0000"))) return "The text holds a NUL character; remove it."
  const bytes = new TextEncoder().encode(JSON.stringify(content)).length
  return bytes <= promptByteLimit ? undefined
    : `This is ${byteWords(bytes)}; at most ${byteWords(promptByteLimit)} are accepted. Put the rest in a file of the project and name it.`
}
