/** What a new session is cut from, chosen by typing: a branch, a tag or a commit of the project. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import type { Base } from "../../shared/Guard.ts"
import type { Project } from "../../shared/Session.ts"
import type { GuardStore } from "../store/GuardStore.ts"
import { ask } from "../controller/intent.ts"
import { base } from "../style/base.ts"
import { icon } from "../style/icons.ts"
import { baseWords } from "../view/guards.ts"

export class BooBase extends LitElement {
  static override properties = { project: { attribute: false }, store: { attribute: false }, found: { state: true }, at: { state: true }, problem: { state: true } }
  static override styles = [base, css`
    label { display: flex; align-items: center; gap: var(--s2); margin: var(--s1) var(--s3) var(--s2); color: var(--ink-faint); }
    input[type="search"] { flex: 1; min-width: 0; min-height: 2.25rem; font-family: var(--mono); }
    ul { max-height: 22rem; padding: 0 var(--s2) var(--s2); overflow-y: auto; }
    li { display: grid; grid-template-columns: minmax(0, auto) auto minmax(4rem, 1fr); align-items: center; gap: 0.625rem; min-height: calc(var(--row) + 0.25rem); padding-inline: 0.625rem; border-radius: var(--round-m); cursor: pointer; }
    li[aria-selected="true"] { background: var(--accent-soft); } li:hover { background: var(--hover); }
    b { font-family: var(--mono); font-size: 0.94em; font-weight: 560; }
    i { color: var(--ink-faint); font-size: var(--size-xs); font-style: normal; }
    small { color: var(--ink-faint); font-size: var(--size-s); text-align: end; }
    .none { padding: var(--s4); color: var(--ink-faint); text-align: center; } .problem { color: var(--bad); }
  `]

  project: Project | undefined
  store: GuardStore | undefined
  found: ReadonlyArray<Base> | undefined
  at = 0
  problem: string | undefined
  /** What was typed when the list that is shown was asked for. */
  #answered = ""
  #timer: ReturnType<typeof setTimeout> | undefined

  override firstUpdated(): void {
    this.#input?.focus()
    void this.#complete("")
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearTimeout(this.#timer)
  }

  get #input(): HTMLInputElement | null {
    return this.renderRoot.querySelector("input")
  }

  override render(): TemplateResult {
    const { found = [] } = this
    return html`<label>${icon("search")}<input type="search" role="combobox" spellcheck="false" autocapitalize="off" autocomplete="off" aria-expanded="true" aria-controls="bases" aria-activedescendant=${`base-${this.at}`}
        aria-label="Branch, tag or commit to begin from" placeholder="Branch, tag or commit" @input=${this.#onInput} @keydown=${this.#onKey}></label>
      ${this.problem === undefined ? nothing : html`<p class="none problem" role="alert">${this.problem}</p>`}
      <ul id="bases" role="listbox" aria-label="Bases">${found.map((one, index) => html`<li id=${`base-${index}`} role="option" aria-selected=${index === this.at} @click=${() => this.#take(one)}>
        <b class="cut">${one.name}</b><i>${one.kind}</i><small class="cut">${baseWords(one, Date.now())}</small></li>`)}</ul>
      ${this.found === undefined && this.problem === undefined ? html`<p class="none"><span class="spinner"></span></p>` : nothing}
      ${this.found?.length === 0 ? html`<p class="none">The project has nothing of this name.</p>` : nothing}`
  }

  #onInput(event: Event): void {
    if (!(event.currentTarget instanceof HTMLInputElement)) return
    const typed = event.currentTarget.value
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#complete(typed), 120)
  }

  async #complete(typed: string): Promise<void> {
    if (this.project === undefined) return
    const reply = await this.store?.bases(this.project.id, typed)
    if (reply === undefined || (this.#input?.value ?? "") !== typed) return
    this.at = 0
    this.#answered = typed
    this.found = reply._tag === "Done" ? reply.value : []
    this.problem = reply._tag === "Done" ? undefined : reply.message
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key === "Enter") {
      event.preventDefault()
      return void this.#enter(this.#input?.value ?? "")
    }
    const count = this.found?.length ?? 0
    if (count === 0) return
    if (event.key === "ArrowDown") this.at = (this.at + 1) % count
    else if (event.key === "ArrowUp") this.at = (this.at + count - 1) % count
    else return
    event.preventDefault()
    void this.updateComplete.then(() => this.renderRoot.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" }))
  }

  /** What is listed yet may not be what was typed for. */
  async #enter(typed: string): Promise<void> {
    clearTimeout(this.#timer)
    if (typed !== this.#answered) await this.#complete(typed)
    const chosen = this.found?.[this.at]
    if (chosen !== undefined && typed === this.#answered) this.#take(chosen)
  }

  #take({ commit, kind, name }: Base): void {
    if (this.project !== undefined) ask(this, "boo-new-session", { projectId: this.project.id, base: kind === "commit" ? commit : name })
    this.dispatchEvent(new Event("done"))
  }
}

customElements.define("boo-base", BooBase)
