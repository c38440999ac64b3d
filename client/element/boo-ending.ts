/** How a turn ended: nothing but its figures where it simply finished, else why, in words. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import type { TurnSummary } from "../../shared/Turn.ts"
import { base } from "../style/base.ts"
import { icon } from "../style/icons.ts"
import { endingOf } from "../view/ending.ts"

export class BooEnding extends LitElement {
  static override properties = { turn: { attribute: false }, label: {} }
  static override styles = [base, css`
    .quiet { display: flex; gap: 0.375rem; color: var(--ink-faint); font-size: var(--size-xs); }
    section { display: grid; grid-template-columns: auto 1fr auto; gap: 0 0.625rem; align-items: baseline; padding: 0.5625rem var(--s3); border: 1px solid var(--line); border-radius: var(--round-m); background: var(--sunk); overflow-wrap: anywhere; line-height: 1.45; }
    section > .icon { align-self: start; margin-top: 0.125rem; color: var(--ink-faint); }
    .bad { border-color: var(--bad-line); background: var(--bad-soft); }
    .bad > .icon, .bad strong { color: var(--bad); }
    strong { font-weight: 600; margin-inline-end: 0.375rem; }
    .figures { color: var(--ink-faint); font-size: var(--size-xs); white-space: nowrap; }
    details { grid-column: 2 / -1; margin-top: 0.25rem; font-size: var(--size-s); }
    summary { width: fit-content; cursor: pointer; color: var(--ink-soft); }
    pre { max-height: 14rem; margin-top: var(--s1); padding: var(--s2) var(--s3); overflow: auto; border: 1px solid var(--line); border-radius: var(--round-m); background: var(--paper); font: var(--size-code) / 1.55 var(--mono); white-space: pre-wrap; }
    @media (max-width: 46rem) { section { grid-template-columns: auto 1fr; } .figures { grid-column: 2; } }
  `]

  turn: TurnSummary | undefined
  label = ""

  override render(): TemplateResult | typeof nothing {
    const ending = this.turn === undefined ? undefined : endingOf(this.turn)
    if (ending === undefined) return nothing
    const figures = ending.figures.join(" · ")
    if (ending.tone === "quiet") return html`<div class="quiet figures"><span class="unseen">${this.label} finished. </span>${figures}</div>`
    return html`<section class=${ending.tone} role=${ending.tone === "bad" ? "alert" : "note"}>
      ${icon(ending.tone === "bad" ? "alert" : "pause")}
      <span>${ending.title === undefined ? nothing : html`<strong>${ending.title}.</strong>`}${ending.sentence ?? nothing}</span>
      <span class="figures">${figures}</span>
      ${ending.stderr === undefined ? nothing : html`<details><summary>What it last wrote to its error output</summary><pre tabindex="0">${ending.stderr}</pre></details>`}
    </section>`
  }
}

customElements.define("boo-ending", BooEnding)
