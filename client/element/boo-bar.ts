/** The bar above a chat: the way to the list, where one is, and the session's chats as tabs. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { ask } from "../controller/intent.ts"
import { base } from "../style/base.ts"
import { icon } from "../style/icons.ts"
import type { Place } from "../view/place.ts"
import "./boo-tabs.ts"

export class BooBar extends LitElement {
  static override properties = { place: { attribute: false }, asking: { attribute: false }, list: { type: Boolean }, calls: { type: Number }, working: { type: Boolean }, changes: { type: Number } }
  static override styles = [base, css`
    header { display: flex; align-items: center; gap: var(--s3); min-height: var(--bar); padding-inline: var(--s3); border-bottom: 1px solid var(--line); }
    .where { min-width: 4rem; max-width: 45%; }
    .icon-only { position: relative; } .icon-only i { position: absolute; inset: 0.3125rem 0.3125rem auto auto; width: 0.5rem; height: 0.5rem; border-radius: 50%; background: var(--accent); box-shadow: 0 0 0 2px var(--paper); }
    b { font-weight: 600; letter-spacing: -0.005em; }
    boo-tabs { flex: 1; }
    .work { --row: 1.75rem; flex: none; color: var(--ink-faint); font-weight: 540; } .work[aria-expanded="true"] { background: var(--pressed); color: var(--ink); }
    .work .number { min-width: 1.125rem; padding-inline: 0.3125rem; border-radius: 99px; background: var(--accent-soft); color: var(--accent-strong); font: 600 var(--size-xs) / 1.125rem var(--font); text-align: center; }
    @media (max-width: 46rem) {
      .icon-only i { inset: 0.5rem 0.5rem auto auto; }
      header { flex-wrap: wrap; gap: 0 var(--s2); padding: 0 var(--s2); }
      .where { flex: 1; max-width: none; line-height: var(--bar); }
      .work { --row: 2.25rem; } .work .name { position: absolute; clip-path: inset(50%); width: 1px; overflow: hidden; }
      boo-tabs { order: 1; flex: 1 0 100%; padding-bottom: var(--s1); }
    }
  `]

  /** `undefined`: nothing is chosen. */
  place: Place | undefined
  asking: ReadonlySet<string> = new Set()
  list = false
  /** Chats that want a person: said here while the list is hidden. */
  calls = 0
  /** The work panel is open. */
  working = false
  /** How many wait for a decision. */
  changes = 0

  override render(): TemplateResult {
    const { place } = this
    return html`<header>
      <button class="icon-only" aria-label=${this.list ? "Hide the list" : "Show the list"} aria-expanded=${this.list} title="Ctrl+B" @click=${() => ask(this, "boo-open", "sidebar")}>${icon("menu")}${this.calls === 0 || this.list ? nothing : html`<i></i><span class="unseen">${this.calls} in the inbox</span>`}</button>
      ${place === undefined ? nothing : html`
        <span class="where cut"><span class="faint">${place.project?.name ?? "Removed project"} /</span> <b title=${place.session.title}>${place.session.title}</b></span>
        <boo-tabs .sessionId=${place.session.id} .chats=${place.chats} .archived=${place.archived} .current=${place.chat?.id} .asking=${this.asking}></boo-tabs>
        <button class="work" aria-expanded=${this.working} title="Changes (Alt+C)" @click=${() => ask(this, "boo-show-work", { tab: this.working ? undefined : "changes" })}>${icon("changes")}<span class="name">Changes</span>${this.changes === 0 ? nothing : html`<span class="number figures">${this.changes}</span>`}</button>`}
    </header>`
  }
}

customElements.define("boo-bar", BooBar)
