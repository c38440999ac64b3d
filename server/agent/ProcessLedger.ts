/**
 * The port through which every agent process is written down while it lives, and the reaping of what is still alive of
 * the entries that a dead server left. `store/` keeps the ledger; this folder only fills it.
 */
import { Clock, Context, Effect, Layer } from "effect"
import type { LifeId } from "./LifeMarker.ts"
import { ProcessTree } from "./ProcessTree.ts"
import { killAll } from "./StopLadder.ts"

export interface LedgerEntry {
  readonly pid: number
  /** Field 22 of `/proc/PID/stat`: with the pid it names one process for as long as the machine is up. 0 where there is no `/proc`. */
  readonly startTime: number
  readonly lifeId: LifeId
  readonly command: string
}

export class ProcessLedger extends Context.Service<ProcessLedger, {
  /** Must not fail: a ledger that can't write says so in the log. Waited for, but not for long. */
  readonly record: (entry: LedgerEntry) => Effect.Effect<void>
  readonly forget: (pid: number) => Effect.Effect<void>
}>()("boocode/agent/ProcessLedger") {
  /** Keeps its entries in the given map. */
  static readonly memory = (entries: Map<number, LedgerEntry>): ProcessLedger["Service"] => ({
    record: (entry) => Effect.sync(() => { entries.set(entry.pid, entry) }),
    forget: (pid) => Effect.sync(() => { entries.delete(pid) })
  })

  static readonly layerMemory = Layer.sync(ProcessLedger, () => ProcessLedger.memory(new Map()))
}

/** True if something of it was still alive. */
const reapOne = Effect.fnUntraced(function*(entry: LedgerEntry) {
  if (entry.startTime === 0) return false // without a start time the pid alone names nobody
  const tree = new ProcessTree(entry, entry.lifeId)
  if ((yield* tree.survey).length === 0) return false
  if (!(yield* killAll(tree, "2 seconds"))) yield* Effect.logWarning(`Processes of agent ${entry.pid} can't be killed.`)
  return true
}, Effect.timeoutOrElse({ duration: "3 seconds", orElse: () => Effect.succeed(true) }))

/**
 * Kills what is left of lives of another boot: the group only where pid and start time still name the same process, and
 * whatever carries the life's mark. Returns the entries of which something was still alive. Takes at most 3 s for each.
 */
export const reap = Effect.fn("ProcessLedger.reap")(
  (entries: ReadonlyArray<LedgerEntry>) => Effect.filter(entries, reapOne, { concurrency: 4 }),
  Effect.provideService(Clock.Clock, Clock.Clock.defaultValue())
)
