/**
 * WrappedRows: how high a diff's rows are where long lines go on below: roughly for all of them, told from their lines'
 * widths, and exactly for those that are looked at. Belongs to one set of rows and one number of columns.
 */
import type { DiffModel } from "./diffModel.ts"
import { tailOf, type Whole, wholeOfLine, wholeOfText } from "./diffRow.ts"
import type { DiffRows } from "./diffRows.ts"
import { RowHeights } from "./rowHeights.ts"
import { columnsOf, Wrapping } from "./wrapping.ts"

export class WrappedRows {
  readonly rows: DiffRows
  readonly wrapping: Wrapping
  readonly #model: DiffModel
  readonly #heights = new RowHeights()

  constructor(model: DiffModel, columns: number) {
    this.#model = model
    this.rows = model.rows
    this.wrapping = new Wrapping(columns)
    this.grow()
  }

  /** Takes in rows that have come, and those that got their other half. */
  grow(): void {
    const changed = Math.min(this.rows.touched(), this.#heights.length)
    for (let row = changed; row < this.#heights.length; row += 1) this.#heights.set(row, this.#roughly(row))
    while (this.#heights.length < this.rows.length) this.#heights.push(this.#roughly(this.#heights.length))
  }

  /** Lines that a row has beyond its first. */
  at(row: number): number {
    return this.#heights.at(row)
  }

  /** The same of all rows above it. */
  before(row: number): number {
    return this.#heights.before(row)
  }

  /** Makes the heights of these rows exact; answers whether one of them is another now. */
  settle(first: number, last: number): boolean {
    let settled = false
    for (let row = first; row < last; row += 1) {
      const more = this.#exactly(row)
      if (more === this.#heights.at(row)) continue
      settled = true
      this.#heights.set(row, more)
    }
    return settled
  }

  #roughly(index: number): number {
    const { lines } = this.#model, row = this.rows.at(index)
    switch (row.kind) {
      case "line": return this.#more(lines.width(row.line))
      case "pair": return this.#more(Math.max(lines.width(row.left), lines.width(row.right)))
      case "between": return this.#more(columnsOf(this.#model.text("new", row.now) ?? ""))
      default: return 0
    }
  }

  /** A row that breaks behind words is seldom full. */
  #more(width: number): number {
    const { columns } = this.wrapping
    return width <= columns ? 0 : Math.ceil(width / Math.max(1, columns - 2)) - 1
  }

  #exactly(index: number): number {
    const model = this.#model, row = this.rows.at(index)
    switch (row.kind) {
      case "line": return this.#breaks(wholeOfLine(model, row.line))
      case "pair": return Math.max(row.left === -1 ? 0 : this.#breaks(wholeOfLine(model, row.left)), row.right === -1 ? 0 : this.#breaks(wholeOfLine(model, row.right)))
      case "between": {
        const now = this.#breaks(wholeOfText(model, "new", row.now))
        return this.rows.wish.split ? Math.max(now, this.#breaks(wholeOfText(model, "old", row.old))) : now
      }
      default: return 0
    }
  }

  #breaks(whole: Whole): number {
    return this.wrapping.of(whole.text, tailOf(whole)).length
  }
}
