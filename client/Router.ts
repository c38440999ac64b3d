/** Router: which session and chat the page shows, and what of its work beside them, kept in the address, so that a reload and a link return to them. */
import type { ChatId, SessionId } from "../shared/Ids.ts"
import { Observable } from "./store/Observable.ts"
import type { WorkTab } from "./view/workTab.ts"

export interface Route {
  readonly sessionId: string | undefined
  readonly chatId: string | undefined
  /** Of the work panel; `undefined` where it is closed. */
  readonly tab: WorkTab | undefined
  /** The file that the tab shows. */
  readonly path: string | undefined
}

const decoded = (text: string | undefined): string | undefined => {
  try {
    return text === undefined ? undefined : decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** `#/s/<session>/c/<chat>/changes/<path>`, the chat left out where the session's newest is meant, the rest where no panel is open. */
export const readRoute = (hash: string): Route => {
  const found = /^#\/s\/([\w-]+)(?:\/c\/([\w-]+))?(?:\/(changes|files|terminal)(?:\/(.+))?)?$/.exec(hash)
  const tab = found?.[3]
  return {
    sessionId: found?.[1], chatId: found?.[2], tab: tab === "changes" || tab === "files" || tab === "terminal" ? tab : undefined, path: decoded(found?.[4])
  }
}

export const writeRoute = (sessionId: string, chatId: string | undefined, tab?: WorkTab, path?: string): string =>
  `#/s/${sessionId}${chatId === undefined ? "" : `/c/${chatId}`}${tab === undefined ? "" : `/${tab}${path === undefined ? "" : `/${encodeURIComponent(path)}`}`}`

export class Router extends Observable {
  route: Route = readRoute(location.hash)
  /** The chat that was shown last in each session. */
  readonly #last = new Map<string, ChatId>()

  constructor() {
    super()
    addEventListener("hashchange", () => this.#enter(location.hash))
  }

  /** At once: the browser tells of a new address only later. Without a chat it is the one shown last in that session. */
  go(sessionId: SessionId, chatId: ChatId | undefined, tab?: WorkTab): void {
    const hash = writeRoute(sessionId, chatId ?? this.#last.get(sessionId), tab)
    location.hash = hash
    this.#enter(hash)
  }

  /** Opens the panel at a tab, and a file in it, or closes it. The way back from an open panel is the chat alone. */
  show(tab: WorkTab | undefined, path?: string): void {
    const { chatId, sessionId, tab: before } = this.route
    if (sessionId === undefined) return
    const hash = writeRoute(sessionId, chatId, tab, path)
    if (before === undefined) location.hash = hash
    else history.replaceState(history.state, "", hash)
    this.#enter(hash)
  }

  /** The address says more exactly what is shown already. */
  settle(sessionId: SessionId, chatId: ChatId): void {
    this.#last.set(sessionId, chatId)
    const hash = writeRoute(sessionId, chatId, this.route.tab, this.route.path)
    if (location.hash === hash) return
    history.replaceState(history.state, "", hash)
    this.route = readRoute(hash)
  }

  #enter(hash: string): void {
    const { chatId, path, sessionId, tab } = readRoute(hash)
    const { route } = this
    if (chatId === route.chatId && sessionId === route.sessionId && tab === route.tab && path === route.path) return
    this.route = { sessionId, chatId, tab, path }
    this.changed()
  }
}
