/** LineCursor: the line of a diff that the keys act on, and the lines from it to where a choice began. */
import type { Side } from "../view/diffLines.ts"
import type { DiffRows } from "../view/diffRows.ts"
import { type Drawing, movedLine } from "../view/movedRows.ts"

export interface Choice { readonly row: number; readonly anchor: number; readonly side: Side }

export interface CursorKeys {
  readonly rows: number
  /** Rows of one page. */
  readonly page: number
  readonly isLine: (row: number) => boolean
}

const steps = (key: string, page: number): number | undefined => {
  switch (key) {
    case "ArrowDown": return 1
    case "ArrowUp": return -1
    case "PageDown": return page
    case "PageUp": return -page
    case "Home": return -Infinity
    case "End": return Infinity
    default: return undefined
  }
}

/** The next row of a line from `row` on, in a direction; `undefined` where there is none. */
const lineFrom = (row: number, way: 1 | -1, { isLine, rows }: CursorKeys): number | undefined => {
  for (let at = row; at >= 0 && at < rows; at += way) if (isLine(at)) return at
  return undefined
}

/** Where a key moves the cursor; `undefined` for any other key. */
export const movedBy = (event: KeyboardEvent, from: Choice | undefined, first: number, keys: CursorKeys): Choice | undefined => {
  const step = event.altKey || event.ctrlKey || event.metaKey ? undefined : steps(event.key, keys.page)
  if (step === undefined || keys.rows === 0) return undefined
  const at = from === undefined && Number.isFinite(step) ? first : Math.min(keys.rows - 1, Math.max(0, (from?.row ?? 0) + step))
  const way = step > 0 ? 1 : -1
  const row = lineFrom(at, way, keys) ?? lineFrom(at, way === 1 ? -1 : 1, keys)
  return row === undefined ? undefined : { row, anchor: event.shiftKey && from !== undefined ? from.anchor : row, side: from?.side ?? "new" }
}

/** The same lines in the rows they have now; `undefined` where the one that the keys act on is gone. */
export const chosenIn = (to: DiffRows, from: Drawing, { anchor, row, side }: Choice): Choice | undefined => {
  const now = movedLine(from, to, row, side)
  return now === undefined ? undefined : { ...now, anchor: movedLine(from, to, anchor, side)?.row ?? now.row }
}

export const rangeOf = ({ anchor, row }: Choice): { readonly from: number; readonly to: number } =>
  ({ from: Math.min(anchor, row), to: Math.max(anchor, row) })
