/**
 * Pending: prompts that were typed here and are not in the chat yet. Each keeps the id that was made for it, so that
 * sending it again after a lost connection runs it once. They outlive a reload of the page. Pure but for `Kept`.
 */
import { Schema } from "effect"
import { ContentBlock } from "../../shared/Content.ts"
import type { Chat } from "../../shared/Chat.ts"
import { AgentName, PromptId } from "../../shared/Ids.ts"
import { TurnSettings } from "../../shared/Turn.ts"
import type { Kept } from "./Kept.ts"

export const PendingPrompt = Schema.Struct({
  promptId: PromptId,
  content: Schema.Array(ContentBlock),
  agent: AgentName,
  settings: TurnSettings,
  at: Schema.Finite,
  /** On its way; accepted and not seen in the chat yet; or refused for `why`. */
  state: Schema.Literals(["sending", "accepted", "refused"]),
  why: Schema.optionalKey(Schema.String)
})
export type PendingPrompt = typeof PendingPrompt.Type

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Array(PendingPrompt)))

/** 24 characters of `A-Z a-z 0-9 _ -`. */
export const newPromptId = (): PromptId => {
  const bytes = crypto.getRandomValues(new Uint8Array(18))
  return PromptId.make(btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_"))
}

/** Without those that the chat has by now. */
export const unseen = (pending: ReadonlyArray<PendingPrompt>, chat: Chat): ReadonlyArray<PendingPrompt> => {
  if (pending.length === 0) return pending
  const seen = new Set([...chat.queue, ...chat.taken].map(({ promptId }) => promptId))
  const rest = pending.filter(({ promptId }) => !seen.has(promptId))
  return rest.length === pending.length ? pending : rest
}

export const readPending = (kept: Kept, chatId: string): ReadonlyArray<PendingPrompt> => {
  const text = kept.get(`pending.${chatId}`)
  if (text === undefined) return []
  const found = decode(text)
  return found._tag === "Some" ? found.value : []
}

export const keepPending = (kept: Kept, chatId: string, pending: ReadonlyArray<PendingPrompt>): void =>
  kept.set(`pending.${chatId}`, pending.length === 0 ? undefined : JSON.stringify(pending))
