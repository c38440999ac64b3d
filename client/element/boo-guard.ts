/** The dialog in which a session begins otherwise than by one press, or ends. Loaded when it is first opened. */
import { html, LitElement, nothing, type TemplateResult } from "lit"
import type { Guarded } from "../controller/intent.ts"
import { StoreController } from "../controller/StoreController.ts"
import type { DirectoryStore } from "../store/DirectoryStore.ts"
import type { LaterWork } from "../store/LaterWork.ts"
import "./boo-base.ts"
import "./boo-dialog.ts"
import "./boo-leave.ts"
import "./boo-parked.ts"
import "./boo-setup.ts"

const nameOf = (what: Guarded): string => {
  switch (what.what) {
    case "base": return `New session in ${what.project.name}, from…`
    case "setup": return `Setup of ${what.project.name}`
    case "parked": return "Parked work"
    case "archive": return `Archive “${what.session.title}”?`
    case "delete": return `Delete “${what.session.title}”?`
  }
}

export class BooGuard extends LitElement {
  static override properties = { what: { attribute: false }, directory: { attribute: false }, work: { attribute: false } }

  what: Guarded | undefined
  directory: DirectoryStore | undefined
  work: LaterWork | undefined

  constructor() {
    super()
    new StoreController(this, () => [this.directory, this.work])
  }

  override willUpdate(): void {
    this.work?.load()
  }

  override render(): TemplateResult | typeof nothing {
    const { what } = this
    return what === undefined ? nothing : html`<boo-dialog .name=${nameOf(what)} @closed=${this.#close}>${this.#content(what)}</boo-dialog>`
  }

  #content(what: Guarded): TemplateResult {
    const store = this.work?.stores?.guards
    if (store === undefined) return html`<p role="alert">${this.work?.problem ?? ""}</p>`
    switch (what.what) {
      case "base": return html`<boo-base .project=${what.project} .store=${store} @done=${this.#close}></boo-base>`
      case "setup": return html`<boo-setup .project=${what.project} .store=${store} @done=${this.#close}></boo-setup>`
      case "parked": return html`<boo-parked .directory=${this.directory?.directory} .store=${store} @done=${this.#close}></boo-parked>`
      case "archive": case "delete": return html`<boo-leave .session=${what.session} .way=${what.what} .store=${store} @done=${this.#close}></boo-leave>`
    }
  }

  #close(): void {
    this.dispatchEvent(new Event("closed"))
  }
}

customElements.define("boo-guard", BooGuard)
