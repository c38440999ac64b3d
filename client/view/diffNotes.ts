/** The comments of a diff by the rows that they stand below, and where one is being written. Pure. */
import type { LineComment } from "../../shared/LineComment.ts"
import type { DiffRows } from "./diffRows.ts"

export interface DiffNotes {
  readonly byRow: ReadonlyMap<number, ReadonlyArray<LineComment>>
  /** The row of the one that is being written; -1 for none. */
  readonly written: number
}

export const diffNotes = (rows: DiffRows | undefined, comments: ReadonlyArray<LineComment>, draft: Pick<LineComment, "side" | "to"> | undefined): DiffNotes => {
  const rowOf = ({ side, to }: Pick<LineComment, "side" | "to">) => rows?.find(side, to) ?? -1
  const byRow = new Map<number, ReadonlyArray<LineComment>>()
  for (const comment of comments) {
    const row = rowOf(comment)
    if (row !== -1) byRow.set(row, [...byRow.get(row) ?? [], comment])
  }
  const written = draft === undefined ? -1 : rowOf(draft)
  if (written !== -1 && !byRow.has(written)) byRow.set(written, [])
  return { byRow, written }
}
