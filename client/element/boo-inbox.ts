/** The inbox: chats in which an agent waits for an answer, and what ended unseen. Also where notifications are switched on. Loaded when first shown. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { repeat } from "lit/directives/repeat.js"
import { askToNotify, notifying } from "../controller/Attention.ts"
import { ask } from "../controller/intent.ts"
import { moveAmong } from "../controller/Roving.ts"
import { StoreController } from "../controller/StoreController.ts"
import { Ticker } from "../controller/Ticker.ts"
import type { DirectoryStore } from "../store/DirectoryStore.ts"
import type { Preferences } from "../store/Preferences.ts"
import { base } from "../style/base.ts"
import { icon } from "../style/icons.ts"
import { type Call, callsOf } from "../view/attention.ts"
import { agoWords } from "../view/duration.ts"

const callIcons = { asks: "shield", done: "check", bad: "alert" } as const

export class BooInbox extends LitElement {
  static override properties = { store: { attribute: false }, preferences: { attribute: false }, problem: { state: true } }
  static override styles = [base, css`
    ul { padding: var(--s1) var(--s2) 0; }
    li button { display: grid; grid-template-columns: auto minmax(0, 1fr) auto; gap: 0 0.625rem; width: 100%; padding: 0.4375rem 0.625rem; text-align: start; justify-content: start; }
    li .icon { color: var(--ink-faint); } .asks .icon, .asks small { color: var(--warn); } .done .icon { color: var(--good); } .bad .icon, .bad small { color: var(--bad); }
    .what { display: grid; min-width: 0; line-height: 1.4; }
    small { color: var(--ink-faint); font-size: var(--size-s); }
    .at { color: var(--ink-faint); font-size: var(--size-xs); }
    .none { padding: var(--s4) var(--s5) var(--s5); color: var(--ink-faint); text-align: center; line-height: 1.55; }
    footer { margin-top: var(--s2); padding: var(--s3) var(--s4); border-top: 1px solid var(--line); color: var(--ink-soft); }
    label { display: flex; align-items: flex-start; gap: 0.625rem; line-height: 1.4; cursor: pointer; }
    input { flex: none; margin-top: 0.125rem; }
    .problem { margin-top: var(--s2); color: var(--bad); font-size: var(--size-s); line-height: 1.45; }
  `]

  store: DirectoryStore | undefined
  preferences: Preferences | undefined
  problem: string | undefined

  constructor() {
    super()
    new StoreController(this, () => [this.store, this.preferences, this.preferences?.seen])
    new Ticker(this, () => true, 20_000)
  }

  override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLElement>("li button")?.focus()
  }

  override render(): TemplateResult {
    const { preferences } = this
    const calls = preferences === undefined ? [] : callsOf(this.store?.directory, (chatId) => preferences.seen.at(chatId))
    return html`<ul aria-label="What wants you" @keydown=${(event: KeyboardEvent) => moveAmong([...this.renderRoot.querySelectorAll<HTMLElement>("li button")], event)}>
        ${repeat(calls, ({ chatId }) => chatId, (call) => this.#call(call))}</ul>
      ${calls.length === 0 ? html`<p class="none">Nobody waits for you, and you have seen everything that has ended.</p>` : nothing}
      <footer><label><input type="checkbox" .checked=${this.#notifies} @change=${this.#onNotify}>
        <span>Notify me when this page is hidden and an agent asks or a turn ends</span></label>
        ${this.problem === undefined ? nothing : html`<p class="problem" role="alert">${this.problem}</p>`}</footer>`
  }

  get #notifies(): boolean {
    return this.preferences?.notify === true && notifying() === "granted"
  }

  #call({ at, chatId, name, sessionId, tone, where, words }: Call): TemplateResult {
    return html`<li class=${tone}><button @click=${() => {
      ask(this, "boo-go", { sessionId, chatId })
      this.dispatchEvent(new Event("done"))
    }}>${icon(callIcons[tone])}<span class="what"><span class="cut">${name}</span><small class="cut">${words} · ${where}</small></span>
      ${at === undefined ? nothing : html`<span class="at figures">${agoWords(at, Date.now())}</span>`}</button></li>`
  }

  async #onNotify(event: Event): Promise<void> {
    if (!(event.currentTarget instanceof HTMLInputElement) || this.preferences === undefined) return
    const wanted = event.currentTarget.checked
    const may = !wanted || await askToNotify()
    this.preferences.notify = wanted && may
    this.problem = may ? undefined : notifying() === "unsupported"
      ? "This browser has no notifications here: it wants the page by https, or from this machine."
      : "The browser does not allow notifications of this page; allow them in its settings for this site, then switch this on again."
    this.requestUpdate()
  }
}

customElements.define("boo-inbox", BooInbox)
