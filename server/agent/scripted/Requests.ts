// The steps that ask a person, through the client: a permission request and an elicitation. Each says what was answered.

import type { PermissionOption } from "@agentclientprotocol/sdk"
import { at, textAt } from "./Json.ts"
import type { Turn } from "./Turn.ts"

const options: ReadonlyArray<PermissionOption> = [
  { optionId: "allow-once", kind: "allow_once", name: "Allow once" },
  { optionId: "allow-always", kind: "allow_always", name: "Always allow" },
  { optionId: "reject-once", kind: "reject_once", name: "Reject" }
]

/** The kind of the option that was chosen, or `cancelled`. */
const chosen = (answer: unknown) =>
  options.find(({ optionId }) => optionId === textAt(answer, "outcome", "optionId"))?.kind ?? "cancelled"

/** "Always" holds for the title until the process ends, even if the answer comes after the turn was cancelled, as in goose. */
export const permission = async (turn: Turn, title: string): Promise<void> => {
  const { session } = turn
  const toolCall = { toolCallId: turn.nextToolCallId(), title, kind: "execute" as const, rawInput: { title } }
  session.update({ sessionUpdate: "tool_call", ...toolCall, status: "pending" })
  const end = (status: "completed" | "failed", text: string) => {
    session.update({ sessionUpdate: "tool_call_update", toolCallId: toolCall.toolCallId, status })
    turn.report(`permission: ${text}`)
  }
  if (session.settings.mode === "auto") return end("completed", "granted by mode auto")
  if (session.granted.has(title)) return end("completed", "granted before")
  const answer = session.wire.request("session/request_permission", {
    sessionId: session.kept.id,
    toolCall: { ...toolCall, status: "pending" },
    options
  }).then(chosen, (error: unknown) => error instanceof Error ? error.message : String(error))
  answer.then((kind) => kind === "allow_always" && session.granted.add(title))
  const kind = await turn.answered(answer)
  end(kind.startsWith("allow") ? "completed" : "failed", kind)
}

const asking = (turn: Turn, title: string) => {
  const { session } = turn
  const toolCall = { toolCallId: turn.nextToolCallId(), title, kind: "execute" as const, status: "pending" as const, rawInput: { title } }
  const params = { sessionId: session.kept.id, toolCall, options }
  const end = () => session.update({ sessionUpdate: "tool_call_update", toolCallId: toolCall.toolCallId, status: "failed" })
  const { answer, id } = session.wire.ask("session/request_permission", params)
  return { id, end, answer: answer.then(chosen, (error: unknown) => error instanceof Error ? error.message : String(error)) }
}

/** Asks, and takes the question back after a while by cancelling its request. */
export const withdraw = async (turn: Turn, title: string, ms: number): Promise<void> => {
  const { answer, end, id } = asking(turn, title)
  await turn.pause(ms)
  turn.session.wire.notify("$/cancel_request", { requestId: id })
  const kind = await turn.answered(answer)
  end()
  turn.report(`withdrawn: ${kind}`)
}

/** Asks, and ends the tool call while nobody has answered. */
export const overtake = async (turn: Turn, title: string, ms: number): Promise<void> => {
  const { answer, end } = asking(turn, title)
  await turn.pause(ms)
  end()
  turn.report(`overtaken: ${await turn.answered(answer)}`)
}

export const elicit = async (turn: Turn, requestedSchema: unknown): Promise<void> => {
  const { session } = turn
  if (!session.offered.elicitation) return turn.report("elicit: the client does not offer elicitation")
  const answer = session.wire.request("elicitation/create", {
    sessionId: session.kept.id,
    mode: "form",
    message: textAt(requestedSchema, "title") ?? "Please fill in the form.",
    requestedSchema
  }).then(
    (result) => {
      const content = at(result, "content")
      return `${textAt(result, "action") ?? "no action"}${content === undefined ? "" : ` ${JSON.stringify(content)}`}`
    },
    (error: unknown) => error instanceof Error ? error.message : String(error)
  )
  turn.report(`elicit: ${await turn.answered(answer)}`)
}
