/** The work panel at the right of a chat: its tabs, its width, and what the chosen tab shows. On a small screen it covers the chat. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { ask } from "../controller/intent.ts"
import { moveAmong } from "../controller/Roving.ts"
import type { ChatRow, Session } from "../../shared/Session.ts"
import type { Preferences } from "../store/Preferences.ts"
import type { Stores } from "../store/Stores.ts"
import type { WorkStore } from "../store/WorkStore.ts"
import { base } from "../style/base.ts"
import { icon } from "../style/icons.ts"
import type { WorkTab } from "../view/workTab.ts"
import { type WorkTabRow, workTabs } from "./workTabs.ts"
import type { BooSplitter } from "./boo-splitter.ts"
import "./boo-splitter.ts"

/** In pixels; as wide as leaves the chat readable. */
const least = 320
const chatLeast = 352

export class BooWork extends LitElement {
  static override properties = {
    stores: { attribute: false }, work: { attribute: false }, session: { attribute: false }, chat: { attribute: false }, preferences: { attribute: false },
    tab: {}, path: {}, whole: { type: Boolean, reflect: true }, loaded: { state: true }
  }
  static override styles = [base, css`
    :host { position: relative; display: grid; grid-template: auto minmax(0, 1fr) / 0 minmax(0, 1fr); width: var(--wide, 44vw); min-width: 20rem; max-width: calc(100vw - var(--listed) - 22rem); height: 100%; border-inline-start: 1px solid var(--line); background: var(--paper); }
    :host([whole]) { width: calc(100vw - var(--listed)); max-width: none; border-inline-start: 0; }
    boo-splitter { grid-row: 1 / -1; }
    header, [role="tabpanel"] { grid-column: 2; }
    header { display: flex; align-items: center; gap: var(--s1); min-height: var(--bar); padding-inline: var(--s2); border-bottom: 1px solid var(--line); }
    [role="tablist"] { display: flex; gap: 0.125rem; flex: 1; min-width: 0; overflow-x: auto; scrollbar-width: none; }
    [role="tab"] { min-height: 1.75rem; gap: 0.4375rem; color: var(--ink-faint); font-weight: 540; }
    [role="tab"] .icon { font-size: 0.9375rem; }
    [role="tab"]:hover { color: var(--ink); }
    [role="tab"][aria-selected="true"] { background: var(--pressed); color: var(--ink); }
    [role="tab"]:focus-visible { outline-offset: -2px; }
    [role="tabpanel"] { display: grid; grid-template: minmax(0, 1fr) / minmax(0, 1fr); min-height: 0; }
    .wait { display: grid; place-content: center; }
    .back { display: none; }
    @media (max-width: 70rem) {
      :host { width: calc(100vw - var(--listed)); max-width: none; border-inline-start: 0; }
      boo-splitter, .whole { display: none; }
    }
    @media (max-width: 46rem) {
      :host { position: fixed; inset: 0; z-index: 1; width: auto; min-width: 0; padding-bottom: env(safe-area-inset-bottom); }
      [role="tab"] { min-height: 2.25rem; }
      .back { display: inline-flex; } .close { display: none; }
    }
  `]

  stores: Stores | undefined
  work: WorkStore | undefined
  session: Session | undefined
  chat: ChatRow | undefined
  preferences: Preferences | undefined
  tab: WorkTab = "changes"
  path: string | undefined
  /** It takes the chat's place. */
  whole = false
  /** Tabs whose content is here. */
  loaded: ReadonlySet<WorkTab> = new Set()

  override willUpdate(): void {
    const row = this.#row
    if (row !== undefined && !this.loaded.has(row.tab)) {
      void row.load().then(() => { this.loaded = new Set([...this.loaded, row.tab]) })
    }
    const wide = this.preferences?.size("work")
    if (wide === undefined) this.style.removeProperty("--wide")
    else this.style.setProperty("--wide", `${wide}px`)
  }

  override updated(): void {
    const splitter = this.renderRoot.querySelector<BooSplitter>("boo-splitter")
    if (splitter === null) return
    splitter.size = this.getBoundingClientRect().width
    splitter.most = Math.max(least, splitter.size + (this.previousElementSibling?.getBoundingClientRect().width ?? 0) - chatLeast)
  }

  get #row(): WorkTabRow | undefined {
    return workTabs.find(({ tab }) => tab === this.tab) ?? workTabs[0]
  }

  override render(): TemplateResult {
    const current = this.#row
    return html`<boo-splitter axis="x" label="Width of the panel" .least=${least} @sized=${this.#onSized}></boo-splitter>
      <header>
        <button class="icon-only back" aria-label="Back to the chat" @click=${this.#close}>${icon("back")}</button>
        <div role="tablist" aria-label="Work" @keydown=${this.#onKey}>${workTabs.map((row) => this.#tab(row, row === current))}</div>
        <button class="icon-only whole" aria-label=${this.whole ? "Show the chat" : "Hide the chat"} title=${this.whole ? "Show the chat" : "Hide the chat"} aria-pressed=${this.whole}
          @click=${() => this.preferences?.choose("work-whole", this.whole ? undefined : "yes")}>${icon(this.whole ? "move" : "back")}</button>
        <button class="icon-only close" aria-label="Close the panel" title="Close (Alt+C)" @click=${this.#close}>${icon("cross")}</button>
      </header>
      <div role="tabpanel" aria-label=${current?.label ?? ""}>${current === undefined ? nothing : this.#content(current)}</div>`
  }

  #tab({ icon: name, label, tab }: WorkTabRow, selected: boolean): TemplateResult {
    return html`<button role="tab" aria-selected=${selected} tabindex=${selected ? 0 : -1} @click=${() => ask(this, "boo-show-work", { tab })}>${icon(name)}${label}</button>`
  }

  #content(row: WorkTabRow): TemplateResult {
    const { chat, path, preferences, session, stores, work } = this
    if (stores === undefined || session === undefined || preferences === undefined || !this.loaded.has(row.tab)) {
      return html`<p class="wait" role="status" aria-label="Loading"><span class="spinner"></span></p>`
    }
    return row.draw({ stores, session, work, chat, preferences, path })
  }

  #close(): void {
    ask(this, "boo-show-work", { tab: undefined })
  }

  #onKey(event: KeyboardEvent): void {
    const tabs = [...this.renderRoot.querySelectorAll<HTMLElement>('[role="tab"]')]
    if (!moveAmong(tabs, event, "horizontal")) return
    event.stopPropagation()
    tabs.find((tab) => tab.matches(":focus"))?.click()
  }

  #onSized({ detail }: CustomEvent<number | undefined>): void {
    this.preferences?.keepSize("work", detail)
  }
}

customElements.define("boo-work", BooWork)
