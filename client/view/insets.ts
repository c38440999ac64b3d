/**
 * Geometry of rows that all have one height, with a few taller things (comments) below some of them: which rows are in
 * sight, and where they stand. Pure. A browser lays nothing out that is taller than some 17 million pixels: above that,
 * the way of the scroll bar is shortened.
 */
export interface Inset { readonly row: number; readonly height: number }

export interface Field {
  readonly rows: number
  /** Pixels. */
  readonly height: number
  /** By row, ascending. */
  readonly insets: ReadonlyArray<Inset>
}

const tallest = 15_000_000

/** Pixels above a row. */
export const topOf = ({ height, insets }: Field, row: number): number =>
  insets.reduce((top, inset) => inset.row < row ? top + inset.height : top, row * height)

export const fieldHeight = (field: Field): number => topOf(field, field.rows)

/** The row at so many pixels from the top; what stands below a row belongs to it. */
export const rowAt = (field: Field, top: number): number => {
  let low = 0, high = field.rows
  while (low < high) {
    const middle = (low + high) >> 1
    if (topOf(field, middle + 1) <= top) low = middle + 1
    else high = middle
  }
  return Math.min(low, Math.max(0, field.rows - 1))
}

export const laidHeight = (field: Field): number => Math.min(fieldHeight(field), tallest)

/** Pixels of the field at the top of the window, where the scroll bar stands at `scroll`; `seen` is the window's height. */
export const fieldTop = (field: Field, scroll: number, seen: number): number => {
  const whole = fieldHeight(field)
  return whole <= tallest ? scroll : scroll * (whole - seen) / (tallest - seen)
}

/** The other way round. */
export const scrollTop = (field: Field, top: number, seen: number): number => {
  const whole = fieldHeight(field)
  return whole <= tallest ? top : top * (tallest - seen) / (whole - seen)
}
