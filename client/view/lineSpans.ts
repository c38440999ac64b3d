/** Line spans: one line as the pieces it is drawn in, each with its colour and whether it is marked. Pure. */
import type { Line } from "./highlight.ts"
import type { Span } from "./wordMarks.ts"

export interface Drawn { readonly text: string; readonly colour: string | undefined; readonly marked: boolean; /** It goes on below what is before it. */ readonly below: boolean }

/** Pieces that stand side by side and are marked alike. */
export const markedRuns = (pieces: ReadonlyArray<Drawn>): ReadonlyArray<{ readonly marked: boolean; readonly pieces: ReadonlyArray<Drawn> }> => {
  const runs: Array<{ readonly marked: boolean; readonly pieces: Array<Drawn> }> = []
  for (const piece of pieces) {
    const last = runs.at(-1)
    if (last?.marked === piece.marked) last.pieces.push(piece)
    else runs.push({ marked: piece.marked, pieces: [piece] })
  }
  return runs
}

/** A stretch of one colour, cut where a mark begins or ends. */
const cutAtMarks = (text: string, from: number, to: number, colour: string | undefined, marks: ReadonlyArray<Span>): ReadonlyArray<Drawn> => {
  const edges = [from, ...marks.flatMap((mark) => [mark.from, mark.to]).filter((edge) => edge > from && edge < to), to]
  return edges.slice(1).flatMap((end, index) => {
    const start = edges[index] ?? from
    return end <= start ? [] : [{ text: text.slice(start, end), colour, marked: marks.some((mark) => mark.from <= start && end <= mark.to), below: false }]
  })
}

/** `colours` are those of the same text; a line that was cut has fewer characters than they tell of. */
export const lineSpans = (text: string, colours: Line | undefined, marks: ReadonlyArray<Span>): ReadonlyArray<Drawn> => {
  const drawn: Array<Drawn> = []
  let from = 0
  for (const piece of colours ?? []) {
    const to = Math.min(from + piece.text.length, text.length)
    drawn.push(...cutAtMarks(text, from, to, piece.colour, marks))
    from = to
  }
  return [...drawn, ...cutAtMarks(text, from, text.length, undefined, marks)]
}

/** The same pieces, cut where the line goes on below. */
export const brokenSpans = (pieces: ReadonlyArray<Drawn>, breaks: ReadonlyArray<number>): ReadonlyArray<Drawn> => {
  if (breaks.length === 0) return pieces
  const broken: Array<Drawn> = []
  let from = 0, next = 0
  for (const piece of pieces) {
    const to = from + piece.text.length
    let at = from, below = false
    for (; (breaks[next] ?? Infinity) < to; next += 1) {
      const edge = breaks[next] ?? to
      if (edge > at) broken.push({ ...piece, text: piece.text.slice(at - from, edge - from), below })
      at = edge
      below = true
    }
    broken.push({ ...piece, text: piece.text.slice(at - from), below })
    from = to
  }
  return next < breaks.length ? [...broken, { text: "", colour: undefined, marked: false, below: true }] : broken
}

/** Signs that are drawn of one line: a browser lays out a line of a megabyte for seconds. */
const mostDrawn = 2000

/** What is drawn of a whole line, and how many signs are left out. */
export const drawnPart = (text: string): { readonly text: string; readonly more: number } =>
  text.length <= mostDrawn ? { text, more: 0 } : { text: text.slice(0, mostDrawn), more: text.length - mostDrawn }

/** A carriage return before the line's end is shown: it is what a change of line ends is made of. */
export const withoutReturn = (text: string): { readonly text: string; readonly returns: boolean } =>
  text.endsWith("\r") ? { text: text.slice(0, -1), returns: true } : { text, returns: false }
