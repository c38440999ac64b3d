/** One comment on lines: written, read, changed, taken away. What is decided of a kept one goes up as an intent. */
import { css, html, LitElement, type TemplateResult } from "lit"
import { ask } from "../controller/intent.ts"
import type { LineComment } from "../../shared/LineComment.ts"
import { base } from "../style/base.ts"
import { icon } from "../style/icons.ts"
import { lineWords } from "../view/commentPrompt.ts"

type Lines = Pick<LineComment, "from" | "to" | "side">

export class BooComment extends LitElement {
  static override properties = { comment: { attribute: false }, place: { attribute: false }, begun: {}, editing: { state: true }, text: { state: true } }
  static override styles = [base, css`
    :host { max-width: 44rem; }
    :host + :host { margin-top: var(--s2); }
    article, form { border: 1px solid var(--line-strong); border-radius: var(--round-m); background: var(--raised); box-shadow: var(--shadow-1); }
    article { padding: 0.375rem var(--s3) var(--s2); }
    form:focus-within { border-color: var(--accent); }
    header { display: flex; align-items: center; gap: var(--s2); color: var(--ink-faint); font-size: var(--size-s); }
    header .icon { font-size: 0.875rem; }
    header span { flex: 1; }
    header button { min-height: 1.5rem; width: 1.5rem; }
    p { white-space: pre-wrap; overflow-wrap: anywhere; color: var(--ink); }
    textarea { display: block; width: 100%; min-height: 4.25rem; field-sizing: content; max-height: 16rem; padding: var(--s2) var(--s3); border: 0; background: none; resize: none; }
    textarea:focus-visible { outline: none; }
    footer { display: flex; align-items: center; gap: var(--s2); padding: 0.25rem 0.375rem 0.375rem var(--s3); color: var(--ink-faint); font-size: var(--size-s); }
    footer span { flex: 1; }
  `]

  /** A kept one, or none while the first is being written. */
  comment: LineComment | undefined
  /** What a new one is about. */
  place: Lines | undefined
  /** What was written of it, where it comes into sight again. */
  begun = ""
  editing = false
  text = ""

  override connectedCallback(): void {
    super.connectedCallback()
    if (this.comment === undefined) this.text = this.begun
  }

  override firstUpdated(): void {
    if (this.comment === undefined && this.begun === "") this.#area?.focus()
  }

  get #area(): HTMLTextAreaElement | null {
    return this.renderRoot.querySelector("textarea")
  }

  get #where(): string {
    const lines = this.comment ?? this.place
    return lines === undefined ? "" : `${lines.side === "old" ? "Before, " : ""}${lineWords(lines)}`
  }

  override render(): TemplateResult {
    return this.comment === undefined || this.editing ? this.#form() : this.#shown(this.comment)
  }

  #shown(comment: LineComment): TemplateResult {
    return html`<article aria-label=${`Comment on ${this.#where}`}>
      <header>${icon("chat")}<span>${this.#where}</span>
        <button class="icon-only" aria-label="Edit this comment" title="Edit" @click=${() => void this.#edit(comment)}>${icon("pencil")}</button>
        <button class="icon-only" aria-label="Delete this comment" title="Delete" @click=${() => ask(this, "boo-remove-comment", { id: comment.id })}>${icon("trash")}</button></header>
      <p>${comment.text}</p></article>`
  }

  #form(): TemplateResult {
    const empty = this.text.trim() === ""
    return html`<form @submit=${this.#onSubmit} @keydown=${this.#onKey}>
      <textarea aria-label=${`Comment on ${this.#where}`} placeholder="What should be different here?" .value=${this.text} @input=${this.#onInput}></textarea>
      <footer><span class="cut">${this.#where}</span>
        <button type="button" @click=${() => this.#giveUp()}>Cancel</button>
        <button class="primary" title="Keep it (Ctrl+Enter)" ?disabled=${empty}>${this.comment === undefined ? "Comment" : "Keep"}</button></footer></form>`
  }

  async #edit({ text }: LineComment): Promise<void> {
    this.text = text
    this.editing = true
    await this.updateComplete
    this.#area?.focus()
  }

  #giveUp(): void {
    this.editing = false
    if (this.comment === undefined) this.dispatchEvent(new Event("given-up"))
  }

  #keep(): void {
    const text = this.text.trim()
    if (text === "" || text.includes("\u0000")) return
    if (this.comment === undefined) this.dispatchEvent(new CustomEvent("written", { detail: text }))
    else ask(this, "boo-edit-comment", { id: this.comment.id, text })
    this.editing = false
  }

  #onSubmit(event: Event): void {
    event.preventDefault()
    this.#keep()
  }

  #onInput(event: Event): void {
    if (!(event.currentTarget instanceof HTMLTextAreaElement)) return
    this.text = event.currentTarget.value
    this.dispatchEvent(new CustomEvent("begun", { detail: this.text }))
  }

  #onKey(event: KeyboardEvent): void {
    if (event.isComposing) return
    event.stopPropagation()
    if (event.key === "Escape") this.#giveUp()
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.#keep()
    else return
    event.preventDefault()
  }
}

customElements.define("boo-comment", BooComment)
