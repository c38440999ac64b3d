/**
 * What becomes of a task, and how what its agent asks is answered where nobody can be asked. Pure.
 *
 *   queued ──Start──▶ running ──End──▶ completed | failed | cancelled      an end is final: what comes later changes nothing
 *      └──────Cancel, Fail──────────▶ cancelled, failed
 */
import { type AgentRequest, optionOfKind, type RequestAnswer } from "../../shared/AgentRequest.ts"
import type { Who } from "../../shared/Ids.ts"
import { isOpenTask, summaryLimit, type Task, type TaskState } from "../../shared/Task.ts"
import { cutText } from "../../shared/Text.ts"
import { type Cause, causeSentence, type Usage } from "../../shared/Turn.ts"

export type TaskMessage =
  | { readonly _tag: "Start"; readonly at: number; readonly worktree: string | null }
  /** Its turn has ended. */
  | { readonly _tag: "End"; readonly at: number; readonly cause: Cause; readonly said: string; readonly usage?: Usage | undefined }
  | { readonly _tag: "Cancel"; readonly at: number; readonly by: Who }
  | { readonly _tag: "Fail"; readonly at: number; readonly detail: string }

const stateAfter = (cause: Cause): TaskState => {
  switch (cause._tag) {
    case "Answered": return cause.stopReason === "refusal" || cause.stopReason === "cancelled" ? "failed" : "completed"
    case "Quiet": return "completed"
    case "Stopped": return "cancelled"
    default: return "failed"
  }
}

const used = (usage: Usage | undefined) => usage === undefined ? {} : {
  inputTokens: usage.inputTokens, outputTokens: usage.outputTokens, cost: usage.cost ?? null, usageSource: usage.source
}

/** The task as it is then; the same one where the message changes nothing. */
export const decide = (task: Task, message: TaskMessage): Task => {
  if (!isOpenTask(task)) return task
  switch (message._tag) {
    case "Start": return task.state === "running" ? task : { ...task, state: "running", startedAt: message.at, worktree: message.worktree }
    case "End": {
      const said = message.said.trim()
      return {
        ...task, ...used(message.usage), state: stateAfter(message.cause), endedAt: message.at,
        summary: said === "" ? null : cutText(said, summaryLimit), detail: causeSentence(message.cause)
      }
    }
    case "Cancel": return { ...task, state: "cancelled", endedAt: message.at, detail: `Cancelled by ${message.by}.` }
    case "Fail": return { ...task, state: "failed", endedAt: message.at, detail: message.detail }
  }
}

/** Where nobody can be asked: once, if the task may act by itself; a question is declined. */
export const answerByRule = (request: AgentRequest, autonomous: boolean): RequestAnswer => {
  if (request._tag === "Elicitation") return { _tag: "Declined" }
  const option = autonomous ? optionOfKind(request.options, "allow_once") : optionOfKind(request.options, "reject_once", "reject_always")
  return option === undefined ? { _tag: "Cancelled" } : { _tag: "Selected", optionId: option.optionId }
}
