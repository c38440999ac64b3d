/** Attention: chats that want a person: an agent waits for an answer, or a turn has ended that nobody has seen. Pure. */
import type { ChatId, SessionId } from "../../shared/Ids.ts"
import type { ChatRow, Directory } from "../../shared/Session.ts"
import { chatName, projectEntries } from "./directory.ts"

export interface Call {
  readonly chatId: ChatId
  readonly sessionId: SessionId
  readonly name: string
  readonly where: string
  readonly words: string
  readonly tone: "asks" | "done" | "bad"
  /** When the turn ended; nothing where it waits. */
  readonly at: number | undefined
}

/** When the end was seen last that this browser knows of, by chat. */
export type Seen = (chatId: ChatId) => number

interface Placed { readonly chat: ChatRow; readonly name: string; readonly where: string }

const placed = (directory: Directory): ReadonlyArray<Placed> => projectEntries(directory).flatMap(({ project, sessions }) =>
  sessions.flatMap(({ chats, session }) => chats.map((chat) => ({
    chat, where: project.name, name: (chats.length > 1 || chat.title !== null) && chat.title !== session.title ? `${session.title} › ${chatName(chat)}` : session.title
  }))))

/** Who stopped a turn knows that it has ended. */
const tellsOf = ({ lastEndedAt, lastOutcome }: ChatRow, seen: number): boolean =>
  lastEndedAt !== null && lastEndedAt > seen && lastOutcome !== "stopped"

const outcomeWords = { completed: "Finished", failed: "Failed", interrupted: "Interrupted", stopped: "Stopped" } as const

const callOf = ({ chat, name, where }: Placed): Call => {
  const place = { chatId: chat.id, sessionId: chat.sessionId, name, where }
  if (chat.waiting) return { ...place, words: `${chat.agent} waits for your answer`, tone: "asks", at: undefined }
  return { ...place, words: outcomeWords[chat.lastOutcome ?? "completed"], tone: chat.lastOutcome === "completed" ? "done" : "bad", at: chat.lastEndedAt ?? undefined }
}

/** Those that wait first, then the newest ends. */
export const callsOf = (directory: Directory | undefined, seen: Seen): ReadonlyArray<Call> => directory === undefined ? [] : placed(directory)
  .filter(({ chat }) => chat.waiting || (!chat.working && tellsOf(chat, seen(chat.id)))).map(callOf)
  .toSorted((a, b) => (b.at ?? Infinity) === (a.at ?? Infinity) ? 0 : (b.at ?? Infinity) - (a.at ?? Infinity))

/** What has come to want a person between two states of the lists. */
export const newCalls = (before: Directory, after: Directory): ReadonlyArray<Call> => {
  const old = new Map(before.chats.map((chat) => [chat.id, chat]))
  return placed(after).filter(({ chat }) => {
    const was = old.get(chat.id)
    return chat.waiting ? was?.waiting !== true : was !== undefined && tellsOf(chat, was.lastEndedAt ?? 0)
  }).map(callOf)
}
