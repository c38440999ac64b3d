/**
 * A program on a pseudo-terminal, supervised as every agent's process is: it leads a session of its own, so its group is
 * its terminal's. What it shows is passed on as bytes; what is typed has no echo. Closing its "input" is hanging up.
 */
import { Deferred, Duration, Effect, type Scope } from "effect"
import type { AgentError } from "../AgentError.ts"
import { agentEnvironment, type LifeId } from "../LifeMarker.ts"
import type { ProcessLedger } from "../ProcessLedger.ts"
import { startTimeOfNewChild } from "../ProcessTree.ts"
import { type Child, GROUP_FRESH_MILLIS, inRealTime, refusalOf, signalBehind, type SpawnOptions, supervise } from "../Supervision.ts"

/** A descendant may hold the terminal open for ever. */
const OUTPUT_GRACE = Duration.millis(200)
/** Of `c_lflag`. Source: termios(3); the same on Linux and macOS. */
const ECHO = 0x8
/** A terminal takes lines of at most 4095 characters (Linux) or 1024 (macOS) at once. */
const PIECE = 1000
const END_OF_FILE = "\u0004"
const INTERRUPT = "\u0003"

const size = { cols: 120, rows: 40 }

export interface PtyExit {
  readonly code: number | null
  readonly signal: string | null
}

export interface PtyProcess {
  readonly pid: number
  readonly lifeId: LifeId
  /** Types the text, then the end of file: nobody types more. */
  readonly type: (text: string) => Effect.Effect<void>
  /** Presses Ctrl-C. */
  readonly interrupt: Effect.Effect<void>
  /** Completes when the process is gone and what it has shown has been passed on. */
  readonly exited: Effect.Effect<PtyExit>
  readonly stop: Effect.Effect<void>
}

export interface PtyOptions extends SpawnOptions {
  /** Must be quick: nothing can hold up a terminal. */
  readonly onOutput: (chunk: Uint8Array) => void
}

/** A text as keys: control characters would press other keys, and a long line is handed over in pieces by the end-of-file key. */
export const keysOf = (text: string): string => text.replace(/\r\n?/g, "\n").replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, "").split("\n")
  .map((line) => line.match(new RegExp(`.{1,${PIECE}}`, "gsu"))?.join(END_OF_FILE) ?? "").join("\n")

class PtyChild implements Child {
  readonly pid: number
  readonly startTime: number
  readonly #gone = Deferred.makeUnsafe<PtyExit>()
  readonly #silent = Deferred.makeUnsafe<void>()
  readonly gone = Deferred.await(this.#gone)
  readonly #terminal: Bun.Terminal | undefined
  #goneAt = Number.POSITIVE_INFINITY
  readonly #farewells: Array<() => void> = []

  constructor(options: PtyOptions, lifeId: LifeId) {
    const child = Bun.spawn([options.command, ...options.args], {
      cwd: options.cwd,
      // it can't move a cursor: what it shows is kept as text
      env: agentEnvironment(process.env, { TERM: "dumb", ...options.env }, lifeId),
      // given as options, not as a terminal made before: only then the child leads a session and has the terminal for its own
      terminal: {
        ...size,
        data: (_, chunk) => options.onOutput(chunk),
        exit: () => Deferred.doneUnsafe(this.#silent, Effect.void)
      },
      onExit: ({ exitCode, signalCode }) => this.#ended(exitCode, typeof signalCode === "string" ? signalCode : null)
    })
    this.pid = child.pid
    this.startTime = startTimeOfNewChild(this.pid)
    this.#terminal = child.terminal
    if (this.#terminal !== undefined) this.#terminal.localFlags &= ~ECHO
  }

  #ended(code: number | null, signal: NodeJS.Signals | null): void {
    this.#goneAt = performance.now()
    Deferred.doneUnsafe(this.#gone, Effect.succeed({ code: signal === null ? code : null, signal: signalBehind(code, signal) }))
    for (const farewell of this.#farewells) farewell()
  }

  get hasExited(): boolean {
    return Deferred.isDoneUnsafe(this.#gone)
  }

  get isFresh(): boolean {
    return performance.now() - this.#goneAt < GROUP_FRESH_MILLIS
  }

  onExit(run: () => void): void {
    if (this.hasExited) run()
    else this.#farewells.push(run)
  }

  readonly exited: Effect.Effect<PtyExit> = this.gone.pipe(
    Effect.tap(() => Effect.timeoutOption(Deferred.await(this.#silent), OUTPUT_GRACE)), inRealTime)

  write(keys: string): void {
    if (this.#terminal?.closed === false) this.#terminal.write(keys)
  }

  close(): void {
    if (this.#terminal?.closed === false) this.#terminal.close()
  }

  readonly closeStdin: Effect.Effect<void> = Effect.sync(() => this.close())
}

const launch = (options: PtyOptions, lifeId: LifeId): Effect.Effect<PtyChild, AgentError> => Effect.suspend(() => {
  try {
    return Effect.succeed(new PtyChild(options, lifeId))
  } catch (cause) {
    return refusalOf(options.command, cause)
  }
})

/** Spawns, and ends what was spawned when the scope closes. */
export const spawn = Effect.fn("PtyProcess.spawn")(function*(options: PtyOptions): Effect.fn.Return<PtyProcess, AgentError, ProcessLedger | Scope.Scope> {
  let started: PtyChild | undefined
  // whatever ended it: the terminal is ours to close
  yield* Effect.addFinalizer(() => Effect.sync(() => started?.close()))
  const { child, lifeId, stop } = yield* supervise(options, (_, life) =>
    Effect.tap(launch(options, life), (one) => Effect.sync(() => { started = one })))
  const press = (keys: string) => Effect.sync(() => child.write(keys))
  return {
    pid: child.pid, lifeId, stop, exited: child.exited, interrupt: press(INTERRUPT),
    // a last line without an end is handed over first
    type: (text) => press(`${keysOf(text)}${text === "" || text.endsWith("\n") ? "" : "\n"}${END_OF_FILE}`)
  }
})
