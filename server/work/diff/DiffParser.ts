/**
 * What git says of two contents, or one content alone, as lines of hunks, chunk by chunk: pure. Counts as git counts, so
 * that a line of a file is never taken for a line of git's.
 *
 * ```
 *  headers ──@@──▶ in a hunk ──all its lines have come──▶ between hunks ──@@──▶ …
 * ```
 */
import type { DiffHunk, DiffLine } from "../../../shared/Diff.ts"
import { cutText } from "../../../shared/Text.ts"
import { linesOf, type OpenLine, type RawLine } from "./DiffLines.ts"

export type HunkHead = Pick<DiffHunk, "nth" | "heading">

/** A line of a hunk, and the numbers it has, or would have, on either side. */
export interface HunkLine { readonly hunk: HunkHead; readonly line: DiffLine; readonly old: number; readonly new: number }

export type Found = { readonly _tag: "Binary" } | { readonly _tag: "Line"; readonly at: HunkLine }

interface OpenHunk { readonly head: HunkHead; readonly old: number; readonly new: number; readonly oldLeft: number; readonly newLeft: number }

export interface Parsing { readonly open: OpenLine; readonly hunk: OpenHunk | undefined; readonly hunks: number; readonly isBinary: boolean }

export type Parse = (state: Parsing, chunk: Buffer) => { readonly state: Parsing; readonly found: ReadonlyArray<Found> }

/** How a stream is read, and what its end says. */
export interface Parser { readonly parse: Parse; readonly end: (state: Parsing) => ReadonlyArray<Found> }

export const begin: Parsing = { open: undefined, hunk: undefined, hunks: 0, isBinary: false }

/** Of a line, in UTF-16 units. */
const lineLimit = 2000

/** From this many bytes git tells text from binary. */
const sniffed = 8000

const textOf = ({ bytes, dropped }: RawLine, from: number): Omit<DiffLine, "sign"> => {
  const whole = bytes.toString("utf8", from).replaceAll("\0", "\uFFFD")
  const text = cutText(whole, lineLimit)
  const cut = dropped + (text.length === whole.length ? 0 : Math.max(1, bytes.length - from - Buffer.byteLength(text)))
  return cut === 0 ? { text } : { text, cut }
}

const header = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)$/s

const hunkOf = (raw: RawLine, nth: number): OpenHunk | undefined => {
  const [isHeader, oldStart, oldLines, newStart, newLines, heading = ""] = header.exec(raw.bytes.toString("utf8")) ?? []
  if (isHeader === undefined) return undefined
  const oldLeft = Number(oldLines ?? 1), newLeft = Number(newLines ?? 1)
  // where git has no line on a side it names the one before
  return { head: { nth, heading: cutText(heading, 200) }, old: Number(oldStart) + (oldLeft === 0 ? 1 : 0), new: Number(newStart) + (newLeft === 0 ? 1 : 0), oldLeft, newLeft }
}

const take = (hunk: OpenHunk, sign: DiffLine["sign"], text: Omit<DiffLine, "sign">): { readonly at: HunkLine; readonly next: OpenHunk } => {
  const o = sign === " " || sign === "-" ? 1 : 0, n = sign === " " || sign === "+" ? 1 : 0
  return {
    at: { hunk: hunk.head, line: { sign, ...text }, old: hunk.old, new: hunk.new },
    next: { ...hunk, old: hunk.old + o, new: hunk.new + n, oldLeft: hunk.oldLeft - o, newLeft: hunk.newLeft - n }
  }
}

const signs: Readonly<Record<number, DiffLine["sign"]>> = { 0x20: " ", 0x2b: "+", 0x2d: "-", 0x5c: "\\" }

/** What `git diff` of two contents writes. */
export const twoSides: Parser = {
  parse: ({ hunk, hunks, isBinary, open }, chunk) => {
    const found: Array<Found> = []
    const split = linesOf(open, chunk)
    for (const raw of split.lines) {
      // some people have git leave the sign away where nothing follows it
      const sign = raw.bytes.length === 0 ? " " : signs[raw.bytes[0] ?? 0]
      if (hunk !== undefined && sign !== undefined && (sign === "\\" || hunk.oldLeft > 0 || hunk.newLeft > 0)) {
        const { at, next } = take(hunk, sign, textOf(raw, sign === "\\" ? 2 : Math.min(1, raw.bytes.length)))
        found.push({ _tag: "Line", at })
        hunk = next
      } else if (hunk === undefined && !isBinary && raw.bytes.toString("latin1", 0, 13) === "Binary files ") {
        isBinary = true
        found.push({ _tag: "Binary" })
      } else {
        const next = hunkOf(raw, hunks)
        if (next !== undefined) hunks++
        hunk = next ?? hunk
      }
    }
    return { state: { open: split.open, hunk, hunks, isBinary }, found }
  },
  end: () => []
}

/** A content whose every line came, or went. */
export const oneSide = (sign: "+" | "-"): Parser => {
  const start: OpenHunk = { head: { nth: 0, heading: "" }, old: 1, new: 1, oldLeft: 0, newLeft: 0 }
  return {
    parse: ({ hunk, hunks, isBinary, open }, chunk) => {
      // the first chunk is long enough for what git looks at
      if (isBinary || (hunk === undefined && chunk.subarray(0, sniffed).includes(0))) {
        return { state: { open: undefined, hunk: start, hunks, isBinary: true }, found: isBinary ? [] : [{ _tag: "Binary" }] }
      }
      const found: Array<Found> = []
      const split = linesOf(open, chunk)
      let now = hunk ?? start
      for (const raw of split.lines) {
        const { at, next } = take(now, sign, textOf(raw, 0))
        found.push({ _tag: "Line", at })
        now = next
      }
      return { state: { open: split.open, hunk: now, hunks, isBinary }, found }
    },
    end: ({ hunk = start, isBinary, open }) => {
      if (isBinary || open === undefined) return []
      const last = take(hunk, sign, textOf(open, 0))
      return [{ _tag: "Line", at: last.at }, { _tag: "Line", at: take(last.next, "\\", { text: "No newline at end of file" }).at }]
    }
  }
}
