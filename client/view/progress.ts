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
  /** `asks`: the turn waits for a person. `silent`: nothing has come for long; a person may want to stop it. */
  readonly tone: "works" | "asks" | "stops" | "silent"
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

/** An agent that says nothing for this long, with no tool at work and no question open, is said to be silent. */
const silenceLimit = 60_000

/** When something came of the turn last, and what time it is now, both on the server's clock. */
export interface Heard { readonly at: number; readonly now: number }

/** `1 min 12 s`, `1 h 04 min`. */
export const silenceWords = (milliseconds: number): string => {
  const seconds = Math.floor(Math.max(0, milliseconds) / 1000)
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${String(seconds % 60).padStart(2, "0")} s`
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`
}

/** The last moment at which something is known to have come: of a turn without a word it is the prompt's handing over. */
export const firstHeard = ({ deliveredAt }: TurnSummary, items: ReadonlyArray<Item>, now: number): number =>
  items.some((item) => item._tag !== "Prompt") ? now : deliveredAt ?? now

/** `items` are the turn's own, in order; `label` is its agent's. */
export const progressOf = (turn: TurnSummary, items: ReadonlyArray<Item>, label: string, heard?: Heard): Progress => {
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
  if (heard !== undefined && heard.now - heard.at >= silenceLimit) return { words: `${label} has said nothing for`, since: heard.at, tone: "silent" }
  const last = items.findLast((item) => item._tag !== "Prompt")
  if (last === undefined) return { words: "Waiting for the first word", since: turn.deliveredAt ?? turn.startedAt, tone: "works" }
  if (last._tag === "Text") return { words: last.kind === "text" ? "Writing" : "Thinking", since: undefined, tone: "works" }
  return { words: "Waiting for the next word", since: lastEnd(calls), tone: "works" }
}
