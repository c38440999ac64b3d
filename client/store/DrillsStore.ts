/** DrillsStore: what drills of the agents came to, and the one that this page runs. */
import type { DrillLine, DrillNews, DrillReport, DrillStep } from "../../shared/Drill.ts"
import type { AgentName } from "../../shared/Ids.ts"
import type { Remote } from "../rpc/Remote.ts"
import { Observable } from "./Observable.ts"

export interface RunningDrill {
  readonly agent: AgentName
  /** Under way; none while it waits for another drill. */
  readonly step: DrillStep | undefined
  readonly lines: ReadonlyArray<DrillLine>
}

export class DrillsStore extends Observable {
  /** The newest of each agent; `undefined` until they were heard once. */
  reports: ReadonlyArray<DrillReport> | undefined
  running: RunningDrill | undefined
  /** Why there is nothing new. */
  problem: string | undefined
  readonly #remote: Pick<Remote, "drill" | "drills">

  constructor(remote: Pick<Remote, "drill" | "drills">) {
    super()
    this.#remote = remote
  }

  async load(): Promise<void> {
    const reply = await this.#remote.drills()
    if (reply._tag === "Done") this.reports = reply.value
    this.problem = reply._tag === "Done" ? undefined : reply.message
    this.changed()
  }

  /** One at a time. */
  async run(agent: AgentName): Promise<void> {
    if (this.running !== undefined) return
    this.running = { agent, step: undefined, lines: [] }
    this.problem = undefined
    this.changed()
    const reply = await this.#remote.drill(agent, (news) => this.#take(agent, news))
    this.running = undefined
    if (reply._tag !== "Done") this.problem = reply.message
    this.changed()
  }

  #take(agent: AgentName, news: DrillNews): void {
    const lines = this.running?.lines ?? []
    switch (news._tag) {
      case "Began":
        this.running = { agent, step: news.step, lines }
        break
      case "Ended":
        this.running = { agent, step: undefined, lines: [...lines, news.line] }
        break
      case "Done":
        this.reports = [...(this.reports ?? []).filter((report) => report.agent !== agent), news.report]
    }
    this.changed()
  }
}
