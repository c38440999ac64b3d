/** One text of a tool call. A large one shows its beginning at once and the whole when it has come. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { base } from "../style/base.ts"
import { byteWords } from "../view/numbers.ts"
import { headOf, isStored, type TextPart } from "../view/toolCall.ts"
import "./boo-code.ts"

/** Fetches a text that is kept by hash. */
export type LoadText = (hash: string) => Promise<{ readonly text: string } | { readonly problem: string }>

export class BooToolText extends LitElement {
  static override properties = { piece: { attribute: false }, load: { attribute: false }, whole: { state: true }, problem: { state: true } }
  static override styles = [base, css`
    figure { border: 1px solid var(--line); border-radius: var(--round-m); background: var(--sunk); overflow: hidden; }
    figcaption { display: flex; gap: var(--s2); padding: 0.25rem var(--s3) 0; color: var(--ink-faint); font-size: var(--size-xs); }
    .problem { color: var(--bad); }
    boo-code { --code-height: 22rem; }
  `]

  piece: TextPart | undefined
  load: LoadText | undefined
  whole: string | undefined
  problem: string | undefined
  #hash: string | undefined

  override willUpdate(): void {
    const text = this.piece?.text ?? ""
    if (!isStored(text) || text.hash === this.#hash || this.load === undefined) return
    this.#hash = text.hash
    this.whole = undefined
    void this.load(text.hash).then((found) => {
      if ("text" in found) this.whole = found.text
      else this.problem = found.problem
    })
  }

  override render(): TemplateResult | typeof nothing {
    const { piece: part } = this
    if (part === undefined) return nothing
    const waits = isStored(part.text) && this.whole === undefined && this.problem === undefined
    return html`<figure>
      <figcaption>
        <span>${part.name}</span>
        ${isStored(part.text) ? html`<span>${byteWords(part.text.bytes)}</span>` : nothing}
        ${waits ? html`<span aria-live="polite">Loading the rest…</span>` : nothing}
        ${this.problem === undefined ? nothing : html`<span class="problem">Only its beginning: ${this.problem}</span>`}
      </figcaption>
      <boo-code bare .text=${this.whole ?? headOf(part.text)} .language=${part.language}></boo-code>
    </figure>`
  }
}

customElements.define("boo-tool-text", BooToolText)
