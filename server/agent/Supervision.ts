/**
 * What every agent's process gets, whatever it talks over: a mark, a watcher against the server's death, an entry in the
 * ledger, and an end within a known time when its scope closes. How a child is started and heard is AgentProcess's and
 * PtyProcess's business.
 */
import { stat } from "node:fs/promises"
import { constants } from "node:os"
import { Clock, Deferred, Duration, Effect, type Scope } from "effect"
import { AgentError, type AgentReason } from "./AgentError.ts"
import * as DeathWatch from "./DeathWatch.ts"
import { type LifeId, mintLifeId } from "./LifeMarker.ts"
import { ProcessLedger } from "./ProcessLedger.ts"
import { ProcessTree } from "./ProcessTree.ts"
import { climb, ladderLimit, type LadderStep, ladderTimes, type LadderTimes, waitAtMost } from "./StopLadder.ts"

const LEDGER_LIMIT = Duration.seconds(1)
/** How long after the exit of its leader a process group can't have come to name another's: that takes a round of all pids. */
export const GROUP_FRESH_MILLIS = 1_000

export interface SpawnOptions {
  /** A program on PATH, or its path. */
  readonly command: string
  readonly args: ReadonlyArray<string>
  readonly cwd: string
  /** Added to the server's own environment, of which everything `BOOCODE_…` is held back. `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Made here when missing. */
  readonly lifeId?: LifeId
  readonly ladder?: Partial<LadderTimes>
  /** Told of each step that ending the process took; waited for at most half a second. */
  readonly onStep?: (step: LadderStep) => Effect.Effect<void>
}

/** What supervision needs of a child, which leads a process group of its own. */
export interface Child {
  readonly pid: number
  readonly startTime: number
  readonly hasExited: boolean
  /** Its group still is its own, although it is gone. */
  readonly isFresh: boolean
  /** Completes when it is gone. */
  readonly gone: Effect.Effect<unknown>
  readonly closeStdin: Effect.Effect<void>
  /** Runs in the very tick in which it was found to be gone. */
  readonly onExit: (run: () => void) => void
}

export interface Supervised<C extends Child> {
  readonly child: C
  readonly lifeId: LifeId
  /** Ends the process step by step, as closing the scope does. Calls after the first wait for the first. */
  readonly stop: Effect.Effect<void>
}

// Real processes live in real time, also where a test holds the clock.
export const inRealTime = Effect.provideService(Clock.Clock, Clock.Clock.defaultValue())

const failed = (reason: AgentReason) => Effect.fail(new AgentError({ reason }))
const spawnFailed = (detail: string) => failed({ _tag: "SpawnFailed", detail })

const codeOf = (cause: unknown): string | undefined =>
  cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : undefined

/** The system reports a missing program, interpreter and directory alike, so the directory is looked at first. */
const checkDirectory = Effect.fnUntraced(function*(cwd: string) {
  const found = yield* Effect.tryPromise({ try: () => stat(cwd), catch: codeOf }).pipe(
    Effect.catch((code) => spawnFailed(code === "EACCES" || code === "EPERM"
      ? `the directory ${cwd} can't be entered; check its permissions.`
      : `there is no directory ${cwd}; it may have been removed.`)))
  if (!found.isDirectory()) return yield* spawnFailed(`${cwd} is not a directory.`)
})

/** Why the system did not start the program. */
export const refusalOf = (command: string, cause: unknown): Effect.Effect<never, AgentError> => {
  switch (codeOf(cause)) {
    case "ENOENT": return failed({ _tag: "NotInstalled", command })
    case "EACCES": return spawnFailed(`${command} is not an executable program; check its permissions.`)
    case "E2BIG": return spawnFailed("its arguments and environment are too large for the system.")
    case "EAGAIN": case "EMFILE": case "ENFILE": case "ENOMEM":
      return spawnFailed("the system is out of processes, files or memory; close other agents and try again.")
    // The runtime's own words would show the value, which may be a secret.
    case "ERR_INVALID_ARG_VALUE": return spawnFailed("its command, arguments or environment hold a NUL character.")
    default: return spawnFailed(cause instanceof Error ? cause.message : String(cause))
  }
}

/** The signal behind an exit: its own, or what a shell made of it (128 and its number). */
export const signalBehind = (code: number | null, signal: NodeJS.Signals | null): string | null => {
  if (signal !== null || code === null || code < 129) return signal
  return Object.entries(constants.signals).find(([, number]) => number === code - 128)?.[0] ?? null
}

/** The ladder, once: whoever comes later waits for the one that climbs it. */
const makeStop = (child: Child, watch: DeathWatch.DeathWatch, ledger: ProcessLedger["Service"], { ladder, lifeId, onStep }: SpawnOptions & { readonly lifeId: LifeId }) => {
  const times = { ...ladderTimes, ...ladder }
  const climbed = climb({
    tree: new ProcessTree(child, lifeId, () => child.isFresh),
    hasExited: () => child.hasExited,
    gone: child.gone,
    closeStdin: child.closeStdin,
    onStep: onStep ?? (() => Effect.void)
  }, times).pipe(
    Effect.timeoutOption(ladderLimit(times)),
    Effect.flatMap((clear) => clear._tag === "Some" && clear.value
      ? Effect.andThen(Effect.sync(watch.setClear), ledger.forget(child.pid).pipe(waitAtMost(LEDGER_LIMIT)))
      : Effect.logWarning(`Not all of the processes of agent ${child.pid} could be ended; the watcher goes on trying.`)),
    inRealTime,
    Effect.ignoreCause
  )
  let done: Deferred.Deferred<void> | undefined
  return Effect.uninterruptible(Effect.suspend(() => {
    if (done !== undefined) return Deferred.await(done)
    const mine = done = Deferred.makeUnsafe<void>()
    return Effect.ensuring(climbed, Deferred.succeed(mine, undefined))
  }))
}

/** Launches, and ends what was launched when the scope closes: never later than the ladder's limit. */
export const supervise = Effect.fn("Supervision.supervise")(function*<C extends Child>(
  options: SpawnOptions, launch: (options: SpawnOptions, lifeId: LifeId) => Effect.Effect<C, AgentError>
): Effect.fn.Return<Supervised<C>, AgentError, ProcessLedger | Scope.Scope> {
  const ledger = yield* ProcessLedger
  const lifeId = options.lifeId ?? mintLifeId()
  yield* checkDirectory(options.cwd)
  const watch = yield* DeathWatch.open(lifeId).pipe(inRealTime)
  const { child, stop } = yield* Effect.acquireRelease(
    launch(options, lifeId).pipe(
      Effect.map((child) => ({ child, stop: makeStop(child, watch, ledger, { ...options, lifeId }) })),
      Effect.tapError(() => Effect.andThen(Effect.sync(watch.setClear), watch.close))
    ),
    ({ stop }) => stop
  )
  watch.guard(child.pid)
  child.onExit(() => watch.guard(undefined))
  yield* ledger.record({ pid: child.pid, startTime: child.startTime, lifeId, command: options.command }).pipe(
    waitAtMost(LEDGER_LIMIT), inRealTime)
  return { child, lifeId, stop }
})
