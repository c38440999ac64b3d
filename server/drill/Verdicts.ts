/** What was seen of an agent in a drill, and what it comes to. Pure. */
import type { Continuity } from "../../shared/Agent.ts"
import type { AgentRequest } from "../../shared/AgentRequest.ts"
import type { DrillVerdict } from "../../shared/Drill.ts"
import type { ToolCall } from "../../shared/ToolCall.ts"
import { hasEnded } from "../../shared/ToolCall.ts"
import { type Cause, causeSentence, type StopStep } from "../../shared/Turn.ts"

/** One turn, as it went. Times in milliseconds. */
export interface Seen {
  /** How it ended; nothing where it was stopped. */
  readonly cause?: Cause | undefined
  /** Why it was stopped, where that was not the point. */
  readonly overdue?: string | undefined
  /** It was over before it could be stopped. */
  readonly missed?: boolean | undefined
  /** The agent's own word for the end, from its wire. */
  readonly reported?: string | undefined
  readonly text: string
  readonly tools: ReadonlyArray<ToolCall>
  readonly asked: ReadonlyArray<AgentRequest>
  readonly steps: ReadonlyArray<StopStep>
  /** From the prompt to the first text. */
  readonly firstMs?: number | undefined
  /** From the stop, or the kill, to the end. */
  readonly stopMs?: number | undefined
}

export interface Verdict {
  readonly verdict: DrillVerdict
  readonly note: string
}

const judged = (verdict: DrillVerdict) => (...notes: ReadonlyArray<string | undefined>): Verdict =>
  ({ verdict, note: notes.filter((note) => note !== undefined && note !== "").join("; ") })
const ok = judged("ok")
const differs = judged("differs")
const failed = judged("failed")
export const notOffered = judged("not offered")

/** Why a turn that should have been answered was not. */
const trouble = ({ cause, overdue }: Seen): string | undefined => {
  if (overdue !== undefined) return overdue
  if (cause === undefined) return "it was stopped"
  const answered = cause._tag === "Answered" && cause.stopReason !== "refusal" && cause.stopReason !== "cancelled"
  return answered ? undefined : causeSentence(cause)
}

const ms = (time: number | undefined): string => time === undefined ? "no text" : `${Math.round(time)} ms`
const says = ({ text }: Seen, word: string) => text.toLowerCase().includes(word.toLowerCase())
const kindsOf = (asked: ReadonlyArray<AgentRequest>): string =>
  [...new Set(asked.flatMap((request) => request._tag === "Permission" ? request.options.map(({ kind }) => kind) : []))].join(", ")
const permissions = ({ asked }: Seen) => asked.filter(({ _tag }) => _tag === "Permission")

export const startVerdict = ({ ms: took, problem }: { readonly ms: number; readonly problem?: string | undefined }): Verdict =>
  problem === undefined ? ok(`ready after ${ms(took)}`) : failed(problem)

export const promptVerdict = (cold: Seen, warm: Seen, word: string, kept: boolean | undefined): Verdict => {
  const problem = trouble(cold) ?? trouble(warm)
  if (problem !== undefined) return failed(problem)
  const times = `first text after ${ms(cold.firstMs)}, then ${ms(warm.firstMs)}`
  if (kept === false) return differs(times, "it started anew for the second prompt")
  return says(warm, word) ? ok(times) : differs(times, "it did not answer what it was asked")
}

export const toolVerdict = (seen: Seen, word: string): Verdict => {
  const problem = trouble(seen)
  if (problem !== undefined) return failed(problem)
  if (seen.tools.length === 0) return differs("it answered without a tool that it told of")
  const open = seen.tools.filter(({ status }) => !hasEnded(status))
  const [first] = seen.tools
  const told = `${seen.tools.length === 1 ? "one call" : `${seen.tools.length} calls`}, first “${first?.title ?? ""}” (${first?.status ?? ""})`
  if (open.length > 0) return differs(told, `${open.length} never ended`)
  return says(seen, word) ? ok(told) : differs(told, "it did not find the word in the file")
}

/** `made`: whether there is a file after it was refused, and after it was allowed. */
export const permissionVerdict = (rejected: Seen, allowed: Seen, made: { readonly rejected: boolean; readonly allowed: boolean }): Verdict => {
  if (rejected.overdue !== undefined || allowed.overdue !== undefined) return failed(rejected.overdue ?? allowed.overdue)
  if (permissions(rejected).length === 0 && permissions(allowed).length === 0) {
    return made.rejected || made.allowed ? differs("it wrote a file without asking") : differs("it neither asked nor wrote a file")
  }
  if (made.rejected) return failed("it wrote a file that it was refused")
  const problem = trouble(allowed)
  if (problem !== undefined) return failed(`after it was allowed: ${problem}`)
  const offers = `offers ${kindsOf([...rejected.asked, ...allowed.asked])}`
  const after = rejected.reported === undefined || rejected.reported === "end_turn" ? undefined : `a refusal ends the turn with ${rejected.reported}`
  const notMade = made.allowed ? undefined : "what it was allowed it did not write"
  return (after === undefined && notMade === undefined ? ok : differs)(offers, after, notMade)
}

const escalated = ({ steps }: Seen) => steps.filter((step) => step !== "cancel")

/** `reports`: it has a word for the end of a cancelled turn. */
export const cancelVerdict = (seen: Seen): Verdict => {
  if (seen.overdue !== undefined) return failed(seen.overdue)
  if (seen.missed === true) return differs("its turn was over before it could be stopped")
  const stopped = `stopped after ${ms(seen.stopMs)}`
  const forced = escalated(seen)
  if (forced.length > 0) return failed("it ignores a cancel", `ended by ${forced.at(-1)} after ${ms(seen.stopMs)}`)
  return seen.reported === undefined || seen.reported === "cancelled"
    ? ok(stopped, seen.reported === undefined ? undefined : "reported cancelled")
    : differs(stopped, `reported ${seen.reported}`)
}

export const cancelAskingVerdict = (seen: Seen, made: boolean): Verdict => {
  if (seen.missed === true || seen.asked.length === 0) return seen.overdue === undefined ? notOffered("it asked nothing") : failed(seen.overdue)
  return made ? failed("it wrote the file after the cancel") : cancelVerdict(seen)
}

export const afterCancelVerdict = (stopped: Seen, next: Seen, word: string): Verdict => {
  const problem = stopped.overdue ?? trouble(next)
  if (problem !== undefined) return failed(problem)
  return says(next, word) ? ok(`answered after ${ms(next.firstMs)}`) : differs("it did not answer what it was asked")
}

/** The cause without the agent's last words. */
const howOf = (cause: Cause): string => causeSentence(cause._tag === "ChildExited" ? { ...cause, stderr: "" } : cause).replace(/\.$/, "")

/** `left`: its processes that are still there a while later. */
export const crashVerdict = (seen: Seen, left: number): Verdict => {
  if (seen.overdue !== undefined) return failed(seen.overdue)
  if (left > 0) return failed(`${left} of its processes survived`)
  if (seen.missed === true || seen.cause === undefined) return differs("its turn was over before it could be killed")
  if (seen.cause._tag === "Answered") return differs("its turn ended as if it had been answered", "no process survived")
  return ok(`the turn ended after ${ms(seen.stopMs)}: ${howOf(seen.cause)}`, "no process survived")
}

export interface Bound { readonly continuity: Continuity; readonly why: string }

export const resumeVerdict = (seen: Seen, word: string, bound: Bound | undefined): Verdict => {
  const problem = trouble(seen)
  if (problem !== undefined) return failed(problem)
  if (bound === undefined) return differs("it did not start anew")
  const knows = says(seen, word)
  const why = bound.why.replace(/\.$/, "")
  switch (bound.continuity) {
    case "resumed": return (knows ? ok : failed)(why, knows ? "it knew what was said" : "it had forgotten what was said")
    case "replayed": return (knows ? ok : differs)(`the chat is replayed to it: ${why}`, knows ? "it knew what was said" : "it did not use what was said")
    case "fresh": return notOffered(why)
  }
}
