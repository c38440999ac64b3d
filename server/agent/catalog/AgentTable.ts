/** The catalogue as `boocode agents` prints it: a row an agent, and under the ones that aren't ready what to do. Pure. */
import type { AgentInfo } from "../../../shared/Agent.ts"

/** Columns as wide as their widest cell, two spaces between; no spaces at a line's end. */
export const alignColumns = (rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd())
}

/** A terminal's control characters, which a program's own words may hold, are left out. */
export const plain = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ")

const stateOf = ({ enabled, readiness }: AgentInfo): string => enabled ? readiness : "off"

export const agentTable = (agents: ReadonlyArray<AgentInfo>): string => alignColumns([
  ["AGENT", "STATE", "VERSION", "PROGRAM, OR WHAT TO DO"],
  ...agents.map((agent) => [agent.name, stateOf(agent), agent.version ?? "", agent.detail ?? agent.command ?? ""].map(plain))
]).join("\n")

/** One JSON array of the catalogue's rows as the contract has them. */
export const agentJson = (agents: ReadonlyArray<AgentInfo>): string => JSON.stringify(agents, null, 2)
