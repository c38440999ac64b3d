/**
 * The lines of a diff, unified or side by side, as a grid that draws only the rows in sight. What a person does in it goes
 * up: `reveal` unchanged lines, write and change comments, `step` beyond the last hunk, decide about a hunk.
 */
import { html, LitElement, nothing, type TemplateResult } from "lit"
import { repeat } from "lit/directives/repeat.js"
import { Colouring } from "../controller/Colouring.ts"
import { copiedLines } from "../controller/CopiedLines.ts"
import { type Choice, movedBy, rangeOf } from "../controller/LineCursor.ts"
import { DiffField } from "../controller/DiffField.ts"
import type { CommentPlace, LineComment } from "../../shared/LineComment.ts"
import { base } from "../style/base.ts"
import { codeColours } from "../style/code.ts"
import { diffRows } from "../style/diffRows.ts"
import type { Side } from "../view/diffLines.ts"
import type { DiffModel } from "../view/diffModel.ts"
import type { HunkActs } from "../view/change.ts"
import { type DiffNotes, diffNotes } from "../view/diffNotes.ts"
import { commentPlaceOf, type Inks, placeOfRow } from "../view/diffRow.ts"
import type { Row } from "../view/diffRows.ts"
import type { Marking } from "../view/wordMarks.ts"
import { lineCells } from "./diffCells.ts"
import "./boo-comment.ts"
import "./boo-hunk-head.ts"

export interface RevealDetail { readonly gap: number; readonly where: "top" | "bottom" | "all" }
export interface DecideDetail { readonly hunk: number; readonly way: "apply" | "reject" | "revert" }
/** With Shift: in small they are about the whole change. */
const hunkKeys: Readonly<Record<HunkActs, Readonly<Record<string, DecideDetail["way"]>>>> = { none: {}, open: { A: "apply", X: "reject" }, applied: { U: "revert" } }
/** Blobs are added by whoever knows them. */
export type WrittenComment = { readonly place: Omit<CommentPlace, "path" | "blob">; readonly text: string }

export class BooDiffRows extends LitElement {
  static override properties = {
    model: { attribute: false }, version: {}, name: {}, language: {}, comments: { attribute: false }, commentable: { type: Boolean },
    wrap: { type: Boolean }, acts: {}, expandable: { type: Boolean }, cut: { type: Boolean }, busy: { type: Boolean }, choice: { state: true }, draft: { state: true }, selecting: { state: true }
  }
  static override styles = [base, codeColours, diffRows]

  model: DiffModel | undefined
  /** Changes with every change inside the model. */
  version = 0
  name = ""
  language = ""
  comments: ReadonlyArray<LineComment> = []
  commentable = false
  /** Long lines go on below; else all of them are moved by one scroll bar. */
  wrap = false
  acts: HunkActs = "none"
  expandable = false
  /** Not all of it is here: of the last hunk nobody has seen all. */
  cut = false
  busy = false
  choice: Choice | undefined
  /** The lines that a comment is being written on. */
  draft: WrittenComment["place"] | undefined
  /** What is written of it: the element that it is written in goes out of sight with its row. */
  #begun = ""
  /** The side that text is being marked in. */
  selecting: Side | undefined
  marking: Marking | undefined
  readonly #field = new DiffField(this, () => this.renderRoot)
  readonly #window = this.#field.window
  readonly #colouring = new Colouring(this, () => ({ language: this.language, sides: this.#inSight() }))
  readonly #inks = (): Inks => ({
    wrapping: this.#field.wrapping,
    marks: (line) => this.model === undefined ? [] : this.marking?.of(this.model.lines, line) ?? [],
    colours: (side, number) => this.#colouring.at(side === "old" ? this.model?.texts?.old : this.model?.texts?.now, number - 1)
  })

  get #scroller(): HTMLElement | null {
    return this.renderRoot.querySelector<HTMLElement>(".scroller")
  }

  override focus(): void {
    this.#scroller?.focus()
  }

  /** Goes to the hunk after the one at the cursor, or before it. */
  stepHunk(way: 1 | -1): void {
    const { model } = this
    if (model === undefined) return
    const at = this.choice === undefined ? (way === 1 ? -1 : 0) : model.rows.hunkAt(this.choice.row)
    const next = at + way
    if (next < 0 || next >= model.lines.hunks.length) this.dispatchEvent(new CustomEvent("step", { detail: way }))
    else this.#goTo(model, next)
  }

  #goTo(model: DiffModel, hunk: number): void {
    const head = model.rows.rowOfHunk(hunk)
    const { first } = model.lines.hunks[hunk] ?? { first: 0 }
    let line = first
    while (line + 1 < model.lines.length && model.lines.kind(line) === "same") line += 1
    const row = model.rows.rowOfLine(line)
    this.choice = { row, anchor: row, side: this.choice?.side ?? "new" }
    this.#window.reveal(head, "start")
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("model")) {
      this.choice = undefined
      this.draft = undefined
      this.#begun = ""
      if (this.#scroller !== null) this.#scroller.scrollTo(0, 0)
    }
    if (this.marking === undefined) void import("../view/wordMarks.ts").then(({ Marking }) => {
      this.marking = new Marking()
      this.requestUpdate()
    })
    this.choice = this.#field.follow(this.model, this.wrap, this.choice)
    this.#window.keep([...this.#notes.byRow.keys()])
  }

  #inSight(): ReadonlyArray<{ readonly lines: ReadonlyArray<string>; readonly upTo: number }> {
    const { model } = this
    if (model?.texts === undefined) return []
    let old = 0, now = 0
    for (let row = this.#window.first; row < this.#window.last; row += 1) {
      old = Math.max(old, placeOfRow(model, row, "old")?.number ?? 0)
      now = Math.max(now, placeOfRow(model, row, "new")?.number ?? 0)
    }
    return [{ lines: model.texts.now, upTo: Math.max(now, old) }, { lines: model.texts.old, upTo: old }].filter(({ lines }) => lines.length > 0)
  }

  get #notes(): DiffNotes {
    return diffNotes(this.model?.rows, this.comments, this.draft)
  }

  override render(): TemplateResult | typeof nothing {
    const { model } = this
    if (model === undefined) return nothing
    const { first, last } = this.#window
    const { byRow, written } = this.#notes, { split } = model.rows.wish
    // what is written, and the button that was pressed, stay the same elements where lines are unfolded above them
    const keyOf = (row: number) => {
      const of = model.rows.at(row)
      return row === written ? "written" : of.kind === "head" ? `hunk ${of.hunk}` : row
    }
    return html`<div class="scroller" role="grid" tabindex="0" aria-label=${`Changed lines of ${this.name}`} aria-readonly="true" aria-multiselectable="true"
        aria-rowcount=${model.rows.length} aria-activedescendant=${this.choice === undefined ? nothing : `r${this.choice.row}`}
        @keydown=${this.#onKey} @copy=${this.#onCopy} @scroll=${this.#onScroll} @pointerdown=${this.#onPress}>
      <span class="probe" aria-hidden="true">0000000000</span>
      <div class="field">
        <div class="layer ${split ? "split" : "unified"} ${this.wrap ? "wrapped" : ""}" data-selecting=${this.selecting ?? nothing} role="presentation">
          ${repeat(Array.from({ length: Math.max(0, last - first) }, (_, index) => first + index), keyOf, (row) => this.#row(model, row, byRow.get(row), row === written))}
        </div>
      </div>
    </div>`
  }

  override updated(): void {
    const layer = this.renderRoot.querySelector<HTMLElement>(".layer")
    if (this.#scroller !== null && layer !== null && this.model !== undefined) this.#field.lay(this.#scroller, layer, this.model, this.wrap)
  }

  #row(model: DiffModel, index: number, notes: ReadonlyArray<LineComment> | undefined, isWritten: boolean): TemplateResult {
    return html`${this.#cells(model, index, model.rows.at(index))}${notes === undefined ? nothing : this.#inset(index, notes, isWritten ? this.draft : undefined)}`
  }

  #cells(model: DiffModel, index: number, row: Row): TemplateResult | typeof nothing {
    switch (row.kind) {
      case "line": case "pair": case "between": return this.#line(index, lineCells({ model, inks: this.#inks(), commentable: this.commentable }, index, row))
      case "head": return this.#head(model, row.hunk, row.hidden, index)
      case "tail": return html`<boo-hunk-head role="row" aria-rowindex=${index + 1} .left=${row.hidden} ends="above" ?expandable=${this.expandable}
        @reveal=${(event: CustomEvent<RevealDetail["where"]>) => this.#reveal(model.lines.hunks.length, event.detail)}></boo-hunk-head>`
      // of a head whose upper half is above what is drawn
      case "rest": return index === this.#window.first ? html`<div class="row"></div>` : nothing
    }
  }

  #head(model: DiffModel, hunk: number, hidden: number, index: number): TemplateResult {
    const { heading = "", newStart = 0, nth = 0, oldStart = 0 } = model.lines.hunks[hunk] ?? {}
    const size = model.lines.size(hunk)
    return html`<boo-hunk-head role="row" aria-rowindex=${index + 1} .range=${`@@ −${oldStart},${size.old} +${newStart},${size.now} @@`} .heading=${heading} .left=${hidden}
      .ends=${hunk === 0 ? "below" : "both"} .acts=${this.#actsOf(hunk)} ?expandable=${this.expandable} ?busy=${this.busy}
      @reveal=${(event: CustomEvent<RevealDetail["where"]>) => this.#reveal(hunk, event.detail)}
      @decide=${(event: CustomEvent<DecideDetail["way"]>) => this.#decide(nth, event.detail)}></boo-hunk-head>`
  }

  #decide(hunk: number, way: DecideDetail["way"]): void {
    if (!this.busy) this.dispatchEvent(new CustomEvent<DecideDetail>("decide", { detail: { hunk, way } }))
  }

  #actsOf(hunk: number): HunkActs {
    return this.cut && hunk === (this.model?.lines.hunks.length ?? 0) - 1 ? "none" : this.acts
  }

  /** Of the hunk that the cursor is in, or of the only one. A line between the hunks is in none: it may come to stand below another. */
  #decideHere(key: string): boolean {
    const { choice, model } = this
    const hunks = model?.lines.hunks ?? []
    const own = choice === undefined || model?.rows.at(choice.row).kind === "between" ? undefined : model?.rows.hunkAt(choice.row)
    const at = own ?? (hunks.length === 1 ? 0 : -1)
    const hunk = hunks[at], way = hunkKeys[this.#actsOf(at)][key]
    if (way === undefined || hunk === undefined) return false
    this.#decide(hunk.nth, way)
    return true
  }

  #reveal(gap: number, where: RevealDetail["where"]): void {
    this.dispatchEvent(new CustomEvent<RevealDetail>("reveal", { detail: { gap, where } }))
  }

  #line(index: number, cells: TemplateResult): TemplateResult {
    const { choice } = this
    const range = choice === undefined ? undefined : rangeOf(choice)
    const chosen = range !== undefined && index >= range.from && index <= range.to
    return html`<div class="row ${chosen ? "chosen" : ""}" role="row" id="r${index}" data-row=${index} aria-rowindex=${index + 1} aria-selected=${chosen}>${cells}</div>`
  }

  #inset(row: number, notes: ReadonlyArray<LineComment>, draft: WrittenComment["place"] | undefined): TemplateResult {
    return html`<div class="inset" role="row" data-row=${row}><div role="gridcell">
      ${repeat(notes, ({ id }) => id, (comment) => html`<boo-comment .comment=${comment}></boo-comment>`)}
      ${draft === undefined ? nothing : html`<boo-comment .begun=${this.#begun} .place=${draft} @begun=${(event: CustomEvent<string>) => { this.#begun = event.detail }} @written=${(event: CustomEvent<string>) => this.#written(draft, event.detail)} @given-up=${() => this.#close()}></boo-comment>`}
    </div></div>`
  }

  #written(place: WrittenComment["place"], text: string): void {
    this.dispatchEvent(new CustomEvent<WrittenComment>("comment", { detail: { place, text } }))
    this.#close()
  }

  #close(): void {
    this.draft = undefined
    this.#begun = ""
    this.focus()
  }

  /** Opens the editor below the chosen lines. */
  #write(): void {
    const { choice, model } = this
    if (choice === undefined || model === undefined || !this.commentable) return
    const { from, to } = rangeOf(choice)
    const place = commentPlaceOf(model, from, to, choice.side)
    if (place === undefined) return
    this.draft = place
    this.#window.reveal(to)
  }

  #isLine(row: number): boolean {
    const kind = this.model?.rows.at(row).kind
    return kind === "line" || kind === "pair" || kind === "between"
  }

  #onKey(event: KeyboardEvent): void {
    const { model } = this
    if (model === undefined || event.defaultPrevented || event.composedPath().some((target) => target instanceof HTMLTextAreaElement)) return
    const keys = { rows: model.rows.length, page: Math.max(1, Math.floor(this.#window.seen / this.#window.rowHeight) - 2), isLine: (row: number) => this.#isLine(row) }
    const moved = movedBy(event, this.choice, this.#window.first, keys)
    if (moved !== undefined) {
      this.choice = moved
      this.#window.reveal(moved.row)
    } else if (!this.#press(event)) return
    event.preventDefault()
  }

  /** Whether the key did something. */
  #press({ altKey, ctrlKey, key, metaKey, shiftKey, target }: KeyboardEvent): boolean {
    if (altKey || ctrlKey || metaKey) return false
    if (shiftKey) return this.#decideHere(key)
    if (key === "n" || key === "p") this.stepHunk(key === "n" ? 1 : -1)
    else if ((key === "c" || (key === "Enter" && target === this.#scroller)) && this.choice !== undefined) this.#write()
    else if (key === "Escape" && this.choice !== undefined) this.choice = undefined
    else return false
    return true
  }

  #onPress(event: PointerEvent): void {
    const path = event.composedPath()
    const code = path.find((one): one is HTMLElement => one instanceof HTMLElement && one.classList.contains("code"))
    if (code !== undefined) this.selecting = code.dataset["side"] === "old" ? "old" : "new"
    const no = path.find((one): one is HTMLElement => one instanceof HTMLElement && one.classList.contains("no"))
    if (no === undefined || event.button !== 0) return
    const row = Number(no.dataset["row"]), side = no.dataset["side"] === "old" ? "old" : "new"
    if (Number.isNaN(row) || (no.dataset["n"] ?? "") === "") return
    event.preventDefault()
    this.focus()
    this.choice = { row, anchor: event.shiftKey && this.choice !== undefined ? this.choice.anchor : row, side }
    if (path.some((one) => one instanceof HTMLButtonElement)) this.#write()
  }

  #onScroll(): void {
    const scroller = this.#scroller, shift = `${scroller?.scrollLeft ?? 0}px`
    if (scroller !== null && scroller.style.getPropertyValue("--shift") !== shift) scroller.style.setProperty("--shift", shift)
  }

  #onCopy(event: ClipboardEvent): void {
    const { choice, model } = this
    if (model === undefined || event.clipboardData === null || !(this.renderRoot instanceof ShadowRoot) || event.composedPath().some((target) => target instanceof HTMLTextAreaElement)) return
    const text = copiedLines(this.renderRoot, model, choice)
    if (text === undefined) return
    event.clipboardData.setData("text/plain", text)
    event.preventDefault()
  }
}

customElements.define("boo-diff-rows", BooDiffRows)
