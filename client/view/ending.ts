/** Ending: how an ended turn is told below its last item. Pure. */
import { causeSentence, type TurnSummary } from "../../shared/Turn.ts"
import { spanWords } from "./duration.ts"
import { amountWords, costWords } from "./numbers.ts"

export interface Ending {
  /** `quiet`: it simply finished; nothing needs to be read. */
  readonly tone: "quiet" | "note" | "bad"
  /** A word in front of the sentence; `undefined` where the sentence says it itself. */
  readonly title: string | undefined
  readonly sentence: string | undefined
  /** What the agent's process last wrote to its error output. */
  readonly stderr: string | undefined
  /** Time, tokens and cost, each only where known. */
  readonly figures: ReadonlyArray<string>
}

const titles = { completed: "Finished", failed: "Failed", stopped: "Stopped", interrupted: "Interrupted" } as const

const figuresOf = ({ endedAt, startedAt, usage }: TurnSummary): ReadonlyArray<string> => [
  ...(endedAt === undefined ? [] : [spanWords(endedAt - startedAt)]),
  ...(usage === undefined || usage.source === "not reported" ? [] : [
    `${amountWords(usage.inputTokens)} in · ${amountWords(usage.outputTokens)} out${usage.source === "estimated" ? " (estimated)" : ""}`
  ]),
  ...(usage?.cost === undefined || usage.cost === 0 ? [] : [costWords(usage.cost)])
]

/** `undefined` while the turn runs. */
export const endingOf = (turn: TurnSummary): Ending | undefined => {
  const { cause, outcome } = turn
  if (outcome === undefined) return undefined
  const plain = outcome === "completed" && (cause === undefined || cause._tag === "Quiet" ||
    (cause._tag === "Answered" && (cause.stopReason === undefined || cause.stopReason === "end_turn")))
  const stderr = cause?._tag === "ChildExited" && cause.stderr.trim() !== "" ? cause.stderr.trim() : undefined
  return {
    tone: plain ? "quiet" : outcome === "failed" ? "bad" : "note",
    title: outcome === "stopped" && cause?._tag === "Stopped" ? undefined : titles[outcome],
    sentence: plain || cause === undefined ? undefined
      : causeSentence(cause._tag === "ChildExited" ? { ...cause, stderr: "" } : cause),
    stderr,
    figures: figuresOf(turn)
  }
}
