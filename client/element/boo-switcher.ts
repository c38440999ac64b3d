/** Going to a chat by typing: every open chat of every project, the working ones first. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { ask } from "../controller/intent.ts"
import type { Directory } from "../../shared/Session.ts"
import { base } from "../style/base.ts"
import { icon } from "../style/icons.ts"
import { type Place, placesFor } from "../view/directory.ts"

export class BooSwitcher extends LitElement {
  static override properties = { directory: { attribute: false }, typed: { state: true }, at: { state: true } }
  static override styles = [base, css`
    label { display: flex; align-items: center; gap: var(--s2); margin: 0 var(--s3) var(--s2); color: var(--ink-faint); }
    input[type="search"] { flex: 1; min-height: 2.25rem; }
    ul { max-height: 22rem; padding: 0 var(--s2) var(--s2); overflow-y: auto; }
    li { display: flex; align-items: center; gap: 0.625rem; min-height: calc(var(--row) + 0.25rem); padding-inline: 0.625rem; border-radius: var(--round-m); cursor: pointer; }
    li[aria-selected="true"] { background: var(--accent-soft); }
    li .icon { color: var(--ink-faint); }
    .cut { flex: 1; }
    small { color: var(--ink-faint); font-size: var(--size-s); }
    .none { padding: var(--s4); color: var(--ink-faint); text-align: center; }
  `]

  directory: Directory | undefined
  typed = ""
  at = 0

  override firstUpdated(): void {
    this.renderRoot.querySelector("input")?.focus()
  }

  override updated(): void {
    this.renderRoot.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" })
  }

  get #places(): ReadonlyArray<Place> {
    return this.directory === undefined ? [] : placesFor(this.directory, this.typed).slice(0, 60)
  }

  override render(): TemplateResult {
    const places = this.#places
    return html`<label>${icon("search")}<input type="search" role="combobox" aria-expanded="true" aria-controls="places" aria-activedescendant=${`place-${this.at}`}
        aria-label="Find a chat" placeholder="Find a chat" @input=${this.#onInput} @keydown=${this.#onKey}></label>
      <ul id="places" role="listbox" aria-label="Chats">${places.map((place, index) => html`<li id=${`place-${index}`} role="option" aria-selected=${index === this.at} @click=${() => this.#go(place)}>
        ${place.chat.working ? html`<span class="pulse" role="img" aria-label="Working"></span>` : icon("chat")}<span class="cut">${place.name}</span><small>${place.where}</small></li>`)}</ul>
      ${places.length === 0 ? html`<p class="none">${this.typed === "" ? "No chat yet." : "No chat of this name."}</p>` : nothing}`
  }

  #onInput(event: Event): void {
    if (event.currentTarget instanceof HTMLInputElement) this.typed = event.currentTarget.value
    this.at = 0
  }

  #onKey(event: KeyboardEvent): void {
    const places = this.#places
    const chosen = places[this.at]
    if (places.length === 0) return
    if (event.key === "ArrowDown") this.at = (this.at + 1) % places.length
    else if (event.key === "ArrowUp") this.at = (this.at + places.length - 1) % places.length
    else if (event.key === "Enter" && chosen !== undefined) this.#go(chosen)
    else return
    event.preventDefault()
  }

  #go({ chat }: Place): void {
    ask(this, "boo-go", { sessionId: chat.sessionId, chatId: chat.id })
    this.dispatchEvent(new Event("done"))
  }
}

customElements.define("boo-switcher", BooSwitcher)
