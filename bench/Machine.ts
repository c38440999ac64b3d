/** On what, and beside what, was measured. What the kernel says of processes is read from /proc, where there is one. */
import { existsSync, readFileSync } from "node:fs"
import { availableParallelism, cpus, loadavg, totalmem } from "node:os"

export const load = (): string => loadavg().map((value) => value.toFixed(1)).join(" ")

export const machine = (): string => {
  const model = cpus()[0]?.model.trim() ?? "unknown processor"
  return `${availableParallelism()} cores (${model}), ${Math.round(totalmem() / 2 ** 30)} GB, load ${load()}, Bun ${Bun.version}`
}

const read = (path: string): string => existsSync(path) ? readFileSync(path, "utf8") : ""

const childrenOf = (pid: number): ReadonlyArray<number> =>
  read(`/proc/${pid}/task/${pid}/children`).trim().split(" ").filter((child) => child !== "").map(Number)

/** A process and all that descends from it. */
export const familyOf = (pid: number): ReadonlyArray<number> => [pid, ...childrenOf(pid).flatMap(familyOf)]

/** Proportional set size of these processes, in bytes; a page that several share is counted once. */
export const pssOf = (pids: ReadonlyArray<number>): number =>
  pids.reduce((sum, pid) => sum + 1024 * Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0), 0)

// USER_HZ, which is 100 wherever Linux runs
const ticksPerSecond = 100

/** Processor time that a process has used so far, in seconds. */
export const cpuOf = (pid: number): number => {
  const fields = read(`/proc/${pid}/stat`).split(") ").at(-1)?.split(" ") ?? []
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / ticksPerSecond
}
