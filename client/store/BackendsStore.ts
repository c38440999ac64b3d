/** BackendsStore: the live backends of all chats, watched only while somebody looks, and ending or restarting one by hand. */
import type { BackendHealth } from "../../shared/Agent.ts"
import type { AgentName, ChatId } from "../../shared/Ids.ts"
import type { Remote } from "../rpc/Remote.ts"
import { done, type Reply } from "../rpc/Reply.ts"
import { Observable } from "./Observable.ts"

type Asked = Pick<Remote, "evictBackend" | "restartBackend" | "watchBackends">

export class BackendsStore extends Observable {
  /** `undefined` until they were heard once. */
  backends: ReadonlyArray<BackendHealth> | undefined
  readonly #remote: Asked
  #lookers = 0
  #stop: () => void = () => {}

  constructor(remote: Asked) {
    super()
    this.#remote = remote
  }

  override subscribe(listener: () => void): () => void {
    const leave = super.subscribe(listener)
    if (this.#lookers++ === 0) this.#watch()
    return () => {
      leave()
      if (--this.#lookers === 0) this.#stop()
    }
  }

  /** Ends an idle backend: the next prompt starts it again. */
  evict(chatId: ChatId, agent: AgentName): Promise<Reply<void>> {
    return this.#told(this.#remote.evictBackend({ chatId, agent }))
  }

  restart(chatId: ChatId, agent: AgentName): Promise<Reply<void>> {
    return this.#told(this.#remote.restartBackend({ chatId, agent }))
  }

  #watch(): void {
    this.#stop = this.#remote.watchBackends({
      onValue: (backends) => {
        this.backends = backends
        this.changed()
      },
      onFailure: () => {}
    })
  }

  async #told(asked: Promise<Reply<boolean>>): Promise<Reply<void>> {
    const reply = await asked
    if (reply._tag !== "Done") return reply
    return reply.value ? done(undefined) : { _tag: "Refused", message: "It has begun to work, or is gone by now." }
  }
}
