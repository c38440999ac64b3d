/** What is drawn of one row of a diff: its cells with numbers, signs, text, colours and marks. Pure. */
import type { DiffModel } from "./diffModel.ts"
import type { LineKind, Side } from "./diffLines.ts"
import type { Line } from "./highlight.ts"
import { type Drawn, lineSpans, withoutReturn } from "./lineSpans.ts"
import type { Span } from "./wordMarks.ts"

/** Marks of the words that changed in a line, and colours of a line of a side by its number. */
export interface Inks {
  readonly marks: (line: number) => ReadonlyArray<Span>
  readonly colours: (side: Side, number: number) => Line | undefined
}

export interface Cell {
  readonly kind: LineKind
  readonly side: Side
  /** Its number on its side. */
  readonly number: number
  readonly text: string
  readonly pieces: ReadonlyArray<Drawn>
  /** It ends with a carriage return. */
  readonly returns: boolean
  /** The file ends after it without a line break. */
  readonly bare: boolean
}

const cell = (kind: LineKind, side: Side, number: number, whole: string, colours: Line | undefined, marks: ReadonlyArray<Span>, bare = false): Cell => {
  const { returns, text } = withoutReturn(whole)
  return { kind, side, number, text, pieces: lineSpans(text, colours, marks), returns, bare }
}

/** A line of the diff, as a side shows it. */
export const lineCell = ({ lines }: DiffModel, line: number, side: Side, inks: Inks): Cell => {
  const { bare, kind, text } = lines.at(line)
  const number = lines.number(line, side)
  return cell(kind, side, number, text, inks.colours(side, number), kind === "same" ? [] : inks.marks(line), bare)
}

/** A line between the hunks. */
export const betweenCell = (model: DiffModel, side: Side, number: number, inks: Inks): Cell =>
  cell("same", side, number, model.text(side, number) ?? "", inks.colours(side, number), [])

export interface Place { readonly side: Side; readonly number: number }

/** The side and number by which a row is commented on; `side` is the one that was pressed, in a split view. */
export const placeOfRow = ({ lines, rows }: DiffModel, index: number, side: Side): Place | undefined => {
  const row = rows.at(index)
  switch (row.kind) {
    case "line": {
      const own = lines.kind(row.line) === "removed" ? "old" : "new"
      return { side: own, number: lines.number(row.line, own) }
    }
    case "pair": {
      const line = side === "old" ? row.left : row.right
      return line === -1 ? undefined : { side, number: lines.number(line, side) }
    }
    case "between": return { side: rows.wish.split ? side : "new", number: rows.wish.split && side === "old" ? row.old : row.now }
    default: return undefined
  }
}

/** The text of a row on a side, as it is copied; `undefined` where it has none. */
export const textOfRow = (model: DiffModel, index: number, side: Side): string | undefined => {
  const row = model.rows.at(index)
  switch (row.kind) {
    case "line": return model.lines.text(row.line)
    case "pair": {
      const line = side === "old" ? row.left : row.right
      return line === -1 ? undefined : model.lines.text(line)
    }
    case "between": return model.text(side, side === "old" ? row.old : row.now)
    default: return undefined
  }
}
