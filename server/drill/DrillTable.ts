/** A drill as `boocode drill` prints it. Pure. */
import type { DrillLine, DrillReport } from "../../shared/Drill.ts"
import { drillSteps } from "../../shared/Drill.ts"

const plain = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ")

const verdictWidth = "not offered".length
const stepWidth = Math.max(...drillSteps.map(({ length }) => length))

/** One line of the table, in the columns of all. */
export const drillLine = ({ note, step, verdict }: DrillLine): string =>
  `${verdict.padEnd(verdictWidth)}  ${step.padEnd(stepWidth)}  ${plain(note)}`.trimEnd()

/** What stands below the lines. */
export const drillFarewell = ({ agent, learnt, lines, version }: DrillReport): string => {
  const count = (verdict: DrillLine["verdict"]) => lines.filter((line) => line.verdict === verdict).length
  const counts = (["ok", "differs", "failed", "not offered"] as const).flatMap((verdict) => count(verdict) === 0 ? [] : [`${count(verdict)} ${verdict}`])
  const name = version === undefined ? agent : `${agent} ${plain(version)}`
  return [`${name}: ${counts.join(", ")}`, ...learnt.map((words) => `learnt: ${words}`)].join("\n")
}

export const drillJson = (report: DrillReport): string => JSON.stringify(report, null, 2)
