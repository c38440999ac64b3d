/** Directory: projects, sessions and chats in the order in which lists show them. Pure. */
import type { ChatRow, Directory, Project, Session } from "../../shared/Session.ts"

export interface SessionEntry {
  readonly session: Session
  /** Those not archived, by number. */
  readonly chats: ReadonlyArray<ChatRow>
  readonly working: boolean
}

export interface ProjectEntry {
  readonly project: Project
  /** Newest first. */
  readonly sessions: ReadonlyArray<SessionEntry>
  readonly archived: ReadonlyArray<Session>
}

export const chatsOf = (directory: Directory, sessionId: string): ReadonlyArray<ChatRow> =>
  directory.chats.filter((chat) => chat.sessionId === sessionId && chat.archivedAt === null).toSorted((a, b) => a.number - b.number)

export const archivedChatsOf = (directory: Directory, sessionId: string): ReadonlyArray<ChatRow> =>
  directory.chats.filter((chat) => chat.sessionId === sessionId && chat.archivedAt !== null).toSorted((a, b) => b.number - a.number)

const entryOf = (directory: Directory, session: Session): SessionEntry => {
  const chats = chatsOf(directory, session.id)
  return { session, chats, working: chats.some((chat) => chat.working) }
}

const newestFirst = (a: Session, b: Session): number => b.createdAt - a.createdAt

export const projectEntries = (directory: Directory): ReadonlyArray<ProjectEntry> =>
  directory.projects.toSorted((a, b) => a.addedAt - b.addedAt).map((project) => {
    const sessions = directory.sessions.filter((session) => session.projectId === project.id).toSorted(newestFirst)
    return {
      project,
      sessions: sessions.filter((session) => session.archivedAt === null).map((session) => entryOf(directory, session)),
      archived: sessions.filter((session) => session.archivedAt !== null)
    }
  })

export const chatName = (chat: ChatRow): string => chat.title ?? `Chat ${chat.number}`

/** Where one goes when nothing was chosen: the newest session's newest chat. */
export const newestChat = (directory: Directory): ChatRow | undefined => {
  const [session] = directory.sessions.filter(({ archivedAt }) => archivedAt === null).toSorted(newestFirst)
  return session === undefined ? undefined : chatsOf(directory, session.id).at(-1)
}

/** One place to go to, for the switcher. */
export interface Place {
  readonly chat: ChatRow
  readonly name: string
  readonly where: string
}

/** Every open chat; `typed` words must all occur. Working ones first, then the newest. */
export const placesFor = (directory: Directory, typed: string): ReadonlyArray<Place> => {
  const words = typed.toLowerCase().split(/\s+/).filter((word) => word !== "")
  return projectEntries(directory)
    .flatMap(({ project, sessions }) => sessions.flatMap(({ chats, session }) => chats.map((chat) => ({
      chat, name: chats.length > 1 ? `${session.title} › ${chatName(chat)}` : session.title, where: project.name
    }))))
    .filter(({ name, where }) => words.every((word) => `${where} ${name}`.toLowerCase().includes(word)))
    .toSorted((a, b) => Number(b.chat.working) - Number(a.chat.working) || b.chat.createdAt - a.chat.createdAt)
}
