/** The edge between two parts, moved with the pointer or with the arrow keys. It says how large the part after it becomes; who holds it keeps that. */
import { css, html, LitElement, type TemplateResult } from "lit"
import { base } from "../style/base.ts"

const step = 24
const stride = 96

export class BooSplitter extends LitElement {
  static override properties = { axis: { reflect: true }, label: {}, size: { type: Number }, least: { type: Number }, most: { type: Number } }
  static override styles = [base, css`
    :host { position: relative; z-index: 1; }
    div { position: absolute; touch-action: none; }
    div::after { content: ""; position: absolute; background: var(--accent); opacity: 0; transition: opacity var(--quick); }
    div:hover::after, div:focus-visible::after, div:active::after { opacity: 1; }
    div:focus-visible { outline: none; }
    :host([axis="x"]) div { inset: 0 -0.25rem; cursor: col-resize; }
    :host([axis="x"]) div::after { inset: 0 calc(50% - 1px); }
    :host([axis="y"]) div { inset: -0.25rem 0; cursor: row-resize; }
    :host([axis="y"]) div::after { inset: calc(50% - 1px) 0; }
  `]

  /** Across which it moves. */
  axis: "x" | "y" = "x"
  label = ""
  /** Of the part after it, in pixels, between these. */
  size = 0
  least = 0
  most = 0
  #from: { readonly at: number; readonly size: number } | undefined

  override render(): TemplateResult {
    return html`<div role="separator" tabindex="0" aria-orientation=${this.axis === "x" ? "vertical" : "horizontal"} aria-label=${this.label}
      title=${`${this.label}: drag it, or use the arrow keys. Twice: as it was.`}
      aria-valuenow=${Math.round(this.size)} aria-valuemin=${this.least} aria-valuemax=${Math.round(this.most)}
      @pointerdown=${this.#onDown} @pointermove=${this.#onMove} @pointerup=${this.#onUp} @pointercancel=${this.#onUp}
      @keydown=${this.#onKey} @dblclick=${() => this.#tell(undefined)}></div>`
  }

  #at({ clientX, clientY }: PointerEvent): number {
    return this.axis === "x" ? clientX : clientY
  }

  #onDown(event: PointerEvent): void {
    if (!(event.currentTarget instanceof HTMLElement) || event.button !== 0) return
    event.currentTarget.setPointerCapture(event.pointerId)
    this.#from = { at: this.#at(event), size: this.size }
  }

  #onMove(event: PointerEvent): void {
    if (this.#from !== undefined) this.#tell(this.#from.size + this.#from.at - this.#at(event))
  }

  #onUp(): void {
    this.#from = undefined
  }

  #onKey(event: KeyboardEvent): void {
    const [grow, shrink] = this.axis === "x" ? ["ArrowLeft", "ArrowRight"] : ["ArrowUp", "ArrowDown"]
    const by = event.shiftKey ? stride : step
    const next = event.key === grow ? this.size + by : event.key === shrink ? this.size - by
      : event.key === "Home" ? this.least : event.key === "End" ? this.most : undefined
    if (next === undefined) return
    event.preventDefault()
    this.#tell(next)
  }

  /** Nothing: as it is where nobody moved it. */
  #tell(size: number | undefined): void {
    const detail = size === undefined ? undefined : Math.round(Math.max(this.least, Math.min(size, this.most)))
    this.dispatchEvent(new CustomEvent<number | undefined>("sized", { detail }))
  }
}

customElements.define("boo-splitter", BooSplitter)
