/**
 * RowWindow: which rows of a long list are in sight, told from the scroller's place and size. Measures a row, a
 * character, and whatever stands below rows.
 */
import type { ReactiveController, ReactiveControllerHost } from "lit"
import { type Field, fieldHeight, fieldTop, type Inset, laidHeight, rowAt, scrollTop, topOf } from "../view/insets.ts"

/** Rows drawn above and below what is in sight. */
const over = 12

interface Parts {
  readonly scroller: HTMLElement | null
  /** Is one row high, and ten characters wide. */
  readonly probe: HTMLElement | null
  readonly insets: ReadonlyArray<{ readonly row: number; readonly element: HTMLElement }>
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
    return { rows: this.#rows(), height: this.rowHeight, insets: this.#insets }
  }

  /** Pixels that all rows are laid out on. */
  get laid(): number {
    return laidHeight(this.#field)
  }

  /** Where the first drawn row stands, in pixels of the laid out field. */
  get offset(): number {
    const scroll = this.#scroller?.scrollTop ?? 0
    return topOf(this.#field, this.first) - fieldTop(this.#field, scroll, this.seen) + scroll
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
    const observed = [scroller, probe, ...insets.map(({ element }) => element)].filter((element) => element !== null)
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
    const top = topOf(this.#field, row), bottom = top + this.rowHeight, around = this.rowHeight * 3
    const at = fieldTop(this.#field, scroller.scrollTop, this.seen)
    const wanted = where === "start" || top < at - this.seen || bottom > at + 2 * this.seen ? top - around
      : top - around < at ? top - around : bottom + around > at + this.seen ? bottom + around - this.seen : at
    scroller.scrollTop = scrollTop(this.#field, Math.max(0, wanted), this.seen)
    this.#host.requestUpdate()
  }

  #look(): void {
    const field = this.#field
    const top = fieldTop(field, this.#scroller?.scrollTop ?? 0, this.seen)
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
    const drawn = insets.map(({ element, row }) => ({ row, height: element.getBoundingClientRect().height }))
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
