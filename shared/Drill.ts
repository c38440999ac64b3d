/** A drill: what an installed agent was seen to do, step by step, measured on the real program. */
import { Schema } from "effect"
import { AgentName } from "./Ids.ts"

export const DrillStep = Schema.Literals([
  "start", "prompt", "tool", "permission", "cancel", "cancel while it asks", "prompt right after a cancel", "crash", "resume"
])
export type DrillStep = typeof DrillStep.Type

/** In the order in which they are run. */
export const drillSteps: ReadonlyArray<DrillStep> = DrillStep.literals

/** `differs`: it does otherwise than its protocol says, and boocode gets along with it. */
export const DrillVerdict = Schema.Literals(["ok", "differs", "failed", "not offered"])
export type DrillVerdict = typeof DrillVerdict.Type

export const DrillLine = Schema.Struct({
  step: DrillStep,
  verdict: DrillVerdict,
  /** What was measured, in words. */
  note: Schema.String
})
export type DrillLine = typeof DrillLine.Type

export const DrillReport = Schema.Struct({
  agent: AgentName,
  version: Schema.optionalKey(Schema.String),
  /** Epoch milliseconds of its end. */
  at: Schema.Finite,
  lines: Schema.Array(DrillLine),
  /** What was learnt of its quirks and kept with its row, each in words. */
  learnt: Schema.Array(Schema.String)
})
export type DrillReport = typeof DrillReport.Type

/** What a running drill tells. The last is `Done`. */
export const DrillNews = Schema.TaggedUnion({
  Began: { step: DrillStep },
  Ended: { line: DrillLine },
  Done: { report: DrillReport }
})
export type DrillNews = typeof DrillNews.Type

export const hasFailed = ({ lines }: DrillReport): boolean => lines.some(({ verdict }) => verdict === "failed")
