/**
 * Seen: which ends of turns somebody has seen in this browser, by chat. What had ended before the browser was here for
 * the first time counts as seen. Shared by the browser's tabs.
 */
import { Schema } from "effect"
import type { ChatRow } from "../../shared/Session.ts"
import type { Kept } from "./Kept.ts"
import { Observable } from "./Observable.ts"

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Record(Schema.String, Schema.Finite)))

export class Seen extends Observable {
  readonly #kept: Kept
  #text: string | undefined
  #times: Readonly<Record<string, number>> = {}

  constructor(kept: Kept) {
    super()
    this.#kept = kept
  }

  /** When the newest end that was seen was, in epoch milliseconds of the server; 0 where none was. */
  at(chatId: string): number {
    return this.#read()[chatId] ?? 0
  }

  /** `chats` are all there are; `shown` is before somebody's eyes. */
  look(chats: ReadonlyArray<ChatRow>, shown: string | undefined): void {
    const isFirst = this.#kept.get("seen") === undefined
    const times = this.#read()
    const now = Object.fromEntries(chats.flatMap(({ id, lastEndedAt }) => {
      const at = isFirst || id === shown ? lastEndedAt : times[id]
      return at === undefined || at === null ? [] : [[id, at] as const]
    }))
    const text = JSON.stringify(now)
    if (text === this.#kept.get("seen")) return
    this.#kept.set("seen", text)
    this.changed()
  }

  #read(): Readonly<Record<string, number>> {
    const text = this.#kept.get("seen")
    if (text === this.#text) return this.#times
    this.#text = text
    const found = text === undefined ? undefined : decode(text)
    this.#times = found?._tag === "Some" ? found.value : {}
    return this.#times
  }
}
