/**
 * Bytes into lines. A line over the limit is dropped while it comes, so that it never stands in memory as a whole; it is
 * reported once, when it crosses the limit.
 */
const LINE_FEED = 0x0a

/** A line that was too long; `bytes` had come when it was given up. */
export interface LongLine {
  readonly bytes: number
}

export class LineSplitter {
  readonly #limit: number
  readonly #decoder = new TextDecoder()
  #parts: Array<Uint8Array> = []
  #bytes = 0
  #dropping = false

  constructor(limit: number) {
    this.#limit = limit
  }

  /** The lines that this chunk completes, in order, without their ends; empty ones are left out. */
  push(chunk: Uint8Array): ReadonlyArray<string | LongLine> {
    const lines: Array<string | LongLine> = []
    let from = 0
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, from)) {
      this.#take(chunk.subarray(from, end), lines)
      if (!this.#dropping && this.#bytes > 0) lines.push(this.#text())
      this.#reset()
      from = end + 1
    }
    if (from < chunk.byteLength) this.#take(chunk.subarray(from), lines)
    return lines
  }

  /** What came after the last line end. */
  rest(): string {
    const text = this.#text()
    this.#reset()
    return text
  }

  #take(part: Uint8Array, lines: Array<string | LongLine>): void {
    if (this.#dropping || part.byteLength === 0) return
    this.#bytes += part.byteLength
    if (this.#bytes > this.#limit) {
      lines.push({ bytes: this.#bytes })
      this.#dropping = true
      this.#parts = []
    } else {
      this.#parts.push(part)
    }
  }

  #text(): string {
    const [first] = this.#parts
    if (first === undefined) return ""
    return this.#decoder.decode(this.#parts.length === 1 ? first : Buffer.concat(this.#parts, this.#bytes))
  }

  #reset(): void {
    this.#parts = []
    this.#bytes = 0
    this.#dropping = false
  }
}
