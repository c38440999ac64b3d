/** The colours of a terminal, by the tokens they come from. Pure: who draws gives the tokens' values. */

const tokens = {
  foreground: "--ink", background: "--paper", cursor: "--accent", cursorAccent: "--paper", selectionBackground: "--term-selection",
  selectionInactiveBackground: "--term-selection",
  scrollbarSliderBackground: "--line-strong", scrollbarSliderHoverBackground: "--ink-faint", scrollbarSliderActiveBackground: "--ink-faint",
  black: "--term-black", red: "--term-red", green: "--term-green", yellow: "--term-yellow",
  blue: "--term-blue", magenta: "--term-magenta", cyan: "--term-cyan", white: "--term-white",
  brightBlack: "--term-bright-black", brightRed: "--term-bright-red", brightGreen: "--term-bright-green", brightYellow: "--term-bright-yellow",
  brightBlue: "--term-bright-blue", brightMagenta: "--term-bright-magenta", brightCyan: "--term-bright-cyan", brightWhite: "--term-bright-white"
} as const

export type TerminalTheme = Readonly<Record<keyof typeof tokens, string>>

export const terminalTheme = (value: (token: string) => string): TerminalTheme => ({
  foreground: value(tokens.foreground), background: value(tokens.background), cursor: value(tokens.cursor), cursorAccent: value(tokens.cursorAccent),
  selectionBackground: value(tokens.selectionBackground), selectionInactiveBackground: value(tokens.selectionInactiveBackground),
  scrollbarSliderBackground: value(tokens.scrollbarSliderBackground), scrollbarSliderHoverBackground: value(tokens.scrollbarSliderHoverBackground),
  scrollbarSliderActiveBackground: value(tokens.scrollbarSliderActiveBackground),
  black: value(tokens.black), red: value(tokens.red), green: value(tokens.green), yellow: value(tokens.yellow),
  blue: value(tokens.blue), magenta: value(tokens.magenta), cyan: value(tokens.cyan), white: value(tokens.white),
  brightBlack: value(tokens.brightBlack), brightRed: value(tokens.brightRed), brightGreen: value(tokens.brightGreen), brightYellow: value(tokens.brightYellow),
  brightBlue: value(tokens.brightBlue), brightMagenta: value(tokens.brightMagenta), brightCyan: value(tokens.brightCyan), brightWhite: value(tokens.brightWhite)
})
