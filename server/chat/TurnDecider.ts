/**
 * Decides what a turn's fiber reports: its updates, its requests and its one end. Pure.
 *
 *   RunTurn ─▶ Deliver ─▶ Update* / Ask* ─▶ EndTurn ─▶ the queue's next
 *
 * Whatever comes for a turn that has ended changes nothing: its end is the fence. What an agent says with no prompt in
 * flight opens a turn of its own, `Speak ─▶ Listen`, unless its last turn was stopped or failed: then it is late.
 */
import { type Chat, factsOf, openRequests, openTurns, promptedTurn, turnOf } from "../../shared/Chat.ts"
import type { ChatEvent } from "../../shared/ChatEvent.ts"
import type { CloseReason, PermissionOption, RequestAnswer } from "../../shared/AgentRequest.ts"
import { contentFault } from "../../shared/Elicitation.ts"
import { ChatError } from "../../shared/Errors.ts"
import { Who } from "../../shared/Ids.ts"
import { onceOf, ruledAnswer, ruleOf, type Subject } from "../../shared/PermissionRule.ts"
import type { TurnEnd, TurnUpdate } from "../../shared/SessionUpdate.ts"
import { cutText } from "../../shared/Text.ts"
import { hasEnded } from "../../shared/ToolCall.ts"
import { type Cause, isOpen, type Outcome, type TurnSummary } from "../../shared/Turn.ts"
import { type Call, type ChatMessage, type Decision, done, nothing, record, refuse } from "./ChatMessage.ts"
import { nextPrompt, startTurn } from "./QueueDecider.ts"

type Of<Tag extends ChatMessage["_tag"]> = Extract<ChatMessage, { _tag: Tag }>

const server = Who.make("boocode")

const openTurn = (chat: Chat, turnId: TurnSummary["turnId"]): TurnSummary | undefined => {
  const turn = turnOf(chat, turnId)
  return turn !== undefined && isOpen(turn) ? turn : undefined
}

export const deliver = (chat: Chat, { told, turnId }: Of<"Deliver">): Decision =>
  openTurn(chat, turnId) === undefined ? nothing : record({ _tag: "PromptDelivered", turnId, ...(told === undefined ? {} : { told }) })

export const update = (chat: Chat, { turnId, updates }: Of<"Update">): Decision =>
  openTurn(chat, turnId) === undefined ? nothing : record(...updates.map((one) => updateEvent(turnId, one)))

const updateEvent = (turnId: TurnSummary["turnId"], one: TurnUpdate): ChatEvent => {
  switch (one._tag) {
    case "Text": {
      const { partId, kind, offset, text } = one
      return { _tag: "TextAppended", turnId, partId, kind, offset, text }
    }
    case "Tool": return { _tag: "ToolCallUpserted", turnId, call: one.call }
    case "Plan": return { _tag: "PlanReplaced", turnId, entries: one.entries }
    case "Usage": return { _tag: "UsageReported", turnId, usage: one.usage }
  }
}

/** A request of a turn that is over, or being stopped, is answered `cancelled` at once. */
export const ask = (chat: Chat, { turnId, requestId, request }: Of<"Ask">): Decision => {
  const turn = openTurn(chat, turnId)
  if (turn === undefined || turn.stopBy !== undefined) {
    return { ...nothing, actions: [{ _tag: "AnswerAgent", requestId, answer: { _tag: "Cancelled" } }] }
  }
  const opened: ChatEvent = { _tag: "RequestOpened", turnId, requestId, request }
  const ruled = byRule(chat, turn, requestId, request)
  return ruled === undefined ? record(opened) : { ...ruled, events: [opened, ...ruled.events] }
}

type RequestItem = Extract<Chat["items"][number], { _tag: "Request" }>

/** Of the tool call that a permission is about. */
const subjectOf = (chat: Chat, turnId: TurnSummary["turnId"], { toolCallId }: { readonly toolCallId?: string | undefined }): Subject => {
  const item = chat.items.findLast((one) => one._tag === "Tool" && one.turnId === turnId && one.call.toolCallId === toolCallId)
  return item?._tag === "Tool" ? item.call : { kind: "other" }
}

/** The answer that no person need give, recorded like one. */
const byRule = (chat: Chat, turn: TurnSummary, requestId: RequestItem["requestId"], request: RequestItem["request"], rules = chat.rules): Decision | undefined => {
  if (request._tag !== "Permission") return undefined
  const ruled = ruledAnswer(rules, turn.settings.permissions ?? "ask", turn.agent, subjectOf(chat, turn.turnId, request), request, server)
  if (ruled === undefined) return undefined
  const answer: RequestAnswer = { _tag: "Selected", optionId: ruled.option.optionId }
  return {
    events: [{ _tag: "RequestClosed", turnId: turn.turnId, requestId, answer, by: ruled.by, why: "rule" }],
    actions: [{ _tag: "AnswerAgent", requestId, answer }], reply: done
  }
}

/** What a person's "always" does besides: the rule, and the other open requests that it covers. */
const setRule = (chat: Chat, turn: TurnSummary, { request, requestId }: RequestItem, option: PermissionOption, by: Who): Decision => {
  const rule = request._tag === "Permission"
    ? ruleOf(requestId, turn.agent, subjectOf(chat, turn.turnId, request), request, option, by) : undefined
  if (rule === undefined) return nothing
  const others = openRequests(chat).filter((item) => item.requestId !== requestId).flatMap((item) => {
    const itsTurn = openTurn(chat, item.turnId)
    const ruled = itsTurn === undefined || itsTurn.stopBy !== undefined ? undefined : byRule(chat, itsTurn, item.requestId, item.request, [rule])
    return ruled === undefined ? [] : [ruled]
  })
  return {
    events: [{ _tag: "RuleSet", rule }, ...others.flatMap(({ events }) => events)],
    actions: others.flatMap(({ actions }) => actions), reply: done
  }
}

export const revokeRule = (chat: Chat, { by, ruleId }: Of<"RevokeRule">): Decision =>
  chat.rules.some((rule) => rule.ruleId === ruleId) ? record({ _tag: "RuleRevoked", ruleId, by }) : nothing

/** Nothing where it was answered before, or where its turn is being stopped, which closes it. */
export const withdraw = (chat: Chat, { turnId, requestId }: Of<"Withdraw">): Decision => {
  const turn = openTurn(chat, turnId)
  const isAsked = openRequests(chat).some((item) => item.turnId === turnId && item.requestId === requestId)
  if (turn === undefined || turn.stopBy !== undefined || !isAsked) return nothing
  return record({ _tag: "RequestClosed", turnId, requestId, answer: { _tag: "Cancelled" }, by: Who.make(turn.agent), why: "withdrawn" })
}

export const answer = (chat: Chat, { requestId, answer, by }: Of<"Answer">): Decision => {
  const item = chat.items.find((one) => one._tag === "Request" && one.requestId === requestId)
  if (item?._tag !== "Request") return refuse(new ChatError({ reason: { _tag: "RequestExpired", requestId } }))
  if (item.closed !== undefined) {
    const { why, by: first } = item.closed
    return refuse(new ChatError({
      reason: why === "answered" ? { _tag: "AlreadyAnswered", requestId, by: first } : { _tag: "RequestExpired", requestId }
    }))
  }
  const turn = openTurn(chat, item.turnId)
  if (turn === undefined || turn.stopBy !== undefined) return refuse(new ChatError({ reason: { _tag: "RequestExpired", requestId } }))
  const detail = unfit(item.request, answer)
  if (detail !== undefined) return refuse(new ChatError({ reason: { _tag: "BadAnswer", detail } }))
  const closed: ChatEvent = { _tag: "RequestClosed", turnId: item.turnId, requestId, answer, by, why: "answered" }
  const option = item.request._tag === "Permission" && answer._tag === "Selected"
    ? item.request.options.find(({ optionId }) => optionId === answer.optionId) : undefined
  if (option === undefined || item.request._tag !== "Permission") {
    return { events: [closed], actions: [{ _tag: "AnswerAgent", requestId, answer }], reply: done }
  }
  const ruled = setRule(chat, turn, item, option, by)
  const told: RequestAnswer = { _tag: "Selected", optionId: onceOf(item.request, option).optionId }
  return {
    events: [closed, ...ruled.events], actions: [{ _tag: "AnswerAgent", requestId, answer: told }, ...ruled.actions], reply: done
  }
}

const unfit = (request: Extract<Chat["items"][number], { _tag: "Request" }>["request"], answer: RequestAnswer): string | undefined => {
  if (answer._tag === "Cancelled" || answer._tag === "Declined") return undefined
  if (request._tag === "Elicitation") {
    return answer._tag === "Accepted" ? contentFault(request.schema, answer.content) : "the agent asked for a form to be filled in."
  }
  if (answer._tag !== "Selected") return "the agent asked to choose one of its options."
  return request.options.some((option) => option.optionId === answer.optionId) ? undefined : `it has no option "${cutText(answer.optionId, 80)}".`
}

/** At most one turn of an agent is open. */
export const speak = (chat: Chat, { agent }: Of<"Speak">, call: Call): Decision => {
  const last = chat.turns.findLast((turn) => turn.agent === agent)
  if (last?.outcome !== "completed") return { ...nothing, reply: { _tag: "Speaking", turnId: undefined } }
  const { bootId, turnId } = call
  return {
    events: [{ _tag: "TurnStarted", turnId, origin: "agent", agent, settings: factsOf(chat, agent).settings, bootId }],
    actions: [{ _tag: "Listen", turnId, agent }],
    reply: { _tag: "Speaking", turnId }
  }
}

export const escalate = (chat: Chat, { turnId, step }: Of<"Escalate">): Decision =>
  openTurn(chat, turnId) === undefined ? nothing : record({ _tag: "StopEscalated", turnId, step })

/** What the end means: a person's stop goes before whatever the agent said. */
export const outcomeOf = (turn: TurnSummary, { cause, stopReason }: TurnEnd): { outcome: Outcome; cause: Cause } => {
  if (turn.stopBy !== undefined) {
    return { outcome: "stopped", cause: { _tag: "Stopped", by: turn.stopBy, ...(turn.stopStep === undefined ? {} : { step: turn.stopStep }) } }
  }
  switch (cause._tag) {
    case "Stopped": return { outcome: "stopped", cause }
    case "ServerRestarted": case "ServerStopped": return { outcome: "interrupted", cause }
    case "Quiet": return { outcome: "completed", cause }
    case "Answered": return { outcome: stopReason === "refusal" || stopReason === "cancelled" ? "failed" : "completed", cause }
    default: return { outcome: "failed", cause }
  }
}

/** Everything that ends with a turn: its requests, its running tool calls, itself. */
const endEvents = (chat: Chat, turn: TurnSummary, end: TurnEnd, at: number): ReadonlyArray<ChatEvent> => {
  const { turnId } = turn
  const ended = outcomeOf(turn, end)
  const why: CloseReason = ended.outcome === "stopped" ? "stopped" : ended.outcome === "interrupted" ? "expired" : "turn_ended"
  const requests = openRequests(chat).filter((item) => item.turnId === turnId).map(({ requestId }): ChatEvent =>
    ({ _tag: "RequestClosed", turnId, requestId, answer: { _tag: "Cancelled" }, by: turn.stopBy ?? server, why }))
  const calls = chat.items.flatMap((item): ReadonlyArray<ChatEvent> =>
    item._tag === "Tool" && item.turnId === turnId && !hasEnded(item.call.status)
      ? [{ _tag: "ToolCallUpserted", turnId, call: { ...item.call, status: "canceled", endedAt: at } }] : [])
  return [...requests, ...calls, {
    _tag: "TurnEnded", turnId, ...ended, ...(end.stopReason === undefined ? {} : { stopReason: end.stopReason })
  }]
}

const isInterrupted = (events: ReadonlyArray<ChatEvent>): boolean =>
  events.some((event) => event._tag === "TurnEnded" && event.outcome === "interrupted")

const hold = (chat: Chat): ReadonlyArray<ChatEvent> =>
  chat.queue.some((prompt) => !prompt.held) ? [{ _tag: "QueueHeld", by: server }] : []

export const endTurn = (chat: Chat, { turnId, end }: Of<"EndTurn">, call: Call): Decision => {
  const turn = openTurn(chat, turnId)
  if (turn === undefined) return nothing
  const events = endEvents(chat, turn, end, call.at)
  const compact = { _tag: "Compact", turnId } as const
  // its server is going, and its agent may still write: the next one sees to its work. What waits is not begun any more
  if (isInterrupted(events)) return { events: [...events, ...hold(chat)], actions: [compact], reply: done }
  const after = [{ _tag: "SnapshotWork", turnId }, compact] as const
  const next = turn.origin === "prompt" || promptedTurn(chat) === undefined ? nextPrompt(chat) : undefined
  if (next === undefined) return { events, actions: after, reply: done }
  const started = startTurn(next, call.turnId, call)
  return { events: [...events, ...started.events], actions: [...after, ...started.actions], reply: done }
}

/** An actor's life begins: turns that are open in the log have no fiber any more, and what waits is held. */
export const recover = (chat: Chat, call: Call): Decision => {
  const open = openTurns(chat)
  const events = open.flatMap((turn) =>
    endEvents(chat, turn, { cause: { _tag: "ServerRestarted", bootId: call.bootId } }, call.at))
  return { events: [...events, ...hold(chat)], actions: open.flatMap(({ turnId }) => [{ _tag: "SnapshotWork", turnId }, { _tag: "Compact", turnId }]), reply: done }
}

