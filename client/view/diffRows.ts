/**
 * DiffRows: the rows that are drawn of a diff's lines, unified or side by side: lines, the heads of hunks, and unchanged
 * lines between hunks that somebody asked to see. They grow with the lines; any other wish makes them anew.
 */
import type { DiffLines, Side } from "./diffLines.ts"
import { Growing } from "./growing.ts"

export type Row =
  /** Of a unified view. */
  | { readonly kind: "line"; readonly line: number }
  /** Of a split view: -1 where a side has none. */
  | { readonly kind: "pair"; readonly left: number; readonly right: number }
  /** Unchanged, from between the hunks; its numbers. */
  | { readonly kind: "between"; readonly old: number; readonly now: number }
  /** Before a hunk; `hidden` unchanged lines above it are left out. */
  | { readonly kind: "head"; readonly hunk: number; readonly hidden: number }
  /** After the last hunk. */
  | { readonly kind: "tail"; readonly hidden: number }
  /** The lower half of a head or a tail, which are two rows high. */
  | { readonly kind: "rest" }

/** Unchanged lines that are shown of one gap: so many after the hunk above it, so many before the hunk below it. */
export interface Revealed { readonly top: number; readonly bottom: number }

export interface RowWish {
  readonly split: boolean
  /** Of a file that is new or gone as a whole: its one hunk needs no head. */
  readonly headless: boolean
  /** By the number of the hunk below the gap. */
  readonly revealed: ReadonlyMap<number, Revealed>
  /** Lines that the new text has; `undefined` while only the diff is known. */
  readonly total: number | undefined
}

const line = 0, pair = 1, between = 2, head = 3, tail = 4, rest = 5

export class DiffRows {
  readonly wish: RowWish
  readonly #lines: DiffLines
  readonly #kinds = new Growing()
  readonly #a = new Growing()
  readonly #b = new Growing()
  readonly #rowOfLine = new Growing()
  readonly #rowOfHunk = new Growing()
  readonly #rowOfBetween = new Map<number, number>()
  #grown = 0
  #ended = false
  #touched = Infinity

  constructor(lines: DiffLines, wish: RowWish) {
    this.#lines = lines
    this.wish = wish
  }

  get length(): number {
    return this.#kinds.length
  }

  /** Takes in what has come. `over`: nothing more comes. */
  grow(over: boolean): void {
    const { length } = this.#lines
    while (this.#grown < length) {
      if (this.#lines.hunks[this.#rowOfHunk.length]?.first === this.#grown) this.#head(this.#rowOfHunk.length)
      if (this.wish.split) this.#pair(this.#grown)
      else {
        this.#rowOfLine.push(this.length)
        this.#push(line, this.#grown, 0)
      }
      this.#grown += 1
    }
    if (over && !this.#ended) {
      this.#ended = true
      this.#tail()
    }
  }

  at(row: number): Row {
    const a = this.#a.at(row), b = this.#b.at(row)
    switch (this.#kinds.at(row)) {
      case line: return { kind: "line", line: a }
      case pair: return { kind: "pair", left: a, right: b }
      case between: return { kind: "between", old: a, now: b }
      case head: return { kind: "head", hunk: a, hidden: b }
      case tail: return { kind: "tail", hidden: b }
      default: return { kind: "rest" }
    }
  }

  /** The first row that got its other half since this was last asked. */
  touched(): number {
    const touched = this.#touched
    this.#touched = Infinity
    return touched
  }

  rowOfLine(line: number): number {
    return this.#rowOfLine.at(line)
  }

  rowOfHunk(hunk: number): number {
    return this.#rowOfHunk.at(hunk)
  }

  /** The row that shows a line by its number on a side; -1 where none does. */
  find(side: Side, number: number): number {
    const found = this.#lines.find(side, number)
    if (found !== -1) return this.#rowOfLine.at(found)
    for (const [now, row] of this.#rowOfBetween) if ((side === "new" ? now : this.#a.at(row)) === number) return row
    return -1
  }

  /** The hunk that a row is in or below; -1 before the first. */
  hunkAt(row: number): number {
    let low = 0, high = this.#rowOfHunk.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#rowOfHunk.at(middle) <= row) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  #push(kind: number, a: number, b: number): void {
    this.#kinds.push(kind)
    this.#a.push(a)
    this.#b.push(b)
  }

  #pair(at: number): void {
    const kind = this.#lines.kind(at)
    const against = this.#lines.pair(at)
    if (kind === "added" && against !== -1) {
      const row = this.#rowOfLine.at(against)
      this.#rowOfLine.push(row)
      this.#b.set(row, at)
      this.#touched = Math.min(this.#touched, row)
      return
    }
    this.#rowOfLine.push(this.length)
    this.#push(pair, kind === "added" ? -1 : at, kind === "removed" ? -1 : at)
  }

  #head(nth: number): void {
    const hunk = this.#lines.hunks[nth]
    if (hunk === undefined) return
    const { now, old } = this.#lines.end(nth - 1)
    const gap = hunk.newStart - now
    const { bottom, top } = this.#shown(nth, gap)
    this.#between(old, now, top)
    this.#rowOfHunk.push(this.length)
    if (!this.wish.headless) this.#high(head, nth, gap - top - bottom)
    this.#between(hunk.oldStart - bottom, hunk.newStart - bottom, bottom)
  }

  #tail(): void {
    if (this.wish.total === undefined) return
    const nth = this.#lines.hunks.length
    const { now, old } = this.#lines.end(nth - 1)
    const gap = Math.max(0, this.wish.total - now + 1)
    const { top } = this.#shown(nth, gap)
    this.#between(old, now, top)
    if (gap > top) this.#high(tail, nth, gap - top)
  }

  #high(kind: number, a: number, b: number): void {
    this.#push(kind, a, b)
    this.#push(rest, 0, 0)
  }

  #shown(gap: number, size: number): Revealed {
    const { bottom, top } = this.wish.revealed.get(gap) ?? { bottom: 0, top: 0 }
    const shown = Math.min(top, size)
    return { top: shown, bottom: Math.min(bottom, size - shown) }
  }

  #between(old: number, now: number, count: number): void {
    for (let at = 0; at < count; at += 1) {
      this.#rowOfBetween.set(now + at, this.length)
      this.#push(between, old + at, now + at)
    }
  }
}
