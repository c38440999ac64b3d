/** TerminalsStore: the terminals of one session, and which of them is shown. */
import type { SessionId } from "../../shared/Ids.ts"
import type { Terminal, TerminalId, TerminalSize } from "../../shared/Terminal.ts"
import type { WorkRemote } from "../rpc/WorkRemote.ts"
import { Observable } from "./Observable.ts"
import { TerminalStore } from "./TerminalStore.ts"

/** Until a screen says how large it is. */
const firstSize: TerminalSize = { cols: 80, rows: 24 }

export class TerminalsStore extends Observable {
  /** `undefined` until the first answer. */
  terminals: ReadonlyArray<Terminal> | undefined
  problem: string | undefined
  opening = false
  readonly #remote: WorkRemote
  readonly #sessionId: SessionId
  readonly #stores = new Map<TerminalId, TerminalStore>()
  #chosen: TerminalId | undefined
  #lookers = 0
  #stop: () => void = () => {}

  constructor(remote: WorkRemote, sessionId: SessionId) {
    super()
    this.#remote = remote
    this.#sessionId = sessionId
  }

  /** The one that is shown: the chosen one, or the newest. */
  get shown(): Terminal | undefined {
    return this.terminals?.find(({ id }) => id === this.#chosen) ?? this.terminals?.toSorted((a, b) => a.openedAt - b.openedAt).at(-1)
  }

  store(id: TerminalId): TerminalStore {
    const known = this.#stores.get(id)
    if (known !== undefined) return known
    const made = new TerminalStore(this.#remote, id)
    this.#stores.set(id, made)
    return made
  }

  /** Keeps the list up to date until the returned function is called. */
  look(): () => void {
    this.#lookers += 1
    if (this.#lookers === 1) {
      this.#stop = this.#remote.watchTerminals(this.#sessionId, {
        onValue: (terminals) => this.#know(terminals),
        onFailure: (message) => this.#say(message)
      })
    }
    return () => {
      this.#lookers -= 1
      if (this.#lookers === 0) this.#stop()
    }
  }

  #know(terminals: ReadonlyArray<Terminal>): void {
    this.terminals = terminals
    const ids = new Set(terminals.map(({ id }) => id))
    for (const id of this.#stores.keys()) if (!ids.has(id)) this.#stores.delete(id)
    this.changed()
  }

  choose(id: TerminalId): void {
    this.#chosen = id
    this.changed()
  }

  /** A new one, which is shown then, and answered; in the stead of one that has ended, if that is named. */
  async open(instead?: TerminalId): Promise<TerminalId | undefined> {
    if (this.opening) return undefined
    this.opening = true
    this.changed()
    const reply = await this.#remote.openTerminal({ sessionId: this.#sessionId, size: firstSize, ...(instead === undefined ? {} : { instead }) })
    this.opening = false
    if (reply._tag === "Done") this.#chosen = reply.value.id
    this.#say(reply._tag === "Done" ? undefined : reply.message)
    return reply._tag === "Done" ? reply.value.id : undefined
  }

  async close(id: TerminalId): Promise<void> {
    const reply = await this.#remote.closeTerminal(id)
    this.#say(reply._tag === "Done" ? undefined : reply.message)
  }

  #say(problem: string | undefined): void {
    this.problem = problem
    this.changed()
  }
}
