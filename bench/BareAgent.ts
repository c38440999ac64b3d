/** The baseline: an agent driven directly over ACP, by the least that can drive it. */
import { Effect, type Scope } from "effect"
import { at, textAt } from "../server/agent/scripted/Json.ts"
import { AcpProbe, type Launch } from "../test/support/AcpProbe.ts"
import { now } from "./Figures.ts"
import type { Delta, Driven, TimedTurn } from "./TimedTurn.ts"

/** The text of a message, if it is a piece of the agent's answer. */
const pieceOf = (message: unknown): string | undefined => {
  const update = at(message, "params", "update")
  return textAt(update, "sessionUpdate") === "agent_message_chunk" ? textAt(update, "content", "text") : undefined
}

/** Sees each message once, when it comes. */
const onMessage = (probe: AcpProbe, listener: (message: unknown) => void): void => {
  let seen = probe.messages.length
  void probe.until(() => {
    for (; seen < probe.messages.length; seen++) listener(probe.messages[seen])
    return false
  })
}

const drive = (probe: AcpProbe, sessionId: string): Driven["turn"] => {
  let deltas: Array<Delta> = []
  onMessage(probe, (message) => {
    const text = pieceOf(message)
    if (text !== undefined) deltas.push({ at: now(), text })
  })
  return (prompt) => Effect.promise(async (): Promise<TimedTurn> => {
    deltas = []
    const startedAt = now()
    await probe.prompt(sessionId, prompt)
    return { startedAt, endedAt: now(), deltas }
  })
}

/** Starts the program and opens a session; what that takes belongs to a cold turn. */
export const startBare = (launch: Launch, cwd: string): Effect.Effect<Driven, never, Scope.Scope> =>
  Effect.acquireRelease(Effect.sync(() => AcpProbe.start(launch, cwd)), (probe) => Effect.promise(() => probe.kill())).pipe(
    Effect.flatMap((probe) => Effect.promise(async () => {
      await probe.initialize()
      return { turn: drive(probe, await probe.newSession(cwd)) }
    })))
