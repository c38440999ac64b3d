/** Shortcuts: keys that work wherever the focus is, and the list of all of them for the sheet. */
import type { ReactiveController, ReactiveControllerHost } from "lit"

export type ShortcutName = "switch" | "newChat" | "newSession" | "nextChat" | "previousChat" | "focus" | "stop" | "sidebar" | "inbox" | "work" | "help"

const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent)
const mod = isMac ? "⌘" : "Ctrl"

/** In the order of the sheet. */
export const shortcutList: ReadonlyArray<{ readonly keys: ReadonlyArray<string>; readonly words: string }> = [
  { keys: ["Enter"], words: "Send, or queue while the agent works" },
  { keys: ["Shift", "Enter"], words: "New line" },
  { keys: ["Esc"], words: "Stop the agent" },
  { keys: ["/"], words: "Write a prompt" },
  { keys: [mod, "K"], words: "Go to a chat" },
  { keys: ["Alt", "I"], words: "Inbox: what wants you" },
  { keys: ["Alt", "N"], words: "New chat in this session" },
  { keys: ["Alt", "Shift", "N"], words: "New session in this project" },
  { keys: ["Alt", "↓"], words: "Next chat" },
  { keys: ["Alt", "↑"], words: "Previous chat" },
  { keys: ["Alt", "C"], words: "Show or hide the changes" },
  { keys: ["J", "K"], words: "In the changes: the next, the previous" },
  { keys: ["A", "X"], words: "In the changes: apply, reject" },
  { keys: ["U"], words: "In what was decided: revert, bring back" },
  { keys: ["Shift", "A X U"], words: "The same of one hunk, in its lines" },
  { keys: ["R"], words: "In the changes: reviewed" },
  { keys: ["W"], words: "In the changes: wrap long lines" },
  { keys: [mod, "B"], words: "Show or hide the list" },
  { keys: ["?"], words: "This list" }
]

const isTyping = (event: KeyboardEvent): boolean => event.composedPath().some((target) =>
  target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement)

const inDialog = (event: KeyboardEvent): boolean => event.composedPath().some((target) =>
  target instanceof HTMLDialogElement || (target instanceof HTMLElement && target.popover !== null && target.matches(":popover-open")))

const named = (event: KeyboardEvent): ShortcutName | undefined => {
  const { altKey, code, ctrlKey, key, metaKey, shiftKey } = event
  if (ctrlKey || metaKey) {
    if (altKey || shiftKey) return undefined
    return code === "KeyK" ? "switch" : code === "KeyB" ? "sidebar" : undefined
  }
  if (altKey) {
    if (code === "KeyN") return shiftKey ? "newSession" : "newChat"
    if (code === "KeyI" && !shiftKey) return "inbox"
    if (code === "KeyC" && !shiftKey) return "work"
    return key === "ArrowDown" ? "nextChat" : key === "ArrowUp" ? "previousChat" : undefined
  }
  if (key === "Escape") return "stop"
  if (isTyping(event)) return undefined
  return key === "?" ? "help" : key === "/" ? "focus" : undefined
}

export class Shortcuts implements ReactiveController {
  readonly #run: (name: ShortcutName) => boolean

  /** `run` answers whether it did something; else the key keeps its usual meaning. */
  constructor(host: ReactiveControllerHost, run: (name: ShortcutName) => boolean) {
    this.#run = run
    host.addController(this)
  }

  hostConnected(): void {
    addEventListener("keydown", this.#onKey)
  }

  hostDisconnected(): void {
    removeEventListener("keydown", this.#onKey)
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing || inDialog(event)) return
    const name = named(event)
    if (name !== undefined && this.#run(name)) event.preventDefault()
  }
}
