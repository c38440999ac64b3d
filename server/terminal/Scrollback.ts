/**
 * The newest of what a terminal has shown, bounded, as text: what a page that comes late is shown, and what one that stands
 * a little behind is given. Characters that come in two chunks are put together; what is no UTF-8 is mended.
 */
import { cutText } from "../../shared/Text.ts"
import { TerminalModes } from "./TerminalModes.ts"

/** UTF-16 units that are kept, at most; while more come, one chunk more. */
const limit = 256 * 1024
/** Smaller chunks are kept together. */
const pieceSize = 8 * 1024
/** So far from its beginning a snapshot may look for the beginning of a line. */
const lineSearch = 16 * 1024

export class Scrollback {
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true })
  readonly #modes = new TerminalModes()
  #pieces: Array<string> = []
  #start = 0
  #end = 0

  /** The place after everything that was shown. */
  get end(): number {
    return this.#end
  }

  push(chunk: Uint8Array): void {
    this.#keep(this.#decoder.decode(chunk, { stream: true }))
  }

  /** No more comes. */
  finish(): void {
    this.#keep(this.#decoder.decode())
  }

  #keep(text: string): void {
    if (text === "") return
    const last = this.#pieces.at(-1)
    if (last !== undefined && last.length + text.length <= pieceSize) this.#pieces[this.#pieces.length - 1] = last + text
    else this.#pieces.push(text)
    this.#end += text.length
    let drop = 0
    for (const piece of this.#pieces) {
      if (this.#end - this.#start - piece.length < limit) break
      this.#modes.read(piece)
      this.#start += piece.length
      drop += 1
    }
    if (drop > 0) this.#pieces = this.#pieces.slice(drop)
  }

  /** Up to `most` units from a place on; `undefined` where that is no longer held, or never was. */
  since(place: number, most: number): string | undefined {
    if (place < this.#start || place > this.#end) return undefined
    const parts: Array<string> = []
    let at = this.#start, size = 0
    for (const piece of this.#pieces) {
      if (at + piece.length > place && size <= most) {
        const part = piece.slice(Math.max(0, place - at))
        parts.push(part)
        size += part.length
      }
      at += piece.length
    }
    return cutText(parts.join(""), most)
  }

  /** All that is held, from the beginning of a line, ahead of it the modes that the rest had set. */
  snapshot(): { readonly text: string; readonly to: number } {
    const text = this.#pieces.join("")
    if (this.#start === 0) return { text, to: this.#end }
    const line = text.slice(0, lineSearch).indexOf("\n") + 1
    return { text: this.#modes.text() + text.slice(line), to: this.#end }
  }
}
