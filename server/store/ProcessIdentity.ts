/**
 * Who a pid is. A pid alone is reused; a pid with the time its process started, within one boot of the machine, is not.
 * Reads `/proc`, so it is exact on Linux; elsewhere it can only say whether some process has the pid.
 */
import { Effect, FileSystem, Option, Schema } from "effect"

export const ProcessIdentity = Schema.Struct({
  pid: Schema.Int,
  /** Field 22 of `/proc/PID/stat`, in clock ticks since the machine's boot; empty where there is no `/proc`. */
  startTime: Schema.String,
  /** The kernel's id of this boot of the machine; empty where there is none. */
  machineBoot: Schema.String
})
export type ProcessIdentity = typeof ProcessIdentity.Type

const answersSignals = (pid: number) =>
  Effect.try(() => process.kill(pid, 0)).pipe(Effect.isSuccess)

/** The command in field 2 may hold spaces and parentheses: count from the last one. Field 3 is the state. */
const parseStat = (stat: string) => {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
  return { state: fields[0], startTime: fields[19] ?? "" }
}

/** None when no such process lives. A zombie doesn't. */
export const processIdentity = Effect.fnUntraced(function*(pid: number) {
  const fs = yield* FileSystem.FileSystem
  const machineBoot = yield* fs.readFileString("/proc/sys/kernel/random/boot_id").pipe(
    Effect.map((id) => id.trim()), Effect.orElseSucceed(() => ""))
  if (machineBoot === "") {
    return (yield* answersSignals(pid)) ? Option.some<ProcessIdentity>({ pid, startTime: "", machineBoot }) : Option.none<ProcessIdentity>()
  }
  const stat = yield* fs.readFileString(`/proc/${pid}/stat`).pipe(Effect.option)
  return stat.pipe(Option.map(parseStat), Option.filter(({ state }) => state !== "Z" && state !== "X"),
    Option.map(({ startTime }): ProcessIdentity => ({ pid, startTime, machineBoot })))
})

/** This very process still lives. */
export const isSameProcess = (identity: ProcessIdentity) =>
  Effect.map(processIdentity(identity.pid), Option.exists((now) =>
    now.startTime === identity.startTime && now.machineBoot === identity.machineBoot))
