/**
 * Ends what an earlier life of a cluster left running: its postmaster, when the server died so that nobody could tell
 * it to stop, and backends that have lost theirs. Whoever calls holds the data directory's lock, so nothing here
 * belongs to a live server. Works through `/proc`; elsewhere Postgres' own interlock refuses a second start.
 */
import { type Duration, Effect, FileSystem, Option, Schedule } from "effect"

/** What identifies a cluster's processes from outside. `title` is its `cluster_name`, which Postgres puts in theirs. */
export interface ClusterMarks { readonly folder: string; readonly socketDir: string; readonly title: string }

const signal = (pids: ReadonlyArray<number>, name: NodeJS.Signals) =>
  Effect.forEach(pids, (pid) => Effect.ignore(Effect.try(() => process.kill(pid, name))), { discard: true })

/** Empty when there is no such process, and for a zombie. */
const commandLine = (pid: number | string) => Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  return yield* fs.readFileString(`/proc/${pid}/cmdline`).pipe(Effect.orElseSucceed(() => ""))
})

const postmasterPid = (marks: ClusterMarks) => Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const text = yield* fs.readFileString(`${marks.folder}/postmaster.pid`).pipe(Effect.orElseSucceed(() => ""))
  return Option.filter(Option.some(Number.parseInt(text, 10)), Number.isInteger)
})

const isPostmaster = (marks: ClusterMarks) => (command: string) => command.split("\0").includes(marks.folder)

const livePostmasters = (marks: ClusterMarks) => Effect.gen(function*() {
  const pid = yield* postmasterPid(marks)
  return Option.isSome(pid) && isPostmaster(marks)(yield* commandLine(pid.value)) ? [pid.value] : []
})

const liveBackends = (marks: ClusterMarks) => Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const names = yield* fs.readDirectory("/proc").pipe(Effect.orElseSucceed(() => []))
  return yield* Effect.filter(names.filter((name) => /^\d+$/.test(name)), (pid) =>
    Effect.map(commandLine(pid), (command) => command.startsWith(`postgres: ${marks.title}: `)), { concurrency: 16 })
    .pipe(Effect.map((pids) => pids.map(Number)))
})

/** Asks with each signal in turn, and gives each its time; returns at once when none is left. */
const end = (list: Effect.Effect<ReadonlyArray<number>, never, FileSystem.FileSystem>,
  steps: ReadonlyArray<readonly [NodeJS.Signals | undefined, Duration.Input]>) =>
  Effect.forEach(steps, ([name, patience]) => Effect.gen(function*() {
    const left = yield* list
    if (left.length > 0 && name !== undefined) yield* signal(left, name)
    yield* Effect.repeat(list, { until: (pids) => pids.length === 0, schedule: Schedule.spaced("20 millis") })
      .pipe(Effect.timeoutOption(patience))
  }), { discard: true })

/** Afterwards no process of the cluster runs, and no file claims that one does. */
export const clearOrphans = Effect.fn("clearOrphans")(function*(marks: ClusterMarks) {
  const fs = yield* FileSystem.FileSystem
  // a clean stop removes this file, so a clean start costs one look
  if (!(yield* fs.exists(`${marks.folder}/postmaster.pid`))) return
  yield* end(livePostmasters(marks), [["SIGINT", "10 seconds"], ["SIGKILL", "5 seconds"]])
  // without a postmaster they end by themselves as soon as they look up; what is deep in a statement doesn't
  yield* end(liveBackends(marks), [[undefined, "500 millis"], ["SIGKILL", "5 seconds"]])
  if ((yield* livePostmasters(marks)).length > 0) return
  // the file may name a zombie, or a pid that somebody else has by now: Postgres would believe it
  for (const lock of [`${marks.folder}/postmaster.pid`, `${marks.socketDir}/.s.PGSQL.5432.lock`]) {
    yield* fs.remove(lock, { force: true })
  }
})
