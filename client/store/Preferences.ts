/** Preferences: how this browser likes the page, and what was typed and not sent. */
import type { Kept } from "./Kept.ts"
import { Observable } from "./Observable.ts"
import { Seen } from "./Seen.ts"

export type Theme = "auto" | "light" | "dark"

export class Preferences extends Observable {
  readonly seen: Seen
  readonly #kept: Kept
  readonly #drafts: Kept

  constructor(kept: Kept, drafts: Kept) {
    super()
    this.seen = new Seen(kept)
    this.#kept = kept
    this.#drafts = drafts
  }

  get theme(): Theme {
    const theme = this.#kept.get("theme")
    return theme === "light" || theme === "dark" ? theme : "auto"
  }

  set theme(theme: Theme) {
    this.#kept.set("theme", theme === "auto" ? undefined : theme)
    this.changed()
  }

  /** Browser notifications are wanted. */
  get notify(): boolean {
    return this.#kept.get("notify") === "yes"
  }

  set notify(wanted: boolean) {
    this.#kept.set("notify", wanted ? "yes" : undefined)
    this.changed()
  }

  /** The agent that was chosen last, for new sessions. */
  get agent(): string | undefined {
    return this.#kept.get("agent")
  }

  set agent(agent: string | undefined) {
    this.#kept.set("agent", agent)
  }

  get folded(): ReadonlySet<string> {
    return new Set((this.#kept.get("folded") ?? "").split(" ").filter((id) => id !== ""))
  }

  /** Folds or unfolds a project in the list. */
  fold(projectId: string): void {
    const folded = new Set(this.folded)
    if (!folded.delete(projectId)) folded.add(projectId)
    this.#kept.set("folded", folded.size === 0 ? undefined : [...folded].join(" "))
    this.changed()
  }

  /** Of a part that a person sized, in pixels. */
  size(name: string): number | undefined {
    const size = Number(this.#kept.get(`size.${name}`))
    return size > 0 ? size : undefined
  }

  keepSize(name: string, size: number | undefined): void {
    this.choose(`size.${name}`, size === undefined ? undefined : String(size))
  }

  /** One of the ways in which something can be shown, by its name; nothing: as it is at first. */
  choice(name: string): string | undefined {
    return this.#kept.get(name)
  }

  choose(name: string, choice: string | undefined): void {
    this.#kept.set(name, choice)
    this.changed()
  }

  draft(chatId: string): string {
    return this.#drafts.get(`draft.${chatId}`) ?? ""
  }

  keepDraft(chatId: string, text: string): void {
    this.#drafts.set(`draft.${chatId}`, text === "" ? undefined : text)
  }
}
