/** The terminals of a session's worktree: one tab each, the chosen one's screen below. The first is opened when there is none. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { keyed } from "lit/directives/keyed.js"
import { repeat } from "lit/directives/repeat.js"
import { moveAmong } from "../controller/Roving.ts"
import { StoreController } from "../controller/StoreController.ts"
import type { Terminal, TerminalId } from "../../shared/Terminal.ts"
import type { Preferences } from "../store/Preferences.ts"
import type { TerminalsStore } from "../store/TerminalsStore.ts"
import { base } from "../style/base.ts"
import { icon } from "../style/icons.ts"
import { terminalName } from "../view/terminal.ts"
import type { BooTerminal } from "./boo-terminal.ts"
import "./boo-terminal.ts"

export class BooTerminals extends LitElement {
  static override properties = { store: { attribute: false }, preferences: { attribute: false } }
  static override styles = [base, css`
    :host { display: grid; grid-template: auto auto minmax(0, 1fr) / minmax(0, 1fr); min-height: 0; }
    header { display: flex; align-items: center; gap: 0.125rem; min-width: 0; padding: var(--s1) var(--s2); border-bottom: 1px solid var(--line); }
    [role="tablist"] { display: flex; gap: 0.125rem; min-width: 0; overflow-x: auto; scrollbar-width: none; }
    .tab { display: flex; align-items: center; flex: none; border-radius: var(--round-m); color: var(--ink-faint); }
    .tab:hover { background: var(--hover); color: var(--ink); }
    .tab.current { background: var(--pressed); color: var(--ink); }
    .tab.ended [role="tab"] { text-decoration: line-through; }
    [role="tab"] { min-height: 1.625rem; padding-inline: 0.5rem; font-size: var(--size-s); }
    [role="tab"]:hover { background: none; }
    :focus-visible { outline-offset: -2px; }
    .close { --row: 1.375rem; margin-inline: -0.25rem 0.125rem; min-height: 1.375rem; border-radius: var(--round-s); }
    .close .icon { font-size: 0.75rem; }
    .plus { --row: 1.625rem; }
    .hint { flex: 1; text-align: end; color: var(--ink-faint); font-size: var(--size-xs); }
    .problem { padding: 0.375rem var(--s4); background: var(--bad-soft); color: var(--bad); }
    .none { display: grid; grid-row: 3; place-content: center; justify-items: center; gap: var(--s3); padding: var(--s5); color: var(--ink-faint); text-align: center; }
    .none p { max-width: 22rem; }
    boo-terminal { grid-row: 3; }
    @media (max-width: 46rem), (pointer: coarse) { .hint { visibility: hidden; } [role="tab"] { min-height: 2.25rem; } .plus { --row: 2.25rem; } .close { --row: 2rem; } }
  `]

  store: TerminalsStore | undefined
  preferences: Preferences | undefined
  #looked: TerminalsStore | undefined
  #opened: TerminalId | undefined
  #away: () => void = () => {}

  constructor() {
    super()
    new StoreController(this, () => [this.store, this.preferences])
  }

  override willUpdate(): void {
    if (this.store === this.#looked) return
    this.#away()
    this.#looked = this.store
    this.#away = this.store?.look() ?? (() => {})
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#away()
    this.#looked = undefined
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.requestUpdate()
  }

  override render(): TemplateResult {
    const { store } = this
    if (store === undefined) return html`<div class="none" role="status" aria-label="Loading"><span class="spinner"></span></div>`
    const { opening, problem, shown, terminals } = store
    return html`<header>
        <div role="tablist" aria-label="Terminals" @keydown=${this.#onKey}>${repeat(terminals ?? [], ({ id }) => id, (one) => this.#tab(one, one.id === shown?.id))}</div>
        <button class="icon-only plus" aria-label="New terminal" title="New terminal" ?disabled=${opening} @click=${() => void this.#enter()}>${icon("plus")}</button>
        ${shown === undefined ? nothing : html`<span class="hint cut"><kbd>F6</kbd> leaves the terminal</span>
          <button class="icon-only plus" aria-label="Read aloud by a screen reader" title="For screen readers" aria-pressed=${this.#spoken} @click=${() =>
            this.preferences?.choose("terminal-spoken", this.#spoken ? undefined : "yes")}>${icon("bell")}</button>`}
      </header>
      ${problem === undefined ? nothing : html`<p class="problem" role="alert">${problem}</p>`}
      ${shown === undefined ? this.#empty(store) : keyed(shown.id, html`<boo-terminal .store=${store.store(shown.id)} .label=${`Terminal: ${terminalName(shown)}. F6 leaves it.`} .spoken=${this.#spoken}
        @left=${this.#onLeft} @again=${() => void this.#enter(shown.id)}></boo-terminal>`)}`
  }

  get #spoken(): boolean {
    return this.preferences?.choice("terminal-spoken") === "yes"
  }

  #empty({ opening, problem, terminals }: TerminalsStore): TemplateResult {
    if (opening || (terminals === undefined && problem === undefined)) return html`<div class="none" role="status" aria-label="Loading"><span class="spinner"></span></div>`
    return html`<div class="none"><p>A shell on the server, in this session's worktree. It goes on when you leave the page, and ends with the session or the server.</p>
      <button class="primary" @click=${() => void this.#enter()}>${icon("terminal")}Open a terminal</button></div>`
  }

  #tab(terminal: Terminal, current: boolean): TemplateResult {
    const name = terminalName(terminal)
    return html`<div class="tab ${current ? "current" : ""} ${terminal.end === null ? "" : "ended"}" role="presentation">
      <button role="tab" aria-selected=${current} tabindex=${current ? 0 : -1} @click=${() => this.store?.choose(terminal.id)}>${name}</button>
      <button class="icon-only close" aria-label=${`Close ${name}`} title="Close: ends what runs in it" @click=${() => void this.store?.close(terminal.id)}>${icon("cross")}</button>
    </div>`
  }

  async #enter(instead?: TerminalId): Promise<void> {
    this.#opened = await this.store?.open(instead)
    this.requestUpdate()
  }

  /** A terminal that was just opened has the keys. */
  override updated(): void {
    if (this.#opened === undefined || this.store?.shown?.id !== this.#opened) return
    this.#opened = undefined
    const terminal = this.renderRoot.querySelector<BooTerminal>("boo-terminal")
    void terminal?.updateComplete.then(() => terminal.focus())
  }

  /** To the tabs, or out of the panel to what comes after it. */
  #onLeft({ detail }: CustomEvent<-1 | 1>): void {
    const tab = this.renderRoot.querySelector<HTMLElement>('[role="tab"][aria-selected="true"]')
    if (detail === -1) tab?.focus()
    else this.renderRoot.querySelector<HTMLElement>(".plus")?.focus()
  }

  #onKey(event: KeyboardEvent): void {
    const tabs = [...this.renderRoot.querySelectorAll<HTMLElement>('[role="tab"]')]
    if (moveAmong(tabs, event, "horizontal")) {
      event.stopPropagation()
      tabs.find((tab) => tab.matches(":focus"))?.click()
    }
  }
}

customElements.define("boo-terminals", BooTerminals)
