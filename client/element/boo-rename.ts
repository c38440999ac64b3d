/** A name that can be changed where it stands: Enter keeps the new one, Escape the old. */
import { css, html, LitElement, type TemplateResult } from "lit"
import { base } from "../style/base.ts"

export class BooRename extends LitElement {
  static override properties = { name: {}, label: {} }
  static override styles = [base, css`
    :host { display: block; min-width: 0; flex: 1; }
    input[type="text"] { width: 100%; min-height: 1.5rem; padding: 0 0.3125rem; border-color: var(--accent); border-radius: var(--round-s); }
  `]

  name = ""
  label = "Name"
  #over = false

  override firstUpdated(): void {
    this.renderRoot.querySelector("input")?.select()
  }

  override render(): TemplateResult {
    return html`<input type="text" maxlength="200" aria-label=${this.label} .value=${this.name}
      @keydown=${this.#onKey} @blur=${(event: FocusEvent) => this.#end(event.currentTarget)}
      @click=${(event: Event) => event.stopPropagation()} @dblclick=${(event: Event) => event.stopPropagation()}>`
  }

  #onKey(event: KeyboardEvent): void {
    event.stopPropagation()
    if (event.key === "Enter" && !event.isComposing) this.#end(event.currentTarget)
    else if (event.key === "Escape") this.#end(undefined)
    else return
    event.preventDefault()
  }

  /** `named`, with the new name, or with `undefined` where it stays. */
  #end(input: EventTarget | null | undefined): void {
    if (this.#over) return
    this.#over = true
    const typed = input instanceof HTMLInputElement ? input.value.trim() : ""
    this.dispatchEvent(new CustomEvent<string | undefined>("named", { detail: typed === "" || typed === this.name ? undefined : typed }))
  }
}

customElements.define("boo-rename", BooRename)
