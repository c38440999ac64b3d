/** Beside the agent picker: what the chosen agent will know at the next prompt. Opens what is known of the chat's agents. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { ask } from "../controller/intent.ts"
import { Ticker } from "../controller/Ticker.ts"
import type { AgentInfo } from "../../shared/Agent.ts"
import type { Chat } from "../../shared/Chat.ts"
import { base } from "../style/base.ts"
import { icon } from "../style/icons.ts"
import { type ContinuityChip, continuityChip } from "../view/continuity.ts"
import type { IconName } from "../view/iconName.ts"

const icons: Record<ContinuityChip["kind"], IconName> = { resumed: "refresh", history: "list", "new session": "plus", fresh: "alert" }

export class BooContinuity extends LitElement {
  static override properties = { chat: { attribute: false }, agent: { attribute: false }, connected: { type: Boolean }, skew: { type: Number }, idle: { type: Boolean, reflect: true } }
  static override styles = [base, css`
    :host { display: flex; min-width: 5.5rem; flex: 0 1000 auto; margin-inline-end: var(--s1); }
    :host([idle]) { display: none; }
    button { min-width: 0; min-height: 1.5rem; gap: 0.3125rem; padding-inline: 0.4375rem 0.5625rem; border-radius: 99px; box-shadow: inset 0 0 0 1px var(--line); color: var(--ink-soft); font-size: var(--size-s); }
    .icon { font-size: 0.75rem; color: var(--ink-faint); }
    .warn { background: var(--warn-soft); box-shadow: inset 0 0 0 1px var(--warn-line); color: var(--warn); } .warn .icon { color: var(--warn); }
    .age { color: var(--ink-faint); }
    .warn .age { color: inherit; }
    /* a line of its own above the rest */
    @media (max-width: 46rem) { :host { order: -1; flex: 1 0 100%; padding: 0 0.3125rem var(--s1); } }
  `]

  chat: Chat | undefined
  agent: AgentInfo | undefined
  connected = false
  skew = 0
  /** Has nothing to say, and takes no room. */
  idle = true
  #chip: ContinuityChip | undefined

  constructor() {
    super()
    new Ticker(this, () => this.connected && this.agent !== undefined, 20_000)
  }

  override willUpdate(): void {
    this.#chip = continuityChip(this.chat, this.agent, this.connected, Date.now() - this.skew)
    this.idle = this.#chip === undefined
  }

  override render(): TemplateResult | typeof nothing {
    const chip = this.#chip
    if (chip === undefined) return nothing
    return html`<button type="button" class=${chip.tone} title=${chip.why} aria-description=${chip.why} data-kind=${chip.kind} @click=${() => ask(this, "boo-show-agents", undefined)}>
      ${icon(icons[chip.kind])}<span class="cut">${chip.words}${chip.age === undefined ? nothing : html`<span class="age"> · ${chip.age}</span>`}</span></button>`
  }
}

customElements.define("boo-continuity", BooContinuity)
