/**
 * One run of git that is given bytes and answers with bytes: paths may hold anything but NUL, and lists of them are longer
 * than a command line. When it is over, however it was, no process of it is left, so that a lock it leaves is stale.
 */
import { type Duration, Effect } from "effect"
import { type ChildRefused, runChild } from "../../process/Child.ts"
import type { Variables } from "../../process/Environment.ts"

export interface GitPipe {
  readonly args: ReadonlyArray<string>
  readonly cwd: string
  readonly env: Variables
  readonly input?: Uint8Array
}

export interface GitBytes {
  /** `null` when a signal ended it. */
  readonly code: number | null
  readonly stdout: Buffer
  readonly stderr: string
}

/** Of what git complains of, the beginning is enough. */
const complaintLimit = 256 * 1024
/** A descendant may hold the pipes open after git has ended. */
const outputGrace: Duration.Input = "10 seconds"

export const runGitPipe = ({ args, cwd, env, input }: GitPipe): Effect.Effect<GitBytes, ChildRefused> => runChild({
  command: "git", args, cwd, env, outputGrace, limits: { stdout: Infinity, stderr: complaintLimit }, ...(input === undefined ? {} : { input })
}).pipe(Effect.map(({ code, stderr, stdout }) => ({ code, stdout, stderr: stderr.toString("utf8") })), Effect.withSpan("runGitPipe"))
