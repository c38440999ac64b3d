/** Before a session is archived or deleted: what of it is nowhere else, and the ways to go on. To discard takes a second, explicit act. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { ask } from "../controller/intent.ts"
import type { SessionLosses } from "../../shared/Guard.ts"
import type { Session } from "../../shared/Session.ts"
import type { GuardStore } from "../store/GuardStore.ts"
import { base } from "../style/base.ts"
import { guardStyle } from "../style/guard.ts"
import { icon } from "../style/icons.ts"
import { diskWords, isAtStake, lossLines, vanishedWords } from "../view/guards.ts"

export class BooLeave extends LitElement {
  static override properties = {
    session: { attribute: false }, store: { attribute: false }, way: {}, losses: { state: true }, problem: { state: true }, busy: { state: true }, discarding: { state: true }
  }
  static override styles = [base, guardStyle, css`
    ul { display: grid; gap: var(--s2); }
    li { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 0 var(--s2); }
    li .icon { margin-top: 0.1875rem; color: var(--warn); } li.bad .icon { color: var(--bad); }
    small { grid-column: 2; color: var(--ink-faint); font-size: var(--size-s); overflow-wrap: anywhere; }
    .sure { display: flex; flex-wrap: wrap; align-items: center; gap: var(--s2) var(--s3); padding: var(--s3); border: 1px solid var(--bad-line); border-radius: var(--round-m); background: var(--bad-soft); }
    .sure span { flex: 1 1 14rem; }
  `]

  session: Session | undefined
  store: GuardStore | undefined
  way: "archive" | "delete" = "archive"
  losses: SessionLosses | undefined
  problem: string | undefined
  busy = false
  discarding = false

  override firstUpdated(): void {
    void this.#look()
  }

  async #look(): Promise<void> {
    if (this.session === undefined) return
    const reply = await this.store?.losses(this.session.id)
    if (reply?._tag === "Done") this.losses = reply.value
    else this.problem = reply?.message
    await this.updateComplete
    this.renderRoot.querySelector<HTMLElement>(".keep")?.focus()
  }

  override render(): TemplateResult {
    const { losses, way } = this
    return html`<p>${way === "delete" ? "Its chats and their history are deleted." : "Its chats are closed, and what runs in them is stopped. Its files stay where they are; after a while its work is parked on a ref of the project, and comes back when you reopen it."}</p>
      ${losses === undefined ? this.problem === undefined ? html`<p class="faint" role="status"><span class="spinner"></span> Looking at its files…</p>` : nothing : this.#stake(losses)}
      ${this.problem === undefined ? nothing : html`<p class="problem" role="alert">${icon("alert")}<span>${this.problem}</span></p>`}
      ${this.discarding ? html`<div class="sure" role="alert"><span>All that is listed above is lost for good.</span>
        <button class="danger" ?disabled=${this.busy} @click=${() => void this.#delete("discard")}>Discard and delete</button></div>` : nothing}
      <div class="actions">${this.#actions(losses)}</div>`
  }

  #stake(losses: SessionLosses): TemplateResult {
    const lines = lossLines(losses), gone = vanishedWords(losses, Date.now())
    return html`${gone === undefined ? nothing : html`<p class="problem" role="status">${icon("alert")}<span>${gone}</span></p>`}
      ${losses.running === 0 ? nothing : html`<p>${losses.running === 1 ? "An agent is at work in it and will be stopped." : `${losses.running} agents are at work in it and will be stopped.`}</p>`}
      ${lines.length === 0 ? html`<p>Nothing in its worktree would be lost.</p>` : html`<p>Only this session has:</p>
      <ul>${lines.map(({ bad, more, names, words }) => html`<li class=${bad ? "bad" : ""}>${icon("alert")}<span>${words}</span><small>${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}</small></li>`)}</ul>`}
      ${gone === undefined ? html`<p class="faint">${diskWords(losses)}</p>` : nothing}`
  }

  #actions(losses: SessionLosses | undefined): TemplateResult {
    const keep = html`<button class="outline keep" ?disabled=${this.busy} @click=${() => this.#close()}>Keep it</button>`
    const wait = this.busy ? html`<span class="spinner"></span>` : nothing
    if (this.way === "archive") {
      return html`${keep}<span class="gap"></span>
        ${losses === undefined || losses.worktree === null ? nothing : html`<button ?disabled=${this.busy} @click=${() => void this.#park()}>${wait}Park now and archive</button>`}
        <button class="primary" ?disabled=${this.busy || (losses === undefined && this.problem === undefined)} @click=${() => this.#archive()}>Archive</button>`
    }
    const stake = losses === undefined || isAtStake(losses)
    return html`${keep}<span class="gap"></span>
      ${!stake || this.discarding ? nothing : html`<button class="quiet" ?disabled=${this.busy} @click=${() => { this.discarding = true }}>Discard its work…</button>`}
      <button class="primary" ?disabled=${this.busy || losses === undefined} @click=${() => void this.#delete("park")}>${wait}${stake ? "Park its work and delete" : "Delete"}</button>`
  }

  #archive(): void {
    if (this.session !== undefined) ask(this, "boo-archive-session", { sessionId: this.session.id, archived: true })
    this.#close()
  }

  async #park(): Promise<void> {
    await this.#run((store, session) => store.park(session.id))
  }

  async #delete(losses: "park" | "discard"): Promise<void> {
    await this.#run((store, session) => store.delete(session.id, losses))
  }

  async #run(act: (store: GuardStore, session: Session) => Promise<{ readonly _tag: string; readonly message?: string }>): Promise<void> {
    if (this.store === undefined || this.session === undefined) return
    this.busy = true
    this.problem = undefined
    const reply = await act(this.store, this.session)
    this.busy = false
    if (reply._tag === "Done") this.#close()
    else this.problem = reply.message
  }

  #close(): void {
    this.dispatchEvent(new Event("done"))
  }
}

customElements.define("boo-leave", BooLeave)
