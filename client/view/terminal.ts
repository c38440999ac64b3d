/** Terminals, as they are drawn: names, how one ended, and what the keys of a phone's row send. Pure. */
import type { Terminal, TerminalEnd } from "../../shared/Terminal.ts"

export const terminalName = ({ number, title }: Pick<Terminal, "number" | "title">): string => `${title} ${number}`

export const endWords = ({ code, signal }: TerminalEnd): string => {
  if (signal !== null) return `The shell was ended by ${signal}.`
  return code === 0 || code === null ? "The shell has ended." : `The shell has ended with code ${code}.`
}

export interface ScreenKey { readonly label: string; readonly name: string; readonly code: string }

/** What a phone's keyboard has not, in the order of the row. Arrows as `code` after the sequence's beginning. */
export const screenKeys: ReadonlyArray<ScreenKey> = [
  { label: "Esc", name: "Escape", code: "\u001b" },
  { label: "Tab", name: "Tab", code: "\t" },
  { label: "↑", name: "Arrow up", code: "A" },
  { label: "↓", name: "Arrow down", code: "B" },
  { label: "←", name: "Arrow left", code: "D" },
  { label: "→", name: "Arrow right", code: "C" }
]

/** Arrows are sent otherwise to a program that asked for it. */
export const keyText = ({ code }: ScreenKey, application: boolean): string =>
  /^[A-D]$/.test(code) ? `\u001b${application ? "O" : "["}${code}` : code

/** What is typed while Ctrl is held: `c` becomes Ctrl-C. */
export const withControl = (text: string): string => {
  const [first = "", ...rest] = text
  const code = first.toUpperCase().charCodeAt(0)
  return first === " " ? `\u0000${rest.join("")}` : code >= 0x40 && code <= 0x5f ? String.fromCharCode(code - 0x40) + rest.join("") : text
}

/** What a terminal answers by itself to a question of a program: not to be said again to the one that runs now. */
export const isAnswer = (text: string): boolean => /^\u001b(?:\[[?>=]?[\d;]*[cRnuy]|\[\?[\d;]*\$y|[\]P])/.test(text)
