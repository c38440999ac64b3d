/** Files of a session's worktree: the tree, what a name or a line is looked for by, and the file that is shown, beside them or in their place. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { ask } from "../controller/intent.ts"
import { StoreController } from "../controller/StoreController.ts"
import type { FilesStore } from "../store/FilesStore.ts"
import { base } from "../style/base.ts"
import { icon } from "../style/icons.ts"
import { newPathFault, pathInWorktree } from "../view/files.ts"
import "./boo-file-search.ts"
import "./boo-file-tree.ts"
import "./boo-file-view.ts"

export class BooFiles extends LitElement {
  static override properties = { store: { attribute: false }, path: {}, worktree: {}, mode: { state: true }, naming: { state: true }, fault: { state: true } }
  static override styles = [base, css`
    :host { display: grid; grid-template: minmax(0, 1fr) / minmax(0, 1fr); min-height: 0; container-type: inline-size; }
    .both { display: grid; grid-template: minmax(0, 1fr) / minmax(0, 1fr); min-height: 0; }
    aside { display: grid; grid-template: auto auto minmax(0, 1fr) / minmax(0, 1fr); min-height: 0; min-width: 0; }
    .both.shown aside { display: none; }
    header { display: flex; gap: var(--s1); padding: var(--s2) var(--s2) var(--s1); }
    header input { flex: 1; min-width: 0; }
    .new { display: flex; gap: var(--s1); padding: 0 var(--s2) var(--s1); } .new input { flex: 1; min-width: 0; }
    .says { grid-row: 2; padding: var(--s1) var(--s3); color: var(--ink-faint); } .says.bad { color: var(--bad); }
    boo-file-tree, boo-file-search, .found { grid-row: 3; min-height: 0; }
    boo-file-search { grid-row: 2 / 4; }
    .found { overflow-y: auto; padding: var(--s1); }
    .found button { justify-content: flex-start; width: 100%; min-height: 1.75rem; padding: 0 var(--s2); border-radius: var(--round-s); font: var(--size-s) var(--mono); }
    .found b { color: var(--accent); font-weight: 600; }
    [aria-pressed="true"] { background: var(--pressed); color: var(--ink); }
    @container (min-width: 44rem) {
      .both.shown { grid-template-columns: minmax(12rem, 17rem) minmax(0, 1fr); }
      .both.shown aside { display: grid; border-inline-end: 1px solid var(--line); }
    }
  `]

  store: FilesStore | undefined
  /** What the address asks for: a path, and a line after `#L`. */
  path: string | undefined
  /** Where it lies on the server: agents name their places from there. */
  worktree: string | undefined
  mode: "tree" | "search" = "tree"
  naming = false
  fault: string | undefined
  #asked: string | undefined
  #known: FilesStore | undefined

  constructor() {
    super()
    new StoreController(this, () => [this.store])
  }

  override willUpdate(): void {
    if (this.store !== this.#known) {
      this.#known = this.store
      this.#asked = undefined
      this.store?.refresh()
    }
    if (this.store === undefined || this.path === this.#asked) return
    this.#asked = this.path
    const [, asked = "", line] = /^(.*?)(?:#L(\d+))?$/s.exec(this.path ?? "") ?? []
    const path = pathInWorktree(asked, this.worktree) ?? asked
    if (path !== "" && (path !== this.store.shown?.path || line !== undefined)) void this.store.show(path, line === undefined ? undefined : Number(line))
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.store?.refresh()
  }

  override render(): TemplateResult {
    const { store } = this
    if (store === undefined) return html`<p class="says" role="status"><span class="spinner"></span></p>`
    return html`<div class="both ${store.shown === undefined ? "" : "shown"}"><aside>
        <header>
          ${this.mode === "search" ? html`<span class="cut faint"></span>` : nothing}
          <input type="search" ?hidden=${this.mode === "search"} aria-label="Find a file by its name" placeholder="Find a file" @input=${this.#onFind}>
          <button class="icon-only" aria-pressed=${this.mode === "search"} aria-label="Search in files" title="Search in files" @click=${() => { this.mode = this.mode === "search" ? "tree" : "search" }}>${icon("search")}</button>
          <button class="icon-only" aria-label="New file" title="New file" aria-expanded=${this.naming} @click=${() => { this.naming = !this.naming }}>${icon("plus")}</button>
          <button class="icon-only" aria-pressed=${store.ignored} aria-label="Show ignored files" title="Show ignored files" @click=${() => store.showIgnored(!store.ignored)}>${icon("archive")}</button>
          <button class="icon-only" aria-label="Look again" title="Look again" @click=${() => store.refresh()}>${icon("refresh")}</button>
        </header>
        ${this.mode === "search" ? html`<boo-file-search .store=${store} @chosen=${this.#onChosen}></boo-file-search>` : this.#list(store)}
      </aside>${store.shown === undefined ? nothing : html`<boo-file-view .store=${store}></boo-file-view>`}</div>`
  }

  #list(store: FilesStore): TemplateResult {
    const top = store.folders.get("")
    return html`<div>
        ${this.naming ? html`<form class="new" @submit=${this.#onNew}><input type="text" name="path" aria-label="Path of the new file" placeholder="src/new.ts" autofocus><button class="primary">Create</button></form>` : nothing}
        ${this.fault ?? store.problem ? html`<p class="says bad" role="alert">${this.fault ?? store.problem}</p>` : nothing}
        ${top === undefined && store.problem === undefined ? html`<p class="says" role="status" aria-label="Loading"><span class="spinner"></span></p>` : nothing}
        ${top?.length === 0 ? html`<p class="says">There is no file yet.</p>` : nothing}
      </div>
      ${store.found === undefined ? html`<boo-file-tree .store=${store} @chosen=${this.#onChosen}></boo-file-tree>` : html`<div class="found" role="group" aria-label="Files found">
        ${store.found.files?.length === 0 ? html`<p class="says">No file is named like that.</p>` : nothing}
        ${store.found.files?.map(({ hits, path }) => html`<button title=${path} @click=${() => this.#show(path, undefined)}><span class="cut">${this.#marked(path, new Set(hits))}</span></button>`)}</div>`}`
  }

  #marked(path: string, hits: ReadonlySet<number>): ReadonlyArray<unknown> {
    return Array.from({ length: path.length }, (_, at) => hits.has(at) ? html`<b>${path[at]}</b>` : path[at])
  }

  #onFind(event: Event): void {
    if (event.currentTarget instanceof HTMLInputElement) void this.store?.find(event.currentTarget.value.trim())
  }

  #onChosen({ detail }: CustomEvent<{ readonly path: string; readonly line?: number }>): void {
    this.#show(detail.path, detail.line)
  }

  #show(path: string, line: number | undefined): void {
    this.#asked = line === undefined ? path : `${path}#L${line}`
    void this.store?.show(path, line)
    ask(this, "boo-show-work", { tab: "files", path: this.#asked })
  }

  async #onNew(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    if (!(event.currentTarget instanceof HTMLFormElement)) return
    const typed = event.currentTarget.querySelector("input")?.value ?? ""
    this.fault = newPathFault(typed) ?? await this.store?.write(typed.trim(), "", null)
    if (this.fault === undefined) this.naming = false
  }
}

customElements.define("boo-files", BooFiles)
