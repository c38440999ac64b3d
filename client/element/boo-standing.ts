/** What is not applied yet, in one quiet line above the composer of every chat of the session, with the way to it. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { ask } from "../controller/intent.ts"
import { StoreController } from "../controller/StoreController.ts"
import type { AgentsStore } from "../store/AgentsStore.ts"
import type { WorkStore } from "../store/WorkStore.ts"
import { base } from "../style/base.ts"
import { icon } from "../style/icons.ts"
import { makersOfAll, standingWords } from "../view/makers.ts"
import { plural } from "../view/numbers.ts"
import "./boo-makers.ts"

export class BooStanding extends LitElement {
  static override properties = { work: { attribute: false }, agents: { attribute: false } }
  static override styles = [base, css`
    div { display: flex; align-items: center; gap: var(--s2); min-height: 1.75rem; margin-bottom: 0.25rem; padding-inline: var(--s3) 0.25rem; color: var(--ink-faint); font-size: var(--size-s); }
    span.words { flex: 0 1 auto; } .conflicts { display: inline-flex; align-items: center; gap: 0.25rem; flex: none; color: var(--warn); }
    button { --row: 1.5rem; flex: none; padding-inline: 0.4375rem; color: var(--accent); font-weight: 560; }
    @media (pointer: coarse) { button { --row: 2.25rem; } }
  `]

  work: WorkStore | undefined
  agents: AgentsStore | undefined

  constructor() {
    super()
    new StoreController(this, () => [this.work, this.agents])
  }

  override render(): TemplateResult | typeof nothing {
    const changes = this.work?.work.changes ?? []
    const words = standingWords(changes, this.agents?.agents)
    if (words === undefined) return nothing
    const conflicts = changes.filter(({ state }) => state === "conflicted").length
    return html`<div>
      <boo-makers compact .makers=${makersOfAll(changes, this.agents?.agents)}></boo-makers>
      <span class="words cut" title=${words}>${words}</span>
      ${conflicts === 0 ? nothing : html`<span class="conflicts">${icon("alert")}${plural(conflicts, "conflict")}</span>`}
      <button title="Show the changes (Alt+C)" @click=${() => ask(this, "boo-show-work", { tab: "changes" })}>Review</button>
    </div>`
  }
}

customElements.define("boo-standing", BooStanding)
