/** The cells of a diff's row: a line's number, and its text with what was changed in it and its colours. Which rows there are is the grid's business. */
import { html, nothing, type TemplateResult } from "lit"
import { icon } from "../style/icons.ts"
import type { Side } from "../view/diffLines.ts"
import type { DiffModel } from "../view/diffModel.ts"
import { betweenCell, type Cell, type Inks, lineCell } from "../view/diffRow.ts"
import type { Row } from "../view/diffRows.ts"
import { byteWords } from "../view/numbers.ts"
import { type Drawn, markedRuns } from "../view/lineSpans.ts"

const coloured = (pieces: ReadonlyArray<Drawn>): ReadonlyArray<TemplateResult | string> =>
  pieces.flatMap(({ below, colour, text }) => {
    const piece = colour === undefined ? text : html`<span class=${colour}>${text}</span>`
    return below ? [html`<br>`, piece] : [piece]
  })

/** Where a line can be commented, with the button for it. */
const numberCell = (commentable: boolean, row: number, side: Side, number: number, kind: Cell["kind"]): TemplateResult =>
  html`<span class="no ${kind}" role="gridcell" data-row=${row} data-side=${side} data-n=${number === 0 ? "" : number}>${
    commentable && number > 0 ? html`<button class="plus" tabindex="-1" aria-label=${`Comment on line ${number}`}>${icon("plus")}</button>` : nothing}</span>`

const codeCell = ({ bare, cut, kind, pieces, returns, side }: Cell): TemplateResult =>
  html`<span class="code ${kind}" role="gridcell" data-side=${side}><span class="clip"><span class="text">${markedRuns(pieces).map((run) => run.marked ? html`<span class="word">${coloured(run.pieces)}</span>` : coloured(run.pieces))}${
    cut > 0 ? html`<span class="end" title="Only the beginning of so long a line is shown">… ${byteWords(cut)} more</span>` : nothing}${
    returns ? html`<span class="end" title="The line ends with a carriage return (Windows)">CR</span>` : nothing}${
    bare ? html`<span class="end">no newline at the end</span>` : nothing}</span></span></span>`

/** One side of a row; an empty one where that side has no line. */
const halfCells = (commentable: boolean, row: number, cell: Cell | undefined, side: Side): TemplateResult => cell === undefined
  ? html`<span class="no absent" role="gridcell"></span><span class="code absent" role="gridcell" data-side=${side}></span>`
  : html`${numberCell(commentable, row, side, cell.number, cell.kind)}${codeCell(cell)}`

export interface CellsOf { readonly model: DiffModel; readonly inks: Inks; readonly commentable: boolean }
export type LineRow = Extract<Row, { kind: "line" | "pair" | "between" }>

/** All of a row that has lines: one, one of each side, or the same one of both. */
export const lineCells = ({ commentable, inks, model }: CellsOf, index: number, row: LineRow): TemplateResult => {
  const number = (side: Side, of: number, kind: Cell["kind"]) => numberCell(commentable, index, side, of, kind)
  const half = (side: Side, cell: Cell | undefined) => halfCells(commentable, index, cell, side)
  switch (row.kind) {
    case "line": {
      const { kind } = model.lines.at(row.line)
      const cell = lineCell(model, row.line, kind === "removed" ? "old" : "new", inks)
      return html`${number("old", model.lines.number(row.line, "old"), kind)}${number("new", model.lines.number(row.line, "new"), kind)}${codeCell(cell)}`
    }
    case "pair": return html`${half("old", row.left === -1 ? undefined : lineCell(model, row.left, "old", inks))}${half("new", row.right === -1 ? undefined : lineCell(model, row.right, "new", inks))}`
    case "between": return model.rows.wish.split
      ? html`${half("old", betweenCell(model, "old", row.old, inks))}${half("new", betweenCell(model, "new", row.now, inks))}`
      : html`${number("old", row.old, "same")}${number("new", row.now, "same")}${codeCell(betweenCell(model, "new", row.now, inks))}`
  }
}
