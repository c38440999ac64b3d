/** A directory of the server's disk, typed with completion; a repository among them is added as a project. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import type { Project } from "../../shared/Session.ts"
import type { DirectoryStore } from "../store/DirectoryStore.ts"
import { base } from "../style/base.ts"
import { icon } from "../style/icons.ts"
import { completed, pathParts } from "../view/path.ts"

interface Found { readonly path: string; readonly repository: boolean }

export class BooPath extends LitElement {
  static override properties = { store: { attribute: false }, found: { state: true }, at: { state: true }, problem: { state: true }, busy: { state: true } }
  static override styles = [base, css`
    :host { display: grid; grid-template-rows: auto minmax(0, 1fr); min-height: 0; text-align: start; }
    form { display: flex; gap: var(--s2); padding: var(--s3); border-bottom: 1px solid var(--line); }
    input { flex: 1; min-width: 0; font-family: var(--mono); min-height: 2.25rem; }
    form button { min-height: 2.25rem; padding-inline: var(--s4); }
    .problem { display: flex; gap: var(--s2); padding: 0.625rem var(--s4); color: var(--bad); line-height: 1.45; }
    ul { min-height: 3rem; max-height: 20rem; padding: var(--s1); overflow-y: auto; }
    li { display: flex; align-items: center; gap: 0.625rem; min-height: var(--row); padding-inline: 0.625rem; border-radius: var(--round-m); cursor: pointer; color: var(--ink-soft); }
    li[aria-selected="true"] { background: var(--accent-soft); color: var(--ink); }
    li:hover { background: var(--hover); }
    li .icon { color: var(--ink-faint); }
    li.repository b { color: var(--ink); } li.repository .icon { color: var(--accent); }
    b { font-weight: 560; }
    .path { flex: 1; font-family: var(--mono); font-size: 0.94em; }
    .tag { color: var(--accent); font-size: var(--size-xs); }
    .none { padding: var(--s4); color: var(--ink-faint); text-align: center; }
  `]

  store: DirectoryStore | undefined
  found: ReadonlyArray<Found> | undefined
  at = -1
  problem: string | undefined
  busy = false
  #timer: ReturnType<typeof setTimeout> | undefined

  override focus(): void {
    this.#input?.focus()
  }

  get #input(): HTMLInputElement | null {
    return this.renderRoot.querySelector("input")
  }

  override firstUpdated(): void {
    void this.#complete("")
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearTimeout(this.#timer)
  }

  override render(): TemplateResult {
    return html`<form @submit=${this.#onSubmit}>
        <input type="text" spellcheck="false" autocapitalize="off" autocomplete="off" role="combobox" aria-expanded="true" aria-controls="found" aria-autocomplete="list"
          aria-activedescendant=${this.at < 0 ? nothing : `found-${this.at}`}
          aria-label="Path of a git repository on the server" placeholder="/path/to/repository" @input=${this.#onInput} @keydown=${this.#onKey}>
        <button class="primary" ?disabled=${this.busy}>${this.busy ? html`<span class="spinner"></span>` : nothing}Add</button>
      </form>
      <div>
        ${this.problem === undefined ? nothing : html`<p class="problem" role="alert">${icon("alert")}<span>${this.problem}</span></p>`}
        <ul id="found" role="listbox" aria-label="Directories">${this.#rows()}</ul>
      </div>`
  }

  #rows(): TemplateResult | ReadonlyArray<TemplateResult> {
    if (this.found === undefined) return html`<li class="none" role="presentation"><span class="spinner"></span></li>`
    if (this.found.length === 0) return html`<div class="none" role="presentation">${this.#input?.value ? "No directory begins like this." : "Type a path: directories appear as you type."}</div>`
    return this.found.map((one, index) => {
      const { name, parent } = pathParts(one.path)
      return html`<li id=${`found-${index}`} role="option" aria-selected=${index === this.at} class=${one.repository ? "repository" : ""} @click=${() => this.#take(one)}>
        ${icon("folder")}<span class="path cut">${parent}<b>${name}</b></span>${one.repository ? html`<span class="tag">repository</span>` : nothing}</li>`
    })
  }

  #onInput(event: Event): void {
    if (!(event.currentTarget instanceof HTMLInputElement)) return
    const prefix = event.currentTarget.value
    this.problem = undefined
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#complete(prefix), 90)
  }

  #onKey(event: KeyboardEvent): void {
    const count = this.found?.length ?? 0
    const chosen = this.found?.[Math.max(0, this.at)]
    if (event.key === "ArrowDown" && count > 0) this.at = (this.at + 1) % count
    else if (event.key === "ArrowUp" && count > 0) this.at = (this.at + count) % (count + 1) - (this.at <= 0 ? 0 : 1)
    else if (event.key === "Tab" && !event.shiftKey && chosen !== undefined && this.#input?.value !== chosen.path) this.#enter(chosen.path)
    else if (event.key === "Enter" && this.at >= 0 && chosen !== undefined) this.#take(chosen)
    else return
    event.preventDefault()
    void this.updateComplete.then(() => this.renderRoot.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" }))
  }

  #take({ path, repository }: Found): void {
    if (repository) void this.#add(path)
    else this.#enter(completed(path))
  }

  #enter(path: string): void {
    const input = this.#input
    if (input === null) return
    input.value = path
    input.focus()
    void this.#complete(path)
  }

  #onSubmit(event: Event): void {
    event.preventDefault()
    const path = this.#input?.value.trim() ?? ""
    if (path !== "") void this.#add(path)
  }

  async #complete(prefix: string): Promise<void> {
    const reply = await this.store?.complete(prefix)
    if (reply === undefined || (this.#input?.value ?? "") !== prefix) return
    this.at = -1
    this.found = reply._tag === "Done" ? reply.value : []
  }

  async #add(path: string): Promise<void> {
    this.busy = true
    const reply = await this.store?.addProject(path)
    this.busy = false
    if (reply?._tag === "Done") this.dispatchEvent(new CustomEvent<Project>("added", { detail: reply.value }))
    else this.problem = reply?.message
  }
}

customElements.define("boo-path", BooPath)
