/** What can be done with a project: a session from another base, its setup, parked work, and leaving the list. Loaded after the first screen. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { placeBeside } from "../controller/Anchored.ts"
import { ask } from "../controller/intent.ts"
import { moveAmong } from "../controller/Roving.ts"
import type { Project } from "../../shared/Session.ts"
import { base, floating } from "../style/base.ts"
import { icon } from "../style/icons.ts"

export class BooProjectMenu extends LitElement {
  static override properties = { project: { attribute: false }, removable: { type: Boolean } }
  static override styles = [base, floating, css`
    .more { --row: 1.625rem; }
    @media (hover: none) { .more { --row: 2.25rem; } }
  `]

  project: Project | undefined
  /** No session of it is open. */
  removable = false

  override render(): TemplateResult | typeof nothing {
    const { project } = this
    if (project === undefined) return nothing
    return html`<button class="icon-only more" aria-haspopup="menu" aria-expanded="false" aria-label=${`More for the project ${project.name}`} title="More" @click=${this.#open}>${icon("dots")}</button>
      <div popover class="menu" role="menu" @keydown=${(event: KeyboardEvent) => moveAmong(this.#items(), event)} @toggle=${this.#onToggle}>
        <button role="menuitem" @click=${() => this.#leave(() => ask(this, "boo-guard", { what: "base", project }))}>${icon("plus")}New session from…</button>
        <button role="menuitem" @click=${() => this.#leave(() => ask(this, "boo-guard", { what: "setup", project }))}>${icon("terminal")}Setup command…</button>
        <button role="menuitem" @click=${() => this.#leave(() => ask(this, "boo-guard", { what: "parked" }))}>${icon("archive")}Parked work…</button>
        ${this.removable ? html`<button role="menuitem" aria-label=${`Remove ${project.name} from the list`} title="Its disk is not touched"
          @click=${() => this.#leave(() => ask(this, "boo-remove-project", { projectId: project.id }))}>${icon("cross")}Remove from the list</button>` : nothing}
      </div>`
  }

  #items(): ReadonlyArray<HTMLElement> {
    return [...this.renderRoot.querySelectorAll<HTMLElement>(".menu button")]
  }

  #open(event: Event): void {
    const menu = this.renderRoot.querySelector<HTMLElement>("[popover]")
    if (menu === null || !(event.currentTarget instanceof HTMLElement)) return
    menu.togglePopover()
    placeBeside(menu, event.currentTarget)
    this.#items()[0]?.focus()
  }

  #onToggle(event: ToggleEvent): void {
    this.renderRoot.querySelector(".more")?.setAttribute("aria-expanded", String(event.newState === "open"))
  }

  #leave(then: () => void): void {
    this.renderRoot.querySelector<HTMLElement>("[popover]")?.hidePopover()
    then()
  }
}

customElements.define("boo-project-menu", BooProjectMenu)
