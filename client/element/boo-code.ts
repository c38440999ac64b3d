/** One piece of code: its language, a button that copies it, and colours once they are loaded. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { base } from "../style/base.ts"
import { codeColours } from "../style/code.ts"
import { icon } from "../style/icons.ts"
import type { Line } from "../view/highlight.ts"
import { languageNamed } from "../view/languages.ts"

/** While code is still being written its colours are made anew at most this often. */
const pace = 160

export class BooCode extends LitElement {
  static override properties = {
    text: {}, language: {}, live: { type: Boolean }, bare: { type: Boolean, reflect: true }, lines: { state: true }, copied: { state: true }
  }
  static override styles = [base, codeColours, css`
    :host { position: relative; border: 1px solid var(--line); border-radius: var(--round-m); background: var(--sunk); color: var(--code-ink); overflow: hidden; }
    :host([bare]) { border: 0; border-radius: 0; background: none; }
    header { display: flex; align-items: center; justify-content: space-between; height: 1.75rem; padding-inline: var(--s3) 0.1875rem; border-bottom: 1px solid var(--line); color: var(--ink-faint); font-size: var(--size-xs); letter-spacing: 0.02em; }
    button { min-height: 1.375rem; padding: 0 0.375rem; border-radius: var(--round-s); font-size: var(--size-xs); color: var(--ink-faint); }
    button:hover { color: var(--ink); }
    :host([bare]) header { position: absolute; inset: var(--s1) var(--s1) auto auto; border: 0; padding: 0; opacity: 0; transition: opacity var(--quick); }
    :host([bare]) header span { display: none; }
    :host([bare]) header button { background: var(--raised); border: 1px solid var(--line); }
    :host([bare]:hover) header, :host([bare]) header:focus-within { opacity: 1; }
    pre { padding: 0.625rem var(--s3); overflow: auto; font: var(--size-code) / 1.6 var(--mono); tab-size: 4; max-height: var(--code-height, none); }
    @media (hover: none) { :host([bare]) header { opacity: 1; } }
  `]

  text = ""
  language = ""
  live = false
  bare = false
  lines: ReadonlyArray<Line> | undefined
  copied = false
  /** What `lines` are the colours of. */
  #coloured = ""
  #timer: ReturnType<typeof setTimeout> | undefined

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("language") || !this.text.startsWith(this.#coloured)) this.lines = undefined
    if (!changed.has("text") && !changed.has("language") && !changed.has("live")) return
    if (!this.live) clearTimeout(this.#timer)
    if (!this.live || this.#timer === undefined) this.#timer = setTimeout(() => void this.#colour(), this.live ? pace : 0)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  async #colour(): Promise<void> {
    const { text } = this
    const { highlight } = await import("../view/highlight.ts")
    const lines = await highlight(text, languageNamed(this.language))
    this.#timer = undefined
    if (!this.text.startsWith(text)) return
    this.#coloured = text
    this.lines = lines
  }

  async #copy(): Promise<void> {
    await navigator.clipboard.writeText(this.text)
    this.copied = true
    setTimeout(() => {
      this.copied = false
    }, 1500)
  }

  #body(): TemplateResult | string {
    const { lines } = this
    if (lines === undefined) return this.text
    return html`${lines.map((line, index) => html`${index === 0 ? nothing : "\n"}${line.map(({ colour, text }) =>
      colour === undefined ? text : html`<span class=${colour}>${text}</span>`)}`)}${this.text.slice(this.#coloured.length)}`
  }

  override render(): TemplateResult {
    return html`<header>
        <span>${this.language || "text"}</span>
        <button @click=${this.#copy} aria-label="Copy this code">${icon(this.copied ? "check" : "copy")}<span aria-live="polite">${this.copied ? "Copied" : "Copy"}</span></button>
      </header>
      <pre tabindex="0" role="region" aria-label=${`Code, ${this.language || "text"}`}><code>${this.#body()}</code></pre>`
  }
}

customElements.define("boo-code", BooCode)
