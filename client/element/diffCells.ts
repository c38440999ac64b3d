/** The cells of a diff's row: a line's number, and its text with what was changed in it and its colours. Which rows there are is the grid's business. */
import { html, nothing, type TemplateResult } from "lit"
import { icon } from "../style/icons.ts"
import type { Side } from "../view/diffLines.ts"
import type { Cell } from "../view/diffRow.ts"
import { byteWords } from "../view/numbers.ts"
import { type Drawn, markedRuns } from "../view/lineSpans.ts"

const coloured = (pieces: ReadonlyArray<Drawn>): ReadonlyArray<TemplateResult | string> =>
  pieces.flatMap(({ below, colour, text }) => {
    const piece = colour === undefined ? text : html`<span class=${colour}>${text}</span>`
    return below ? [html`<br>`, piece] : [piece]
  })

/** Where a line can be commented, with the button for it. */
export const numberCell = (commentable: boolean, row: number, side: Side, number: number, kind: Cell["kind"]): TemplateResult =>
  html`<span class="no ${kind}" role="gridcell" data-row=${row} data-side=${side} data-n=${number === 0 ? "" : number}>${
    commentable && number > 0 ? html`<button class="plus" tabindex="-1" aria-label=${`Comment on line ${number}`}>${icon("plus")}</button>` : nothing}</span>`

export const codeCell = ({ bare, cut, kind, pieces, returns, side }: Cell): TemplateResult =>
  html`<span class="code ${kind}" role="gridcell" data-side=${side}><span class="clip"><span class="text">${markedRuns(pieces).map((run) => run.marked ? html`<span class="word">${coloured(run.pieces)}</span>` : coloured(run.pieces))}${
    cut > 0 ? html`<span class="end" title="Only the beginning of so long a line is shown">… ${byteWords(cut)} more</span>` : nothing}${
    returns ? html`<span class="end" title="The line ends with a carriage return (Windows)">CR</span>` : nothing}${
    bare ? html`<span class="end">no newline at the end</span>` : nothing}</span></span></span>`

/** One side of a row; an empty one where that side has no line. */
export const halfCells = (commentable: boolean, row: number, cell: Cell | undefined, side: Side): TemplateResult => cell === undefined
  ? html`<span class="no absent" role="gridcell"></span><span class="code absent" role="gridcell" data-side=${side}></span>`
  : html`${numberCell(commentable, row, side, cell.number, cell.kind)}${codeCell(cell)}`
