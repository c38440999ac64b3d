/** Live agent backends, as their list shows them: state, process, memory, age, and whether they can be ended now. Pure. */
import type { BackendHealth, BackendState } from "../../shared/Agent.ts"
import type { AgentName, ChatId } from "../../shared/Ids.ts"
import type { Directory } from "../../shared/Session.ts"
import { chatName } from "./directory.ts"
import { countWords } from "./duration.ts"
import { plural } from "./numbers.ts"

export interface BackendLine {
  readonly chatId: ChatId
  readonly agent: AgentName
  /** Session and chat; nothing for the chat that is shown. */
  readonly where: string | undefined
  readonly state: string
  readonly tone: "good" | "works" | "warn" | "bad" | "off"
  readonly figures: ReadonlyArray<string>
  /** Why its last life ended. */
  readonly detail: string | undefined
  /** Why it can't be ended or restarted now; `undefined` where it can. */
  readonly held: string | undefined
}

const states: Record<BackendState, { readonly words: string; readonly tone: BackendLine["tone"]; readonly held?: string }> = {
  starting: { words: "Starting", tone: "works", held: "It is starting; wait a moment." },
  ready: { words: "Ready", tone: "good" },
  busy: { words: "At work", tone: "works", held: "It is at work; stop its turn first." },
  backoff: { words: "Trying again", tone: "warn", held: "It is being started again; wait a moment." },
  crashed: { words: "Crashed", tone: "bad" },
  failed: { words: "Could not be started", tone: "bad" },
  stopping: { words: "Ending", tone: "off", held: "It is being ended." },
  gone: { words: "Asleep", tone: "off" }
}

/** `48 MB`, `1.2 GB`. */
const memoryWords = (bytes: number): string => {
  const megabytes = bytes / 1024 / 1024
  return megabytes < 1000 ? `${Math.max(1, Math.round(megabytes))} MB` : `${(megabytes / 1024).toFixed(1)} GB`
}

const placeOf = (chatId: ChatId, directory: Directory | undefined): string => {
  const chat = directory?.chats.find(({ id }) => id === chatId)
  const session = directory?.sessions.find(({ id }) => id === chat?.sessionId)
  if (chat === undefined) return "A chat that is gone"
  return session === undefined || session.title === chat.title ? chatName(chat) : `${session.title} › ${chatName(chat)}`
}

/** Of the chat that is shown first. `now` is the server's. */
export const backendLines = (backends: ReadonlyArray<BackendHealth>, directory: Directory | undefined, shown: ChatId | undefined, now: number): ReadonlyArray<BackendLine> =>
  backends.map(({ agent, chatId, detail, pid, restarts, rss, startedAt, state }): BackendLine => ({
    chatId, agent, where: chatId === shown ? undefined : placeOf(chatId, directory), detail,
    state: states[state].words, tone: states[state].tone, held: states[state].held,
    figures: [
      ...(pid === undefined ? [] : [`pid ${pid}`]), ...(rss === undefined ? [] : [memoryWords(rss)]),
      ...(startedAt === undefined || pid === undefined ? [] : [`up ${countWords(now - startedAt)}`]), ...(restarts === 0 ? [] : [plural(restarts, "restart")])
    ]
  })).toSorted((a, b) => Number(a.where !== undefined) - Number(b.where !== undefined) || (a.where ?? "").localeCompare(b.where ?? "") || a.agent.localeCompare(b.agent))
