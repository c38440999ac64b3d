/** What an agent's answer to a prompt, or its failure, means as the end of a turn. Pure. */
import type { TurnEnd } from "../../../shared/SessionUpdate.ts"
import { cutText, mendText } from "../../../shared/Text.ts"
import type { Cause } from "../../../shared/Turn.ts"
import type { AgentError } from "../AgentError.ts"
import type { AcpPrompted } from "./AcpUpdate.ts"

/** What an agent may say in an error, at most: it is kept with the turn for good. */
const messageLimit = 4000
const said = (message: string): string => cutText(mendText(message), messageLimit)

/** What a failure of the agent means as the cause of a turn's end. */
export const causeOf = (error: AgentError, starting: boolean): Cause => {
  const { reason } = error
  if (starting) return { _tag: "StartFailed", message: said(error.message) }
  switch (reason._tag) {
    case "Exited": return { _tag: "ChildExited", code: reason.code, signal: reason.signal, stderr: reason.stderrTail }
    case "Rpc": return { _tag: "AgentFailed", message: said(reason.message), ...(Number.isSafeInteger(reason.code) ? { code: reason.code } : {}) }
    case "StreamEnded": case "LineTooLong": return { _tag: "StreamEnded", detail: error.message }
    default: return { _tag: "AgentFailed", message: said(error.message) }
  }
}

/** How an answered turn ended. */
export const endOf = ({ stopReason }: AcpPrompted): TurnEnd => {
  if (!stopReason) return { cause: { _tag: "Answered" } }
  const reason = said(stopReason)
  return { cause: { _tag: "Answered", stopReason: reason }, stopReason: reason }
}
