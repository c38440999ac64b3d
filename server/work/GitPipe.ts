/**
 * One run of git that is given bytes and answers with bytes: paths may hold anything but NUL, and lists of them are longer
 * than a command line. When it is over, however it was, no process of it is left, so that a lock it leaves is stale.
 */
import { type Duration, Effect, Fiber, type PlatformError, Stream } from "effect"
import { ChildProcess } from "effect/process"
import type { Variables } from "../process/Environment.ts"

export interface GitPipe {
  readonly args: ReadonlyArray<string>
  readonly cwd: string
  readonly env: Variables
  readonly input?: Uint8Array
}

export interface GitBytes {
  /** `null` when a signal ended it, or when it ended before it had read its input. */
  readonly code: number | null
  readonly stdout: Buffer
  readonly stderr: string
}

const killGrace = "1 second"
/** Of what git complains of, the beginning is enough. */
const complaintLimit = 256 * 1024
/** A descendant may hold the pipes open after git has ended. */
const outputGrace: Duration.Input = "10 seconds"

const collector = (stream: Stream.Stream<Uint8Array, PlatformError.PlatformError>, limit: number) => {
  const chunks: Array<Uint8Array> = []
  let size = 0
  return {
    run: Effect.ignore(Stream.runForEach(stream, (chunk) => Effect.sync(() => {
      if (size < limit) chunks.push(chunk)
      size += chunk.byteLength
    }))),
    bytes: () => Buffer.concat(chunks)
  }
}

export const runGitPipe = Effect.fn("runGitPipe")(function*({ args, cwd, env, input }: GitPipe) {
  const handle = yield* ChildProcess.make("git", args, {
    cwd, env: { ...env }, stdin: input === undefined ? "ignore" : Stream.succeed(input), forceKillAfter: killGrace
  })
  const stdout = collector(handle.stdout, Infinity)
  const stderr = collector(handle.stderr, complaintLimit)
  // at once: what nobody listens to is lost
  const reading = yield* Effect.all([stdout.run, stderr.run], { concurrency: "unbounded" }).pipe(Effect.forkScoped({ startImmediately: true }))
  const code = yield* Effect.orElseSucceed(handle.exitCode, () => null)
  yield* Effect.timeoutOption(Fiber.join(reading), outputGrace)
  const result: GitBytes = { code, stdout: stdout.bytes(), stderr: stderr.bytes().toString("utf8") }
  return result
}, Effect.scoped)
