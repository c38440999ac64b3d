/**
 * Windowed: of many rows of one height, only those in sight and a few around them are drawn. The scroller holds a `.space`
 * as tall as all of them, and in it a `.slice` that is moved to where its rows belong.
 */
import type { ReactiveController, ReactiveControllerHost } from "lit"

interface Parts {
  readonly scroller: HTMLElement | null
  readonly count: number
}

const around = 12
/** Until a row was measured. */
const assumed = 30

export class Windowed implements ReactiveController {
  /** Draw rows from `start` up to `end`. */
  start = 0
  end = 60
  readonly #host: ReactiveControllerHost
  readonly #parts: () => Parts
  #scroller: HTMLElement | undefined
  #row = assumed
  #height = 0
  readonly #size: ResizeObserver

  /** `shrunk`: it became less high, by which what was in sight can have gone out of it. */
  constructor(host: ReactiveControllerHost, parts: () => Parts, shrunk?: () => void) {
    this.#host = host
    this.#parts = parts
    this.#size = new ResizeObserver(() => {
      const before = this.#height
      this.#height = this.#scroller?.clientHeight ?? 0
      if (this.#height < before) shrunk?.()
      this.#look()
    })
    host.addController(this)
  }

  hostUpdated(): void {
    const { scroller } = this.#parts()
    if (scroller !== this.#scroller) {
      this.hostDisconnected()
      if (scroller === null) return
      this.#scroller = scroller
      this.#height = scroller.clientHeight
      scroller.addEventListener("scroll", this.#look, { passive: true })
      this.#size.observe(scroller)
    }
    this.#look()
  }

  hostDisconnected(): void {
    this.#scroller?.removeEventListener("scroll", this.#look)
    this.#size.disconnect()
    this.#scroller = undefined
  }

  /** Scrolls as little as brings the row into sight. */
  reveal(index: number): void {
    const scroller = this.#scroller
    if (scroller === undefined || index < 0) return
    const top = index * this.#row, bottom = top + this.#row
    const margin = this.#row / 2
    if (top - margin < scroller.scrollTop) scroller.scrollTop = Math.max(0, top - margin)
    else if (bottom + margin > scroller.scrollTop + scroller.clientHeight) scroller.scrollTop = bottom + margin - scroller.clientHeight
  }

  readonly #look = (): void => {
    const scroller = this.#scroller
    if (scroller === undefined) return
    const { count } = this.#parts()
    const slice = scroller.querySelector<HTMLElement>(".slice"), space = scroller.querySelector<HTMLElement>(".space")
    const first = slice?.firstElementChild
    if (first instanceof HTMLElement && first.offsetHeight > 0) this.#row = first.offsetHeight
    const start = Math.max(0, Math.min(count, Math.floor(scroller.scrollTop / this.#row) - around))
    const end = Math.min(count, Math.ceil((scroller.scrollTop + scroller.clientHeight) / this.#row) + around)
    if (space !== null) space.style.height = `${count * this.#row}px`
    if (slice !== null) slice.style.transform = `translateY(${this.start * this.#row}px)`
    if (start === this.start && end === this.end) return
    this.start = start
    this.end = end
    this.#host.requestUpdate()
  }
}
