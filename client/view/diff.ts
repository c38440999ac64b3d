/**
 * Diff: two texts as the lines that changed and a little around them. Pure. Loaded when the first diff is shown: the
 * line comparison comes from a library that nothing else needs.
 */
import { structuredPatch } from "diff"

export type DiffLine =
  | { readonly kind: "same" | "added" | "removed"; readonly before: number | undefined; readonly after: number | undefined; readonly text: string }
  /** Unchanged lines that are left out. */
  | { readonly kind: "gap"; readonly count: number }

export interface LineDiff {
  readonly lines: ReadonlyArray<DiffLine>
  readonly added: number
  readonly removed: number
  /** Too much to compare: only the new text is shown, as added. */
  readonly cut: boolean
}

const timeLimit = 400
const lineLimit = 4000

const asAdded = (text: string): LineDiff => {
  const lines = text.split("\n").slice(0, lineLimit)
  return {
    lines: lines.map((line, index) => ({ kind: "added", before: undefined, after: index + 1, text: line })),
    added: lines.length, removed: 0, cut: true
  }
}

/** `context`: unchanged lines kept around each change. */
export const diffLines = (before: string, after: string, context = 3): LineDiff => {
  const patch = structuredPatch("a", "b", before, after, "", "", { context, timeout: timeLimit })
  if (patch === undefined) return asAdded(after)
  const lines: Array<DiffLine> = []
  let added = 0, removed = 0, shown = 1
  for (const hunk of patch.hunks) {
    if (hunk.oldStart > shown) lines.push({ kind: "gap", count: hunk.oldStart - shown })
    let old = hunk.oldStart, now = hunk.newStart
    for (const line of hunk.lines) {
      const text = line.slice(1)
      if (line.startsWith("+")) {
        added += 1
        lines.push({ kind: "added", before: undefined, after: now++, text })
      } else if (line.startsWith("-")) {
        removed += 1
        lines.push({ kind: "removed", before: old++, after: undefined, text })
      } else if (line.startsWith(" ")) {
        lines.push({ kind: "same", before: old++, after: now++, text })
      }
    }
    shown = old
  }
  return lines.length > lineLimit
    ? { lines: lines.slice(0, lineLimit), added, removed, cut: true }
    : { lines, added, removed, cut: false }
}
