/** One tool call: a row with what it is, how it stands and how long it took, which opens to what went in and came out. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { ask } from "../controller/intent.ts"
import { Ticker } from "../controller/Ticker.ts"
import { hasEnded, type ToolCall } from "../../shared/ToolCall.ts"
import { base } from "../style/base.ts"
import { icon } from "../style/icons.ts"
import { row } from "../style/row.ts"
import { countWords } from "../view/duration.ts"
import { statusWords, toolIcon, toolParts, type ToolPlace, toolPlaces, toolSpan, toolTitle } from "../view/toolCall.ts"
import type { LoadText } from "./boo-tool-text.ts"

export class BooTool extends LitElement {
  static override properties = { call: { attribute: false }, skew: { type: Number }, load: { attribute: false }, opened: { state: true } }
  static override styles = [base, row, css`
    .title { color: var(--ink); }
    .call .title { font-family: var(--mono); font-size: 0.96em; }
    .place { flex: 0 4 auto; display: block; min-height: 0; padding: 0; color: var(--ink-faint); font-family: var(--mono); font-size: var(--size-s); }
    .place:hover { background: none; color: var(--accent-strong); text-decoration: underline; }
    .place.bare { flex: none; display: inline-flex; opacity: 0; } .place.bare .icon { font-size: 0.875rem; }
    summary:hover .place.bare, .place.bare:focus-visible { opacity: 1; }
    @media (hover: none) { .place.bare { opacity: 0.6; padding: var(--s2); margin-block: calc(-1 * var(--s2)); } }
    .failed .title, .failed .word, .failed > summary > .icon { color: var(--bad); }
    .canceled .title { color: var(--ink-faint); text-decoration: line-through; }
    .word { font-size: var(--size-s); }
    .done { display: inline-flex; color: var(--good); }
    .parts { display: grid; grid-template-columns: minmax(0, 1fr); gap: var(--s2); padding: var(--s1) 0 var(--s3) var(--s3); margin-inline-start: 0.4375rem; border-inline-start: 1px solid var(--line); }
    .parts p { color: var(--ink-faint); font-size: var(--size-s); }
    img { max-width: 100%; max-height: 24rem; border: 1px solid var(--line); border-radius: var(--round-m); }
  `]

  call: ToolCall | undefined
  skew = 0
  load: LoadText | undefined
  opened = false

  constructor() {
    super()
    new Ticker(this, () => this.call !== undefined && !hasEnded(this.call.status))
  }

  override render(): TemplateResult | typeof nothing {
    const { call } = this
    if (call === undefined) return nothing
    const places = toolPlaces(call)
    return html`<details class=${call.status} @toggle=${this.#onToggle}>
      <summary class=${call.kind === "execute" ? "call" : ""}>
        ${icon(toolIcon(call.kind))}
        <span class="title cut" title=${call.title}>${toolTitle(call)}</span>
        ${places.map((place) => html`<button class="place cut ${place.words === "" ? "bare" : ""}" aria-label=${`Show ${place.name} in the files`} title=${`Show ${place.name} in the files`}
          @click=${(event: Event) => this.#show(event, place)}>${place.words === "" ? icon("folder") : place.words}</button>`)}
        <span class="turner">${icon("chevron")}</span>
        <span class="end">${this.#end(call)}</span>
      </summary>
      ${this.opened ? html`<div class="parts">${this.#parts(call)}</div>` : nothing}
    </details>`
  }

  #end(call: ToolCall): TemplateResult {
    const stat = html`<boo-diff-stat .call=${call}></boo-diff-stat>`
    switch (call.status) {
      case "pending": return html`${stat}<span class="word">${statusWords("pending")}</span>${icon("clock")}`
      case "in_progress": return html`${stat}<span>${countWords(Date.now() - this.skew - call.startedAt)}</span>
        <span class="spinner" role="img" aria-label=${statusWords("in_progress")}></span>`
      case "completed": return html`${stat}<span>${toolSpan(call)}</span><span class="done" role="img" aria-label=${statusWords("completed")}>${icon("check")}</span>`
      case "failed": return html`${stat}<span>${toolSpan(call)}</span><span class="word">${statusWords("failed")}</span>`
      case "canceled": return html`${stat}<span>${toolSpan(call)}</span><span class="word">${statusWords("canceled")}</span>`
    }
  }

  #parts(call: ToolCall): TemplateResult | ReadonlyArray<TemplateResult> {
    const parts = toolParts(call)
    if (parts.length === 0) return html`<p>${hasEnded(call.status) ? "It reported no input and no output." : "Nothing to show yet."}</p>`
    return parts.map((part) => {
      switch (part._tag) {
        case "Diff": return html`<boo-diff .piece=${part} .load=${this.load}></boo-diff>`
        case "Text": return html`<boo-tool-text .piece=${part} .load=${this.load}></boo-tool-text>`
        case "Image": return html`<img src=${part.source} alt="What the tool showed">`
        case "Note": return html`<p>${part.words}</p>`
      }
    })
  }

  #show(event: Event, { line, path }: ToolPlace): void {
    event.preventDefault()
    ask(this, "boo-show-work", { tab: "files", path: `${path}${line === undefined ? "" : `#L${line}`}` })
  }

  #onToggle(event: Event): void {
    void import("./later.ts")
    this.opened = event.currentTarget instanceof HTMLDetailsElement && event.currentTarget.open
  }
}

customElements.define("boo-tool", BooTool)
