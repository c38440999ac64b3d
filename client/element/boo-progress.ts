/** What a running turn does right now, and for how long: always visible while it runs. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { Ticker } from "../controller/Ticker.ts"
import type { Item } from "../../shared/ChatEvent.ts"
import type { TurnSummary } from "../../shared/Turn.ts"
import { base } from "../style/base.ts"
import { countWords } from "../view/duration.ts"
import { progressOf } from "../view/progress.ts"

/** Silence shorter than this is not worth a word. */
const silence = 8000

export class BooProgress extends LitElement {
  static override properties = { turn: { attribute: false }, items: { attribute: false }, label: {}, skew: { type: Number } }
  static override styles = [base, css`
    div { display: flex; align-items: center; gap: 0.625rem; min-height: 1.75rem; color: var(--ink-soft); font-size: var(--size-m); }
    .pulse { margin-inline: 0.25rem; }
    .words { min-width: 0; }
    .asks .words { color: var(--warn); font-weight: 560; }
    .total { margin-inline-start: auto; color: var(--ink-faint); font-size: var(--size-s); flex: none; }
  `]

  turn: TurnSummary | undefined
  items: ReadonlyArray<Item> = []
  label = ""
  skew = 0
  #heard = Date.now()

  constructor() {
    super()
    new Ticker(this, () => true)
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("items") || changed.has("turn")) this.#heard = Date.now()
  }

  override render(): TemplateResult | typeof nothing {
    const { turn } = this
    if (turn === undefined) return nothing
    const now = Date.now() - this.skew
    const { since, tone, words } = progressOf(turn, this.items, this.label)
    const quiet = Date.now() - this.#heard
    const spent = since !== undefined ? countWords(now - since) : tone === "works" && quiet > silence ? `silent for ${countWords(quiet)}` : undefined
    return html`<div class=${tone}>
      <span class="pulse ${tone}"></span>
      <span class="words cut"><span role="status">${words}</span>${spent === undefined ? nothing : html` <span class="faint figures">${spent}</span>`}</span>
      <span class="total figures" title="Since the turn began">${countWords(now - turn.startedAt)}</span>
    </div>`
  }
}

customElements.define("boo-progress", BooProgress)
