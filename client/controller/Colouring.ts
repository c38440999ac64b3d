/**
 * Colouring: the colours of two long texts for the lines that are in sight, made from the top on, a little at a time
 * between the page's frames. What is above has to be coloured first: what a line means is decided by the lines before it.
 */
import type { ReactiveController, ReactiveControllerHost } from "lit"
import type { Line, LinePainter } from "../view/highlight.ts"

/** Milliseconds of one slice, and lines that are coloured before the clock is looked at. */
const slice = 6
const step = 24
/** Longer texts stay without colours. */
const mostLines = 30_000

export interface Coloured {
  readonly lines: ReadonlyArray<string>
  /** The last line in sight. */
  readonly upTo: number
}

interface Work { readonly lines: ReadonlyArray<string>; readonly painter: LinePainter; readonly done: Array<Line> }

export class Colouring implements ReactiveController {
  readonly #host: ReactiveControllerHost
  readonly #wanted: () => { readonly language: string; readonly sides: ReadonlyArray<Coloured> }
  readonly #works = new Map<ReadonlyArray<string>, Work | "opening" | "none">()
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(host: ReactiveControllerHost, wanted: () => { readonly language: string; readonly sides: ReadonlyArray<Coloured> }) {
    this.#host = host
    this.#wanted = wanted
    host.addController(this)
  }

  /** The colours of a line of a text, counted from 0, once they are made. */
  at(lines: ReadonlyArray<string> | undefined, index: number): Line | undefined {
    const work = lines === undefined ? undefined : this.#works.get(lines)
    return typeof work === "object" ? work.done[index] : undefined
  }

  hostUpdated(): void {
    const { language, sides } = this.#wanted()
    for (const lines of this.#works.keys()) if (!sides.some((side) => side.lines === lines)) this.#works.delete(lines)
    for (const { lines } of sides) if (!this.#works.has(lines)) void this.#open(lines, language)
    this.#schedule()
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  async #open(lines: ReadonlyArray<string>, language: string): Promise<void> {
    this.#works.set(lines, "opening")
    if (lines.length > mostLines) return
    const painter = await import("../view/highlight.ts").then(({ linePainter }) => linePainter(language))
    if (!this.#works.has(lines)) return
    this.#works.set(lines, painter === undefined ? "none" : { lines, painter, done: [] })
    this.#schedule()
  }

  #next(): { readonly work: Work; readonly upTo: number } | undefined {
    for (const { lines, upTo } of this.#wanted().sides) {
      const work = this.#works.get(lines)
      if (typeof work === "object" && work.done.length < Math.min(upTo + step, lines.length)) return { work, upTo }
    }
    return undefined
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#next() === undefined) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#paint()
    })
  }

  #paint(): void {
    const until = performance.now() + slice
    for (let next = this.#next(); next !== undefined && performance.now() < until; next = this.#next()) {
      const { done, lines, painter } = next.work
      done.push(...painter(lines.slice(done.length, done.length + step)))
    }
    const rest = this.#next()
    if (rest === undefined) this.#host.requestUpdate()
    else this.#schedule()
  }
}
