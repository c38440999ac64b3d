/** The list of projects and sessions, and below it how the page stands: its connection, its theme, its keys. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { repeat } from "lit/directives/repeat.js"
import { ask } from "../controller/intent.ts"
import type { SessionId } from "../../shared/Ids.ts"
import type { Directory } from "../../shared/Session.ts"
import type { Theme } from "../store/Preferences.ts"
import type { ServerStore } from "../store/ServerStore.ts"
import { base } from "../style/base.ts"
import { icon, mark } from "../style/icons.ts"
import { markStyle } from "../style/mark.ts"
import { connectionWords } from "../view/connection.ts"
import { projectEntries } from "../view/directory.ts"
import "./boo-project.ts"

const nextTheme: Record<Theme, Theme> = { auto: "light", light: "dark", dark: "auto" }
const themeWords: Record<Theme, string> = { auto: "Theme: as the system", light: "Theme: light", dark: "Theme: dark" }
const themeIcons = { auto: "circle", light: "sun", dark: "moon" } as const

export class BooSidebar extends LitElement {
  static override properties = {
    directory: { attribute: false }, current: {}, asking: { attribute: false }, folded: { attribute: false }, connection: { attribute: false }, version: {}, theme: {}, calls: { type: Number }
  }
  static override styles = [base, markStyle, css`
    :host { display: grid; grid-template-rows: auto minmax(0, 1fr) auto; height: 100%; background: var(--ground); }
    header { display: flex; align-items: center; gap: var(--s2); height: var(--bar); padding-inline: 0.875rem 0.5rem; }
    .mark { width: 1.3125rem; height: 1.3125rem; }
    h1 { flex: 1; font-size: var(--size-l); font-weight: 660; letter-spacing: -0.02em; }
    .bell { position: relative; } .bell i { position: absolute; inset: -0.0625rem -0.125rem auto auto; min-width: 0.9375rem; padding-inline: 0.1875rem; border-radius: 99px; background: var(--accent); color: var(--on-accent); font: 600 0.625rem / 0.9375rem var(--font); text-align: center; }
    nav { padding: var(--s1) 0.5rem var(--s4); overflow-y: auto; }
    boo-project + boo-project { margin-top: var(--s3); }
    .ghosts { display: grid; gap: 0.875rem; padding: var(--s3) 0.625rem; }
    .ghosts i { height: 0.625rem; border-radius: 99px; background: var(--hover); }
    .add { width: 100%; justify-content: flex-start; margin-top: var(--s3); padding-inline: 0.4375rem; color: var(--ink-faint); }
    .add:hover { color: var(--ink); }
    footer { display: flex; align-items: center; gap: 0.125rem; padding: 0.375rem 0.5rem max(0.375rem, env(safe-area-inset-bottom)) 0.875rem; border-top: 1px solid var(--line); color: var(--ink-faint); font-size: var(--size-s); }
    footer .state { display: flex; align-items: center; gap: var(--s2); flex: 1; min-width: 0; }
    footer .dot { width: 0.4375rem; height: 0.4375rem; flex: none; border-radius: 50%; background: var(--line-strong); }
    .online .dot { background: var(--good); } .connecting .dot { background: var(--warn); } .offline .dot { background: var(--bad); }
  `]

  directory: Directory | undefined
  current: SessionId | undefined
  asking: ReadonlySet<string> = new Set()
  folded: ReadonlySet<string> = new Set()
  connection: ServerStore["connection"] = { _tag: "Connecting" }
  version = ""
  theme: Theme = "auto"
  /** Chats that want a person. */
  calls = 0

  override render(): TemplateResult {
    const state = connectionWords(this.connection._tag)
    return html`<header>${mark()}<h1>boocode</h1>
        <button class="icon-only bell" aria-label=${this.calls === 0 ? "Inbox" : `Inbox: ${this.calls}`} title="Inbox (Alt+I)" @click=${() => ask(this, "boo-open", "inbox")}>${icon("bell")}${this.calls === 0 ? nothing : html`<i class="figures">${this.calls > 9 ? "9+" : this.calls}</i>`}</button>
        <button class="icon-only" aria-label="Go to a chat" title="Go to a chat (Ctrl+K)" @click=${() => ask(this, "boo-open", "switcher")}>${icon("search")}</button>
      </header>
      <nav aria-label="Projects">${this.#projects()}</nav>
      <footer>
        <span class="state ${state.tone}" role="status"><span class="dot"></span><span class="cut">${state.words}${this.version === "" || state.tone !== "online" ? "" : ` · ${this.version}`}</span></span>
        <button class="icon-only" aria-label=${themeWords[this.theme]} title=${themeWords[this.theme]} @click=${() => ask(this, "boo-theme", nextTheme[this.theme])}>${icon(themeIcons[this.theme])}</button>
        <button class="icon-only" aria-label="Keys" title="Keys (?)" @click=${() => ask(this, "boo-open", "shortcuts")}>${icon("keyboard")}</button>
      </footer>`
  }

  #projects(): TemplateResult {
    if (this.directory === undefined) return html`<div class="ghosts" role="status" aria-label="Loading the projects"><i></i><i></i><i></i></div>`
    return html`${repeat(projectEntries(this.directory), ({ project }) => project.id, (entry) => html`<boo-project .entry=${entry} .current=${this.current}
        .asking=${this.asking} .folded=${this.folded.has(entry.project.id)}></boo-project>`)}
      <button class="add" @click=${() => ask(this, "boo-open", "addProject")}>${icon("plus")}Add a project</button>`
  }
}

customElements.define("boo-sidebar", BooSidebar)
