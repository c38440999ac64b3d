/** AgentsStore: the catalogue of agents and its refreshing. */
import type { AgentInfo } from "../../shared/Agent.ts"
import type { Remote } from "../rpc/Remote.ts"
import { Observable } from "./Observable.ts"

export class AgentsStore extends Observable {
  /** `undefined` until the catalogue was heard once. */
  agents: ReadonlyArray<AgentInfo> | undefined
  refreshing = false
  readonly #remote: Pick<Remote, "refreshAgents" | "watchAgents">

  constructor(remote: Pick<Remote, "refreshAgents" | "watchAgents">) {
    super()
    this.#remote = remote
    remote.watchAgents({
      onValue: (agents) => {
        this.agents = agents
        this.changed()
      },
      onFailure: () => {}
    })
  }

  /** Looks again for installed agents. */
  refresh(): void {
    if (this.refreshing) return
    this.refreshing = true
    this.changed()
    void this.#remote.refreshAgents().then((reply) => {
      this.refreshing = false
      if (reply._tag === "Done") this.agents = reply.value
      this.changed()
    })
  }
}
