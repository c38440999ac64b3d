/**
 * The modes that a terminal was put into by what it no longer holds: another screen, keys that send something else, a mouse
 * that is listened to. Without them the rest of what was shown would be drawn wrongly. Pure but for what it has read.
 */

const sequences = /\u001b(?:c|\[\?([\d;]{1,32})([hl]))/g
/** One that may not be whole yet. */
const begun = /\u001b(?:\[(?:\?[\d;]{0,32})?)?$/

export class TerminalModes {
  readonly #modes = new Map<string, string>()
  #rest = ""

  /** Text that goes, in order. */
  read(text: string): void {
    if (this.#rest === "" && !text.includes("\u001b")) return
    const whole = this.#rest + text
    for (const [, numbers, sign] of whole.matchAll(sequences)) {
      if (numbers === undefined || sign === undefined) this.#modes.clear()
      else for (const number of numbers.split(";")) this.#set(number, sign)
    }
    this.#rest = begun.exec(whole)?.[0] ?? ""
  }

  #set(number: string, sign: string): void {
    // the newest last: some undo others
    this.#modes.delete(number)
    this.#modes.set(number, sign)
  }

  /** What puts a fresh terminal into them. */
  text(): string {
    return [...this.#modes].map(([number, sign]) => `\u001b[?${number}${sign}`).join("")
  }
}
