/** Changes as a list or a tree: thousands of rows, of which those in sight are drawn. It asks for what is chosen, looked at and done. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { repeat } from "lit/directives/repeat.js"
import { Windowed } from "../controller/Windowed.ts"
import type { AgentInfo } from "../../shared/Agent.ts"
import type { ChangeId, PendingChange } from "../../shared/Change.ts"
import { base } from "../style/base.ts"
import { changeRow } from "../style/changeRow.ts"
import { icon } from "../style/icons.ts"
import type { ChangeRow, FileRow, FolderRow } from "../view/changeRows.ts"
import { type Act, actTitles, changeNotes, changeSentence, isOpen, operationMark, undoing } from "../view/change.ts"
import type { IconName } from "../view/iconName.ts"
import type { Standing } from "../view/standing.ts"
import { makersOfChange } from "../view/makers.ts"
import { amountWords, plural } from "../view/numbers.ts"
import "./boo-makers.ts"

export interface ChosenRow { readonly ids: ReadonlyArray<ChangeId>; readonly range: boolean }

export class BooChangeList extends LitElement {
  static override properties = {
    rows: { attribute: false }, chosen: { attribute: false }, current: {}, agents: { attribute: false }, standing: { attribute: false }, isReviewed: { attribute: false }, past: { type: Boolean }, version: { attribute: false }
  }
  static override styles = [base, changeRow, css`
    :host { min-height: 0; }
    .grid { height: 100%; overflow-y: auto; overflow-x: hidden; overflow-anchor: none; padding: var(--s1) 0.375rem; }
    .grid:focus-visible { outline: none; }
    .space { position: relative; } .slice { position: absolute; inset: 0 0 auto; }
  `]

  rows: ReadonlyArray<ChangeRow> = []
  chosen: ReadonlySet<string> = new Set()
  /** The change that is looked at. */
  current: ChangeId | undefined
  agents: ReadonlyArray<AgentInfo> | undefined
  standing: (change: PendingChange) => Standing = () => ({ tone: "pending", words: "", busy: false })
  isReviewed: (change: PendingChange) => boolean = () => false
  /** They stand no more. */
  past = false
  /** Changes with what the functions say. */
  version: unknown
  #revealed: string | undefined
  readonly #window = new Windowed(this, () => ({ scroller: this.renderRoot.querySelector<HTMLElement>(".grid"), count: this.rows.length }), () => this.#reveal())

  override updated(): void {
    if (this.current === this.#revealed) return
    this.#revealed = this.current
    this.#reveal()
  }

  #reveal(): void {
    this.#window.reveal(this.rows.findIndex(({ key }) => key === this.current))
  }

  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>(".grid")?.focus()
  }

  override render(): TemplateResult {
    const { end, start } = this.#window
    return html`<div class="grid" role="grid" tabindex="0" aria-label="Changes" aria-multiselectable="true" aria-rowcount=${this.rows.length}
      aria-activedescendant=${this.rows.slice(start, end).some(({ key }) => key === this.current) ? `row-${this.current}` : nothing}>
      <div class="space" role="presentation"><div class="slice" role="presentation">${repeat(this.rows.slice(start, end), ({ key }) => key, (row, index) =>
        row._tag === "File" ? this.#file(row, start + index) : this.#folder(row, start + index))}</div></div></div>`
  }

  #folder(row: FolderRow, index: number): TemplateResult {
    const ids = row.changes.map(({ id }) => id), chosen = ids.filter((id) => this.chosen.has(id)).length
    return html`<div class="row folder ${row.folded ? "" : "open"}" role="row" aria-rowindex=${index + 1} aria-expanded=${!row.folded} @click=${() => this.#tell("fold", row.key)}>
      <span class="indent" .style=${`--depth:${row.depth}`}></span>
      <input type="checkbox" tabindex="-1" aria-label=${`Choose all in ${row.name}`} .checked=${chosen === ids.length} .indeterminate=${chosen > 0 && chosen < ids.length}
        @click=${(event: MouseEvent) => this.#choose(event, ids)}>
      <span class="turn">${icon("chevron")}</span>
      <span class="cut" role="gridcell" title=${row.key}>${row.name}</span><span class="count figures">${row.folded ? plural(ids.length, "file") : nothing}</span>
    </div>`
  }

  #file({ change, depth, name, parent }: FileRow, index: number): TemplateResult {
    const mark = operationMark(change), notes = changeNotes(change).filter((note) => note !== "binary"), reviewed = this.isReviewed(change), standing = this.standing(change)
    const isCurrent = change.id === this.current
    return html`<div id=${`row-${change.id}`} class="row ${change.operation} ${isCurrent ? "active" : ""} ${reviewed ? "reviewed" : ""}" role="row" aria-rowindex=${index + 1}
      aria-selected=${this.chosen.has(change.id)} title=${`${change.path}\n${changeSentence(change)}`} @click=${(event: MouseEvent) => this.#press(event, change)}>
      <span class="indent" .style=${`--depth:${depth}`}></span>
      <input type="checkbox" tabindex="-1" aria-label=${`Choose ${change.path}`} .checked=${this.chosen.has(change.id)} @click=${(event: MouseEvent) => this.#choose(event, [change.id])}>
      <span class="operation ${mark.tone}" role="img" aria-label=${mark.words}>${mark.sign}</span>
      <span class="file" role="gridcell">
        <span class="path cut">${parent === "" ? nothing : html`<span class="parent cut"><bdi>${parent}</bdi></span>`}<span class="name cut">${name}</span></span>
        ${notes.length === 0 ? nothing : html`<span class="notes cut">${notes.join(", ")}</span>`}
      </span>
      ${reviewed ? html`<span class="seen" role="img" aria-label="Reviewed">${icon("check")}</span>` : nothing}
      ${standing.words === "" ? nothing : html`<span class="state ${standing.tone}" role="gridcell" title=${standing.title ?? nothing}>
        ${standing.busy ? html`<span class="spinner"></span>` : standing.icon === undefined ? nothing : icon(standing.icon)}${standing.words}</span>`}
      <boo-makers compact role="gridcell" .makers=${makersOfChange(change, this.agents)}></boo-makers>
      <span class="lines figures" role="gridcell">${change.binary ? html`<span class="faint">binary</span>` : html`
        ${change.added > 0 || change.removed === 0 ? html`<span class="plus">+${amountWords(change.added)}</span>` : nothing}${change.removed > 0 ? html`<span class="minus">−${amountWords(change.removed)}</span>` : nothing}`}</span>
      ${this.#quick(change, standing)}
    </div>`
  }

  #quick(change: PendingChange, { busy, tone }: Standing): TemplateResult | typeof nothing {
    if (busy || tone === "waiting" || change.state === "conflicted") return nothing
    const act = (name: Exclude<Act, "resolve">, label: string, sign: IconName) => html`<button class="icon-only" tabindex="-1" aria-label=${`${label} ${change.path}`}
      title=${`${label}. ${actTitles[name]}`} @click=${(event: Event) => { event.stopPropagation(); this.#tell("act", { act: name, ids: [change.id] }) }}>${icon(sign)}</button>`
    if (!this.past && isOpen(change)) return html`<span class="quick">${act("apply", "Apply", "check")}${act("reject", "Reject", "cross")}</span>`
    const undo = undoing(change)
    return undo === undefined ? nothing : html`<span class="quick">${undo === "revert" ? act("revert", "Revert", "back") : act("bringBack", "Bring back", "undo")}</span>`
  }

  #press(event: MouseEvent, change: PendingChange): void {
    if (event.shiftKey || event.ctrlKey || event.metaKey) this.#tell<ChosenRow>("choose", { ids: [change.id], range: event.shiftKey })
    else this.#tell("look", change)
  }

  #choose(event: MouseEvent, ids: ReadonlyArray<ChangeId>): void {
    event.stopPropagation()
    this.#tell<ChosenRow>("choose", { ids, range: event.shiftKey && ids.length === 1 })
  }

  #tell<Detail>(name: string, detail: Detail): void {
    this.dispatchEvent(new CustomEvent<Detail>(name, { detail }))
  }
}

customElements.define("boo-change-list", BooChangeList)
