/** What is drawn of one row of a diff: its cells with numbers, signs, text, colours and marks. Pure. */
import type { DiffModel } from "./diffModel.ts"
import { cutColumns, type LineKind, type Side } from "./diffLines.ts"
import type { Line } from "./highlight.ts"
import { brokenSpans, type Drawn, lineSpans, withoutReturn } from "./lineSpans.ts"
import type { Span } from "./wordMarks.ts"
import type { Wrapping } from "./wrapping.ts"

/** Marks of the words that changed in a line, colours of a line of a side by its number, and where long lines go on below. */
export interface Inks {
  readonly marks: (line: number) => ReadonlyArray<Span>
  readonly colours: (side: Side, number: number) => Line | undefined
  readonly wrapping: Wrapping | undefined
}

/** A line as far as it is here, and what is said behind it. */
export interface Whole {
  readonly text: string
  /** It ends with a carriage return. */
  readonly returns: boolean
  /** The file ends after it without a line break. */
  readonly bare: boolean
  /** Bytes of it that are left out. */
  readonly cut: number
}

export interface Cell extends Whole {
  readonly kind: LineKind
  readonly side: Side
  /** Its number on its side. */
  readonly number: number
  readonly pieces: ReadonlyArray<Drawn>
}

const whole = (text: string, bare: boolean, cut: number): Whole => ({ ...withoutReturn(text), bare, cut })

export const wholeOfLine = ({ lines }: DiffModel, line: number): Whole => {
  const { bare, cut, text } = lines.at(line)
  return whole(text, bare, cut)
}

/** Of a line between the hunks. */
export const wholeOfText = (model: DiffModel, side: Side, number: number): Whole =>
  whole(model.text(side, number) ?? "", false, model.texts?.cuts[side].get(number) ?? 0)

/** Columns that the words behind a line take. */
export const tailOf = ({ bare, cut, returns }: Whole): number => (returns ? 4 : 0) + (bare ? 20 : 0) + (cut > 0 ? cutColumns : 0)

const cell = (kind: LineKind, side: Side, number: number, of: Whole, { colours, wrapping }: Inks, marks: ReadonlyArray<Span>): Cell => ({
  ...of, kind, side, number, pieces: brokenSpans(lineSpans(of.text, colours(side, number), marks), wrapping?.of(of.text, tailOf(of)) ?? [])
})

/** A line of the diff, as a side shows it. */
export const lineCell = (model: DiffModel, line: number, side: Side, inks: Inks): Cell => {
  const kind = model.lines.kind(line)
  return cell(kind, side, model.lines.number(line, side), wholeOfLine(model, line), inks, kind === "same" ? [] : inks.marks(line))
}

/** A line between the hunks. */
export const betweenCell = (model: DiffModel, side: Side, number: number, inks: Inks): Cell =>
  cell("same", side, number, wholeOfText(model, side, number), inks, [])

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

/** The text of a row on a side, as it is copied, with a sign where not all of it is here; `undefined` where it has none. */
export const textOfRow = (model: DiffModel, index: number, side: Side): string | undefined => {
  const row = model.rows.at(index)
  const ofLine = (line: number) => `${model.lines.text(line)}${model.lines.at(line).cut > 0 ? "…" : ""}`
  switch (row.kind) {
    case "line": return ofLine(row.line)
    case "pair": {
      const line = side === "old" ? row.left : row.right
      return line === -1 ? undefined : ofLine(line)
    }
    case "between": return model.text(side, side === "old" ? row.old : row.now)
    default: return undefined
  }
}

/** The lines from one row to another as they are commented on, in the side of the last one. */
export const commentPlaceOf = (model: DiffModel, from: number, to: number, side: Side) => {
  const last = placeOfRow(model, to, side)
  if (last === undefined) return undefined
  const texts: Array<string> = []
  let start = last.number
  for (let row = to; row >= from; row -= 1) {
    const place = placeOfRow(model, row, last.side)
    if (place?.side !== last.side) continue
    start = place.number
    texts.unshift(textOfRow(model, row, last.side) ?? "")
  }
  return { side: last.side, from: start, to: last.number, quoted: texts.join("\n") }
}
