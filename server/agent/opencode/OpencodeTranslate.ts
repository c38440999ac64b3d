/**
 * From opencode's events to our words, pure: one view per turn, folded over what comes. The view is the fence of its
 * turn: it starts from our message's id and takes in the messages that answer it, and nothing else of the session.
 *
 * ```
 *  our message ◀─parent─ assistant ─▶ parts                    answer: text, thoughts, tools
 *       └─ later messages of a user's role (a summary's, "continue") ◀─ assistant …
 *  task tool ─▶ child session ─▶ all its assistant messages     aside: its text is shown as a thought
 * ```
 */
import type { PlanEntry } from "../../../shared/ChatEvent.ts"
import { PartId } from "../../../shared/Ids.ts"
import { boundedPlan, titleLimit } from "../../../shared/ItemBounds.ts"
import type { AgentFact, TurnEnd } from "../../../shared/SessionUpdate.ts"
import { cutText, mendText } from "../../../shared/Text.ts"
import { hasEnded, type ToolCall } from "../../../shared/ToolCall.ts"
import type { RawUpdate } from "../Coalescer.ts"
import { newStripping, type Stripping, type TagStripper } from "../TagStripper.ts"
import type { Failure, MessageInfo, OpencodeEvent, Part, PermissionRequest, SessionInfo, Spoken, StepFinish, ToolPart } from "./OpencodeEvent.ts"
import { type Asked, permission, question } from "./OpencodeRequest.ts"
import { patched, toolCall } from "./OpencodeTool.ts"
import { addStep, noSteps, type Steps } from "./OpencodeUsage.ts"

/** A text or thought as far as it was passed on. */
interface SpokenPart {
  readonly id: string
  readonly kind: "text" | "thought"
  readonly text: string
  readonly stripping: Stripping
  /** What was said meanwhile is unknown: the whole of it comes with its end. */
  readonly gap: boolean
  readonly ended: boolean
}

export interface TurnView {
  readonly sessionId: string
  readonly promptId: string
  /** Our message is in the session. */
  readonly taken: boolean
  readonly stripper: TagStripper
  /** Messages of a user's role that this turn answers. */
  readonly prompts: ReadonlySet<string>
  readonly messages: ReadonlyMap<string, "answer" | "aside">
  readonly children: ReadonlySet<string>
  readonly speaking: SpokenPart | undefined
  readonly spoken: ReadonlyMap<string, SpokenPart>
  readonly calls: ReadonlyMap<string, ToolCall>
  readonly steps: Steps
  /** The newest message that answers. */
  readonly last: MessageInfo | undefined
  /** The session was said to be idle since that message last changed. */
  readonly idle: boolean
  /** The last thing said of the session's failing. */
  readonly failure: Failure | undefined
  /** The turn is being stopped: what ends now was ended by that. */
  readonly stopping: boolean
}

export interface ViewOptions {
  readonly sessionId: string
  readonly promptId: string
  readonly stripper: TagStripper
}

export const newView = ({ promptId, sessionId, stripper }: ViewOptions): TurnView => ({
  sessionId, promptId, taken: false, stripper, prompts: new Set([promptId]), messages: new Map(), children: new Set(), speaking: undefined,
  spoken: new Map(), calls: new Map(), steps: noSteps, last: undefined, idle: false, failure: undefined, stopping: false
})

export interface Translated {
  readonly view: TurnView
  readonly updates: ReadonlyArray<RawUpdate>
  readonly facts: ReadonlyArray<AgentFact>
  readonly asked: ReadonlyArray<Asked>
  /** Requests that somebody else has answered. */
  readonly withdrawn: ReadonlyArray<string>
  /** The turn may be over: look. */
  readonly look: boolean
}

const nothing = (view: TurnView): Translated => ({ view, updates: [], facts: [], asked: [], withdrawn: [], look: false })
const said = (view: TurnView, ...updates: ReadonlyArray<RawUpdate>): Translated => ({ ...nothing(view), updates })

const isOurs = (view: TurnView, sessionId: string): boolean => sessionId === view.sessionId || view.children.has(sessionId)

/** `at` in epoch milliseconds. `past`: it was asked for, so what is not finished in it is older than what came since. */
export const translate = (view: TurnView, event: OpencodeEvent, at: number, past = false): Translated => {
  switch (event.type) {
    case "message.updated": return said(message(view, event.properties.info))
    case "message.part.updated": return part(view, event.properties.part, at, past)
    case "message.part.delta": return event.properties.field === "text" ? grow(view, event.properties.partID, event.properties.delta) : said(view)
    case "session.created": return said(child(view, event.properties.info))
    case "session.updated": return titled(view, event.properties.info)
    case "session.status":
      if (event.properties.sessionID !== view.sessionId || event.properties.status.type !== "idle") return nothing(view)
      return { ...nothing({ ...view, idle: true }), look: true }
    case "session.idle": return event.properties.sessionID === view.sessionId ? { ...nothing({ ...view, idle: true }), look: true } : nothing(view)
    case "session.error": return failed(view, event.properties.sessionID, event.properties.error)
    case "todo.updated": return event.properties.sessionID === view.sessionId
      ? said(view, { _tag: "Plan", entries: boundedPlan(event.properties.todos.flatMap(planEntry)) }) : nothing(view)
    case "permission.asked": return isOurs(view, event.properties.sessionID) ? permitted(view, event.properties) : nothing(view)
    case "question.asked": return isOurs(view, event.properties.sessionID) ? { ...nothing(view), asked: [question(event.properties)] } : nothing(view)
    case "permission.replied": case "question.replied": case "question.rejected":
      return { ...nothing(view), withdrawn: [event.properties.requestID] }
  }
}

/** What is to be changed stands in the request, and before a tool's input is told it alone says what it is about. */
const permitted = (view: TurnView, asked: PermissionRequest): Translated => {
  const call = asked.tool ? view.calls.get(asked.tool.callID) : undefined
  const change = patched(asked.metadata?.["diff"])
  const request = { ...nothing(view), asked: [permission(asked, call?.input === undefined ? undefined : call.title)] }
  if (call === undefined || change === undefined || hasEnded(call.status)) return request
  const changed = { ...call, ...change }
  return { ...request, view: { ...view, calls: new Map(view.calls).set(call.toolCallId, changed) }, updates: [{ _tag: "Tool", call: changed }] }
}

/** What was missed: texts that were being said are known again when they have ended. */
export const afterGap = (view: TurnView): TurnView => ({
  ...view,
  speaking: view.speaking === undefined ? undefined : { ...view.speaking, gap: true },
  spoken: new Map(Array.from(view.spoken, ([id, spoken]) => [id, { ...spoken, gap: true }]))
})

const message = (view: TurnView, info: MessageInfo): TurnView => {
  if (view.children.has(info.sessionID)) {
    return info.role === "user" || view.messages.has(info.id) ? view : { ...view, messages: new Map(view.messages).set(info.id, "aside") }
  }
  if (info.sessionID !== view.sessionId) return view
  if (info.role === "user") {
    if (info.id === view.promptId) return view.taken ? view : { ...view, taken: true }
    // ids ascend: what is older belongs to an earlier turn
    return info.id < view.promptId || view.prompts.has(info.id) ? view : { ...view, prompts: new Set(view.prompts).add(info.id) }
  }
  if (!info.parentID || !view.prompts.has(info.parentID)) return view
  const known = view.messages.has(info.id)
  const messages = known ? view.messages : new Map(view.messages).set(info.id, info.summary === true ? "aside" : "answer")
  return view.last !== undefined && info.id < view.last.id ? { ...view, messages } : { ...view, messages, last: info, idle: false }
}

const child = (view: TurnView, { id, parentID }: SessionInfo): TurnView =>
  parentID && isOurs(view, parentID) && !view.children.has(id) ? { ...view, children: new Set(view.children).add(id) } : view

/** As opencode names sessions before they have a title. */
const untitled = /^(New|Child) session - \d{4}-/

const titled = (view: TurnView, { id, title }: SessionInfo): Translated =>
  id !== view.sessionId || !title || untitled.test(title) ? nothing(view) : { ...nothing(view), facts: [{ _tag: "Titled", title: cutText(mendText(title), titleLimit) }] }

/** A second failure only repeats the first with opencode's own stack. That a session was aborted is no failure of the next prompt. */
const failed = (view: TurnView, sessionId: string | null | undefined, failure: Failure | null | undefined): Translated => {
  if (sessionId !== view.sessionId || !failure || failure.name === "MessageAbortedError") return nothing(view)
  return { ...nothing({ ...view, failure: view.failure ?? failure }), look: true }
}

const part = (view: TurnView, one: Part, at: number, past: boolean): Translated => {
  const role = view.messages.get(one.messageID)
  if (role === undefined) return nothing(view)
  switch (one.type) {
    case "text": case "reasoning": return speak(view, one, one.type === "text" && role === "answer" ? "text" : "thought", past)
    case "tool": return tool(view, one, at)
    case "step-finish": return step(view, one)
  }
}

const spokenPart = (view: TurnView, id: string): SpokenPart | undefined => view.speaking?.id === id ? view.speaking : view.spoken.get(id)

/** The part that speaks stands by itself, so that a stream of pieces copies no map. */
const withSpoken = (view: TurnView, spoken: SpokenPart): TurnView => {
  if (view.speaking === undefined || view.speaking.id === spoken.id) return { ...view, speaking: spoken }
  return { ...view, speaking: spoken, spoken: new Map(view.spoken).set(view.speaking.id, view.speaking) }
}

const pass = (view: TurnView, spoken: SpokenPart, piece: string, ends: boolean): Translated => {
  const [stripping, shown] = view.stripper.push(spoken.stripping, piece)
  const text = ends ? shown + view.stripper.end(stripping) : shown
  const next = withSpoken(view, { ...spoken, text: spoken.text + piece, stripping: ends ? newStripping : stripping, ended: ends })
  return text === "" ? nothing(next) : said(next, { _tag: "Text", partId: PartId.make(spoken.id), kind: spoken.kind, text })
}

/** A whole part: what of it was not passed on yet. Where its beginning was changed, what was said stays said. */
const speak = (view: TurnView, { id, ignored, text, time }: Spoken, kind: "text" | "thought", past: boolean): Translated => {
  if (ignored === true) return nothing(view)
  const ends = time?.end != null
  const before = spokenPart(view, id) ?? { id, kind, text: "", stripping: newStripping, gap: past && !ends, ended: false }
  if (before.ended) return nothing(view)
  return pass(view, before, text.startsWith(before.text) ? text.slice(before.text.length) : "", ends)
}

const grow = (view: TurnView, id: string, delta: string): Translated => {
  const spoken = spokenPart(view, id)
  return spoken === undefined || spoken.gap || spoken.ended ? nothing(view) : pass(view, spoken, delta, false)
}

const tool = (view: TurnView, one: ToolPart, at: number): Translated => {
  const before = view.calls.get(one.callID)
  const call = toolCall(before, one, at, view.stopping)
  const childId = one.tool === "task" ? one.state.metadata?.["sessionId"] : undefined
  const children = typeof childId === "string" && !view.children.has(childId) ? new Set(view.children).add(childId) : view.children
  if (before !== undefined && isSame(before, call)) return nothing({ ...view, children })
  return said({ ...view, children, calls: new Map(view.calls).set(one.callID, call) }, { _tag: "Tool", call })
}

const isSame = (a: ToolCall, b: ToolCall): boolean =>
  a === b || (a.status === b.status && a.title === b.title && a.input === b.input && a.output === b.output && JSON.stringify(a.content) === JSON.stringify(b.content))

const step = (view: TurnView, one: StepFinish): Translated => {
  const steps = addStep(view.steps, one, one.sessionID === view.sessionId)
  return steps === view.steps ? nothing(view) : said({ ...view, steps }, { _tag: "Usage", usage: steps.usage })
}

const planEntry = (todo: { readonly content: string; readonly status?: string | null; readonly priority?: string | null }): ReadonlyArray<PlanEntry> =>
  todo.status === "cancelled" ? [] : [{
    content: mendText(todo.content),
    priority: todo.priority === "high" || todo.priority === "low" ? todo.priority : "medium",
    status: todo.status === "completed" || todo.status === "in_progress" ? todo.status : "pending"
  }]

/** Our prompt has its last message, done or failed. */
export const isAnswered = ({ last }: TurnView): boolean => last !== undefined && (last.time.completed != null || last.error != null)

/** …and opencode said after it that the session is idle. */
export const isOver = (view: TurnView): boolean => view.idle && isAnswered(view)

export const failureEnd = ({ data, name }: Failure): TurnEnd => {
  switch (name) {
    case "MessageAbortedError": return { cause: { _tag: "Answered", stopReason: "cancelled" }, stopReason: "cancelled" }
    case "MessageOutputLengthError": return { cause: { _tag: "Answered", stopReason: "max_tokens" }, stopReason: "max_tokens" }
    case "ContentFilterError": return { cause: { _tag: "Answered", stopReason: "refusal" }, stopReason: "refusal" }
  }
  const text = mendText(data?.message || name)
  const code = data?.statusCode
  return { cause: { _tag: "AgentFailed", message: text.split("\n")[0] ?? name, ...(code == null || !Number.isInteger(code) ? {} : { code }) } }
}

const stopReasons: Readonly<Record<string, string>> = { length: "max_tokens", "content-filter": "refusal" }

/** How an answered turn ended. A rejected permission leaves the last step at its tool calls. */
export const endOf = ({ last }: TurnView): TurnEnd => {
  if (last?.error) return failureEnd(last.error)
  const stopReason = stopReasons[last?.finish ?? ""] ?? "end_turn"
  return { cause: { _tag: "Answered", stopReason }, stopReason }
}
