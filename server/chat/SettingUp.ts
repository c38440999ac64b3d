/** The setup of a session's worktree as its chat shows it: a tool call of the turn that waits for it. */
import { Effect } from "effect"
import { type SessionId, ToolCallId, type TurnId } from "../../shared/Ids.ts"
import type { Worktree } from "../../shared/Session.ts"
import { cutText, toOneLine } from "../../shared/Text.ts"
import type { ToolCall } from "../../shared/ToolCall.ts"
import type { TurnSink } from "../agent/AgentBackend.ts"
import type { TurnsAtWork } from "../work/change/TurnsAtWork.ts"
import type { SetupNews, Setups } from "../work/worktree/Setups.ts"

/** Pure. */
export const setupCall = (turnId: TurnId, { command, end, output, startedAt }: SetupNews): ToolCall => {
  const texts = [output, end === undefined || end.ok ? "" : end.words].filter((text) => text !== "")
  return {
    toolCallId: ToolCallId.make(`setup-${turnId}`), title: `Set up the worktree: ${cutText(toOneLine(command), 120)}`, kind: "execute", locations: [], startedAt,
    status: end === undefined ? "in_progress" : end.ok ? "completed" : "failed",
    content: texts.map((text) => ({ type: "content" as const, content: { type: "text" as const, text } })),
    ...(end === undefined ? {} : { endedAt: end.at })
  }
}

export interface Seated {
  readonly turns: TurnsAtWork["Service"]
  readonly setups: Setups["Service"]
  readonly sessionId: SessionId
  /** Told where the turn is to work. */
  readonly seated: (worktree: Worktree) => Effect.Effect<unknown>
}

/** Before the turn's agent works there. Where the worktree can't be had, whoever starts the agent says so. */
export const settingUp = ({ seated, sessionId, setups, turns }: Seated, turn: { readonly turnId: TurnId; readonly sink: TurnSink }): Effect.Effect<void> =>
  turns.worktree(sessionId, turn.turnId).pipe(
    Effect.tap(seated),
    Effect.flatMap((worktree) => setups.ready(worktree, (news) => turn.sink.updates([{ _tag: "Tool", call: setupCall(turn.turnId, news) }]))),
    Effect.ignore)
