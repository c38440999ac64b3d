/**
 * What turns do in their session's worktree, told to `work/` beside them: from the sink that an agent reports to, and from the
 * state that an append makes. Holds up nothing but a turn that begins while somebody has the worktree alone, or another's end
 * is still looked at.
 */
import { Effect } from "effect"
import type { AgentName, ChatId, SessionId, TurnId } from "../../shared/Ids.ts"
import type { OwnTurn, TurnSink } from "../agent/AgentBackend.ts"
import type { TurnsAtWork } from "../work/change/TurnsAtWork.ts"

export interface TurnWorkOptions { readonly turns: TurnsAtWork["Service"]; readonly chatId: ChatId; readonly sessionId: SessionId }

export const turnWork = ({ chatId, sessionId, turns }: TurnWorkOptions) => {
  const seen = (turnId: TurnId, sink: TurnSink): TurnSink => ({
    ...sink,
    // before the agent has it: what it does from here on is its own
    delivered: Effect.andThen(turns.handedOver(turnId), sink.delivered),
    updates: (updates) => {
      const calls = updates.flatMap((update) => update._tag === "Tool" ? [update.call] : [])
      const told = Effect.andThen(turns.spoke(turnId), sink.updates(updates))
      return calls.length === 0 ? told : Effect.andThen(turns.reported(turnId, calls), told)
    }
  })
  const at = (enter: TurnsAtWork["Service"]["enter"]) => <T extends OwnTurn, A>(agent: AgentName, turn: T, run: (turn: T) => Effect.Effect<A>): Effect.Effect<A> =>
    Effect.andThen(enter(sessionId, { turnId: turn.turnId, chatId, agent }), Effect.suspend(() => run({ ...turn, sink: seen(turn.turnId, turn.sink) })))
  return { prompted: at(turns.enter), own: at(turns.join) }
}
