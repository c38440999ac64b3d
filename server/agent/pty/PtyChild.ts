/**
 * One child on a pseudo-terminal of its own, as supervision sees it. It leads a session, so its group is its terminal's.
 * What it shows comes as bytes, in whatever pieces the system hands over. Closing its "input" is hanging up.
 */
import { Deferred, Duration, Effect } from "effect"
import type { AgentError } from "../AgentError.ts"
import { agentEnvironment, type LifeId } from "../LifeMarker.ts"
import { startTimeOfNewChild } from "../ProcessTree.ts"
import { type Child, GROUP_FRESH_MILLIS, inRealTime, refusalOf, signalBehind, type SpawnOptions } from "../Supervision.ts"

/** A descendant may hold the terminal open for ever. */
const OUTPUT_GRACE = Duration.millis(200)
/** Of `c_lflag`. Source: termios(3); the same on Linux and macOS. */
const ECHO = 0x8

export interface PtySize { readonly cols: number; readonly rows: number }

export interface PtyExit {
  readonly code: number | null
  readonly signal: string | null
}

export interface PtyChildOptions extends SpawnOptions {
  readonly size: PtySize
  /** Whether what is typed is shown, until the program says otherwise. */
  readonly echo: boolean
  /** Must be quick: nothing can hold up a terminal. */
  readonly onOutput: (chunk: Uint8Array) => void
}

export class PtyChild implements Child {
  readonly pid: number
  readonly startTime: number
  readonly #gone = Deferred.makeUnsafe<PtyExit>()
  readonly #silent = Deferred.makeUnsafe<void>()
  readonly gone = Deferred.await(this.#gone)
  readonly #terminal: Bun.Terminal | undefined
  #untaken = 0
  #goneAt = Number.POSITIVE_INFINITY
  readonly #farewells: Array<() => void> = []

  constructor(options: PtyChildOptions, lifeId: LifeId) {
    const child = Bun.spawn([options.command, ...options.args], {
      cwd: options.cwd,
      env: agentEnvironment(process.env, options.env ?? {}, lifeId),
      // given as options, not as a terminal made before: only then the child leads a session and has the terminal for its own
      terminal: {
        ...options.size,
        data: (_, chunk) => options.onOutput(chunk),
        drain: () => { this.#untaken = 0 },
        exit: () => Deferred.doneUnsafe(this.#silent, Effect.void)
      },
      onExit: ({ exitCode, signalCode }) => this.#ended(exitCode, typeof signalCode === "string" ? signalCode : null)
    })
    this.pid = child.pid
    this.startTime = startTimeOfNewChild(this.pid)
    this.#terminal = child.terminal
    if (this.#terminal !== undefined && !options.echo) this.#terminal.localFlags &= ~ECHO
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

  /** Never waits: what the program doesn't take yet is kept for it. */
  write(keys: string): void {
    if (this.#terminal?.closed === false) this.#untaken += this.#terminal.write(keys)
  }

  /** Bytes that were written since the program had taken all there was. */
  get untaken(): number {
    return this.#untaken
  }

  resize({ cols, rows }: PtySize): void {
    if (this.#terminal?.closed === false) this.#terminal.resize(cols, rows)
  }

  close(): void {
    if (this.#terminal?.closed === false) this.#terminal.close()
  }

  readonly closeStdin: Effect.Effect<void> = Effect.sync(() => this.close())
}

export const launchPty = (options: PtyChildOptions, lifeId: LifeId): Effect.Effect<PtyChild, AgentError> => Effect.suspend(() => {
  try {
    return Effect.succeed(new PtyChild(options, lifeId))
  } catch (cause) {
    return refusalOf(options.command, cause)
  }
})
