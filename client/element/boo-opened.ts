/** What is open above the page: adding a project, going to a chat, the inbox, the drills, or the sheet of keys. */
import { html, LitElement, type TemplateResult } from "lit"
import { ask, type Intents } from "../controller/intent.ts"
import type { Project } from "../../shared/Session.ts"
import type { AgentsStore } from "../store/AgentsStore.ts"
import type { DirectoryStore } from "../store/DirectoryStore.ts"
import type { DrillsStore } from "../store/DrillsStore.ts"
import type { Preferences } from "../store/Preferences.ts"
import "./boo-dialog.ts"

export type Opened = Exclude<Intents["boo-open"], "sidebar">

const names: Record<Opened, string> = { addProject: "Add a project", switcher: "Go to a chat", shortcuts: "Keys", drills: "Drills", inbox: "Inbox" }

export class BooOpened extends LitElement {
  static override properties = { what: {}, store: { attribute: false }, drills: { attribute: false }, agents: { attribute: false }, preferences: { attribute: false } }

  what: Opened = "shortcuts"
  store: DirectoryStore | undefined
  drills: DrillsStore | undefined
  agents: AgentsStore | undefined
  preferences: Preferences | undefined

  override willUpdate(): void {
    void import("./later.ts")
  }

  override render(): TemplateResult {
    return html`<boo-dialog .name=${names[this.what]} @closed=${this.#close}>${this.#content()}</boo-dialog>`
  }

  #content(): TemplateResult {
    switch (this.what) {
      case "addProject": return html`<boo-path .store=${this.store} @added=${(event: CustomEvent<Project>) => {
        ask(this, "boo-new-session", { projectId: event.detail.id })
        this.#close()
      }}></boo-path>`
      case "switcher": return html`<boo-switcher .directory=${this.store?.directory} @done=${this.#close}></boo-switcher>`
      case "inbox": return html`<boo-inbox .store=${this.store} .preferences=${this.preferences} @done=${this.#close}></boo-inbox>`
      case "drills": return html`<boo-drills .store=${this.drills} .agents=${this.agents}></boo-drills>`
      case "shortcuts": return html`<boo-shortcuts></boo-shortcuts>`
    }
  }

  #close(): void {
    this.dispatchEvent(new Event("closed"))
  }
}

customElements.define("boo-opened", BooOpened)
