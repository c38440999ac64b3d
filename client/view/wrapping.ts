/**
 * Wrapping: where a line goes on below, in so many columns: behind a blank near the edge, else a mark, else within a word. Pure.
 * It is counted and not left to the browser, so that a row's height is known before it is drawn. A tab goes to the next stop
 * of four; what a font may draw wider than a letter counts two.
 */
const stop = 4
const blank = 0x20, tab = 0x09
const marks = new Set([...",;)]}>/\\|&?=-"].map((mark) => mark.charCodeAt(0)))
const none: ReadonlyArray<number> = []

const isPlain = (text: string): boolean => !/[^\x20-\u02ff]/.test(text)

/** Of a sign that is no tab. Accents and joiners stand on the sign before them. */
const widthOf = (code: number): number =>
  code < 0x300 ? 1 : code < 0x370 || code === 0x200d || (code >= 0xfe00 && code <= 0xfe0f) ? 0 : 2

/** Columns that a whole line takes. */
export const columnsOf = (text: string): number => {
  if (isPlain(text)) return text.length
  let columns = 0
  for (const sign of text) columns += sign === "\t" ? stop - columns % stop : widthOf(sign.codePointAt(0) ?? 0)
  return columns
}

/**
 * The offsets at which a line goes on below. `tail`: columns of what stands behind it, which goes below as a whole where there
 * is no room: the last offset is the text's length then.
 */
export const breaksOf = (text: string, columns: number, tail = 0): ReadonlyArray<number> => {
  if (text.length + tail <= columns && isPlain(text)) return none
  const breaks: Array<number> = []
  let at = 0, used = 0, behindBlank = 0, behindMark = 0, isNear = false
  while (at < text.length) {
    const code = text.codePointAt(at) ?? 0
    const width = code === tab ? stop - used % stop : widthOf(code)
    // a blank may hang over the edge: nothing of it is seen
    if (used > 0 && used + width > columns && !(code === blank && used <= columns)) {
      at = isNear ? behindBlank : Math.max(behindBlank, behindMark) || at
      breaks.push(at)
      used = behindBlank = behindMark = 0
      isNear = false
      continue
    }
    used += width
    at += code > 0xffff ? 2 : 1
    // one that is far from the edge would leave half a row empty
    if (used * 2 < columns) continue
    if (code === blank || code === tab) {
      behindBlank = at
      isNear = used * 4 >= columns * 3
    } else if (marks.has(code)) behindMark = at
  }
  if (tail > 0 && text.length > 0 && used + tail > columns) breaks.push(text.length)
  return breaks
}

/** Lines whose breaks are remembered. */
const remembered = 4000

/** The breaks of the lines that are drawn, in one number of columns. */
export class Wrapping {
  readonly columns: number
  readonly #breaks = new Map<string, ReadonlyArray<number>>()

  constructor(columns: number) {
    this.columns = columns
  }

  of(text: string, tail: number): ReadonlyArray<number> {
    if (text.length * stop + tail <= this.columns) return none
    const key = `${tail} ${text}`
    const known = this.#breaks.get(key)
    if (known !== undefined) return known
    if (this.#breaks.size > remembered) this.#breaks.clear()
    const breaks = breaksOf(text, this.columns, tail)
    this.#breaks.set(key, breaks)
    return breaks
  }
}
