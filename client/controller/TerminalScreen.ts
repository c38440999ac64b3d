/**
 * TerminalScreen: the terminal emulator in its element: drawn in the page's colours and sizes, which it follows, with keys
 * that lead out of it. Loaded when a terminal is first shown.
 */
import { FitAddon } from "@xterm/addon-fit"
import { Terminal } from "@xterm/xterm"
import type { TerminalSize } from "../../shared/Terminal.ts"
import type { Screen } from "../store/TerminalStore.ts"
import { isAnswer } from "../view/terminal.ts"
import { terminalTheme } from "../view/terminalTheme.ts"
import { styleSpansByProperty, withSheetsIn } from "./styleSheets.ts"

export interface ScreenOptions {
  /** Where it is drawn; within `root`, which takes its style sheets. */
  readonly host: HTMLElement
  readonly root: ShadowRoot
  readonly label: string
  readonly onKeys: (keys: string) => void
  readonly onSize: (size: TerminalSize) => void
  readonly onFocus: () => void
  /** A key that leads out of the terminal: to what comes before it, or after it. */
  readonly onLeave: (step: -1 | 1) => void
}

const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent)
const scrollback = 5000

styleSpansByProperty()

/** The colour that a token has here and now, as the browser writes it. */
const colourReader = (host: HTMLElement) => {
  const probe = document.createElement("span")
  probe.hidden = true
  host.append(probe)
  const value = (token: string): string => {
    probe.style.color = `var(${token})`
    return getComputedStyle(probe).color
  }
  return { value, done: () => probe.remove() }
}

const themeIn = (host: HTMLElement) => {
  const { done, value } = colourReader(host)
  const theme = terminalTheme(value)
  done()
  return theme
}

export class TerminalScreen implements Screen {
  readonly #terminal: Terminal
  readonly #fit = new FitAddon()
  readonly #options: ScreenOptions
  readonly #ends: Array<() => void> = []
  /** Text that is drawn again: what it asked was answered when it was new. */
  #past = 0

  constructor(options: ScreenOptions) {
    this.#options = options
    const { host, root } = options
    const style = getComputedStyle(host)
    this.#terminal = new Terminal({
      theme: themeIn(host), scrollback, fontFamily: style.fontFamily, fontSize: Number.parseFloat(style.fontSize),
      lineHeight: 1.2, cursorBlink: !matchMedia("(prefers-reduced-motion: reduce)").matches, minimumContrastRatio: 4.5, macOptionIsMeta: true,
      linkHandler: { activate: () => {} }
    })
    this.#terminal.loadAddon(this.#fit)
    withSheetsIn(root, () => this.#terminal.open(host))
    this.#terminal.textarea?.setAttribute("aria-label", options.label)
    this.#terminal.onData((keys) => { if (this.#past === 0 || !isAnswer(keys)) options.onKeys(keys) })
    this.#terminal.attachCustomKeyEventHandler((event) => this.#onKey(event))
    this.#terminal.textarea?.addEventListener("focus", options.onFocus)
    this.#follow()
    this.fit()
  }

  #follow(): void {
    const { host } = this.#options
    const sized = new ResizeObserver(() => this.fit())
    sized.observe(host)
    const retheme = () => { this.#terminal.options.theme = themeIn(host) }
    const themed = new MutationObserver(retheme)
    themed.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] })
    const system = matchMedia("(prefers-color-scheme: dark)")
    system.addEventListener("change", retheme)
    this.#ends.push(() => sized.disconnect(), () => themed.disconnect(), () => system.removeEventListener("change", retheme))
  }

  write(text: string, past: boolean, drawn: () => void): void {
    if (past) this.#past += 1
    this.#terminal.write(text, () => {
      if (past) this.#past -= 1
      drawn()
    })
  }

  /** As many columns and rows as there is room for. */
  fit(): void {
    const { host, onSize } = this.#options
    if (host.clientWidth === 0 || host.clientHeight === 0) return
    this.#fit.fit()
    const { cols, rows } = this.#terminal
    onSize({ cols, rows })
  }

  focus(): void {
    this.#terminal.focus()
  }

  /** Arrows are to be sent as a program asked for that has the whole screen. */
  get application(): boolean {
    return this.#terminal.modes.applicationCursorKeysMode
  }

  /** For who hears the screen rather than sees it: its lines are read as they come. */
  set spoken(spoken: boolean) {
    this.#terminal.options.screenReaderMode = spoken
  }

  close(): void {
    for (const end of this.#ends) end()
    this.#terminal.dispose()
  }

  /** False where the terminal is not to have the key. */
  #onKey(event: KeyboardEvent): boolean {
    const { code, ctrlKey, key, shiftKey } = event
    if (key === "F6" || (key === "Escape" && ctrlKey && shiftKey)) {
      if (event.type === "keydown") {
        event.preventDefault()
        this.#options.onLeave(key === "F6" && !shiftKey ? 1 : -1)
      }
      return false
    }
    if (isMac || !ctrlKey || !shiftKey) return true
    if (code === "KeyV") return false // the browser pastes
    if (code !== "KeyC") return true
    if (event.type === "keydown") {
      event.preventDefault()
      void navigator.clipboard.writeText(this.#terminal.getSelection())
    }
    return false
  }
}
