/** A stream of bytes as lines, chunk by chunk: pure. Of a line however long only its beginning is kept, so nothing grows. */

/** A line without its newline. `dropped` are the bytes of it that were not kept. */
export interface RawLine { readonly bytes: Buffer; readonly dropped: number }

/** The line whose end has not come yet. */
export type OpenLine = RawLine | undefined

/** 2,000 characters of UTF-8 and a sign fit. */
const kept = 8192

const newline = 0x0a

const joined = (open: OpenLine, more: Buffer): RawLine => {
  if (open === undefined) return { bytes: more.subarray(0, kept), dropped: Math.max(0, more.length - kept) }
  const taken = more.subarray(0, Math.max(0, kept - open.bytes.length))
  return { bytes: taken.length === 0 ? open.bytes : Buffer.concat([open.bytes, taken]), dropped: open.dropped + more.length - taken.length }
}

/** The lines that end in a chunk, and the one that doesn't. */
export const linesOf = (open: OpenLine, chunk: Buffer): { readonly open: OpenLine; readonly lines: ReadonlyArray<RawLine> } => {
  const lines: Array<RawLine> = []
  let from = 0, before = open
  for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, from)) {
    lines.push(joined(before, chunk.subarray(from, end)))
    before = undefined
    from = end + 1
  }
  // a chunk's memory is used again by whoever made it
  return { lines, open: from === chunk.length ? before : joined(before, Buffer.from(chunk.subarray(from))) }
}
