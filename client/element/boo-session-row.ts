/** One session in the list: its name, whether somebody works in it or asks, and what can be done with it. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { ask } from "../controller/intent.ts"
import { Menu } from "../controller/Menu.ts"
import { base, floating } from "../style/base.ts"
import { icon } from "../style/icons.ts"
import type { SessionEntry } from "../view/directory.ts"
import { agoWords } from "../view/duration.ts"

export class BooSessionRow extends LitElement {
  static override properties = { entry: { attribute: false }, current: { type: Boolean, reflect: true }, asks: { type: Boolean }, renaming: { state: true } }
  static override styles = [base, floating, css`
    .row { position: relative; display: flex; align-items: center; border-radius: var(--round-m); }
    .row:hover { background: var(--hover); }
    :host([current]) .row { background: var(--accent-soft); }
    a { display: flex; align-items: center; gap: var(--s2); flex: 1; min-width: 0; min-height: var(--row); padding-inline: 0.625rem; border-radius: var(--round-m); color: var(--ink-soft); text-decoration: none; }
    :host([current]) a { color: var(--ink); font-weight: 560; }
    .light { display: grid; place-items: center; width: 0.75rem; flex: none; }
    .light i { width: 0.3125rem; height: 0.3125rem; border-radius: 50%; background: var(--line-strong); }
    a .cut { flex: 1; }
    .ago { color: var(--ink-faint); font-size: var(--size-xs); font-weight: 400; }
    .more { --row: 1.625rem; position: absolute; inset-inline-end: 0.125rem; opacity: 0; }
    .row:hover .more, .more:focus-visible, .more[aria-expanded="true"] { opacity: 1; }
    .row:hover .ago, .row:focus-within .ago { visibility: hidden; }
    @media (hover: none) { .more { position: static; opacity: 1; --row: 2.25rem; } .row:hover .ago { visibility: visible; } }
    boo-rename { padding: 0.1875rem 0.5rem; }
  `]

  entry: SessionEntry | undefined
  current = false
  asks = false
  renaming = false
  readonly #menu = new Menu(this)

  override render(): TemplateResult | typeof nothing {
    const { entry } = this
    if (entry === undefined) return nothing
    const { session, working } = entry
    if (this.renaming) void import("./later.ts")
    if (this.renaming) return html`<boo-rename .name=${session.title} label="The session's name" @named=${this.#onNamed}></boo-rename>`
    return html`<div class="row">
      <a href=${`#/s/${session.id}`} aria-current=${this.current ? "page" : nothing} title=${session.title} @click=${this.#go} @dblclick=${this.#rename} @keydown=${this.#onKey}>
        <span class="light">${this.asks ? html`<span class="pulse asks" role="img" aria-label="Waits for your answer"></span>`
          : working ? html`<span class="pulse" role="img" aria-label="Working"></span>` : html`<i></i>`}</span>
        <span class="cut">${session.title}</span>
        <span class="ago figures">${agoWords(session.createdAt, Date.now())}</span>
      </a>
      <button class="more icon-only" aria-haspopup="menu" aria-expanded="false" aria-label=${`More for ${session.title}`} @click=${this.#menu.onOpen}>${icon("dots")}</button>
      <div popover class="menu" role="menu" @keydown=${this.#menu.onKey} @toggle=${this.#menu.onToggle}>
        <button role="menuitem" @click=${this.#rename}>${icon("pencil")}Rename</button>
        <button role="menuitem" @click=${() => this.#menu.leave(() => ask(this, "boo-new-chat", { sessionId: session.id }))}>${icon("plus")}New chat</button>
        <button role="menuitem" @click=${() => this.#menu.leave(() => ask(this, "boo-guard", { what: "archive", session }))}>${icon("archive")}Archive…</button>
        <button role="menuitem" @click=${() => this.#menu.leave(() => ask(this, "boo-guard", { what: "delete", session }))}>${icon("trash")}Delete…</button>
      </div>
    </div>`
  }

  /** A press with a modifier keeps the browser's meaning: another tab, another window. */
  #go(event: MouseEvent): void {
    if (this.entry === undefined || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    ask(this, "boo-go", { sessionId: this.entry.session.id, chatId: undefined })
  }

  #rename(event: Event): void {
    event.preventDefault()
    this.#menu.leave(() => { this.renaming = true })
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key === "F2") this.#rename(event)
  }

  #onNamed(event: CustomEvent<string | undefined>): void {
    this.renaming = false
    void this.updateComplete.then(() => this.renderRoot.querySelector("a")?.focus())
    if (event.detail !== undefined && this.entry !== undefined) ask(this, "boo-rename-session", { sessionId: this.entry.session.id, title: event.detail })
  }
}

customElements.define("boo-session-row", BooSessionRow)
