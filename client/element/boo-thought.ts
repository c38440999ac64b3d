/** What an agent thought: one line of it, and all of it when opened. While it thinks the line is its newest. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { base } from "../style/base.ts"
import { icon } from "../style/icons.ts"
import { row } from "../style/row.ts"
import { thoughtPreview } from "../view/thought.ts"
import "./boo-markdown.ts"

export class BooThought extends LitElement {
  static override properties = { text: {}, live: { type: Boolean }, opened: { state: true } }
  static override styles = [base, row, css`
    .title { font-style: italic; color: var(--ink-faint); }
    .body { padding: 0.125rem 0 var(--s2) var(--s3); margin-inline-start: 0.4375rem; border-inline-start: 1px solid var(--line); color: var(--ink-soft); --size-l: var(--size-m); }
  `]

  text = ""
  live = false
  opened = false

  override render(): TemplateResult {
    return html`<details @toggle=${this.#onToggle}>
      <summary>
        ${icon("thought")}
        <span class="name">${this.live ? "Thinking" : "Thought"}</span>
        <span class="title cut">${this.opened ? nothing : thoughtPreview(this.text, this.live)}</span>
        <span class="turner">${icon("chevron")}</span>
      </summary>
      ${this.opened ? html`<div class="body"><boo-markdown .text=${this.text} ?live=${this.live}></boo-markdown></div>` : nothing}
    </details>`
  }

  #onToggle(event: Event): void {
    this.opened = event.currentTarget instanceof HTMLDetailsElement && event.currentTarget.open
  }
}

customElements.define("boo-thought", BooThought)
