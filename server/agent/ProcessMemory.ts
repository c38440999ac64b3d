/**
 * How much memory a process and its descendants hold, read from `/proc`: the sum of their resident sizes, which counts a
 * page that they share once for each. Nothing is known where there is no `/proc`.
 */
import { readFile } from "node:fs/promises"
import { Effect } from "effect"
import { listProcesses, type ProcessInfo } from "./ProcessTree.ts"

/** Bytes, of the `VmRSS` line in a `/proc/PID/status`. Source: proc_pid_status(5). */
export const residentOf = (status: string): number => Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024

/** The process and all that came of it. */
export const familyOf = (pid: number, processes: ReadonlyArray<ProcessInfo>): ReadonlyArray<number> => {
  const family = new Set([pid])
  for (let size = 0; size !== family.size;) {
    size = family.size
    for (const { parent, pid: child } of processes) if (family.has(parent)) family.add(child)
  }
  return [...family]
}

const readResident = (pid: number): Promise<number> => readFile(`/proc/${pid}/status`, "latin1").then(residentOf, () => 0)

const readFamily = (pid: number, processes: ReadonlyArray<ProcessInfo>): Effect.Effect<number> =>
  Effect.map(Effect.promise(() => Promise.all(familyOf(pid, processes).map(readResident))), (sizes) => sizes.reduce((sum, one) => sum + one, 0))

/** Bytes of each that is alive, by pid. */
export const readMemory = (pids: ReadonlyArray<number>): Effect.Effect<ReadonlyMap<number, number>> => pids.length === 0
  ? Effect.succeed(new Map<number, number>())
  : Effect.gen(function*() {
    const processes = (yield* listProcesses) ?? []
    const sizes = yield* Effect.forEach(pids, (pid) => Effect.map(readFamily(pid, processes), (bytes) => [pid, bytes] as const))
    return new Map(sizes.filter(([, bytes]) => bytes > 0))
  })
