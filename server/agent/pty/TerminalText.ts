/**
 * What a program shows on a terminal, as text that only grows: without control sequences, a line as it stands when it is
 * done, since until then it may be written over. What is too much is cut: the beginning is kept as it comes, the end
 * comes last, and a line between them says how much is missing. Pure but for its own state.
 */
import { cutText, mendText, tailText } from "../../../shared/Text.ts"

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

/** All lines, the last of them without an end if it has none. */
const seenLines = (lines: string): string => lines.split("\n").map(seenLine).join("\n")

/** Characters kept of the end, for each that is shown of it: some only colour it. */
const rawForSeen = 2

export class TerminalText {
  readonly #limits: TerminalLimits
  readonly #decoder = new TextDecoder()
  #line = ""
  #head = 0
  /** Once the beginning is full: all that came since, and of that the end, as it was written. */
  #since = 0
  #last: string | undefined

  constructor(limits: TerminalLimits = terminalLimits) {
    this.#limits = limits
  }

  /** What the chunk adds to the text; empty while a line is being written, or once the beginning is full. */
  push(chunk: Uint8Array): string {
    const text = this.#decoder.decode(chunk, { stream: true })
    if (this.#last !== undefined) {
      this.#hold(text)
      return ""
    }
    this.#line += text
    const end = this.#line.lastIndexOf("\n")
    if (end < 0 && this.#line.length < longestLine) return ""
    const lines = this.#line.slice(0, end + 1)
    const rest = this.#line.slice(end + 1)
    // half a control sequence, and half a character, stay for what follows
    const long = rest.length < longestLine ? 0 : rest.lastIndexOf("\u001b") > longestLine / 2 ? rest.lastIndexOf("\u001b") : rest.length
    this.#line = rest.slice(long)
    return this.#keep(seenLines(lines) + seenLine(rest.slice(0, long)))
  }

  /** What is left to say when no more comes. */
  end(): string {
    const rest = this.#decoder.decode()
    const line = this.#line + rest
    this.#line = ""
    let now = ""
    if (this.#last === undefined) now = this.#keep(seenLine(line))
    else this.#hold(line)
    if (this.#last === undefined) return now
    // where some is missing before it, it begins with a line: half a control sequence is none
    const from = this.#since > this.#last.length ? this.#last.indexOf("\n") + 1 : 0
    const whole = seenLines(this.#last.slice(from))
    const tail = tailText(whole, this.#limits.tail)
    const missing = this.#since - tail.length
    return `${now}${missing > 0 ? `\n[… ${missing} characters are left out …]\n` : ""}${tail}`
  }

  #keep(text: string): string {
    const room = this.#limits.head - this.#head
    if (text.length <= room) {
      this.#head += text.length
      return text
    }
    // with whole lines, unless they are too long for that
    const lineEnd = text.lastIndexOf("\n", room - 1) + 1
    const now = lineEnd > room / 2 ? text.slice(0, lineEnd) : cutText(text, room)
    this.#head += now.length
    this.#hold(text.slice(now.length) + this.#line)
    this.#line = ""
    return now
  }

  /** Cheap, for a program may never stop: what a line looks like is found out at the end, of the last ones. */
  #hold(text: string): void {
    const kept = this.#limits.tail * rawForSeen
    this.#since += text.length
    this.#last = (this.#last ?? "") + text
    if (this.#last.length > 2 * kept) this.#last = this.#last.slice(-kept)
  }
}
