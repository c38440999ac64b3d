/** How a task is run. Pure, and the one place that says so. */
import type { ExecutionPath } from "../../shared/Task.ts"
import type { ChatId, SessionId } from "../../shared/Ids.ts"

export interface Placing {
  readonly sessionId: SessionId | null
  readonly chatId: ChatId | null
  /** Of its agent's row. */
  readonly protocol: "acp" | "opencode" | "pty"
}

/** Warm where session and chat are both set and the agent can be kept; one-shot elsewhere, on a terminal where it has no protocol. */
export const executionPathOf = ({ chatId, protocol, sessionId }: Placing): ExecutionPath => {
  if (protocol === "pty") return "pty"
  return sessionId !== null && chatId !== null ? "warm" : "one-shot"
}
