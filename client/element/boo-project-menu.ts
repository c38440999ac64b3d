/** What can be done with a project: a session from another base, its setup, parked work, and leaving the list. Loaded after the first screen. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { ask } from "../controller/intent.ts"
import { Menu } from "../controller/Menu.ts"
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
  readonly #menu = new Menu(this)

  override render(): TemplateResult | typeof nothing {
    const { project } = this
    if (project === undefined) return nothing
    return html`<button class="icon-only more" aria-haspopup="menu" aria-expanded="false" aria-label=${`More for the project ${project.name}`} title="More" @click=${this.#menu.onOpen}>${icon("dots")}</button>
      <div popover class="menu" role="menu" @keydown=${this.#menu.onKey} @toggle=${this.#menu.onToggle}>
        <button role="menuitem" @click=${() => this.#menu.leave(() => ask(this, "boo-guard", { what: "base", project }))}>${icon("plus")}New session from…</button>
        <button role="menuitem" @click=${() => this.#menu.leave(() => ask(this, "boo-guard", { what: "setup", project }))}>${icon("terminal")}Setup command…</button>
        <button role="menuitem" @click=${() => this.#menu.leave(() => ask(this, "boo-guard", { what: "parked" }))}>${icon("archive")}Parked work…</button>
        <button role="menuitem" aria-label=${`Remove ${project.name} from the list`} ?disabled=${!this.removable} title=${this.removable ? "Its disk is not touched" : "Archive or delete its sessions first"}
          @click=${() => this.#menu.leave(() => ask(this, "boo-remove-project", { projectId: project.id }))}>${icon("cross")}Remove from the list</button>
      </div>`
  }

}

customElements.define("boo-project-menu", BooProjectMenu)
