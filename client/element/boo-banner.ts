/** What stands in the way of everything: no connection, or no database, with what to do about it. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { Ticker } from "../controller/Ticker.ts"
import type { DatabaseState } from "../../shared/Server.ts"
import type { ServerStore } from "../store/ServerStore.ts"
import { base } from "../style/base.ts"
import { icon } from "../style/icons.ts"
import { bannerOf, sinceWords } from "../view/connection.ts"

export class BooBanner extends LitElement {
  static override properties = { connection: { attribute: false }, database: { attribute: false } }
  static override styles = [base, css`
    div { display: flex; align-items: baseline; gap: 0.625rem; padding: 0.5rem var(--s4); border-bottom: 1px solid var(--line); line-height: 1.4; }
    .icon { align-self: center; }
    .bad { background: var(--bad-soft); border-color: var(--bad-line); } .bad .icon, .bad b { color: var(--bad); }
    .warn { background: var(--warn-soft); border-color: var(--warn-line); } .warn .icon, .warn b { color: var(--warn); }
    b { font-weight: 600; }
    .since { margin-inline-start: auto; color: var(--ink-faint); font-size: var(--size-s); white-space: nowrap; }
  `]

  connection: ServerStore["connection"] = { _tag: "Connecting" }
  database: DatabaseState | undefined

  constructor() {
    super()
    new Ticker(this, () => this.connection._tag === "Offline")
  }

  override render(): TemplateResult | typeof nothing {
    const banner = bannerOf(this.connection, this.database)
    if (banner === undefined) return nothing
    return html`<div class=${banner.tone} role="alert">${icon("alert")}<span><b>${banner.title}</b> ${banner.words}</span>
      <span class="since figures" aria-hidden="true">${sinceWords(banner.since, Date.now())}</span></div>`
  }
}

customElements.define("boo-banner", BooBanner)
