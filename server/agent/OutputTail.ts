/**
 * The last bytes of a stream that nobody may have to read: an agent's standard error. Bounded however much comes.
 */
import { stripVTControlCharacters } from "node:util"
import { mendText } from "../../shared/Text.ts"

// What is left of control characters once the sequences are gone, except tab and line feed.
const CONTROLS = /[\u0001-\u0008\u000b-\u001f\u007f]/g

/** The text as a person reads it: without terminal control sequences, one kind of line end, well-formed, free of NUL. */
export const plainText = (text: string): string =>
  mendText(stripVTControlCharacters(text).replaceAll("\r\n", "\n").replaceAll("\r", "\n").replace(CONTROLS, ""))

export class OutputTail {
  readonly #limit: number
  #parts: Array<Uint8Array> = []
  #bytes = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  push(chunk: Uint8Array): void {
    const part = chunk.byteLength > this.#limit ? chunk.slice(chunk.byteLength - this.#limit) : chunk
    this.#parts.push(part)
    this.#bytes += part.byteLength
    // Twice the limit before cutting: a cut copies, and agents write in many small pieces.
    if (this.#bytes > 2 * this.#limit) this.#cut()
  }

  #cut(): Uint8Array {
    const all = Buffer.concat(this.#parts, this.#bytes)
    const kept = all.byteLength > this.#limit ? all.subarray(all.byteLength - this.#limit) : all
    this.#parts = [kept]
    this.#bytes = kept.byteLength
    return kept
  }

  /** As it was written, from the first whole character. */
  text(): string {
    const kept = this.#cut()
    let start = 0
    while (start < 4 && start < kept.byteLength && ((kept[start] ?? 0) & 0xc0) === 0x80) start++
    return new TextDecoder().decode(kept.subarray(start))
  }
}
