/** Progress: what a running turn is doing right now, in words, and since when. Pure; times are the server's. */
import type { Item } from "../../shared/ChatEvent.ts"
import { hasEnded, type ToolCall } from "../../shared/ToolCall.ts"
import type { StopStep, TurnSummary } from "../../shared/Turn.ts"
import { plural } from "./numbers.ts"
import { toolTitle } from "./toolCall.ts"

export interface Progress {
  readonly words: string
  /** Epoch milliseconds on the server's clock; `undefined` where nobody recorded it. */
  readonly since: number | undefined
  /** `asks`: the turn waits for a person. */
  readonly tone: "works" | "asks" | "stops"
}

const stopWords: Record<StopStep, string> = {
  cancel: "Stopping",
  "stdin-closed": "Stopping: the agent ignored the cancel, its input is closed",
  sigterm: "Stopping: told to terminate (SIGTERM)",
  sigkill: "Stopping: killed (SIGKILL)"
}

const toolWords = (running: ReadonlyArray<ToolCall>): Progress => {
  const [first] = running
  const words = running.length === 1 && first !== undefined ? `Running ${toolTitle(first)}` : `Running ${plural(running.length, "tool")}`
  return { words, since: Math.min(...running.map((call) => call.startedAt)), tone: "works" }
}

const lastEnd = (calls: ReadonlyArray<ToolCall>): number | undefined => {
  const ends = calls.flatMap((call) => call.endedAt ?? [])
  return ends.length === 0 ? undefined : Math.max(...ends)
}

/** `items` are the turn's own, in order; `label` is its agent's. */
export const progressOf = (turn: TurnSummary, items: ReadonlyArray<Item>, label: string): Progress => {
  if (turn.stopBy !== undefined) return { words: stopWords[turn.stopStep ?? "cancel"], since: undefined, tone: "stops" }
  if (items.some((item) => item._tag === "Request" && item.closed === undefined)) {
    return { words: "Waiting for your answer", since: undefined, tone: "asks" }
  }
  if (turn.deliveredAt === undefined && turn.origin === "prompt") {
    return { words: `Starting ${label}`, since: turn.startedAt, tone: "works" }
  }
  const calls = items.flatMap((item) => item._tag === "Tool" ? [item.call] : [])
  const running = calls.filter((call) => !hasEnded(call.status))
  if (running.length > 0) return toolWords(running)
  const last = items.findLast((item) => item._tag !== "Prompt")
  if (last === undefined) return { words: "Waiting for the first word", since: turn.deliveredAt ?? turn.startedAt, tone: "works" }
  if (last._tag === "Text") return { words: last.kind === "text" ? "Writing" : "Thinking", since: undefined, tone: "works" }
  return { words: "Waiting for the next word", since: lastEnd(calls), tone: "works" }
}
