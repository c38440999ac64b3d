/** A text in Markdown, block by block: while it grows only its last block is made anew. Until the reader of Markdown is loaded it stands as plain text. */
import { css, html, LitElement, type TemplateResult } from "lit"
import { guard } from "lit/directives/guard.js"
import { unsafeHTML } from "lit/directives/unsafe-html.js"
import { base } from "../style/base.ts"
import { prose } from "../style/prose.ts"
import type { Block, Document } from "../view/markdown.ts"

interface Reader {
  readonly read: (text: string, before: Document | undefined) => Document
  readonly clean: (html: string) => string
}

let reader: Reader | undefined
let asked: Promise<void> | undefined

const loadReader = (): Promise<void> => asked ??= Promise.all([import("../view/markdown.ts"), import("../view/sanitize.ts"), import("./boo-code.ts")])
  .then(([{ readMarkdown }, { sanitize }]) => {
    reader = { read: readMarkdown, clean: sanitize }
  })

export class BooMarkdown extends LitElement {
  static override properties = { text: {}, live: { type: Boolean } }
  static override styles = [base, prose, css`
    .plain { white-space: pre-wrap; }
    .prose:not(.plain) > :last-child.live > :last-child::after,
    .live-end::after { content: ""; display: inline-block; width: 0.45em; height: 1.05em; margin-inline-start: 0.15em; vertical-align: -0.16em; border-radius: 1px; background: var(--accent); animation: blink 1.1s steps(2, jump-none) infinite; }
    @keyframes blink { from { opacity: 0.9; } to { opacity: 0.15; } }
  `]

  text = ""
  live = false
  #document: Document | undefined

  override willUpdate(changed: Map<string, unknown>): void {
    if (reader === undefined) {
      void loadReader().then(() => this.requestUpdate())
      return
    }
    // what was read piece by piece is read once as a whole: a link may be defined at the end
    const ended = changed.get("live") === true && !this.live
    this.#document = reader.read(this.text, ended ? undefined : this.#document)
  }

  #block(block: Block, isLast: boolean): TemplateResult {
    if (block._tag === "Code") {
      return html`<boo-code .text=${block.text} .language=${block.language} .live=${this.live && isLast && block.open}></boo-code>`
    }
    return html`<div class=${this.live && isLast ? "live" : ""}>${guard([block], () => unsafeHTML(reader?.clean(block.html) ?? ""))}</div>`
  }

  override render(): TemplateResult {
    const { blocks } = this.#document ?? {}
    if (blocks === undefined) return html`<div class="prose plain">${this.text}</div>`
    return html`<div class="prose">${blocks.map((block, index) => this.#block(block, index === blocks.length - 1))}</div>`
  }
}

customElements.define("boo-markdown", BooMarkdown)
