/**
 * Colouring: the colours of two long texts for the lines that are in sight, made in a thread of their own from the top
 * on. What is above has to be coloured first: what a line means is decided by the lines before it.
 */
import type { ReactiveController, ReactiveControllerHost } from "lit"
import type { Line } from "../view/highlight.ts"
import type { Asked, Painted } from "./paintThread.ts"

/** Lines beyond those in sight that are coloured too. */
const ahead = 240
/** Longer texts stay without colours. */
const mostLines = 30_000

export interface Coloured {
  readonly lines: ReadonlyArray<string>
  /** The last line in sight. */
  readonly upTo: number
}

interface Paper { readonly id: number; readonly done: Array<Line>; asked: number }

/** One for the whole page, from the first text on. */
let thread: Promise<Worker> | undefined
const theThread = (): Promise<Worker> => thread ??= import("./paintThread.ts").then(({ openThread }) => openThread())
let papers = 0

const tell = (asked: Asked): void => { void theThread().then((worker) => worker.postMessage(asked, [])) }

export class Colouring implements ReactiveController {
  readonly #host: ReactiveControllerHost
  readonly #wanted: () => { readonly language: string; readonly sides: ReadonlyArray<Coloured> }
  readonly #papers = new Map<ReadonlyArray<string>, Paper | "none">()
  #listens = false

  constructor(host: ReactiveControllerHost, wanted: () => { readonly language: string; readonly sides: ReadonlyArray<Coloured> }) {
    this.#host = host
    this.#wanted = wanted
    host.addController(this)
  }

  /** The colours of a line of a text, counted from 0, once they are made. */
  at(lines: ReadonlyArray<string> | undefined, index: number): Line | undefined {
    const paper = lines === undefined ? undefined : this.#papers.get(lines)
    return typeof paper === "object" ? paper.done[index] : undefined
  }

  hostUpdated(): void {
    const { language, sides } = this.#wanted()
    this.#close((lines) => !sides.some((side) => side.lines === lines))
    for (const { lines, upTo } of sides) {
      const paper = this.#papers.get(lines) ?? this.#open(lines, language)
      if (paper === "none" || upTo <= paper.asked - ahead / 2) continue
      paper.asked = upTo + ahead
      tell({ _tag: "Paint", paper: paper.id, upTo: paper.asked })
    }
  }

  hostDisconnected(): void {
    this.#close(() => true)
    if (this.#listens) void theThread().then((worker) => worker.removeEventListener("message", this.#hear))
    this.#listens = false
  }

  #open(lines: ReadonlyArray<string>, language: string): Paper | "none" {
    const paper = language === "" || lines.length > mostLines ? "none" : { id: papers += 1, done: [], asked: 0 }
    this.#papers.set(lines, paper)
    if (paper === "none") return paper
    if (!this.#listens) void theThread().then((worker) => worker.addEventListener("message", this.#hear))
    this.#listens = true
    tell({ _tag: "Open", paper: paper.id, language, text: lines.join("\n") })
    return paper
  }

  #close(gone: (lines: ReadonlyArray<string>) => boolean): void {
    for (const [lines, paper] of this.#papers) {
      if (!gone(lines)) continue
      this.#papers.delete(lines)
      if (paper !== "none") tell({ _tag: "Close", paper: paper.id })
    }
  }

  readonly #hear = ({ data }: MessageEvent<Painted>): void => {
    for (const paper of this.#papers.values()) {
      if (paper === "none" || paper.id !== data.paper) continue
      for (const line of data.lines) paper.done.push(line)
      this.#host.requestUpdate()
    }
  }
}
