/** CommandMenu: the list of slash commands while one is typed: which fit, which is chosen, and the keys that choose. */
import type { SlashCommand } from "../../shared/Agent.ts"
import { matchingCommands, typedCommand } from "../view/agents.ts"

export class CommandMenu {
  /** What is shown. */
  matches: ReadonlyArray<SlashCommand> = []
  at = 0
  /** The text for which the list was put away. */
  #hushed: string | undefined
  #text = ""

  /** For a text that was typed, or commands that came. */
  read(text: string, commands: ReadonlyArray<SlashCommand>): void {
    const typed = typedCommand(text)
    if (text !== this.#text) this.at = 0
    this.#text = text
    this.matches = typed === undefined || this.#hushed === text ? [] : matchingCommands(commands, typed)
    this.at = Math.min(this.at, Math.max(0, this.matches.length - 1))
  }

  /** Whether the key was the list's own, and the command that it takes. */
  press({ key, shiftKey }: KeyboardEvent): { readonly own: boolean; readonly taken?: SlashCommand } {
    const count = this.matches.length
    const chosen = this.matches[this.at]
    if (chosen === undefined) return { own: false }
    switch (key) {
      case "ArrowDown": this.at = (this.at + 1) % count; return { own: true }
      case "ArrowUp": this.at = (this.at + count - 1) % count; return { own: true }
      case "Escape": this.#hushed = this.#text; return { own: true }
      case "Tab": return { own: true, taken: chosen }
      // a command that is typed in full is sent as it stands
      case "Enter": return shiftKey || this.#text === `/${chosen.name}` ? { own: false } : { own: true, taken: chosen }
      default: return { own: false }
    }
  }
}
