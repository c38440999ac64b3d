/**
 * Geometry of rows of one height, or of a few times that, with a few other things (comments) below some of them: which rows are in
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
  /** Where rows can be higher: by how many such heights all rows above one are. */
  readonly taller?: { readonly before: (row: number) => number } | undefined
}

const tallest = 15_000_000

/** Pixels above a row. */
export const topOf = ({ height, insets, taller }: Field, row: number): number =>
  insets.reduce((top, inset) => inset.row < row ? top + inset.height : top, (row + (taller?.before(row) ?? 0)) * height)

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

/** A place by the row it is in, which stays where the rows above it change. */
export interface Anchor { readonly row: number; readonly into: number }

export const anchorAt = (field: Field, top: number): Anchor => {
  const row = rowAt(field, top)
  return { row, into: top - topOf(field, row) }
}

/** Within the row; at its beginning, where it is less high now. */
export const anchorTop = (field: Field, { into, row }: Anchor): number => {
  const top = topOf(field, row)
  return into < topOf(field, row + 1) - top ? top + into : top
}
