/** CopiedLines: what is copied of a diff: the lines' own text, as far as it is marked with the pointer; of lines that were chosen by keys, all of it. */
import type { Side } from "../view/diffLines.ts"
import type { DiffModel } from "../view/diffModel.ts"
import { textOfRow } from "../view/diffRow.ts"
import { type Choice, rangeOf } from "./LineCursor.ts"

interface Edge { readonly row: number; readonly side: Side; readonly offset: number }

/** The row that a place in the tree belongs to, and how many of its characters stand before that place. */
const edgeOf = (node: Node, offset: number): Edge | undefined => {
  const element = node instanceof Element ? node : node.parentElement
  const code = element?.closest<HTMLElement>(".code")
  const row = element?.closest<HTMLElement>(".row")
  if (row === null || row === undefined) return undefined
  const text = code?.querySelector(".text")
  if (code === null || code === undefined || text === null || text === undefined) return { row: Number(row.dataset["row"]), side: "new", offset: 0 }
  const before = document.createRange()
  before.setStart(text, 0)
  if (text.contains(node)) before.setEnd(node, offset)
  return { row: Number(row.dataset["row"]), side: code.dataset["side"] === "old" ? "old" : "new", offset: before.toString().length }
}

/** The text that is marked with the pointer in a tree of rows; `undefined` where nothing is. */
const markedText = (root: ShadowRoot, textOf: (row: number, side: Side) => string | undefined): string | undefined => {
  const range = document.getSelection()?.getComposedRanges({ shadowRoots: [root] })[0]
  if (range === undefined || range.collapsed) return undefined
  const start = edgeOf(range.startContainer, range.startOffset), end = edgeOf(range.endContainer, range.endOffset)
  if (start === undefined || end === undefined) return undefined
  const texts: Array<string> = []
  for (let row = start.row; row <= end.row; row += 1) {
    const text = textOf(row, start.side)
    if (text !== undefined) texts.push(text.slice(row === start.row ? start.offset : 0, row === end.row ? end.offset : undefined))
  }
  return texts.join("\n")
}

/** `undefined` where nothing is marked or chosen. */
export const copiedLines = (root: ShadowRoot, model: DiffModel, choice: Choice | undefined): string | undefined => {
  const own = (row: number, side: Side) => {
    const at = model.rows.at(row)
    return textOfRow(model, row, at.kind === "line" && model.lines.kind(at.line) === "removed" ? "old" : side)
  }
  const marked = markedText(root, own)
  if (marked !== undefined || choice === undefined) return marked
  const { from, to } = rangeOf(choice)
  return Array.from({ length: to - from + 1 }, (_, index) => own(from + index, choice.side)).filter((line) => line !== undefined).join("\n")
}
