/**
 * TerminalStore: one terminal, attached: what it shows goes to a screen, keys go to its shell. A screen that can't draw as
 * fast as the shell writes is let catch up, and shown the newest then: nothing piles up here.
 */
import { cutText } from "../../shared/Text.ts"
import type { TerminalEnd, TerminalFrame, TerminalId, TerminalSize } from "../../shared/Terminal.ts"
import type { WorkRemote } from "../rpc/WorkRemote.ts"
import { Observable } from "./Observable.ts"

export interface Screen {
  /** Calls back when it has drawn that. `past` was shown before: it is answered by nobody. */
  readonly write: (text: string, past: boolean, drawn: () => void) => void
}

type Asked = Pick<WorkRemote, "attachTerminal" | "writeTerminal" | "resizeTerminal">

/** UTF-16 units that a screen may have before it, undrawn. */
const undrawnLimit = 1024 * 1024
/** UTF-16 units of one call. */
const keysLimit = 60_000
/** What clears a screen with all its modes. */
const reset = "\u001bc"

export class TerminalStore extends Observable {
  end: TerminalEnd | undefined
  /** Why it shows nothing new, or takes no keys. */
  problem: string | undefined
  readonly #remote: Asked
  readonly #id: TerminalId
  #screen: Screen | undefined
  #cursor: number | undefined
  #undrawn = 0
  #stop: (() => void) | undefined
  #keys = ""
  #typing = false
  #size: TerminalSize | undefined

  constructor(remote: Asked, id: TerminalId) {
    super()
    this.#remote = remote
    this.#id = id
  }

  /** Shows it on a fresh screen, until the returned function is called. */
  attach(screen: Screen): () => void {
    this.#screen = screen
    this.#cursor = undefined
    this.#undrawn = 0
    this.#follow()
    return () => {
      if (this.#screen !== screen) return
      this.#screen = undefined
      this.#stop?.()
      this.#stop = undefined
    }
  }

  #follow(): void {
    this.#stop?.()
    this.#stop = this.#remote.attachTerminal(this.#id, () => this.#cursor, {
      onValue: (frame) => this.#show(frame),
      onFailure: (message) => this.#say(message)
    })
  }

  #show(frame: TerminalFrame): void {
    switch (frame._tag) {
      case "Snapshot": {
        this.#cursor = frame.to
        return this.#draw(reset + frame.text, true)
      }
      case "Output": {
        if (frame.from !== this.#cursor) return
        this.#cursor += frame.text.length
        return this.#draw(frame.text, false)
      }
      case "Exited": {
        this.end = { code: frame.code, signal: frame.signal }
        this.changed()
      }
    }
  }

  #draw(text: string, past: boolean): void {
    const screen = this.#screen
    if (screen === undefined) return
    this.#undrawn += text.length
    screen.write(text, past, () => {
      if (this.#screen !== screen) return
      this.#undrawn -= text.length
      if (this.#undrawn === 0 && this.#stop === undefined) this.#follow()
    })
    if (this.#undrawn <= undrawnLimit) return
    this.#stop?.()
    this.#stop = undefined
  }

  /** Keys in their order, as many at once as were pressed while the last were on their way. */
  type(keys: string): void {
    this.#keys += keys
    if (!this.#typing) void this.#send()
  }

  async #send(): Promise<void> {
    this.#typing = true
    while (this.#keys !== "") {
      const keys = cutText(this.#keys, keysLimit)
      this.#keys = this.#keys.slice(keys.length)
      const reply = await this.#remote.writeTerminal({ terminalId: this.#id, keys })
      if (reply._tag !== "Done") this.#keys = ""
      this.#say(reply._tag === "Done" ? undefined : reply.message)
    }
    this.#typing = false
  }

  resize(size: TerminalSize): void {
    if (this.#size?.cols === size.cols && this.#size.rows === size.rows) return
    this.#size = size
    void this.#remote.resizeTerminal({ terminalId: this.#id, size })
  }

  /** Another page may have given it its own size. */
  claim(): void {
    const size = this.#size
    this.#size = undefined
    if (size !== undefined) this.resize(size)
  }

  #say(problem: string | undefined): void {
    if (problem === this.problem) return
    this.problem = problem
    this.changed()
  }
}
