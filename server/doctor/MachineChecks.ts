/** The doctor's look at the machine: runtime, system, user, git, and what keeps agents from outliving the server. */
import { Effect, FileSystem } from "effect"
import { Environment } from "../process/Environment.ts"
import { findProgram, runProgram } from "../process/Program.ts"
import { Git } from "../work/git/Git.ts"
import { bad, type DoctorLine, lacking, well } from "./DoctorLine.ts"

const leastBun = [1, 4] as const
const leastGit = [2, 30] as const

const isAtLeast = (version: string, [major, minor]: readonly [number, number]): boolean => {
  const [first = 0, second = 0] = version.split(".").map(Number)
  return first > major || (first === major && second >= minor)
}

/** Pure; `undefined` is any other runtime. */
export const runtimeLine = (bun: string | undefined): DoctorLine => {
  if (bun === undefined) return bad("bun", `this isn't Bun; run boocode with Bun ${leastBun.join(".")} or newer.`)
  return isAtLeast(bun, leastBun) ? well("bun", bun) : bad("bun", `${bun} is too old; boocode needs ${leastBun.join(".")} or newer: run \`bun upgrade\`.`)
}

/** Pure. `version` as git says it, or why it doesn't. */
export const gitLine = (version: { readonly found: string } | { readonly refused: string }): DoctorLine => {
  if ("refused" in version) return bad("git", version.refused)
  return isAtLeast(version.found, leastGit) ? well("git", version.found)
    : bad("git", `${version.found} is too old; boocode needs ${leastGit.join(".")} or newer: update git.`)
}

const git = Effect.flatMap(Git, ({ version }) => version).pipe(
  Effect.map((found) => gitLine({ found })), Effect.catch(({ message }) => Effect.succeed(gitLine({ refused: message }))))

const system = Effect.sync((): DoctorLine => {
  const name = `${process.platform} ${process.arch}`
  return process.platform === "linux" ? well("system", name)
    : lacking("system", `${name}: everything works, but only Linux has what surely ends whatever agents leave behind.`)
})

const user = Effect.gen(function*() {
  const environment = yield* Environment
  const uid = process.getuid?.()
  const name = environment["USER"] ?? environment["LOGNAME"] ?? `uid ${uid ?? "unknown"}`
  if (uid !== 0) return well("user", name)
  const setpriv = yield* findProgram("setpriv", environment)
  return setpriv === undefined
    ? bad("user", "root, under which Postgres doesn't run, and there is no `setpriv` to change the user; install util-linux, or start boocode as another user.")
    : well("user", "root; Postgres runs under an account of its own, agents run as root: another user is safer.")
})

const proc = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const readable = yield* Effect.orElseSucceed(Effect.map(fs.readFileString("/proc/self/stat"), (stat) => stat !== ""), () => false)
  return readable ? well("/proc", "readable; what agents start is found by it and ended.")
    : lacking("/proc", "not there or not readable: of what agents start only their process groups can be ended; mount /proc if you can.")
})

const setpriv = Effect.gen(function*() {
  if (process.platform !== "linux") return []
  const found = yield* findProgram("setpriv", yield* Environment)
  return [found === undefined ? lacking("setpriv", "not found: a small watcher ends Postgres when the server dies; install util-linux to do without.") : well("setpriv", found)]
})

const groupScript = "read -r line < /proc/$$/stat; rest=${line##*) }; set -- $rest; test \"$3\" = $$ && test \"$4\" = $$"

const groups = Effect.gen(function*() {
  if (process.platform !== "linux") return lacking("process groups", "not looked at on this system.")
  const env = yield* Environment
  return yield* runProgram({ command: "/bin/sh", args: ["-c", groupScript], env, deadline: "5 seconds" }).pipe(
    Effect.map(({ code }) => code === 0 ? well("process groups", "agents get a session and a group of their own; both end with them.")
      : bad("process groups", "a program that was started got no group of its own: agents can't be ended surely here.")),
    Effect.catch(({ message }) => Effect.succeed(bad("process groups", message))))
})

/** The pid namespace that a machine starts with, by its number in the kernel. */
const firstPidNamespace = "pid:[4026531836]"

/** Pure. */
export const confinementLine = (pidNamespace: string, controlGroup: string, pid: number): DoctorLine => {
  const name = "confinement"
  if (pid === 1) return lacking(name, "boocode is process 1 here, and it doesn't reap others' dead children; start it under an init, such as `docker run --init`.")
  if (pidNamespace !== "" && pidNamespace !== firstPidNamespace) return well(name, "a PID namespace: when it ends, everything in it ends.")
  if (/\.service$/m.test(controlGroup)) return well(name, "a systemd service: stopping it ends everything it has started.")
  return lacking(name, "what an agent starts is ended by its group and by a mark in its environment; what leaves the group and also clears its environment needs a cgroup or PID namespace: run boocode in a container or as a systemd service to hold that too.")
}

const confinement = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const empty = () => ""
  return confinementLine(yield* Effect.orElseSucceed(fs.readLink("/proc/self/ns/pid"), empty),
    yield* Effect.orElseSucceed(fs.readFileString("/proc/self/cgroup"), empty), process.pid)
})

export const machineLines = Effect.gen(function*() {
  return [runtimeLine(process.versions.bun), yield* system, yield* user, yield* proc, ...(yield* setpriv), yield* groups, yield* confinement, yield* git]
})
