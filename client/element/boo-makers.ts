/** Who made a change: a badge for each agent, with its mark and its label, and one for the hand. */
import { css, html, LitElement, type TemplateResult } from "lit"
import { base } from "../style/base.ts"
import { hueOf, makerColours, makerMark } from "../style/makerMarks.ts"
import type { Maker } from "../view/makers.ts"

export class BooMakers extends LitElement {
  static override properties = { makers: { attribute: false }, compact: { type: Boolean, reflect: true } }
  static override styles = [base, makerColours, css`
    :host { display: inline-flex; flex-wrap: wrap; gap: 0.25rem; min-width: 0; }
    .maker { display: inline-flex; align-items: center; gap: 0.25rem; min-width: 0; height: 1.25rem; padding-inline: 0.3125rem 0.4375rem; border-radius: 99px; font-size: var(--size-xs); font-weight: 560; line-height: 1; }
    .icon { font-size: 0.8125rem; stroke-width: 1.5; }
    .letter { width: 0.8125rem; font-weight: 700; text-align: center; }
    :host([compact]) { flex: none; gap: 0.125rem; }
    :host([compact]) .maker { width: 1.25rem; padding: 0; justify-content: center; }
    :host([compact]) .label { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  `]

  makers: ReadonlyArray<Maker> = []
  /** Marks alone; the labels stand in the titles. */
  compact = false

  override render(): TemplateResult {
    return html`${this.makers.map(({ label, manual, name, title }) => html`<span class="maker ${manual ? "manual" : `hue${hueOf(name)}`}" role="img" aria-label=${title} title=${title}>
      ${makerMark(name, manual)}<span class="label cut">${label}</span></span>`)}`
  }
}

customElements.define("boo-makers", BooMakers)
