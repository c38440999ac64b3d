/**
 * What belongs to one life of an agent, read from `/proc`: its process, its group, its descendants by parent, and
 * whatever carries its mark. Zombies count as dead. Signals them; when and why is StopLadder's business.
 *
 * Without `/proc` (not Linux) only the process group is known: best effort.
 */
import { readFileSync } from "node:fs"
import { readdir, readFile } from "node:fs/promises"
import { Effect } from "effect"
import { carriesMark, type LifeId } from "./LifeMarker.ts"

export interface ProcessInfo {
  readonly pid: number
  readonly parent: number
  readonly group: number
  /** The kernel's letter: R, S, D, T, Z, … */
  readonly state: string
  /** Clock ticks since the machine started. */
  readonly startTime: number
}

/** Reads one `/proc/PID/stat`. The program's name, in parentheses, may hold anything, parentheses and spaces too. Source: proc(5). */
export const parseStat = (text: string): ProcessInfo | undefined => {
  const afterName = text.lastIndexOf(")")
  const fields = text.slice(afterName + 2).split(" ")
  const pid = Number.parseInt(text, 10)
  const info = {
    pid, state: fields[0] ?? "", parent: Number(fields[1]), group: Number(fields[2]), startTime: Number(fields[19])
  }
  return afterName > 0 && Number.isInteger(pid) && Number.isInteger(info.startTime) ? info : undefined
}

/** The start time of a child that was spawned in this very tick: not reaped yet, so surely still there. 0 without `/proc`. */
export const startTimeOfNewChild = (pid: number): number => {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, "latin1"))?.startTime ?? 0
  } catch {
    return 0
  }
}

const isAlive = (info: ProcessInfo): boolean => info.state !== "Z" && info.state !== "X"

/** A file of `/proc`; undefined where its process is gone or not ours to read. */
const readProc = (path: string): Promise<string | undefined> => readFile(path, "latin1").catch(() => undefined)

/** Every live process of the machine; undefined where there is no `/proc`. */
export const listProcesses: Effect.Effect<ReadonlyArray<ProcessInfo> | undefined> = Effect.promise(() =>
  readdir("/proc").then(
    (names) => Promise.all(names.filter((name) => /^[1-9]\d*$/.test(name)).map((pid) => readProc(`/proc/${pid}/stat`))),
    () => []
  )
).pipe(Effect.map((stats) => {
  const found: Array<ProcessInfo> = []
  for (const stat of stats) {
    const info = stat === undefined ? undefined : parseStat(stat)
    if (info !== undefined && isAlive(info)) found.push(info)
  }
  return found.length === 0 ? undefined : found
}))

/** The one process a life began with. */
export interface Root {
  readonly pid: number
  readonly startTime: number
}

export interface Sighting {
  readonly processes: ReadonlyArray<ProcessInfo>
  /** Pids that carry the mark. */
  readonly marked: ReadonlySet<number>
  /** The leader was there only just now: what is in its group is still its own. */
  readonly fresh: boolean
}

/**
 * Which of the processes seen belong to the life. `known` are the start times of pids that were found to belong before: the
 * children of a dead parent are nobody's, but they have been seen. A group is trusted only while its leader lives and for a
 * moment longer, since afterwards its number may come to name another's.
 */
export const membersOf = (
  root: Root,
  known: ReadonlyMap<number, number>,
  { fresh, marked, processes }: Sighting
): ReadonlyArray<ProcessInfo> => {
  const isRoot = (info: ProcessInfo) => info.pid === root.pid && info.startTime === root.startTime
  const leader = processes.find((info) => info.pid === root.pid)
  const groupIsOurs = leader === undefined ? fresh : isRoot(leader) && leader.group === root.pid
  const members = new Map<number, ProcessInfo>()
  for (const info of processes) {
    const belongs = isRoot(info) || known.get(info.pid) === info.startTime || marked.has(info.pid) ||
      (groupIsOurs && info.group === root.pid)
    if (belongs) members.set(info.pid, info)
  }
  // Children may be listed before their parents: go on until a pass finds nothing new.
  for (let size = -1; size !== members.size;) {
    size = members.size
    for (const info of processes) if (members.has(info.parent)) members.set(info.pid, info)
  }
  return [...members.values()]
}

const signalQuietly = (pid: number, signal: NodeJS.Signals | 0): boolean => {
  try {
    return process.kill(pid, signal)
  } catch {
    return false // gone meanwhile, or another user's
  }
}

export class ProcessTree {
  readonly root: Root
  readonly #lifeId: LifeId
  readonly #fresh: () => boolean
  readonly #known = new Map<number, number>()

  /** `fresh`: see Sighting. Never, for what is known from a ledger only. */
  constructor(root: Root, lifeId: LifeId, fresh: () => boolean = () => false) {
    this.root = root
    this.#lifeId = lifeId
    this.#fresh = fresh
  }

  /** What is alive of this life now. Remembers what it saw, so that later calls find what has lost its parent since. */
  readonly survey: Effect.Effect<ReadonlyArray<ProcessInfo>> = Effect.suspend(() => Effect.flatMap(listProcesses, (processes) =>
    processes === undefined ? this.#surveyGroup : Effect.map(this.#marked(processes), (marked) => {
      const members = membersOf(this.root, this.#known, { processes, marked, fresh: this.#fresh() }).filter((info) => info.pid !== process.pid)
      for (const info of members) this.#known.set(info.pid, info.startTime)
      return members
    })))

  /** Sends a signal to each of them, and to the whole group where one of them is in it: what was forked since is reached too. */
  signal(members: ReadonlyArray<ProcessInfo>, signal: NodeJS.Signals): void {
    if (members.some((info) => info.group === this.root.pid)) signalQuietly(-this.root.pid, signal)
    for (const info of members) if (info.group !== this.root.pid) signalQuietly(info.pid, signal)
  }

  // Nothing older than the root can be of its life; that leaves few environments to read.
  #marked(processes: ReadonlyArray<ProcessInfo>): Effect.Effect<ReadonlySet<number>> {
    const young = processes.filter((info) => info.startTime >= this.root.startTime)
    return Effect.promise(() => Promise.all(young.map((info) => readProc(`/proc/${info.pid}/environ`)))).pipe(
      Effect.map((environs) => {
        const marked = new Set<number>()
        young.forEach((info, index) => {
          if (carriesMark(environs[index] ?? "", this.#lifeId)) marked.add(info.pid)
        })
        return marked
      })
    )
  }

  readonly #surveyGroup: Effect.Effect<ReadonlyArray<ProcessInfo>> = Effect.sync(() => {
    const { pid, startTime } = this.root
    return signalQuietly(-pid, 0) ? [{ pid, startTime, parent: 0, group: pid, state: "?" }] : []
  })
}
