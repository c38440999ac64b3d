/** A prompt as it stands in the timeline: what was asked, with its pictures, by whom and when. A long one is folded. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { ask } from "../controller/intent.ts"
import type { ContentBlock } from "../../shared/Content.ts"
import type { PromptId, TurnId } from "../../shared/Ids.ts"
import { base } from "../style/base.ts"
import { icon } from "../style/icons.ts"
import { clockWords, momentWords } from "../view/duration.ts"
import { isLong, promptText } from "../view/prompt.ts"

export class BooPrompt extends LitElement {
  static override properties = { content: { attribute: false }, by: {}, at: { type: Number }, promptId: {}, turnId: {}, state: {}, why: {}, whole: { state: true } }
  static override styles = [base, css`
    :host { display: flex; justify-content: flex-end; }
    article { max-width: min(100%, 41rem); min-width: 5rem; }
    .said { padding: 0.5625rem 0.875rem 0.625rem; border-radius: var(--round-l) var(--round-l) 4px var(--round-l); background: var(--accent-soft); }
    .text { font-size: var(--size-l); line-height: 1.55; white-space: pre-wrap; overflow-wrap: anywhere; }
    .text.folded { max-height: 13.5rem; overflow: hidden; mask-image: linear-gradient(#000 70%, transparent); }
    .more { min-height: 1.5rem; margin-inline-start: -0.5rem; padding: 0 0.5rem; color: var(--accent); font-size: var(--size-s); }
    .meta { display: flex; justify-content: flex-end; align-items: center; gap: 0.375rem; margin-top: 0.25rem; color: var(--ink-faint); font-size: var(--size-xs); }
    .pictures { display: flex; flex-wrap: wrap; gap: var(--s2); justify-content: flex-end; }
    .pictures:not(:empty) { margin-bottom: 0.375rem; }
    img { max-width: 14rem; max-height: 11rem; border: 1px solid var(--line); border-radius: var(--round-m); object-fit: cover; }
    .file { display: inline-flex; align-items: center; gap: 0.375rem; padding: 0.125rem 0.5rem; border: 1px solid var(--line-strong); border-radius: 99px; font-size: var(--size-s); }
    :host([state="sending"]) .said { opacity: 0.65; }
    .from { width: 1.375rem; min-height: 1.375rem; margin: -0.125rem -0.25rem -0.125rem 0; opacity: 0; }
    :host(:hover) .from, .from:focus-visible { opacity: 1; }
    @media (hover: none) { .from { width: 2rem; min-height: 2rem; opacity: 1; } }
    .refused { color: var(--bad); }
    .refused button { min-height: 1.5rem; padding: 0 0.375rem; font-size: var(--size-s); }
  `]

  content: ReadonlyArray<ContentBlock> = []
  by = ""
  at = 0
  promptId: PromptId | undefined
  /** Of one that began a turn. */
  turnId: TurnId | undefined
  /** Of one that is not in the chat yet: on its way, or refused for `why`. */
  state: "sending" | "refused" | undefined
  why: string | undefined
  whole = false

  override render(): TemplateResult {
    const text = promptText(this.content)
    const folded = isLong(text) && !this.whole
    return html`<article aria-label="Prompt">
      <div class="pictures">${this.content.map((block) => this.#extra(block))}</div>
      ${text === "" ? nothing : html`<div class="said">
        <div class="text ${folded ? "folded" : ""}">${text}</div>
        ${isLong(text) ? html`<button class="more" aria-expanded=${!folded} @click=${() => { this.whole = !this.whole }}>${folded ? "Show all" : "Show less"}</button>` : nothing}
      </div>`}
      ${this.#meta()}
    </article>`
  }

  #meta(): TemplateResult {
    if (this.state === "sending") return html`<div class="meta"><span class="spinner"></span>Sending…</div>`
    if (this.state === "refused") {
      return html`<div class="meta refused" role="alert">${icon("alert")}<span>Not sent: ${this.why}</span><button @click=${this.#dismiss}>Edit</button></div>`
    }
    return html`<div class="meta" title=${momentWords(this.at)}>${this.by}<span aria-hidden="true">·</span><time>${clockWords(this.at)}</time>${this.turnId === undefined ? nothing : html`<button class="icon-only from" aria-label="Rewind or fork from here" title="Rewind or fork from here" @click=${this.#fromHere}>${icon("dots")}</button>`}</div>`
  }

  #extra(block: ContentBlock): TemplateResult | typeof nothing {
    switch (block.type) {
      case "text": return nothing
      case "image": return html`<img src=${`data:${block.mimeType};base64,${block.data}`} alt="Attached picture">`
      case "audio": return html`<span class="file">${icon("clip")}Audio</span>`
      case "resource_link": return html`<span class="file">${icon("file")}${block.name}</span>`
      case "resource": return html`<span class="file">${icon("file")}${block.resource.uri}</span>`
    }
  }

  #fromHere(): void {
    const { promptId, turnId } = this
    if (promptId !== undefined && turnId !== undefined) ask(this, "boo-from-here", { promptId, turnId, words: promptText(this.content) })
  }

  #dismiss(): void {
    if (this.promptId !== undefined) ask(this, "boo-dismiss", { promptId: this.promptId })
  }
}

customElements.define("boo-prompt", BooPrompt)
