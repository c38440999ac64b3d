/** Pictures that go with the prompt, and a way to take one off. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { base } from "../style/base.ts"
import { icon } from "../style/icons.ts"
import type { Attachment } from "../view/composer.ts"

export class BooAttachments extends LitElement {
  static override properties = { pictures: { attribute: false } }
  static override styles = [base, css`
    ul { display: flex; flex-wrap: wrap; gap: var(--s2); padding: 0.75rem 0.9375rem 0; }
    li { position: relative; }
    img { display: block; width: 3.5rem; height: 3.5rem; border: 1px solid var(--line); border-radius: var(--round-m); object-fit: cover; }
    button { position: absolute; inset: -0.375rem -0.375rem auto auto; width: 1.25rem; min-height: 1.25rem; padding: 0; border-radius: 50%; border-color: var(--line-strong); background: var(--raised); }
    .icon { font-size: 0.625rem; }
  `]

  pictures: ReadonlyArray<Attachment> = []

  override render(): TemplateResult | typeof nothing {
    if (this.pictures.length === 0) return nothing
    return html`<ul aria-label="Attached pictures">${this.pictures.map((picture) => html`<li>
      <img src=${`data:${picture.mimeType};base64,${picture.data}`} alt=${picture.name}>
      <button type="button" aria-label=${`Remove ${picture.name}`} @click=${() => this.#remove(picture)}>${icon("cross")}</button></li>`)}</ul>`
  }

  #remove(picture: Attachment): void {
    this.dispatchEvent(new CustomEvent("pictures", { detail: this.pictures.filter((other) => other !== picture) }))
  }
}

customElements.define("boo-attachments", BooAttachments)
