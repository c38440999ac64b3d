/** What opens above the page: one dialog with a title, closed by Escape, its cross, or a press beside it. */
import { css, html, LitElement, type TemplateResult } from "lit"
import { base, floating } from "../style/base.ts"
import { icon } from "../style/icons.ts"

export class BooDialog extends LitElement {
  static override properties = { name: {}, wide: { type: Boolean, reflect: true } }
  static override styles = [base, floating, css`
    header { display: flex; align-items: center; justify-content: space-between; padding: 0.625rem 0.5rem 0.375rem var(--s4); }
    h2 { font-size: var(--size-l); font-weight: 620; }
    .body { display: grid; min-height: 0; overflow-y: auto; }
    :host([wide]) dialog { width: min(60rem, calc(100vw - 1rem)); height: min(46rem, calc(100dvh - 2rem)); max-height: none; }
    :host([wide]) .body { flex: 1; grid-template: minmax(0, 1fr) / minmax(0, 1fr); overflow: hidden; }
  `]

  name = ""
  /** For what is read in long lines, and scrolls by itself. */
  wide = false

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector("dialog")
  }

  override firstUpdated(): void {
    this.#dialog?.showModal()
  }

  close(): void {
    this.#dialog?.close()
  }

  override render(): TemplateResult {
    return html`<dialog aria-label=${this.name} @close=${() => this.dispatchEvent(new Event("closed"))} @pointerdown=${this.#onPress}>
      <header><h2>${this.name}</h2><button class="icon-only" aria-label="Close" @click=${() => this.close()}>${icon("cross")}</button></header>
      <div class="body"><slot></slot></div>
    </dialog>`
  }

  #onPress(event: PointerEvent): void {
    if (event.target === event.currentTarget) this.close()
  }
}

customElements.define("boo-dialog", BooDialog)
