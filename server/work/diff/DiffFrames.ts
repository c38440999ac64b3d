/**
 * Lines of hunks gathered into frames, up to caps: pure. What came in one chunk goes out with it, so nobody waits for a
 * frame to be full; what lies beyond a cap is said and ends it.
 */
import type { CutWhy, DiffFrame, DiffHunk, DiffLine } from "../../../shared/Diff.ts"
import { begin, type Found, type HunkLine, type Parser, type Parsing } from "./DiffParser.ts"

/** Bytes as they are sent, without what JSON adds. `millis` are git's. */
export interface Caps { readonly bytes: number; readonly lines: number; readonly millis: number }

/** What is known of the contents before their first hunk. */
export type Piece = { readonly _tag: "Kind"; readonly binary: boolean } | Exclude<DiffFrame, { readonly _tag: "Head" }>

export interface Framing { readonly parsing: Parsing; readonly isKnown: boolean; readonly bytes: number; readonly lines: number; readonly isOver: boolean }

/** Git's output, or that its time is up. */
export type Given = Buffer | "late"

const frameBytes = 60_000
const frameLines = 1000
/** `{"sign":"+","text":""},` */
const lineOverhead = 24

export const beginFraming: Framing = { parsing: begin, isKnown: false, bytes: 0, lines: 0, isOver: false }

const sizeOf = ({ text }: DiffLine): number => Buffer.byteLength(text) + lineOverhead

const hunkOf = (at: ReadonlyArray<HunkLine>): ReadonlyArray<DiffHunk> => {
  const first = at[0]
  if (first === undefined) return []
  const lines = at.map(({ line }) => line)
  const oldLines = lines.filter(({ sign }) => sign === " " || sign === "-").length, newLines = lines.filter(({ sign }) => sign === " " || sign === "+").length
  return [{ ...first.hunk, oldStart: first.old, oldLines, newStart: first.new, newLines, lines }]
}

/** Lines in their order as hunks, and those as frames that are small enough. */
const gather = (lines: ReadonlyArray<HunkLine>): ReadonlyArray<Piece> => {
  const frames: Array<Piece> = []
  let hunks: Array<DiffHunk> = [], open: Array<HunkLine> = [], size = 0, count = 0
  const flush = () => {
    hunks.push(...hunkOf(open))
    if (hunks.length > 0) frames.push({ _tag: "Hunks", hunks })
    hunks = []; open = []; size = 0; count = 0
  }
  for (const at of lines) {
    const bytes = sizeOf(at.line)
    if (size + bytes > frameBytes || count >= frameLines) flush()
    if (open[0] !== undefined && open[0].hunk !== at.hunk) {
      hunks.push(...hunkOf(open))
      open = []
    }
    open.push(at)
    size += bytes
    count++
  }
  flush()
  return frames
}

const take = (framing: Framing, found: ReadonlyArray<Found>, caps: Caps, canMore: boolean): readonly [Framing, ReadonlyArray<Piece>] => {
  const lines: Array<HunkLine> = []
  let { bytes, lines: count } = framing
  let why: CutWhy | undefined
  for (const one of found) {
    if (one._tag === "Binary") continue
    // whether the last line has a newline costs nothing
    const isNote = one.at.line.sign === "\\"
    if (!isNote) {
      why = count >= caps.lines ? "lines" : bytes >= caps.bytes ? "bytes" : undefined
      if (why !== undefined) break
      bytes += Buffer.byteLength(one.at.line.text) + 1
      count++
    }
    lines.push(one.at)
  }
  const kind: ReadonlyArray<Piece> = framing.isKnown || found.length === 0 ? [] : [{ _tag: "Kind", binary: found[0]?._tag === "Binary" }]
  const cut: ReadonlyArray<Piece> = why === undefined ? [] : [{ _tag: "Cut", why, anyway: canMore }]
  return [{ ...framing, bytes, lines: count, isKnown: framing.isKnown || kind.length > 0, isOver: why !== undefined }, [...kind, ...gather(lines), ...cut]]
}

/** `canMore`: there are caps beyond these. */
export const framesOf = ({ end, parse }: Parser, caps: Caps, canMore: boolean) => {
  const kindOf = ({ isKnown }: Framing): ReadonlyArray<Piece> => isKnown ? [] : [{ _tag: "Kind", binary: false }]
  return {
    next: (framing: Framing, given: Given): readonly [Framing, ReadonlyArray<Piece>] => {
      if (framing.isOver) return [framing, []]
      if (given === "late") return [{ ...framing, isOver: true }, [...kindOf(framing), { _tag: "Cut", why: "time", anyway: canMore }]]
      const { found, state } = parse(framing.parsing, given)
      return take({ ...framing, parsing: state }, found, caps, canMore)
    },
    end: (framing: Framing): ReadonlyArray<Piece> => {
      if (framing.isOver) return []
      const [after, pieces] = take(framing, end(framing.parsing), caps, canMore)
      return [...pieces, ...kindOf(after)]
    }
  }
}
