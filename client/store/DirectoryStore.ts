/**
 * DirectoryStore: projects, sessions and chats as rows, and what is done to them. The feed brings the whole directory
 * after every change; a row that was just made is added at once, so that it can be opened before the feed has it.
 */
import type { AgentName, ChatId, ProjectId, PromptId, SessionId } from "../../shared/Ids.ts"
import type { Fork } from "../../shared/rpc/ChatRpc.ts"
import type { ChatRow, Directory, Project, Session } from "../../shared/Session.ts"
import type { Remote } from "../rpc/Remote.ts"
import { done, type Reply } from "../rpc/Reply.ts"
import { newChatId } from "./newChatId.ts"
import { Observable } from "./Observable.ts"

const added = <Row extends { readonly id: string }>(rows: ReadonlyArray<Row>, row: Row): ReadonlyArray<Row> =>
  rows.some((old) => old.id === row.id) ? rows : [...rows, row]

export class DirectoryStore extends Observable {
  /** `undefined` until it was heard once. */
  directory: Directory | undefined
  /** Why there will be none. */
  failure: string | undefined
  readonly #remote: Remote
  /** Asked for and not answered yet. */
  readonly #forks = new Map<string, ChatId>()

  constructor(remote: Remote) {
    super()
    this.#remote = remote
    remote.watchDirectory({
      onValue: (directory) => {
        this.directory = directory
        this.failure = undefined
        this.changed()
      },
      onFailure: (message) => {
        this.failure = message
        this.changed()
      }
    })
  }

  complete(prefix: string) {
    return this.#remote.completePath(prefix)
  }

  async addProject(path: string): Promise<Reply<Project>> {
    const reply = await this.#remote.addProject(path)
    if (reply._tag === "Done") this.#add({ project: reply.value })
    return reply
  }

  removeProject(projectId: ProjectId) {
    return this.#remote.removeProject({ projectId })
  }

  /** A session and its first chat; `base` is what its worktree is to be cut from. */
  async createSession(projectId: ProjectId, agent: AgentName | undefined, base?: string): Promise<Reply<ChatRow>> {
    const session = await this.#remote.createSession(base === undefined ? { projectId } : { projectId, base })
    if (session._tag !== "Done") return session
    this.#add({ session: session.value })
    return this.createChat(session.value.id, agent)
  }

  async createChat(sessionId: SessionId, agent: AgentName | undefined): Promise<Reply<ChatRow>> {
    const reply = await this.#remote.createChat(agent === undefined ? { sessionId } : { sessionId, agent })
    if (reply._tag === "Done") this.#add({ chat: reply.value })
    return reply
  }

  /** Asked again for the same place before it was answered, it is the same fork. */
  async fork(chatId: ChatId, promptId: PromptId, where: "session" | "beside"): Promise<Reply<Fork>> {
    const key = `${chatId} ${promptId} ${where}`
    const id = this.#forks.get(key) ?? newChatId()
    this.#forks.set(key, id)
    const reply = await this.#remote.fork({ chatId, promptId, id, where })
    if (reply._tag !== "Unreached") this.#forks.delete(key)
    if (reply._tag === "Done") this.#add({ session: reply.value.session, chat: reply.value.chat })
    return reply
  }

  renameSession(sessionId: SessionId, title: string): Promise<Reply<void>> {
    const name = title.trim().slice(0, 200)
    return name === "" ? Promise.resolve(done(undefined)) : this.#remote.renameSession({ sessionId, title: name })
  }

  renameChat(chatId: ChatId, title: string): Promise<Reply<void>> {
    const name = title.trim().slice(0, 200)
    return name === "" ? Promise.resolve(done(undefined)) : this.#remote.setTitle({ chatId, title: name })
  }

  archiveSession(sessionId: SessionId, archived: boolean) {
    return this.#remote.archiveSession({ sessionId, archived })
  }

  archiveChat(chatId: ChatId, archived: boolean) {
    return this.#remote.archiveChat({ chatId, archived })
  }

  #add({ chat, project, session }: { project?: Project; session?: Session; chat?: ChatRow }): void {
    const { chats, projects, sessions } = this.directory ?? { chats: [], projects: [], sessions: [] }
    this.directory = {
      projects: project === undefined ? projects : added(projects, project),
      sessions: session === undefined ? sessions : added(sessions, session),
      chats: chat === undefined ? chats : added(chats, chat)
    }
    this.changed()
  }
}
