/** Place: which session and chat an address means in the directory there is. Pure. */
import type { ChatRow, Directory, Project, Session } from "../../shared/Session.ts"
import { archivedChatsOf, chatsOf, newestChat } from "./directory.ts"

export interface Place {
  readonly project: Project | undefined
  readonly session: Session
  readonly chats: ReadonlyArray<ChatRow>
  readonly archived: ReadonlyArray<ChatRow>
  /** `undefined`: the session has no open chat. */
  readonly chat: ChatRow | undefined
}

interface Address { readonly sessionId: string | undefined; readonly chatId: string | undefined }

/** `undefined`: nothing is chosen, and there is nothing to choose. An address of what is gone means the newest. */
export const placeOf = (directory: Directory, { chatId, sessionId }: Address): Place | undefined => {
  const session = directory.sessions.find(({ id }) => id === sessionId) ??
    directory.sessions.find(({ id }) => id === newestChat(directory)?.sessionId)
  if (session === undefined) return undefined
  const chats = chatsOf(directory, session.id)
  return {
    project: directory.projects.find(({ id }) => id === session.projectId), session, chats,
    archived: archivedChatsOf(directory, session.id),
    chat: chats.find(({ id }) => id === chatId) ?? chats.at(-1)
  }
}

/** The chat before or after in its row of tabs; goes round. */
export const neighbour = ({ chat, chats }: Place, step: 1 | -1): ChatRow | undefined => {
  const at = chats.findIndex(({ id }) => id === chat?.id)
  return chats[(at + step + chats.length) % chats.length]
}
