/**
 * What a program shows on a terminal, as text that only grows: without control sequences, a line as it stands when it is
 * done, since until then it may be written over. What is too much is cut: the beginning is kept as it comes, the end
 * comes last, and a line between them says how much is missing. Pure but for its own state.
 */
import { mendText, tailText } from "../../../shared/Text.ts"

export interface TerminalLimits {
  /** Characters kept of the beginning, and of the end. */
  readonly head: number
  readonly tail: number
}

// together below the size at which a text is split into parts
export const terminalLimits: TerminalLimits = { head: 40 * 1024, tail: 20 * 1024 }

/** A line longer than this is not waited for. */
const longestLine = 4096

// what is left of control characters once the sequences are gone, except tab
const CONTROLS = /[\u0000-\u0008\u000a-\u001f\u007f]/g

/** Each backspace takes the character before it. */
const withoutBackspaces = (line: string): string => {
  if (!line.includes("\b")) return line
  const kept: Array<string> = []
  for (const character of line) {
    if (character === "\b") kept.pop()
    else kept.push(character)
  }
  return kept.join("")
}

/** A line as it is seen in the end: what stands after the last return to its beginning. */
export const seenLine = (line: string): string => {
  const shown = Bun.stripANSI(line).split("\r").map((one) => withoutBackspaces(one).replace(CONTROLS, ""))
  return mendText(shown.findLast((one) => one !== "") ?? "")
}

export class TerminalText {
  readonly #limits: TerminalLimits
  readonly #decoder = new TextDecoder()
  #line = ""
  #head = 0
  #tail = ""
  #cut = 0

  constructor(limits: TerminalLimits = terminalLimits) {
    this.#limits = limits
  }

  /** What the chunk adds to the text; empty while a line is being written, or once the beginning is full. */
  push(chunk: Uint8Array): string {
    this.#line += this.#decoder.decode(chunk, { stream: true })
    const end = this.#line.lastIndexOf("\n")
    if (end < 0 && this.#line.length < longestLine) return ""
    const lines = this.#line.slice(0, end + 1)
    const rest = this.#line.slice(end + 1)
    // half a control sequence, and half a character, stay for what follows
    const long = rest.length < longestLine ? 0 : rest.lastIndexOf("\u001b") > longestLine / 2 ? rest.lastIndexOf("\u001b") : rest.length
    this.#line = rest.slice(long)
    const seen = lines === "" ? "" : lines.slice(0, -1).split("\n").map((line) => `${seenLine(line)}\n`).join("")
    return this.#keep(seen + seenLine(rest.slice(0, long)))
  }

  /** What is left to say when no more comes. */
  end(): string {
    const last = this.#keep(seenLine(this.#line + this.#decoder.decode()))
    this.#line = ""
    if (this.#tail === "") return last
    const missing = this.#cut - this.#tail.length
    return `${last}${missing > 0 ? `\n[… ${missing} characters are left out …]\n` : ""}${this.#tail}`
  }

  #keep(text: string): string {
    const room = this.#limits.head - this.#head
    if (this.#cut === 0 && text.length <= room) {
      this.#head += text.length
      return text
    }
    // from here on all goes to the end
    const now = this.#cut === 0 ? text.slice(0, text.lastIndexOf("\n", room) + 1) : ""
    const later = text.slice(now.length)
    this.#head += now.length
    this.#cut += later.length
    this.#tail = tailText(this.#tail + later, this.#limits.tail)
    return now
  }
}
