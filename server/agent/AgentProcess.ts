/**
 * An agent's process in a Scope. Every agent is spawned here: in a process group of its own, marked, watched against the
 * server's death, written down in the ledger. Closing the scope ends the process and all it has started, within a
 * known time. Knows no protocol; what is said over stdin and stdout is AcpConnection's business.
 *
 * Not on `effect/process`: its exit names the signal only in an error's text; its release has no step before the first
 * signal, waits without limit for the exit and a second for zombies; it signals a group whose leader is long gone; and on Bun
 * what an exited child has written is lost when nobody listened from the start.
 */
import { type ChildProcessWithoutNullStreams, spawn as spawnChild } from "node:child_process"
import { stat } from "node:fs/promises"
import { constants } from "node:os"
import * as NodeStream from "@effect/platform-node/NodeStream"
import { Cause, Clock, Deferred, Duration, Effect, type Scope, Stream } from "effect"
import { AgentError, type AgentReason, type ProcessExit } from "./AgentError.ts"
import * as DeathWatch from "./DeathWatch.ts"
import { agentEnvironment, type LifeId, mintLifeId } from "./LifeMarker.ts"
import { OutputTail, plainText } from "./OutputTail.ts"
import { ProcessLedger } from "./ProcessLedger.ts"
import { ProcessTree, startTimeOfNewChild } from "./ProcessTree.ts"
import { climb, ladderLimit, type LadderStep, ladderTimes, type LadderTimes, waitAtMost } from "./StopLadder.ts"

const TAIL_BYTES = 8 * 1024
/** Output of a process that is gone may still be on its way; a descendant may hold the pipe open for ever. */
const OUTPUT_GRACE = Duration.millis(200)
const STDERR_GRACE = Duration.millis(100)
const LEDGER_LIMIT = Duration.seconds(1)
/** How long after the exit of its leader a process group can't have come to name another's: that takes a round of all pids. */
const GROUP_FRESH_MILLIS = 1_000

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

export interface AgentProcess {
  readonly pid: number
  readonly lifeId: LifeId
  /** What the process writes, once. Not reading it makes the process wait. Ends with the output or shortly after the process. */
  readonly stdout: Stream.Stream<Uint8Array, AgentError>
  /** Writes all of it in order, and completes when the process or its pipe has taken it. `StreamEnded` once the pipe is closed. */
  readonly write: (data: string | Uint8Array) => Effect.Effect<void, AgentError>
  /** The last 8 KB of standard error so far, as written. */
  readonly stderrTail: Effect.Effect<string>
  /** The same without terminal control sequences. */
  readonly plainStderrTail: Effect.Effect<string>
  /** Completes when the process is gone, also after the scope was closed. */
  readonly exited: Effect.Effect<ProcessExit>
  /** Ends the process step by step, as closing the scope does. Calls after the first wait for the first. */
  readonly stop: Effect.Effect<void>
}

// Real processes live in real time, also where a test holds the clock.
const inRealTime = Effect.provideService(Clock.Clock, Clock.Clock.defaultValue())

const failed = (reason: AgentReason) => Effect.fail(new AgentError({ reason }))
const spawnFailed = (detail: string) => failed({ _tag: "SpawnFailed", detail })
const streamEnded = failed({ _tag: "StreamEnded" })

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

const refusalOf = (command: string, cause: unknown) => {
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
const signalBehind = (code: number | null, signal: NodeJS.Signals | null): string | null => {
  if (signal !== null || code === null || code < 129) return signal
  return Object.entries(constants.signals).find(([, number]) => number === code - 128)?.[0] ?? null
}

/** The child as the rest sees it: nothing of Node but what is needed, every listener in place from the first tick. */
class Child {
  readonly pid: number
  readonly startTime: number
  readonly tail = new OutputTail(TAIL_BYTES)
  readonly gone = Deferred.makeUnsafe<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>()
  readonly stderrEnded = Deferred.makeUnsafe<void>()
  readonly #child: ChildProcessWithoutNullStreams
  #goneAt = Number.POSITIVE_INFINITY

  constructor(child: ChildProcessWithoutNullStreams, pid: number) {
    this.#child = child
    this.pid = pid
    this.startTime = startTimeOfNewChild(pid)
    child.on("exit", (code, signal) => {
      this.#goneAt = performance.now()
      Deferred.doneUnsafe(this.gone, Effect.succeed({ code, signal }))
    })
    // Errors of a pipe are told to whoever writes or reads next; without a listener they would end the server.
    child.stdin.on("error", () => {})
    child.stdout.on("error", () => {})
    child.stderr.on("error", () => {})
    child.stdout.on("readable", () => {})
    child.stderr.on("data", (chunk: Uint8Array) => this.tail.push(chunk))
    child.stderr.on("close", () => Deferred.doneUnsafe(this.stderrEnded, Effect.void))
  }

  get hasExited(): boolean {
    return Deferred.isDoneUnsafe(this.gone)
  }

  get isFresh(): boolean {
    return performance.now() - this.#goneAt < GROUP_FRESH_MILLIS
  }

  readonly exited: Effect.Effect<ProcessExit> = Effect.suspend(() => Deferred.await(this.gone)).pipe(
    Effect.tap(() => Effect.timeoutOption(Deferred.await(this.stderrEnded), STDERR_GRACE)),
    Effect.map(({ code, signal }) => ({ code, signal: signalBehind(code, signal), stderrTail: plainText(this.tail.text()) })),
    inRealTime
  )

  // While it waits for output and only then, the grace runs: a slow reader gets all there is.
  readonly stdout: Stream.Stream<Uint8Array, AgentError> = Stream.suspend(() => {
    const overdue = Deferred.await(this.gone).pipe(Effect.andThen(Effect.sleep(OUTPUT_GRACE)), inRealTime, Effect.andThen(Cause.done()))
    const output = NodeStream.fromReadable<Uint8Array, AgentError>({
      evaluate: () => this.#child.stdout,
      onError: () => new AgentError({ reason: { _tag: "StreamEnded" } })
    })
    return Stream.transformPull(output, (pull) => Effect.succeed(Effect.raceFirst(pull, overdue)))
  })

  write(data: string | Uint8Array): Effect.Effect<void, AgentError> {
    return Effect.callback((resume) => {
      if (!this.#child.stdin.writable) return resume(streamEnded)
      this.#child.stdin.write(data, (error) => resume(error ? streamEnded : Effect.void))
    })
  }

  readonly closeStdin: Effect.Effect<void> = Effect.sync(() => {
    this.#child.stdin.end()
  })

  /** Runs in the very tick in which the process was found to be gone. */
  onExit(run: () => void): void {
    if (this.hasExited) run()
    else this.#child.on("exit", run)
  }
}

const launch = (options: SpawnOptions, lifeId: LifeId): Effect.Effect<Child, AgentError> => Effect.callback((resume) => {
  const refuse = (cause: unknown) => resume(refusalOf(options.command, cause))
  try {
    const child = spawnChild(options.command, [...options.args], {
      cwd: options.cwd, detached: true, stdio: "pipe", env: agentEnvironment(process.env, options.env ?? {}, lifeId)
    })
    child.on("error", refuse)
    if (child.pid !== undefined) resume(Effect.succeed(new Child(child, child.pid)))
  } catch (cause) {
    refuse(cause)
  }
})

/** The ladder, once: whoever comes later waits for the one that climbs it. */
const makeStop = (child: Child, watch: DeathWatch.DeathWatch, ledger: ProcessLedger["Service"], { ladder, lifeId, onStep }: SpawnOptions & { readonly lifeId: LifeId }) => {
  const times = { ...ladderTimes, ...ladder }
  const climbed = climb({
    tree: new ProcessTree(child, lifeId, () => child.isFresh),
    hasExited: () => child.hasExited,
    gone: Deferred.await(child.gone),
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

/** Spawns, and ends what was spawned when the scope closes: never later than the ladder's limit. */
export const spawn = Effect.fn("AgentProcess.spawn")(function*(
  options: SpawnOptions
): Effect.fn.Return<AgentProcess, AgentError, ProcessLedger | Scope.Scope> {
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
  return {
    pid: child.pid,
    lifeId,
    stdout: child.stdout,
    write: (data) => child.write(data),
    stderrTail: Effect.sync(() => child.tail.text()),
    plainStderrTail: Effect.sync(() => plainText(child.tail.text())),
    exited: child.exited,
    stop
  }
})
