/**
 * What is archived, known at once: nothing is begun there, and a prompt that must wait for an answer from the database
 * would lose its place before what is sent after it. The rows are the truth; who changes them tells it.
 */
import { ChatError } from "../../shared/Errors.ts"
import type { ChatId, SessionId } from "../../shared/Ids.ts"

export interface Archive {
  /** To be told of each chat's session before anything is asked of the chat. */
  readonly place: (chatId: ChatId, sessionId: SessionId) => void
  readonly setChat: (chatId: ChatId, archived: boolean) => void
  readonly setSession: (sessionId: SessionId, archived: boolean) => void
  /** It was deleted. */
  readonly forget: (sessionId: SessionId) => void
  /** Why nothing may be begun in a chat. */
  readonly refusal: (chatId: ChatId) => ChatError | undefined
}

const put = <A>(all: Set<A>, one: A, isIn: boolean): void => {
  if (isIn) all.add(one)
  else all.delete(one)
}

export const make = (archived: { readonly chats: Iterable<ChatId>; readonly sessions: Iterable<SessionId> }): Archive => {
  const chats = new Set(archived.chats), sessions = new Set(archived.sessions)
  const places = new Map<ChatId, SessionId>()
  return {
    place: (chatId, sessionId) => { places.set(chatId, sessionId) },
    setChat: (chatId, isArchived) => put(chats, chatId, isArchived),
    setSession: (sessionId, isArchived) => put(sessions, sessionId, isArchived),
    // the session stays closed for whoever still holds one of its chats
    forget: (sessionId) => { for (const [chatId, of] of places) if (of === sessionId) chats.add(chatId) },
    refusal: (chatId) => {
      if (chats.has(chatId)) return new ChatError({ reason: { _tag: "Archived", chatId } })
      const sessionId = places.get(chatId)
      return sessionId !== undefined && sessions.has(sessionId) ? new ChatError({ reason: { _tag: "SessionArchived", sessionId } }) : undefined
    }
  }
}
