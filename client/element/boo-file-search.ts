/** Looking for lines in the worktree's files: what is typed, how it is meant, and what holds it, by file. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { StoreController } from "../controller/StoreController.ts"
import type { FileMatch } from "../../shared/File.ts"
import type { FilesStore, SearchResult } from "../store/FilesStore.ts"
import { base } from "../style/base.ts"
import { matchesByFile } from "../view/files.ts"
import { plural } from "../view/numbers.ts"

const pause = 250

export class BooFileSearch extends LitElement {
  static override properties = { store: { attribute: false }, regex: { state: true }, caseSensitive: { state: true } }
  static override styles = [base, css`
    :host { display: grid; grid-template: auto auto minmax(0, 1fr) / minmax(0, 1fr); min-height: 0; }
    form { display: flex; flex-wrap: wrap; gap: var(--s1); padding: var(--s2); }
    input[name="query"] { flex: 1 1 9rem; min-width: 0; } input[name="glob"] { flex: 0 1 6.5rem; min-width: 0; }
    form button { min-width: var(--row); padding: 0 var(--s1); color: var(--ink-faint); font: var(--size-s) var(--mono); }
    form [aria-pressed="true"] { background: var(--accent-soft); color: var(--accent); }
    .says { padding: 0 var(--s3) var(--s1); color: var(--ink-faint); font-size: var(--size-s); } .says.bad { color: var(--bad); }
    .results { overflow-y: auto; padding: 0 var(--s1) var(--s2); }
    section { content-visibility: auto; contain-intrinsic-height: auto 4rem; }
    h3 { position: sticky; top: 0; display: flex; gap: var(--s1); padding: var(--s1) var(--s2); background: var(--paper); font-size: var(--size-s); font-weight: 560; color: var(--ink-soft); }
    h3 .figures { margin-inline-start: auto; color: var(--ink-faint); font-weight: 400; }
    .results button { justify-content: flex-start; width: 100%; min-height: 1.5rem; padding: 0 var(--s2); border-radius: var(--round-s); font: var(--size-s) / 1.5 var(--mono); white-space: pre; overflow: hidden; }
    .results button .figures { flex: none; min-width: 2.25rem; text-align: end; color: var(--ink-faint); }
    mark { background: var(--warn-soft); color: var(--warn); border-radius: 2px; }
    @media (pointer: coarse) { .results button { min-height: 2.25rem; } }
  `]

  store: FilesStore | undefined
  regex = false
  caseSensitive = false
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor() {
    super()
    new StoreController(this, () => [this.store])
  }

  override focus(): void {
    this.renderRoot.querySelector<HTMLInputElement>('[name="query"]')?.focus()
  }

  override render(): TemplateResult {
    const result = this.store?.result
    return html`<form role="search" @submit=${(event: Event) => { event.preventDefault(); this.#ask() }} @input=${this.#soon}>
        <input type="search" name="query" aria-label="Search in files" placeholder="Search in files">
        <input type="text" name="glob" aria-label="Only in files such as" placeholder="*.ts, src/">
        <button type="button" aria-pressed=${this.caseSensitive} aria-label="Match case" title="Match case" @click=${() => { this.caseSensitive = !this.caseSensitive; this.#soon() }}>Aa</button>
        <button type="button" aria-pressed=${this.regex} aria-label="Regular expression" title="Regular expression" @click=${() => { this.regex = !this.regex; this.#soon() }}>.*</button>
      </form>
      <p class="says ${result?.problem === undefined ? "" : "bad"}" role="status">${result === undefined ? "Lines of all files but those that git ignores." : this.#says(result)}</p>
      <div class="results">${result === undefined ? nothing : matchesByFile(result.matches).map(({ matches, path }) => html`<section>
        <h3><span class="cut">${path}</span><span class="figures">${matches.length}</span></h3>${matches.map((match) => this.#match(match))}</section>`)}</div>`
  }

  #says({ cut, matches, problem, running }: SearchResult): TemplateResult | string {
    if (problem !== undefined) return problem
    if (running) return html`${matches.length === 0 ? "Searching…" : `${plural(matches.length, "line")} so far…`}`
    return matches.length === 0 ? "No file holds that." : `${plural(matches.length, "line")}${cut ? ", and more: say more exactly what you look for" : ""}`
  }

  #match(match: FileMatch): TemplateResult {
    const query = this.renderRoot.querySelector<HTMLInputElement>('[name="query"]')?.value ?? ""
    const length = this.regex ? 1 : query.length
    return html`<button @click=${() => this.dispatchEvent(new CustomEvent("chosen", { detail: { path: match.path, line: match.line } }))}>
      <span class="figures">${match.line}</span><span class="cut">${match.preview.slice(0, match.at).trimStart()}<mark>${match.preview.slice(match.at, match.at + length)}</mark>${match.preview.slice(match.at + length)}</span></button>`
  }

  readonly #soon = (): void => {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#ask(), pause)
  }

  #ask(): void {
    clearTimeout(this.#timer)
    const value = (name: string) => this.renderRoot.querySelector<HTMLInputElement>(`[name="${name}"]`)?.value ?? ""
    void this.store?.search({ query: value("query"), glob: value("glob"), regex: this.regex, caseSensitive: this.caseSensitive })
  }
}

customElements.define("boo-file-search", BooFileSearch)
