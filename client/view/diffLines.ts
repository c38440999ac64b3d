/**
 * DiffLines: the lines of one file's diff in the order they came, with their numbers on both sides and, of changed lines,
 * the line that stands against them. It grows in place as pieces of hunks come: no line is looked at twice.
 *
 * Owns what a line is. Which rows are drawn of them is `diffRows.ts`'s.
 */
import type { DiffHunk } from "../../shared/Diff.ts"
import { Growing } from "./growing.ts"
import { columnsOf } from "./wrapping.ts"

export type Side = "old" | "new"
export type LineKind = "same" | "added" | "removed"

const kinds: ReadonlyArray<LineKind> = ["same", "added", "removed"]

/** Columns of the words on what is left out of a line. */
export const cutColumns = 16

export interface HunkHead {
  /** Of all hunks of the file, from 0. */
  readonly nth: number
  /** The numbers of its first line, or of the one that would be. */
  readonly oldStart: number
  readonly newStart: number
  readonly heading: string
  /** Which of all lines is its first. */
  readonly first: number
}

export interface DiffedLine {
  readonly kind: LineKind
  readonly text: string
  /** Its number on each side; 0 where it isn't there. */
  readonly old: number
  readonly now: number
  /** The file ends after it, without the line break that a last line has. */
  readonly bare: boolean
  /** Bytes of it that are left out. */
  readonly cut: number
}

export class DiffLines {
  readonly hunks: Array<HunkHead> = []
  added = 0
  removed = 0
  /** Columns that the longest line takes. */
  longest = 0
  readonly #ends: Array<{ readonly old: number; readonly now: number }> = []
  readonly #texts: Array<string> = []
  readonly #kinds = new Growing()
  readonly #old = new Growing()
  readonly #now = new Growing()
  readonly #pairs = new Growing()
  readonly #widths = new Growing()
  readonly #bare = new Set<number>()
  readonly #cuts = new Map<number, number>()
  #nextOld = 0
  #nextNow = 0
  /** The first line of the run of changes that the last line belongs to, and the first one added in it. */
  #run = 0
  #runAdded = 0

  get length(): number {
    return this.#texts.length
  }

  add(piece: DiffHunk): void {
    if (this.hunks.at(-1)?.nth !== piece.nth) this.#begin(piece)
    for (const { cut, sign, text } of piece.lines) {
      if (cut !== undefined) this.#cuts.set(this.length, cut)
      if (sign === "\\") this.#bare.add(this.length - 1)
      else this.#push(sign, text)
    }
  }

  at(line: number): DiffedLine {
    return {
      kind: this.kind(line), text: this.text(line), old: this.#old.at(line), now: this.#now.at(line), bare: this.#bare.has(line), cut: this.#cuts.get(line) ?? 0
    }
  }

  kind(line: number): LineKind {
    return kinds[this.#kinds.at(line)] ?? "same"
  }

  text(line: number): string {
    return this.#texts[line] ?? ""
  }

  /** Columns that it takes; 0 for none. */
  width(line: number): number {
    return line < 0 ? 0 : this.#widths.at(line)
  }

  /** Its number on a side; 0 where it isn't there. */
  number(line: number, side: Side): number {
    return side === "old" ? this.#old.at(line) : this.#now.at(line)
  }

  /** The changed line that stands against this one; -1 where there is none. */
  pair(line: number): number {
    return line < this.length ? this.#pairs.at(line) : -1
  }

  /** The line with this number on a side; -1 where no hunk holds it. */
  find(side: Side, number: number): number {
    const nth = this.hunks.findLastIndex((hunk) => number >= (side === "old" ? hunk.oldStart : hunk.newStart))
    const hunk = this.hunks[nth]
    if (hunk === undefined || number < 1) return -1
    const end = this.hunks[nth + 1]?.first ?? this.length
    for (let line = hunk.first; line < end; line += 1) if (this.number(line, side) === number) return line
    return -1
  }

  /** Lines that a hunk has of each side. */
  size(hunk: number): { readonly old: number; readonly now: number } {
    const head = this.hunks[hunk]
    const next = this.end(hunk)
    return head === undefined ? { old: 0, now: 0 } : { old: next.old - head.oldStart, now: next.now - head.newStart }
  }

  /** The numbers that the line after a hunk has; 1 before the first. */
  end(hunk: number): { readonly old: number; readonly now: number } {
    return hunk < 0 ? { old: 1, now: 1 } : this.#ends[hunk] ?? { old: this.#nextOld, now: this.#nextNow }
  }

  #begin({ heading, newStart, nth, oldStart }: DiffHunk): void {
    if (this.hunks.length > 0) this.#ends.push({ old: this.#nextOld, now: this.#nextNow })
    this.#nextOld = oldStart
    this.#nextNow = newStart
    this.hunks.push({ nth, oldStart, newStart, heading, first: this.length })
    this.#endRun(this.length)
  }

  #push(sign: " " | "+" | "-", text: string): void {
    const line = this.length
    // a removed line after an added one begins a run of its own
    if (sign === "-" && line > this.#runAdded) this.#endRun(line)
    this.#texts.push(text)
    this.#kinds.push(sign === " " ? 0 : sign === "+" ? 1 : 2)
    this.#old.push(sign === "+" ? 0 : this.#nextOld++)
    this.#now.push(sign === "-" ? 0 : this.#nextNow++)
    this.#pairs.push(-1)
    const width = columnsOf(text)
    this.#widths.push(width)
    this.longest = Math.max(this.longest, width + (this.#cuts.has(line) ? cutColumns : 0))
    if (sign === " ") this.#endRun(line + 1)
    else if (sign === "-") {
      this.removed += 1
      this.#runAdded = line + 1
    } else {
      this.added += 1
      this.#pair(line)
    }
  }

  /** The first added line of a run stands against its first removed one, and so on. */
  #pair(line: number): void {
    const against = this.#run + line - this.#runAdded
    if (against >= this.#runAdded) return
    this.#pairs.set(line, against)
    this.#pairs.set(against, line)
  }

  #endRun(next: number): void {
    this.#run = next
    this.#runAdded = next
  }
}
