/**
 * RowWindow: which rows of a long list are in sight, told from the scroller's place and size. Measures a row, a
 * character, and whatever stands below rows. Where rows can be higher, and how high is known of those that were looked at
 * only, the first one in sight stays where it is.
 */
import type { ReactiveController, ReactiveControllerHost } from "lit"
import { type Anchor, anchorAt, anchorTop, type Field, fieldHeight, fieldTop, type Inset, laidHeight, rowAt, scrollTop, topOf } from "../view/insets.ts"

/** Rows drawn above and below what is in sight. */
const over = 12

/** By how many of a row's height rows are higher than that. `settle` makes that exact, and answers whether something changed. */
interface Heights {
  readonly at: (row: number) => number
  readonly before: (row: number) => number
  readonly settle: (first: number, last: number) => boolean
}

interface Parts {
  readonly scroller: HTMLElement | null
  /** Is one row high, and ten characters wide. */
  readonly probe: HTMLElement | null
  readonly insets: () => ReadonlyArray<{ readonly row: number; readonly element: HTMLElement }>
  /** `undefined`: all are of one height. */
  readonly heights: Heights | undefined
}

export class RowWindow implements ReactiveController {
  readonly #host: ReactiveControllerHost
  readonly #parts: () => Parts
  readonly #rows: () => number
  readonly #resize: ResizeObserver
  #insets: ReadonlyArray<Inset> = []
  #scroller: HTMLElement | null = null
  #observed: ReadonlyArray<Element> = []
  #frame = 0
  #held: Anchor | undefined
  /** Where the scroller is to stand. */
  #wanted: number | undefined
  /** Where it stood before the update, which is where it stands: to ask it amid an update is to lay the page out once more. */
  #scroll = 0
  /** Pixels. */
  rowHeight = 20
  charWidth = 7.5
  seen = 600
  width = 800
  first = 0
  last = 0

  constructor(host: ReactiveControllerHost, rows: () => number, parts: () => Parts) {
    this.#host = host
    this.#rows = rows
    this.#parts = parts
    this.#resize = new ResizeObserver(() => this.#measure())
    host.addController(this)
  }

  get #field(): Field {
    return { rows: this.#rows(), height: this.rowHeight, insets: this.#insets, taller: this.#parts().heights }
  }

  /** Pixels that all rows are laid out on. */
  get laid(): number {
    return laidHeight(this.#field)
  }

  /** Where the first drawn row stands, in pixels of the laid out field. */
  get offset(): number {
    return topOf(this.#field, this.first) - fieldTop(this.#field, this.#scroll, this.seen) + this.#scroll
  }

  hostUpdate(): void {
    this.#look()
  }

  hostUpdated(): void {
    const { insets, probe, scroller } = this.#parts()
    if (scroller !== this.#scroller) {
      this.#scroller?.removeEventListener("scroll", this.#onScroll)
      scroller?.addEventListener("scroll", this.#onScroll, { passive: true })
      this.#scroller = scroller
    }
    const observed = [scroller, probe, ...insets().map(({ element }) => element)].filter((element) => element !== null)
    for (const element of this.#observed) if (!observed.some((one) => one === element)) this.#resize.unobserve(element)
    for (const element of observed) if (!this.#observed.includes(element)) this.#resize.observe(element)
    this.#observed = observed
  }

  hostDisconnected(): void {
    this.#scroller?.removeEventListener("scroll", this.#onScroll)
    this.#scroller = null
    this.#resize.disconnect()
    this.#observed = []
    cancelAnimationFrame(this.#frame)
    this.#frame = 0
  }

  /** Brings a row into sight: with some rows around it, or with `start` near the top. */
  reveal(row: number, where: "nearest" | "start" = "nearest"): void {
    const scroller = this.#scroller
    if (scroller === null) return
    const { heights } = this.#parts()
    const anchor = this.#anchor(scroller)
    heights?.settle(Math.max(0, row - over), Math.min(this.#rows(), row + over))
    const field = this.#field
    const high = this.rowHeight * (1 + (heights?.at(row) ?? 0)), around = this.rowHeight * 3
    const top = topOf(field, row), bottom = top + Math.min(high, Math.max(this.rowHeight, this.seen - 2 * around))
    const at = anchorTop(field, anchor)
    const wanted = where === "start" || top < at - this.seen || bottom > at + 2 * this.seen ? top - around
      : top - around < at ? top - around : bottom + around > at + this.seen ? bottom + around - this.seen : at
    this.#held = anchorAt(field, Math.max(0, Math.min(wanted, fieldHeight(field) - this.seen)))
    this.#host.requestUpdate()
  }

  /** A row that is in sight stays where it is, whatever comes of the heights; else the first one that is. */
  hold(row: number | undefined): void {
    if (this.#scroller === null || this.#held !== undefined) return
    const field = this.#field, at = fieldTop(field, this.#scroller.scrollTop, this.seen)
    const into = row === undefined ? 1 : at - topOf(field, row)
    this.#held = row !== undefined && into <= 0 && into > -this.seen ? { row, into } : anchorAt(field, at)
  }

  /** The rows are others now: where a place has gone, and a row, which is -1 where it is gone. */
  follow(placeOf: (place: Anchor) => Anchor, rowOf: (row: number) => number): void {
    if (this.#held !== undefined) this.#held = placeOf(this.#held)
    this.#insets = this.#insets.map(({ height, row }) => ({ height, row: rowOf(row) })).filter(({ row }) => row !== -1).sort((one, other) => one.row - other.row)
  }

  /** To be called once the field is as high as it is to be. Where that is less than before, the scroller may stand elsewhere. */
  settle(isOtherHeight: boolean): void {
    const scroller = this.#scroller, wanted = this.#wanted
    this.#wanted = undefined
    if (scroller === null) return
    if (isOtherHeight) this.#scroll = scroller.scrollTop
    if (wanted === undefined || Math.abs(wanted - this.#scroll) < 1) return
    scroller.scrollTop = wanted
    this.#scroll = scroller.scrollTop
  }

  #anchor(scroller: HTMLElement): Anchor {
    return anchorAt(this.#field, fieldTop(this.#field, scroller.scrollTop, this.seen))
  }

  #look(): void {
    const { heights } = this.#parts(), held = this.#held
    const scroll = this.#scroll = this.#scroller?.scrollTop ?? 0
    if (heights === undefined && held === undefined) return this.#cut(fieldTop(this.#field, scroll, this.seen))
    this.#held = undefined
    const anchor = held ?? anchorAt(this.#field, fieldTop(this.#field, scroll, this.seen))
    // what was looked at can let others come into sight
    for (let round = 0; round < 8; round += 1) {
      this.#cut(anchorTop(this.#field, anchor))
      if (heights?.settle(this.first, this.last) !== true) break
    }
    this.#wanted = scrollTop(this.#field, anchorTop(this.#field, anchor), this.seen)
  }

  #cut(top: number): void {
    const field = this.#field
    this.first = Math.max(0, rowAt(field, Math.max(0, Math.min(top, fieldHeight(field)))) - over)
    this.last = Math.min(field.rows, rowAt(field, top + this.seen) + over + 1)
  }

  #measure(): void {
    const { insets, probe, scroller } = this.#parts()
    const box = probe?.getBoundingClientRect()
    if (box !== undefined && box.height > 0) {
      this.rowHeight = box.height
      this.charWidth = box.width / 10
    }
    if (scroller !== null) {
      this.seen = scroller.clientHeight
      this.width = scroller.clientWidth
    }
    // what is out of sight keeps the height it had
    const drawn = insets().map(({ element, row }) => ({ row, height: element.getBoundingClientRect().height }))
    const kept = this.#insets.filter(({ row }) => row < this.first || row >= this.last)
    this.#insets = [...kept, ...drawn].sort((one, other) => one.row - other.row)
    this.#host.requestUpdate()
  }

  /** Rows below which something stands; the others' heights are forgotten. */
  keep(rows: ReadonlyArray<number>): void {
    this.#insets = this.#insets.filter(({ row }) => rows.includes(row))
  }

  readonly #onScroll = (): void => {
    if (this.#frame !== 0) return
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0
      this.#host.requestUpdate()
    })
  }
}
