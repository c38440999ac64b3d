/**
 * Where rows of a diff have gone once it is shown in other rows (unchanged lines unfolded, side by side or not): told by their
 * lines' numbers, never by where a row stood. Pure.
 */
import type { DiffLines, Side } from "./diffLines.ts"
import type { DiffRows } from "./diffRows.ts"
import type { Anchor } from "./insets.ts"

/** Lines and the rows that they were drawn in. */
export interface Drawing { readonly lines: DiffLines; readonly rows: DiffRows }

interface Numbered { readonly side: Side; readonly number: number }

/** A row's line by its number, on this side if it is there; `undefined` for a row of no line. */
const numberOf = ({ lines, rows }: Drawing, index: number, side: Side): Numbered | undefined => {
  const row = rows.at(index), other = side === "old" ? "new" : "old"
  const of = (line: number): Numbered => {
    const number = lines.number(line, side)
    return number === 0 ? { side: other, number: lines.number(line, other) } : { side, number }
  }
  switch (row.kind) {
    case "line": return of(row.line)
    case "pair": {
      const line = side === "old" ? row.left : row.right
      return of(line === -1 ? Math.max(row.left, row.right) : line)
    }
    case "between": return { side, number: side === "old" ? row.old : row.now }
    default: return undefined
  }
}

/** Where the line of a row is now, and the side that it is on; `undefined` where it is gone. */
export const movedLine = (from: Drawing, to: DiffRows, row: number, side: Side): { readonly row: number; readonly side: Side } | undefined => {
  const line = numberOf(from, row, side)
  const now = line === undefined ? -1 : to.find(line.side, line.number)
  return line === undefined || now === -1 ? undefined : { row: now, side: line.side }
}

/** Rows that stand one upon another without a line: the halves of a head. */
const lineless = 2

/** The place of the same line. One that isn't in a line is as far below the line above it as it was: what is unfolded there comes into sight. */
export const movedAnchor = (from: Drawing, to: DiffRows, { into, row }: Anchor): Anchor => {
  for (let below = 0; below <= Math.min(lineless, row); below += 1) {
    const now = movedLine(from, to, row - below, "new")
    if (now !== undefined) return { row: Math.min(now.row + below, to.length - 1), into }
  }
  return { row: Math.max(0, Math.min(row, to.length - 1)), into }
}
