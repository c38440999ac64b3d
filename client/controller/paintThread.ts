/**
 * The thread that colours long texts, so that no rule of a language ever holds up the page: the first use of one takes
 * long. One file for both ends of it, loaded by `import()` alone: the page opens the thread, which runs this file again.
 *
 * Texts are coloured from the top on, as far as was asked for: what a line means is decided by the lines before it.
 */
import type { Line, LinePainter } from "../view/highlight.ts"

/** To the thread. */
export type Asked =
  | { readonly _tag: "Open"; readonly paper: number; readonly language: string; readonly text: string }
  /** Colour up to this line. */
  | { readonly _tag: "Paint"; readonly paper: number; readonly upTo: number }
  | { readonly _tag: "Close"; readonly paper: number }

/** From the thread: the next lines of a text. */
export interface Painted { readonly paper: number; readonly lines: ReadonlyArray<Line> }

export const openThread = (): Worker => new Worker(import.meta.url, { type: "module" })

/** Lines that are coloured before the thread listens again. */
const step = 120

interface Paper { readonly lines: ReadonlyArray<string>; readonly painter: LinePainter; done: number; upTo: number }

const papers = new Map<number, Paper | { upTo: number }>()
let timer: ReturnType<typeof setTimeout> | undefined

const next = (): readonly [number, Paper] | undefined => {
  for (const [id, paper] of papers) if ("painter" in paper && paper.done < Math.min(paper.upTo, paper.lines.length)) return [id, paper]
  return undefined
}

const work = (): void => {
  timer = undefined
  const found = next()
  if (found === undefined) return
  const [id, paper] = found
  const lines = paper.painter(paper.lines.slice(paper.done, paper.done + step))
  paper.done += step
  const painted: Painted = { paper: id, lines }
  postMessage(painted)
  timer = setTimeout(work)
}

const open = async (id: number, language: string, text: string): Promise<void> => {
  const waiting = { upTo: 0 }
  papers.set(id, waiting)
  const { linePainter } = await import("../view/highlight.ts")
  const painter = await linePainter(language)
  // closed meanwhile
  if (papers.get(id) !== waiting) return
  if (painter === undefined) papers.delete(id)
  else papers.set(id, { lines: text.split("\n"), painter, done: 0, upTo: waiting.upTo })
  timer ??= setTimeout(work)
}

const hear = ({ data }: MessageEvent<Asked>): void => {
  switch (data._tag) {
    case "Open":
      void open(data.paper, data.language, data.text)
      return
    case "Paint": {
      const paper = papers.get(data.paper)
      if (paper !== undefined) paper.upTo = data.upTo
      timer ??= setTimeout(work)
      return
    }
    case "Close": papers.delete(data.paper)
  }
}

if (typeof document === "undefined") addEventListener("message", hear)
