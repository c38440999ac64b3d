/** A project's setup command: what is run in each new worktree before an agent works there. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import type { Project } from "../../shared/Session.ts"
import type { GuardStore } from "../store/GuardStore.ts"
import { base } from "../style/base.ts"
import { guardStyle } from "../style/guard.ts"
import { icon } from "../style/icons.ts"

export class BooSetup extends LitElement {
  static override properties = { project: { attribute: false }, store: { attribute: false }, command: { state: true }, problem: { state: true }, busy: { state: true } }
  static override styles = [base, guardStyle, css`
    textarea { width: 100%; min-height: 5.5rem; font-family: var(--mono); line-height: 1.5; resize: vertical; }
  `]

  project: Project | undefined
  store: GuardStore | undefined
  /** `undefined` until it was heard. */
  command: string | undefined
  problem: string | undefined
  busy = false

  override firstUpdated(): void {
    void this.#load()
  }

  async #load(): Promise<void> {
    if (this.project === undefined) return
    const reply = await this.store?.setup(this.project.id)
    if (reply?._tag === "Done") this.command = reply.value ?? ""
    else this.problem = reply?.message
    await this.updateComplete
    this.renderRoot.querySelector("textarea")?.focus()
  }

  override render(): TemplateResult {
    return html`<p>Run once in every new worktree of ${this.project?.name ?? "the project"}, before its first turn, as to install dependencies. Its output is shown in the chat; where it fails, the turn goes on and says so.</p>
      <textarea aria-label="Setup command" placeholder="npm ci" spellcheck="false" autocapitalize="off" maxlength="4000" ?disabled=${this.command === undefined}
        .value=${this.command ?? ""} @keydown=${this.#onKey}></textarea>
      ${this.problem === undefined ? nothing : html`<p class="problem" role="alert">${icon("alert")}<span>${this.problem}</span></p>`}
      <div class="actions"><span class="faint">Empty: nothing is run. It runs as the server's user.</span><span class="gap"></span>
        <button class="primary" ?disabled=${this.busy || this.command === undefined} @click=${() => void this.#save()}>Save</button></div>`
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    void this.#save()
  }

  async #save(): Promise<void> {
    const typed = this.renderRoot.querySelector("textarea")?.value
    if (this.project === undefined || typed === undefined) return
    this.busy = true
    const reply = await this.store?.setSetup(this.project.id, typed)
    this.busy = false
    if (reply?._tag === "Done") this.dispatchEvent(new Event("done"))
    else this.problem = reply?.message
  }
}

customElements.define("boo-setup", BooSetup)
