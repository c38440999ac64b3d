/** Router: which session and chat the page shows, kept in the address, so that a reload and a link return to them. */
import type { ChatId, SessionId } from "../shared/Ids.ts"
import { Observable } from "./store/Observable.ts"

export interface Route { readonly sessionId: string | undefined; readonly chatId: string | undefined }

/** `#/s/<session>/c/<chat>`, the chat left out where the session's newest is meant. */
export const readRoute = (hash: string): Route => {
  const found = /^#\/s\/([\w-]+)(?:\/c\/([\w-]+))?$/.exec(hash)
  return { sessionId: found?.[1], chatId: found?.[2] }
}

export const writeRoute = (sessionId: SessionId, chatId: ChatId | undefined): string =>
  `#/s/${sessionId}${chatId === undefined ? "" : `/c/${chatId}`}`

export class Router extends Observable {
  route: Route = readRoute(location.hash)
  /** The chat that was shown last in each session. */
  readonly #last = new Map<string, ChatId>()

  constructor() {
    super()
    addEventListener("hashchange", () => this.#enter(location.hash))
  }

  /** At once: the browser tells of a new address only later. Without a chat it is the one shown last in that session. */
  go(sessionId: SessionId, chatId: ChatId | undefined): void {
    const hash = writeRoute(sessionId, chatId ?? this.#last.get(sessionId))
    location.hash = hash
    this.#enter(hash)
  }

  /** The address says more exactly what is shown already. */
  settle(sessionId: SessionId, chatId: ChatId): void {
    this.#last.set(sessionId, chatId)
    const hash = writeRoute(sessionId, chatId)
    if (location.hash === hash) return
    history.replaceState(history.state, "", hash)
    this.route = readRoute(hash)
  }

  #enter(hash: string): void {
    const { chatId, sessionId } = readRoute(hash)
    if (chatId === this.route.chatId && sessionId === this.route.sessionId) return
    this.route = { sessionId, chatId }
    this.changed()
  }
}
