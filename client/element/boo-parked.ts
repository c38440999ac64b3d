/** The work that was parked, of all projects: restored into a session, or given up for good, which takes a second press. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { repeat } from "lit/directives/repeat.js"
import { ask } from "../controller/intent.ts"
import type { ParkedWork } from "../../shared/Guard.ts"
import type { Directory } from "../../shared/Session.ts"
import type { GuardStore } from "../store/GuardStore.ts"
import { base } from "../style/base.ts"
import { guardStyle } from "../style/guard.ts"
import { icon } from "../style/icons.ts"
import { parkedWords } from "../view/guards.ts"

export class BooParked extends LitElement {
  static override properties = { directory: { attribute: false }, store: { attribute: false }, parked: { state: true }, hasOlder: { state: true }, loading: { state: true }, problem: { state: true }, busy: { state: true }, sure: { state: true } }
  static override styles = [base, guardStyle, css`
    li { display: grid; grid-template-columns: minmax(0, 1fr) auto auto; align-items: center; gap: 0 var(--s2); padding-block: var(--s2); border-top: 1px solid var(--line); }
    b { font-weight: 560; } small { grid-column: 1; color: var(--ink-faint); font-size: var(--size-s); overflow-wrap: anywhere; }
    button { grid-row: 1 / span 2; }
    b { grid-row: 1; } small { grid-row: 2; }
  `]

  directory: Directory | undefined
  store: GuardStore | undefined
  parked: ReadonlyArray<ParkedWork> | undefined
  hasOlder = false
  loading = false
  problem: string | undefined
  busy: string | undefined
  /** Whose discarding was asked for once. */
  sure: string | undefined

  override firstUpdated(): void {
    void this.#load()
  }

  async #load(): Promise<void> {
    this.loading = true
    const reply = await this.store?.parked(this.parked?.at(-1))
    this.loading = false
    this.problem = reply?._tag === "Done" ? undefined : reply?.message
    if (reply?._tag !== "Done") return
    this.parked = [...this.parked ?? [], ...reply.value.parked]
    this.hasOlder = reply.value.hasOlder
  }

  override render(): TemplateResult {
    const { parked } = this
    return html`<p>Work of sessions whose worktrees were taken away. Each is a commit on a ref of its project, <code>refs/boocode/parked/…</code>, and stays until you restore or discard it.</p>
      ${this.problem === undefined ? nothing : html`<p class="problem" role="alert">${icon("alert")}<span>${this.problem}</span></p>`}
      ${parked === undefined ? this.problem === undefined ? html`<p><span class="spinner"></span></p>` : nothing : parked.length === 0 && !this.hasOlder ? html`<p class="faint">Nothing is parked.</p>`
        : html`<ul>${repeat(parked, ({ id }) => id, (one) => this.#row(one))}</ul>`}
      ${this.hasOlder ? html`<div><button ?disabled=${this.loading} @click=${() => void this.#load()}>${this.loading ? html`<span class="spinner"></span>` : icon("arrowDown")}Show older</button></div>` : nothing}`
  }

  #row(one: ParkedWork): TemplateResult {
    const project = this.directory?.projects.find(({ id }) => id === one.projectId)?.name ?? "a project"
    return html`<li><b class="cut">${one.title}</b><small>${project} · ${parkedWords(one, Date.now())}</small>
      ${this.sure === one.id ? html`<button class="danger" @click=${() => void this.#discard(one)}>Discard for good</button>`
        : html`<button class="icon-only" aria-label=${`Discard ${one.title}`} title="Discard…" @click=${() => { this.sure = one.id }}>${icon("trash")}</button>`}
      <button class="outline" ?disabled=${this.busy !== undefined} @click=${() => void this.#restore(one)}>${this.busy === one.id ? html`<span class="spinner"></span>` : nothing}${one.sessionId === null ? "Restore" : "Reopen"}</button></li>`
  }

  async #restore({ id }: ParkedWork): Promise<void> {
    this.busy = id
    const reply = await this.store?.restore(id)
    this.busy = undefined
    if (reply?._tag !== "Done") { this.problem = reply?.message; return }
    const session = reply.value
    if (this.directory?.chats.some(({ sessionId }) => sessionId === session.id) === true) ask(this, "boo-go", { sessionId: session.id, chatId: undefined })
    else ask(this, "boo-new-chat", { sessionId: session.id })
    this.dispatchEvent(new Event("done"))
  }

  async #discard({ id }: ParkedWork): Promise<void> {
    const reply = await this.store?.discard(id)
    this.sure = undefined
    if (reply?._tag === "Done") this.parked = this.parked?.filter((one) => one.id !== id)
    else this.problem = reply?.message
  }
}

customElements.define("boo-parked", BooParked)
