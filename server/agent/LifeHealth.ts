/** What becomes of an agent's lives, as the health of its backend shows it and as its chat is told: the same whatever the protocol. */
import { Clock, Effect } from "effect"
import type { BackendHealth, BackendState } from "../../shared/Agent.ts"
import type { BackendHost } from "./AgentBackend.ts"
import { causeOf } from "./acp/AcpEnd.ts"
import type { LifeNews } from "./Lives.ts"

export type Show = (state: BackendState, more?: Partial<BackendHealth>) => Effect.Effect<void>

export interface LifeHealthOptions<Life> {
  readonly host: BackendHost
  readonly show: Show
  /** What is known when one is started, and when it is alive. */
  readonly starting: () => Partial<BackendHealth>
  readonly alive: (life: Life) => Partial<BackendHealth>
}

export const showLives = <Life>({ alive, host, show, starting }: LifeHealthOptions<Life>) => Effect.fnUntraced(function*(news: LifeNews<Life>) {
  switch (news._tag) {
    case "Starting": return yield* show("starting", starting())
    case "Alive": return yield* show("ready", { startedAt: yield* Clock.currentTimeMillis, turns: 0, ...alive(news.life) })
    case "Over":
      yield* show(news.again ? "starting" : "crashed", { detail: news.error.message })
      if (!news.again) yield* host.note({ _tag: "Down", cause: causeOf(news.error, false) })
      return
    case "Backoff": return yield* show("backoff", { detail: news.error.message })
    case "Failed": return yield* show("failed", { detail: news.error.message })
  }
})
