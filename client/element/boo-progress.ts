/** What a running turn does right now, and for how long: always visible while it runs. Says quietly when nothing comes. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { ask } from "../controller/intent.ts"
import { Ticker } from "../controller/Ticker.ts"
import type { Item } from "../../shared/ChatEvent.ts"
import type { TurnSummary } from "../../shared/Turn.ts"
import { base } from "../style/base.ts"
import { icon } from "../style/icons.ts"
import { countWords } from "../view/duration.ts"
import { firstHeard, progressOf, silenceWords } from "../view/progress.ts"

/** Silence shorter than this is not worth a word. */
const silence = 8000

export class BooProgress extends LitElement {
  static override properties = { turn: { attribute: false }, items: { attribute: false }, label: {}, skew: { type: Number } }
  static override styles = [base, css`
    div { display: flex; align-items: center; gap: 0.625rem; min-height: 1.75rem; color: var(--ink-soft); font-size: var(--size-m); }
    .pulse { margin-inline: 0.25rem; }
    .words { min-width: 0; }
    .asks .words { color: var(--warn); font-weight: 560; }
    .silent .pulse::after { animation: none; } .silent .pulse { background: var(--line-strong); }
    button { min-height: 1.625rem; flex: none; font-size: var(--size-s); }
    button .icon { font-size: 0.75rem; }
    .total { margin-inline-start: auto; color: var(--ink-faint); font-size: var(--size-s); flex: none; }
  `]

  turn: TurnSummary | undefined
  items: ReadonlyArray<Item> = []
  label = ""
  skew = 0
  /** On this clock. */
  #heard: number | undefined

  constructor() {
    super()
    new Ticker(this, () => true)
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (!(changed.has("items") || changed.has("turn")) || this.turn === undefined) return
    const now = Date.now()
    this.#heard = this.#heard === undefined ? firstHeard(this.turn, this.items, now - this.skew) + this.skew : now
  }

  override render(): TemplateResult | typeof nothing {
    const { turn } = this
    if (turn === undefined) return nothing
    const now = Date.now() - this.skew
    const heard = (this.#heard ?? Date.now()) - this.skew
    const { since, tone, words } = progressOf(turn, this.items, this.label, { at: heard, now })
    const quiet = now - heard
    const spent = since !== undefined ? tone === "silent" ? silenceWords(now - since) : countWords(now - since) : tone === "works" && quiet > silence ? `silent for ${countWords(quiet)}` : undefined
    return html`<div class=${tone}>
      <span class="pulse ${tone}"></span>
      <span class="words cut"><span role="status">${words}</span>${spent === undefined ? nothing : html` <span class="faint figures">${spent}</span>`}</span>
      ${tone === "silent" ? html`<button class="outline" @click=${() => ask(this, "boo-stop", undefined)}>${icon("stop")}Stop</button>` : nothing}
      <span class="total figures" title="Since the turn began">${countWords(now - turn.startedAt)}</span>
    </div>`
  }
}

customElements.define("boo-progress", BooProgress)
