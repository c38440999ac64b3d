/** What may be done from a prompt of the timeline: put the files back to before or after it, or fork the chat. Also asks before a rewind is taken back. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { ask, type Intents } from "../controller/intent.ts"
import { StoreController } from "../controller/StoreController.ts"
import type { ChatId, SessionId } from "../../shared/Ids.ts"
import type { RewindOffer } from "../../shared/rpc/ChangeRpc.ts"
import type { LaterWork } from "../store/LaterWork.ts"
import type { HereStore } from "../store/HereStore.ts"
import { base } from "../style/base.ts"
import { icon } from "../style/icons.ts"
import { offerFace } from "../view/here.ts"

/** A prompt, or the checkpoint that takes a rewind back. */
export type Here = Intents["boo-from-here"] | Intents["boo-undo-rewind"]

export class BooFromHere extends LitElement {
  static override properties = { here: { attribute: false }, later: { attribute: false }, sessionId: {}, chatId: {} }
  static override styles = [base, css`
    :host { display: grid; gap: var(--s1); padding: 0 var(--s2) var(--s3); }
    section { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0 var(--s3); align-items: center; padding: var(--s2); border-radius: var(--round-m); }
    section + section { border-top: 1px solid var(--line); border-radius: 0; }
    h3 { font-size: var(--size-m); font-weight: 560; }
    .say { color: var(--ink-soft); font-size: var(--size-s); line-height: 1.45; }
    ul { grid-column: 1 / -1; margin-top: var(--s1); font-size: var(--size-s); line-height: 1.6; }
    li { display: flex; gap: 0.5rem; color: var(--ink-faint); }
    li .mono { color: var(--ink-soft); }
    .problem { display: flex; gap: 0.4375rem; padding: var(--s2); color: var(--bad); font-size: var(--size-s); }
    .wait { display: flex; align-items: center; gap: 0.4375rem; }
    @media (max-width: 46rem) { section button { min-height: 2.25rem; } }
  `]

  here: Here | undefined
  later: LaterWork | undefined
  sessionId: SessionId | undefined
  chatId: ChatId | undefined

  #store: HereStore | undefined

  constructor() {
    super()
    new StoreController(this, () => [this.later, this.#store])
  }

  override willUpdate(): void {
    const { here, later, sessionId } = this
    if (this.#store !== undefined || here === undefined || sessionId === undefined) return
    const store = later?.stores?.here(sessionId)
    this.#store = store
    if ("seq" in here) void store?.lookAhead(here.seq)
    else void store?.lookAround(here.turnId)
  }

  override render(): TemplateResult | typeof nothing {
    const { here } = this
    const store = this.#store
    if (here === undefined) return nothing
    if (store === undefined) return html`<p class="problem" role="status">${this.later?.problem ?? html`<span class="spinner"></span>`}</p>`
    return html`${store.problem === undefined ? nothing : html`<p class="problem" role="alert">${icon("alert")}<span>${store.problem}</span></p>`}
      ${"seq" in here ? this.#rewind("Take the rewind back", store.undo, store)
        : html`${this.#rewind("Rewind files to before this", store.before, store)}${this.#rewind("Rewind files to after this", store.after, store)}
          ${this.#fork("Fork in a new session", "What was said before this, and the files as they were then.", "session", here)}
          ${this.#fork("Fork beside this chat", "What was said before this, in a new chat of this session, with its files.", "beside", here)}`}`
  }

  #rewind(title: string, offer: RewindOffer | null | undefined, store: HereStore): TemplateResult {
    const face = offer ? offerFace(offer) : undefined
    const waiting = offer === undefined && store.problem === undefined
    return html`<section aria-label=${title}><div><h3>${title}</h3>
      <p class="say">${waiting ? html`<span class="wait" role="status"><span class="spinner"></span>Looking at the files…</span>` : face?.words ?? "No checkpoint was taken there."}</p></div>
      <button class="outline" ?disabled=${!offer || offer.count === 0 || store.busy} aria-label=${title} @click=${() => { if (offer) void this.#go(offer.seq) }}>Rewind</button>
      ${face === undefined || face.rows.length === 0 ? nothing : html`<ul aria-label="Files that would change">${face.rows.map(({ path, verb }) => html`<li><span class="mono cut" title=${path}>${path}</span><span>${verb}</span></li>`)}
        ${face.more > 0 ? html`<li>and ${face.more} more</li>` : nothing}</ul>`}
    </section>`
  }

  #fork(title: string, say: string, where: "session" | "beside", { promptId }: Intents["boo-from-here"]): TemplateResult {
    const fork = () => {
      if (this.chatId === undefined) return
      ask(this, "boo-fork", { chatId: this.chatId, promptId, where })
      this.#close()
    }
    return html`<section aria-label=${title}><div><h3>${title}</h3><p class="say">${say}</p></div>
      <button class="outline" aria-label=${title} @click=${fork}>Fork</button></section>`
  }

  async #go(seq: number): Promise<void> {
    if (await this.#store?.rewind(seq) === true) this.#close()
  }

  #close(): void {
    this.dispatchEvent(new Event("closed"))
  }
}

customElements.define("boo-from-here", BooFromHere)
