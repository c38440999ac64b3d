/**
 * `boocode doctor` and `boocode agents`: what this machine has for boocode, what it lacks, and what to do about it. A report is
 * a plain value; printing it and ending the program is the command line's business. Nothing here needs a running
 * server, a database or the internet.
 */
import { Effect, Layer } from "effect"
import type { AgentInfo } from "../shared/Agent.ts"
import { AgentCatalog, type AgentCatalogOptions } from "./agent/AgentCatalog.ts"
import { AgentRowsPort } from "./agent/catalog/AgentRowsPort.ts"
import { agentsFilePath, readAgentsFile } from "./agent/catalog/AgentsFile.ts"
import { alignColumns } from "./agent/catalog/AgentTable.ts"
import { dataLines, type DataOptions } from "./doctor/DataChecks.ts"
import { bad, type DoctorLine, lacking, well } from "./doctor/DoctorLine.ts"
import { machineLines } from "./doctor/MachineChecks.ts"
import { Git } from "./work/git/Git.ts"

export interface DoctorOptions extends AgentCatalogOptions, DataOptions {}

/** The catalogue as a server started from here would have it, without what its settings change. */
export const localAgents = (options: AgentCatalogOptions) => Effect.flatMap(AgentCatalog, ({ refresh }) => refresh).pipe(
  Effect.provide(AgentCatalog.layer(options).pipe(Layer.provide(AgentRowsPort.layerMemory()))))

/** Pure. */
export const agentLines = (agents: ReadonlyArray<AgentInfo>): ReadonlyArray<DoctorLine> => {
  const ready = agents.filter(({ enabled, readiness }) => enabled && readiness === "ready").length
  return [
    ready > 0 ? well("agents", `${ready} ready`) : lacking("agents", "none is ready; install one of those below, or look around with `boocode serve --demo`."),
    ...agents.map(({ command, detail, enabled, name, readiness, version }) => {
      if (!enabled) return { ...well(`agent ${name}`, "switched off"), needed: false }
      if (readiness === "ready") return { ...well(`agent ${name}`, `${version ?? "ready"} (${command ?? "found"})`), needed: false }
      return lacking(`agent ${name}`, detail ?? readiness)
    })
  ]
}

/** Pure. Nothing to mend, but to be known: it is what every agent can do, whatever it is asked. */
export const reachLine = (dataDir: string): DoctorLine => well("agents' reach",
  `agents run as the server's user with its environment, all but BOOCODE_…: they can read what it can, ${dataDir}/token and the keys in that environment included.`)

const agentsFile = Effect.fnUntraced(function*(dataDir: string) {
  const { edits, problem } = yield* readAgentsFile(dataDir)
  if (problem !== undefined) return [bad("agents.json", problem)]
  return edits.length === 0 ? [] : [well("agents.json", `${edits.length} ${edits.length === 1 ? "entry" : "entries"} in ${agentsFilePath(dataDir)}`)]
})

export const doctor = Effect.fn("doctor")(function*(options: DoctorOptions) {
  const parts = yield* Effect.all([
    Effect.provide(machineLines, Git.layer), dataLines(options), Effect.succeed([reachLine(options.dataDir)]), agentsFile(options.dataDir),
    Effect.map(localAgents(options), agentLines)
  ], { concurrency: "unbounded" })
  const lines: ReadonlyArray<DoctorLine> = parts.flat()
  return lines
})

/** Nothing that boocode needs is missing. */
export const passes = (lines: ReadonlyArray<DoctorLine>): boolean => lines.every(({ needed, ok }) => ok || !needed)

/** `ok`, `fix` where boocode can't do without, `-` where it can. */
export const doctorText = (lines: ReadonlyArray<DoctorLine>): string =>
  alignColumns(lines.map(({ detail, name, needed, ok }) => [ok ? "ok" : needed ? "fix" : "-", name, detail.replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ")])).join("\n")

export const doctorJson = (lines: ReadonlyArray<DoctorLine>): string => JSON.stringify(lines, null, 2)
