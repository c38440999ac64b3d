/** An agent's plan as a list of what is done, under way and to come. */
import { css, html, LitElement, type TemplateResult } from "lit"
import type { PlanEntry } from "../../shared/ChatEvent.ts"
import { base } from "../style/base.ts"
import { icon } from "../style/icons.ts"
import { inlineCode } from "../style/inlineCode.ts"

const words = { pending: "To do", in_progress: "Under way", completed: "Done" } as const

export class BooPlan extends LitElement {
  static override properties = { entries: { attribute: false } }
  static override styles = [base, css`
    section { padding: 0.625rem var(--s3) 0.6875rem; border: 1px solid var(--line); border-radius: var(--round-m); background: var(--sunk); }
    header { display: flex; align-items: center; gap: var(--s2); margin-bottom: 0.375rem; color: var(--ink-soft); font-weight: 560; }
    header .icon { color: var(--ink-faint); font-size: 0.9375rem; }
    header .figures { margin-inline-start: auto; color: var(--ink-faint); font-weight: 400; font-size: var(--size-s); }
    li { display: grid; grid-template-columns: 1rem 1fr; gap: var(--s2); padding: 0.1875rem 0; line-height: 1.4; }
    .box { display: grid; place-items: center; width: 0.875rem; height: 0.875rem; margin-top: 0.125rem; border: 1.5px solid var(--line-strong); border-radius: 50%; }
    .completed { color: var(--ink-faint); }
    .completed .box { border-color: transparent; color: var(--good); }
    .in_progress { font-weight: 560; }
    .in_progress .box { border-color: var(--accent); }
    .in_progress .box::after { content: ""; width: 0.375rem; height: 0.375rem; border-radius: 50%; background: var(--accent); }
  `]

  entries: ReadonlyArray<PlanEntry> = []

  override render(): TemplateResult {
    const done = this.entries.filter(({ status }) => status === "completed").length
    return html`<section aria-label="Plan">
      <header>${icon("list")}Plan<span class="figures">${done} of ${this.entries.length}</span></header>
      <ol>${this.entries.map(({ content, status }) => html`<li class=${status}>
        <span class="box" role="img" aria-label=${words[status]}>${status === "completed" ? icon("check") : ""}</span><span>${inlineCode(content)}</span>
      </li>`)}</ol>
    </section>`
  }
}

customElements.define("boo-plan", BooPlan)
