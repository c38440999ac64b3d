/**
 * DiffModel: one file's diff as it is drawn: its lines, the rows made of them, and the whole texts of both sides as far as
 * they are known. It takes in what has come piece by piece, so that a frame of the page never waits for a large diff.
 */
import type { DiffHunk, DiffLine } from "../../shared/Diff.ts"
import { DiffLines, type Side } from "./diffLines.ts"
import { DiffRows, type Revealed, type RowWish } from "./diffRows.ts"

/** Lines that one call takes in. */
const most = 10_000

/** The lines of both sides from the first on, without gaps. */
export interface Texts {
  readonly old: ReadonlyArray<string>
  readonly now: ReadonlyArray<string>
  /** Bytes that are left out of a line, by its number. */
  readonly cuts: { readonly old: ReadonlyMap<number, number>; readonly new: ReadonlyMap<number, number> }
  readonly complete: boolean
}

/** Of a diff that holds all unchanged lines too. */
export const textsOf = (pieces: ReadonlyArray<DiffHunk>, complete: boolean): Texts => {
  const lines = pieces.flatMap((piece) => piece.lines)
  const side = (gone: "+" | "-") => lines.filter(({ sign }) => sign !== gone && sign !== "\\")
  const texts = (all: ReadonlyArray<DiffLine>) => all.map(({ text }) => text)
  const cuts = (all: ReadonlyArray<DiffLine>) => new Map(all.flatMap(({ cut }, at) => cut === undefined ? [] : [[at + 1, cut] as const]))
  const old = side("+"), now = side("-")
  return { old: texts(old), now: texts(now), cuts: { old: cuts(old), new: cuts(now) }, complete }
}

export class DiffModel {
  lines = new DiffLines()
  rows: DiffRows
  texts: Texts | undefined
  #pieces: ReadonlyArray<DiffHunk> = []
  #taken = 0
  /** All that has come is taken in. */
  all = false

  constructor(wish: Pick<RowWish, "split" | "headless">) {
    this.rows = new DiffRows(this.lines, { ...wish, revealed: new Map(), total: undefined })
  }

  /** Whether all that is there has been taken in. */
  take(pieces: ReadonlyArray<DiffHunk>, over: boolean): boolean {
    if (pieces !== this.#pieces) this.#begin(pieces)
    const until = this.lines.length + most
    while (this.#taken < pieces.length && this.lines.length < until) {
      const piece = pieces[this.#taken]
      if (piece !== undefined) this.lines.add(piece)
      this.#taken += 1
    }
    this.all = this.#taken === pieces.length
    this.rows.grow(this.all && over)
    return this.all
  }

  show(wish: Partial<RowWish>, over: boolean): void {
    this.rows = new DiffRows(this.lines, { ...this.rows.wish, ...wish })
    this.rows.grow(over)
  }

  know(texts: Texts, over: boolean): void {
    this.texts = texts
    this.show({ total: texts.complete ? texts.now.length : undefined }, over)
  }

  /** Shows more of the unchanged lines of a gap: all of it, or some at one end. */
  reveal(gap: number, where: "top" | "bottom" | "all", count: number): void {
    const before: Revealed = this.rows.wish.revealed.get(gap) ?? { top: 0, bottom: 0 }
    const after = where === "all" ? { top: Infinity, bottom: 0 } : { ...before, [where]: before[where] + count }
    this.show({ revealed: new Map([...this.rows.wish.revealed, [gap, after]]) }, true)
  }

  /** A line of a whole text, where that is known. */
  text(side: Side, number: number): string | undefined {
    return (side === "old" ? this.texts?.old : this.texts?.now)?.[number - 1]
  }

  #begin(pieces: ReadonlyArray<DiffHunk>): void {
    this.#pieces = pieces
    this.#taken = 0
    this.lines = new DiffLines()
    this.rows = new DiffRows(this.lines, this.rows.wish)
  }
}
