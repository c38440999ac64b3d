/**
 * Word marks: which parts of two lines differ, where they are the same line changed. Pure. For the lines that are drawn only:
 * a comparison costs more than a line's whole drawing.
 */
import { diffWordsWithSpace } from "diff"
import type { DiffLines } from "./diffLines.ts"

/** From one character up to another. */
export interface Span { readonly from: number; readonly to: number }
export interface Marks { readonly old: ReadonlyArray<Span>; readonly now: ReadonlyArray<Span> }

const none: Marks = { old: [], now: [] }
const longestCompared = 600
/** Lines that have less in common are two lines, and marking nearly all of them would say nothing. */
const leastCommon = 0.3

/** Spans that only a blank parts are one. */
const joined = (spans: ReadonlyArray<Span>, text: string): ReadonlyArray<Span> => {
  const all: Array<Span> = []
  for (const span of spans) {
    const last = all.at(-1)
    if (last !== undefined && text.slice(last.to, span.from).trim() === "") all[all.length - 1] = { from: last.from, to: span.to }
    else all.push(span)
  }
  return all
}

export const markWords = (before: string, after: string): Marks => {
  if (before.length > longestCompared || after.length > longestCompared) return none
  const old: Array<Span> = []
  const now: Array<Span> = []
  let left = 0, right = 0, common = 0
  for (const { added, removed, value } of diffWordsWithSpace(before, after)) {
    if (removed) old.push({ from: left, to: left + value.length })
    else if (added) now.push({ from: right, to: right + value.length })
    else common += value.trim().length
    if (!added) left += value.length
    if (!removed) right += value.length
  }
  const whole = Math.max(before.trim().length, after.trim().length)
  if (whole > 0 && common / whole < leastCommon) return none
  return { old: joined(old, before), now: joined(now, after) }
}

/** Lines whose marks are remembered. */
const remembered = 4000

/** The marks of a diff's lines, each made when it is first drawn. */
export class Marking {
  #lines: DiffLines | undefined
  readonly #marks = new Map<number, ReadonlyArray<Span>>()

  of(lines: DiffLines, line: number): ReadonlyArray<Span> {
    if (lines !== this.#lines || this.#marks.size > remembered) this.#marks.clear()
    this.#lines = lines
    const against = lines.pair(line)
    if (against === -1) return []
    const made = this.#marks.get(line)
    if (made !== undefined) return made
    const [before, after] = lines.kind(line) === "removed" ? [line, against] : [against, line]
    const { now, old } = markWords(lines.text(before), lines.text(after))
    this.#marks.set(before, old)
    this.#marks.set(after, now)
    return this.#marks.get(line) ?? []
  }
}
