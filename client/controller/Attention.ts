/**
 * Attention: calls a person back to a page that is out of sight: by its title, and where they asked for it by the browser's
 * notifications. A hidden page draws nothing, so this hears the lists by itself. What is shown in a page in sight is seen.
 */
import type { ReactiveController, ReactiveControllerHost } from "lit"
import type { ChatId, SessionId } from "../../shared/Ids.ts"
import type { Directory } from "../../shared/Session.ts"
import type { DirectoryStore } from "../store/DirectoryStore.ts"
import type { Preferences } from "../store/Preferences.ts"
import { type Call, callsOf, newCalls } from "../view/attention.ts"
import { pageTitle } from "../view/pageTitle.ts"

interface Parts {
  readonly directory: DirectoryStore | undefined
  readonly preferences: Preferences | undefined
  readonly shown: ChatId | undefined
  /** What the page shows, for its title. */
  readonly place: string | undefined
}

/** Whether this browser may notify; `unsupported` also where the page is not served securely. */
export const notifying = (): NotificationPermission | "unsupported" => "Notification" in globalThis ? Notification.permission : "unsupported"

/** Asks the person, as browsers allow it in answer to their press only. True: it may. */
export const askToNotify = async (): Promise<boolean> => notifying() !== "unsupported" && await Notification.requestPermission() === "granted"

export class Attention implements ReactiveController {
  readonly #parts: () => Parts
  readonly #go: (sessionId: SessionId, chatId: ChatId) => void
  #followed: DirectoryStore | undefined
  #stop: () => void = () => {}
  #last: Directory | undefined

  constructor(host: ReactiveControllerHost, parts: () => Parts, go: (sessionId: SessionId, chatId: ChatId) => void) {
    this.#parts = parts
    this.#go = go
    host.addController(this)
  }

  /** Chats that want a person now. */
  get calls(): ReadonlyArray<Call> {
    const { directory, preferences } = this.#parts()
    return preferences === undefined ? [] : callsOf(directory?.directory, (chatId) => preferences.seen.at(chatId))
  }

  hostConnected(): void {
    document.addEventListener("visibilitychange", this.#settle)
  }

  hostUpdated(): void {
    const { directory } = this.#parts()
    if (directory !== this.#followed) {
      this.#stop()
      this.#followed = directory
      this.#stop = directory?.subscribe(() => this.#hear()) ?? this.#stop
      this.#last = directory?.directory
    }
    this.#settle()
  }

  hostDisconnected(): void {
    document.removeEventListener("visibilitychange", this.#settle)
    this.#stop()
    this.#followed = undefined
  }

  #hear(): void {
    const before = this.#last, after = this.#followed?.directory
    this.#last = after
    if (!document.hidden) return
    if (before !== undefined && after !== undefined) for (const call of newCalls(before, after)) this.#notify(call)
    this.#settle()
  }

  readonly #settle = (): void => {
    const { directory: store, place, preferences, shown } = this.#parts()
    const directory = store?.directory
    if (directory !== undefined) preferences?.seen.look(directory.chats, document.hidden ? undefined : shown)
    document.title = pageTitle(directory, place, this.calls.length)
  }

  #notify({ chatId, name, sessionId, where, words }: Call): void {
    if (this.#parts().preferences?.notify !== true || notifying() !== "granted") return
    try {
      // one for each chat: a newer one takes the place of what it said before
      const notification = new Notification(`${words} · ${name}`, { body: where, tag: chatId })
      notification.addEventListener("click", () => {
        window.focus()
        this.#go(sessionId, chatId)
        notification.close()
      })
    } catch {
      // phones know notifications of service workers only: the title says it there
    }
  }
}
