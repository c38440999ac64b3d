/** Drills as the page lists them: a row an agent, with what its newest drill came to or the one under way does. Pure. */
import type { AgentInfo } from "../../shared/Agent.ts"
import { type DrillLine, type DrillReport, type DrillStep, drillSteps, type DrillVerdict } from "../../shared/Drill.ts"
import { sinceWords } from "./duration.ts"

export interface DrillRow {
  readonly agent: AgentInfo
  /** What stands below its name. */
  readonly words: string
  readonly lines: ReadonlyArray<DrillLine>
  /** Under way. */
  readonly step: DrillStep | undefined
  readonly isRunning: boolean
  readonly counts: ReadonlyArray<{ readonly verdict: DrillVerdict; readonly count: number }>
  readonly learnt: ReadonlyArray<string>
}

interface Running { readonly agent: string; readonly step: DrillStep | undefined; readonly lines: ReadonlyArray<DrillLine> }

const shown: ReadonlyArray<DrillVerdict> = ["failed", "differs", "ok"]

const countsOf = (lines: ReadonlyArray<DrillLine>) => shown.map((verdict) => ({ verdict, count: lines.filter((line) => line.verdict === verdict).length }))
  .filter(({ count }) => count > 0)

const wordsOf = (agent: AgentInfo, report: DrillReport | undefined, running: Running | undefined, now: number): string => {
  if (running !== undefined) return running.lines.length === 0 && running.step === undefined ? "Waiting for its turn…" : `Step ${Math.min(running.lines.length + 1, drillSteps.length)} of ${drillSteps.length}${running.step === undefined ? "" : `: ${running.step}`}`
  if (report === undefined) return "Not drilled yet"
  const when = `Drilled ${sinceWords(report.at, now)}`
  const stale = report.version !== undefined && agent.version !== undefined && report.version !== agent.version
  return stale ? `${when}, at version ${report.version}; ${agent.version} is installed` : when
}

/** Of the agents that can be drilled, in the catalogue's order. */
export const drillRows = (
  agents: ReadonlyArray<AgentInfo>, reports: ReadonlyArray<DrillReport>, running: Running | undefined, now: number
): ReadonlyArray<DrillRow> => agents.filter(({ enabled, readiness }) => enabled && readiness === "ready").map((agent) => {
  const report = reports.find((one) => one.agent === agent.name)
  const own = running?.agent === agent.name ? running : undefined
  const lines = own?.lines ?? report?.lines ?? []
  return {
    agent, lines, words: wordsOf(agent, report, own, now), step: own?.step, isRunning: own !== undefined, counts: countsOf(lines), learnt: own === undefined ? report?.learnt ?? [] : []
  }
})

export const verdictWords: Record<DrillVerdict, string> = { ok: "ok", differs: "differs", failed: "failed", "not offered": "not offered" }
