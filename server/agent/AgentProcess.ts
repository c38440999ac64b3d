/**
 * An agent's process in a Scope, talked to over pipes: in a process group of its own and supervised. Closing the scope
 * ends the process and all it has started, within a known time. Knows no protocol; what is said over stdin and stdout
 * is its caller's business.
 *
 * Not on `effect/process`: its exit names the signal only in an error's text; its release has no step before the first
 * signal, waits without limit for the exit and a second for zombies; it signals a group whose leader is long gone; and on Bun
 * what an exited child has written is lost when nobody listened from the start.
 */
import { type ChildProcessWithoutNullStreams, spawn as spawnChild } from "node:child_process"
import * as NodeStream from "@effect/platform-node/NodeStream"
import { Cause, Deferred, Duration, Effect, type Scope, Stream } from "effect"
import { AgentError, type ProcessExit } from "./AgentError.ts"
import { agentEnvironment, type LifeId } from "./LifeMarker.ts"
import { OutputTail, plainText } from "./OutputTail.ts"
import type { ProcessLedger } from "./ProcessLedger.ts"
import { startTimeOfNewChild } from "./ProcessTree.ts"
import { type Child, GROUP_FRESH_MILLIS, inRealTime, refusalOf, signalBehind, type SpawnOptions, supervise } from "./Supervision.ts"

const TAIL_BYTES = 8 * 1024
/** Output of a process that is gone may still be on its way; a descendant may hold the pipe open for ever. */
const OUTPUT_GRACE = Duration.millis(200)
const STDERR_GRACE = Duration.millis(100)

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
  readonly hasExited: () => boolean
  /** Ends the process step by step, as closing the scope does. Calls after the first wait for the first. */
  readonly stop: Effect.Effect<void>
}

const streamEnded = Effect.fail(new AgentError({ reason: { _tag: "StreamEnded" } }))

/** The child as the rest sees it: nothing of Node but what is needed, every listener in place from the first tick. */
class PipedChild implements Child {
  readonly pid: number
  readonly startTime: number
  readonly tail = new OutputTail(TAIL_BYTES)
  readonly #gone = Deferred.makeUnsafe<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>()
  readonly gone = Deferred.await(this.#gone)
  readonly stderrEnded = Deferred.makeUnsafe<void>()
  readonly #child: ChildProcessWithoutNullStreams
  #goneAt = Number.POSITIVE_INFINITY

  constructor(child: ChildProcessWithoutNullStreams, pid: number) {
    this.#child = child
    this.pid = pid
    this.startTime = startTimeOfNewChild(pid)
    child.on("exit", (code, signal) => {
      this.#goneAt = performance.now()
      Deferred.doneUnsafe(this.#gone, Effect.succeed({ code, signal }))
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
    return Deferred.isDoneUnsafe(this.#gone)
  }

  get isFresh(): boolean {
    return performance.now() - this.#goneAt < GROUP_FRESH_MILLIS
  }

  readonly exited: Effect.Effect<ProcessExit> = this.gone.pipe(
    Effect.tap(() => Effect.timeoutOption(Deferred.await(this.stderrEnded), STDERR_GRACE)),
    Effect.map(({ code, signal }) => ({ code, signal: signalBehind(code, signal), stderrTail: plainText(this.tail.text()) })),
    inRealTime
  )

  // While it waits for output and only then, the grace runs: a slow reader gets all there is.
  readonly stdout: Stream.Stream<Uint8Array, AgentError> = Stream.suspend(() => {
    const overdue = this.gone.pipe(Effect.andThen(Effect.sleep(OUTPUT_GRACE)), inRealTime, Effect.andThen(Cause.done()))
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

const launch = (options: SpawnOptions, lifeId: LifeId): Effect.Effect<PipedChild, AgentError> => Effect.callback((resume) => {
  const refuse = (cause: unknown) => resume(refusalOf(options.command, cause))
  try {
    const child = spawnChild(options.command, [...options.args], {
      cwd: options.cwd, detached: true, stdio: "pipe", env: agentEnvironment(process.env, options.env ?? {}, lifeId)
    })
    child.on("error", refuse)
    if (child.pid !== undefined) resume(Effect.succeed(new PipedChild(child, child.pid)))
  } catch (cause) {
    refuse(cause)
  }
})

/** Spawns, and ends what was spawned when the scope closes: never later than the ladder's limit. */
export const spawn = Effect.fn("AgentProcess.spawn")(function*(
  options: SpawnOptions
): Effect.fn.Return<AgentProcess, AgentError, ProcessLedger | Scope.Scope> {
  const { child, lifeId, stop } = yield* supervise(options, launch)
  return {
    pid: child.pid,
    lifeId,
    stdout: child.stdout,
    write: (data) => child.write(data),
    stderrTail: Effect.sync(() => child.tail.text()),
    plainStderrTail: Effect.sync(() => plainText(child.tail.text())),
    exited: child.exited,
    hasExited: () => child.hasExited,
    stop
  }
})
