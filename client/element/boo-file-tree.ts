/** The folders and files of a worktree as a tree, by its keys: arrows move, right opens, left closes, Enter shows. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { repeat } from "lit/directives/repeat.js"
import { StoreController } from "../controller/StoreController.ts"
import type { FilesStore } from "../store/FilesStore.ts"
import { base } from "../style/base.ts"
import { icon } from "../style/icons.ts"
import { entryIcon, folderOf, markWords, type TreeRow, treeRows } from "../view/files.ts"

export class BooFileTree extends LitElement {
  static override properties = { store: { attribute: false }, at: { state: true } }
  static override styles = [base, css`
    :host { min-height: 0; overflow-y: auto; padding: var(--s1); }
    [role="treeitem"] {
      display: flex; align-items: center; gap: 0.375rem; min-height: 1.625rem; padding: 0 var(--s2) 0 calc(var(--s1) + var(--deep) * 0.875rem);
      border-radius: var(--round-s); color: var(--ink-soft); cursor: pointer; content-visibility: auto; contain-intrinsic-height: 1.625rem;
    }
    [role="treeitem"]:hover { background: var(--hover); }
    [aria-selected="true"] { background: var(--accent-soft); color: var(--ink); }
    [role="treeitem"]:focus-visible { outline-offset: -2px; }
    .turner { display: inline-flex; width: 0.75rem; flex: none; color: var(--ink-faint); }
    .turner .icon { font-size: 0.75rem; } .open .turner { rotate: 90deg; }
    .kind { display: inline-flex; color: var(--ink-faint); } .kind .icon { font-size: 0.9375rem; }
    .name { flex: 1; }
    .mark { flex: none; font: var(--size-xs) var(--mono); font-weight: 600; }
    .A .mark { color: var(--good); } .M .mark { color: var(--warn); } .D .mark { color: var(--bad); }
    .A .name { color: var(--good); } .M .name { color: var(--warn); } .D .name { color: var(--bad); text-decoration: line-through; }
    .ignored { opacity: 0.6; }
    @media (pointer: coarse) { [role="treeitem"] { min-height: 2.25rem; contain-intrinsic-height: 2.25rem; } }
  `]

  store: FilesStore | undefined
  /** The row that has the keys. */
  at: string | undefined

  constructor() {
    super()
    new StoreController(this, () => [this.store])
  }

  override render(): TemplateResult {
    const { folders = new Map(), open = new Set<string>(), shown } = this.store ?? {}
    const rows = treeRows(folders, open)
    const at = rows.some(({ entry }) => entry.path === this.at) ? this.at : rows[0]?.entry.path
    return html`<div role="tree" aria-label="Files of the worktree" @keydown=${(event: KeyboardEvent) => this.#onKey(event, rows)}>
      ${repeat(rows, ({ entry }) => entry.path, (row) => this.#row(row, row.entry.path === at, row.entry.path === shown?.path))}</div>`
  }

  #row(row: TreeRow, isAt: boolean, isShown: boolean): TemplateResult {
    const { entry, name, open } = row
    return html`<div role="treeitem" class="${entry.mark ?? ""} ${entry.ignored ? "ignored" : ""} ${open === true ? "open" : ""}" .style=${`--deep: ${row.depth - 1}`}
      aria-level=${row.depth} aria-selected=${isShown} aria-expanded=${open ?? nothing} aria-label=${`${name}${entry.mark === null ? "" : `, ${markWords(entry.mark)}`}`}
      tabindex=${isAt ? 0 : -1} data-path=${entry.path} title=${entry.path} @click=${() => this.#press(row)}>
      <span class="turner">${open === undefined ? nothing : icon("chevron")}</span><span class="kind">${icon(entryIcon(entry))}</span>
      <span class="name cut">${name}</span>${entry.mark === null ? nothing : html`<span class="mark" aria-hidden="true">${open === undefined ? entry.mark : "•"}</span>`}</div>`
  }

  #press({ entry, open }: TreeRow): void {
    this.at = entry.path
    if (open !== undefined) this.store?.fold(entry.path, !open)
    else this.dispatchEvent(new CustomEvent("chosen", { detail: { path: entry.path } }))
  }

  #go(path: string | undefined): void {
    if (path === undefined) return
    this.at = path
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>('[role="treeitem"][tabindex="0"]')?.focus())
  }

  #onKey(event: KeyboardEvent, rows: ReadonlyArray<TreeRow>): void {
    const nth = rows.findIndex(({ entry }) => entry.path === (this.at ?? rows[0]?.entry.path))
    const row = rows[nth]
    if (row === undefined || event.ctrlKey || event.altKey || event.metaKey) return
    switch (event.key) {
      case "ArrowDown": this.#go(rows[nth + 1]?.entry.path); break
      case "ArrowUp": this.#go(rows[nth - 1]?.entry.path); break
      case "Home": this.#go(rows[0]?.entry.path); break
      case "End": this.#go(rows.at(-1)?.entry.path); break
      case "ArrowRight": if (row.open === true) this.#go(rows[nth + 1]?.entry.path); else if (row.open === false) this.store?.fold(row.entry.path, true); break
      case "ArrowLeft": if (row.open === true) this.store?.fold(row.entry.path, false); else this.#go(folderOf(row.entry.path) === "" ? undefined : folderOf(row.entry.path)); break
      case "Enter": case " ": this.#press(row); break
      default: return
    }
    event.preventDefault()
    event.stopPropagation()
  }
}

customElements.define("boo-file-tree", BooFileTree)
