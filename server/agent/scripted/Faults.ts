// The ways in which the scripted agent misbehaves: those of a step, and those of a start, which tests choose by environment:
//
//   SCRIPTED_HANG_START=1     never answers initialize          SCRIPTED_NO_LOAD=1    offers neither load nor resume
//   SCRIPTED_CRASH_START=N    crashes the first N starts        SCRIPTED_NO_RESUME=1  offers load only
//   SCRIPTED_SLOW_START=MS    answers initialize after MS       SCRIPTED_FAIL_LOAD=1  load and resume fail
//   SCRIPTED_SIGN_IN=1        wants somebody to sign in first   SCRIPTED_OLD_MODELS=1 has its models apart from its options

import { spawn } from "node:child_process"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Session } from "./Session.ts"
import { home } from "./Sessions.ts"
import type { Wire } from "./Wire.ts"

const isSet = (name: string) => (process.env[name] ?? "") !== "" && process.env[name] !== "0"
const numberIn = (name: string) => Number.parseInt(process.env[name] ?? "", 10) || 0

export const startFaults = () => ({
  hangs: isSet("SCRIPTED_HANG_START"),
  slowMs: numberIn("SCRIPTED_SLOW_START"),
  crashes: numberIn("SCRIPTED_CRASH_START"),
  noLoad: isSet("SCRIPTED_NO_LOAD"),
  noResume: isSet("SCRIPTED_NO_RESUME") || isSet("SCRIPTED_NO_LOAD"),
  failsLoad: isSet("SCRIPTED_FAIL_LOAD"),
  wantsSignIn: isSet("SCRIPTED_SIGN_IN"),
  oldModels: isSet("SCRIPTED_OLD_MODELS")
})

const readCount = (path: string) => {
  try {
    return Number.parseInt(readFileSync(path, "utf8"), 10) || 0
  } catch {
    return 0
  }
}

/** Crashes this start if it is one of the first `crashes`, counted on disk. */
export const crashAtStart = (crashes: number): void => {
  if (crashes === 0) return
  mkdirSync(home(), { recursive: true, mode: 0o700 })
  const file = join(home(), "crashed-starts")
  const crashed = readCount(file)
  if (crashed >= crashes) return
  writeFileSync(file, String(crashed + 1))
  console.error(`scripted agent: start ${crashed + 1} of ${crashes} crashes, as told`)
  process.exit(1)
}

/** What was sent before is in the pipe; the rest of the turn never comes. */
export const crash = async (wire: Wire, code: number): Promise<void> => {
  await wire.drained()
  console.error(`scripted agent: crash with code ${code}, as told`)
  process.exit(code)
}

export const garbage = async (wire: Wire, megabytes: number | undefined): Promise<void> => {
  wire.raw(megabytes === undefined ? "this line is no JSON" : "x".repeat(Math.round(megabytes * 1024 * 1024)))
  await wire.drained()
}

/** A grandchild in a session of its own, out of reach of a kill of our process group. It sleeps for ten minutes. */
export const forkChild = async (): Promise<string> => {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const shell = spawn("/bin/sh", ["-c", "sleep 600 >/dev/null 2>&1 & echo $!"], {
    detached: true,
    stdio: ["ignore", "pipe", "ignore"]
  })
  shell.on("error", reject)
  shell.stdout.setEncoding("utf8").on("data", (pid: string) => resolve(pid.trim()))
  return promise
}

/** Updates that no client can know what to do with: of an unknown kind, of a session that isn't open, of no known method. */
export const stray = ({ kept: { id }, wire }: Session): void => {
  wire.notify("session/update", { sessionId: id, update: { sessionUpdate: "moon_phase", phase: "full" } })
  wire.notify("session/update", { sessionId: `${id}-other`, update: { sessionUpdate: "agent_message_chunk", content: { type: "text", text: "not yours" } } })
  wire.notify("_scripted/weather", { sky: "blue" })
}

let lingerMs = 0

/** From now on the process outlives the end of stdin, and the first SIGTERM, by `ms`; further SIGTERMs change nothing. */
export const exitSlowly = (ms: number): void => {
  if (lingerMs === 0) process.on("SIGTERM", () => setTimeout(() => process.exit(0), lingerMs))
  lingerMs = ms
}

/** The end of the process once stdin has ended. */
export const exit = (): void => {
  if (lingerMs === 0) process.exit(0)
  setTimeout(() => process.exit(0), lingerMs)
}
