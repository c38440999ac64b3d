/** Whether an agent can be had for a chat: what the catalogue knows of it, and when that is looked at again. */
import { Effect, type Scope } from "effect"
import { ChatError } from "../../shared/Errors.ts"
import type { AgentName } from "../../shared/Ids.ts"
import type { AgentCatalog } from "../agent/AgentCatalog.ts"

/** An agent that was there is looked for again when it has had its first word: the looks at the disk would hold that up. */
const lookedFor = "50 millis"

export const offering = (catalog: AgentCatalog["Service"], scope: Scope.Scope) => ({
  /**
   * Fails where the agent can't be had, as far as is known. One that was there is looked for again beside the prompt, which
   * takes its place before whatever is sent after it: a program that was updated is renewed when that is seen, and a turn
   * whose agent is gone says so at its end.
   */
  offered: Effect.fnUntraced(function*(agent: AgentName) {
    const known = (yield* catalog.list).find(({ name }) => name === agent)
    if (known?.enabled === true && known.readiness !== "missing" && known.readiness !== "failed") {
      return yield* Effect.asVoid(Effect.forkIn(Effect.ignore(Effect.delay(catalog.find(agent), lookedFor)), scope))
    }
    yield* catalog.find(agent)
  }),
  /** Fails where the catalogue has no such agent. Whether it can be had is looked at when it is prompted. */
  listed: (agent: AgentName) => Effect.flatMap(catalog.list, (all) => all.some(({ name }) => name === agent)
    ? Effect.void : Effect.fail(new ChatError({ reason: { _tag: "UnknownAgent", agent } })))
})
