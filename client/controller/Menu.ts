/** Menu: the popover in which an element lists what can be done, opened by its button `.more`. Owns no entry. */
import type { LitElement } from "lit"
import { placeBeside } from "./Anchored.ts"
import { moveAmong } from "./Roving.ts"

export class Menu {
  readonly #host: LitElement
  readonly #align: "start" | "end"

  /** `align` as of `placeBeside`. */
  constructor(host: LitElement, align: "start" | "end" = "start") {
    this.#host = host
    this.#align = align
  }

  get #popover(): HTMLElement | null {
    return this.#host.renderRoot.querySelector<HTMLElement>("[popover]")
  }

  get #entries(): ReadonlyArray<HTMLElement> {
    return [...this.#popover?.querySelectorAll<HTMLElement>("button:not(:disabled)") ?? []]
  }

  readonly onOpen = (event: Event): void => {
    const popover = this.#popover
    if (popover === null || !(event.currentTarget instanceof HTMLElement)) return
    popover.togglePopover()
    placeBeside(popover, event.currentTarget, this.#align)
    this.#entries[0]?.focus()
  }

  readonly onKey = (event: KeyboardEvent): void => {
    moveAmong(this.#entries, event)
  }

  readonly onToggle = ({ newState }: ToggleEvent): void => {
    this.#host.renderRoot.querySelector(".more")?.setAttribute("aria-expanded", String(newState === "open"))
  }

  /** For what an entry does: the menu is closed by then. */
  leave(then: () => void): void {
    this.#popover?.hidePopover()
    then()
  }
}
