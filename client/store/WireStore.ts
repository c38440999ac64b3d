/** WireStore: what goes over the wire of one (chat, agent), asked for while somebody looks. */
import type { AgentName, ChatId } from "../../shared/Ids.ts"
import type { WireMessage } from "../../shared/Wire.ts"
import type { Remote } from "../rpc/Remote.ts"
import { Observable } from "./Observable.ts"

const pace = 1000
/** More than the server keeps, for whoever looks on while it goes on. */
const limit = 2000

export class WireStore extends Observable {
  /** `undefined` until the first answer. */
  messages: ReadonlyArray<WireMessage> | undefined
  /** Why there is nothing new. */
  problem: string | undefined
  readonly #remote: Pick<Remote, "wire">
  readonly #chatId: ChatId
  readonly agent: AgentName
  #looking = false

  constructor(remote: Pick<Remote, "wire">, chatId: ChatId, agent: AgentName) {
    super()
    this.#remote = remote
    this.#chatId = chatId
    this.agent = agent
  }

  /** Asks again and again until the returned function is called. */
  look(): () => void {
    this.#looking = true
    void this.#ask()
    return () => {
      this.#looking = false
    }
  }

  async #ask(): Promise<void> {
    if (!this.#looking) return
    const known = this.messages ?? []
    const reply = await this.#remote.wire({ chatId: this.#chatId, agent: this.agent, after: known.at(-1)?.number ?? 0 })
    if (!this.#looking) return
    const problem = reply._tag === "Done" ? undefined : reply.message
    const isNews = problem !== this.problem || this.messages === undefined
    this.problem = problem
    if (reply._tag === "Done" && (reply.value.length > 0 || this.messages === undefined)) this.messages = [...known, ...reply.value].slice(-limit)
    if (isNews || (reply._tag === "Done" && reply.value.length > 0)) this.changed()
    setTimeout(() => void this.#ask(), pace)
  }
}
