/**
 * A program on a pseudo-terminal, supervised as every agent's process is: what is typed has no echo, and keys that would do
 * something else are not pressed.
 */
import { Effect, type Scope } from "effect"
import type { AgentError } from "../AgentError.ts"
import type { LifeId } from "../LifeMarker.ts"
import type { ProcessLedger } from "../ProcessLedger.ts"
import { type SpawnOptions, supervise } from "../Supervision.ts"
import { launchPty, type PtyChild, type PtyExit } from "./PtyChild.ts"

/** A terminal takes lines of at most 4095 characters (Linux) or 1024 (macOS) at once. */
const PIECE = 1000
const END_OF_FILE = "\u0004"
const INTERRUPT = "\u0003"

const size = { cols: 120, rows: 40 }

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

/** Spawns, and ends what was spawned when the scope closes. */
export const spawn = Effect.fn("PtyProcess.spawn")(function*(options: PtyOptions): Effect.fn.Return<PtyProcess, AgentError, ProcessLedger | Scope.Scope> {
  let started: PtyChild | undefined
  // whatever ended it: the terminal is ours to close
  yield* Effect.addFinalizer(() => Effect.sync(() => started?.close()))
  // it can't move a cursor: what it shows is kept as text
  const { child, lifeId, stop } = yield* supervise(options, (_, life) =>
    Effect.tap(launchPty({ ...options, size, echo: false, env: { TERM: "dumb", ...options.env } }, life), (one) => Effect.sync(() => { started = one })))
  const press = (keys: string) => Effect.sync(() => child.write(keys))
  return {
    pid: child.pid, lifeId, stop, exited: child.exited, interrupt: press(INTERRUPT),
    // a last line without an end is handed over first
    type: (text) => press(`${keysOf(text)}${text === "" || text.endsWith("\n") ? "" : "\n"}${END_OF_FILE}`)
  }
})
