/** Below the composer, in one quiet line: how the agent came to its context, and what it has used in this chat. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { type Chat, factsOf } from "../../shared/Chat.ts"
import type { AgentName } from "../../shared/Ids.ts"
import { base } from "../style/base.ts"
import { chatFacts } from "../view/facts.ts"

export class BooFacts extends LitElement {
  static override properties = { chat: { attribute: false }, agent: {} }
  static override styles = [base, css`
    div { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 var(--s4); min-height: 1.375rem; padding: 0.3125rem 0.9375rem 0; color: var(--ink-faint); font-size: var(--size-xs); line-height: 1.4; }
    .start { min-width: 0; }
    .down b { color: var(--warn); }
    b { font-weight: 560; }
    @media (max-width: 46rem) { .end { display: none; } }
  `]

  chat: Chat | undefined
  agent: AgentName | undefined

  override render(): TemplateResult | typeof nothing {
    if (this.chat === undefined || this.agent === undefined) return html`<div></div>`
    const { continuity, figures } = chatFacts(factsOf(this.chat, this.agent), this.chat)
    return html`<div>
      <span class="start cut ${continuity?.tone ?? ""}" title=${continuity?.why ?? nothing}>${continuity === undefined ? nothing : html`<b>${continuity.word}</b> ${continuity.why}`}</span>
      <span class="end figures">${figures.join(" · ")}</span></div>`
  }
}

customElements.define("boo-facts", BooFacts)
