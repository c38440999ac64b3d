/**
 * One run of git whose output is read while it comes, at the reader's pace, and never held. It yields to everything else on
 * the machine, and when nobody reads on it is killed.
 */
import { Effect, Fiber, type PlatformError, Stream } from "effect"
import { ChildProcess } from "effect/process"
import { setPriority } from "node:os"
import type { Variables } from "../../process/Environment.ts"

export interface GitStream {
  readonly args: ReadonlyArray<string>
  readonly cwd: string
  readonly env: Variables
  /** Codes other than 0 that are answers. */
  readonly quiet?: ReadonlyArray<number>
}

const killGrace = "1 second"
const complaintLimit = 16 * 1024
/** Of a nice value: below what answers people, above what may wait for ever. */
const low = 10

const yieldTo = (pid: number) => Effect.ignore(Effect.try(() => setPriority(pid, low)))

/** `refused` is asked when git has ended with a code that is not 0, with what it complained of. */
export const streamGit = <E>({ args, cwd, env, quiet = [] }: GitStream, refused: (stderr: string) => E) => Stream.unwrap(Effect.gen(function*() {
  const handle = yield* ChildProcess.make("git", args, { cwd, env: { ...env }, stdin: "ignore", forceKillAfter: killGrace })
  yield* yieldTo(handle.pid)
  let complaint = ""
  const complaining = yield* handle.stderr.pipe(
    Stream.runForEach((chunk) => Effect.sync(() => {
      if (complaint.length < complaintLimit) complaint += Buffer.from(chunk).toString("utf8")
    })), Effect.ignore, Effect.forkScoped({ startImmediately: true }))
  const ended = Effect.gen(function*() {
    const code = yield* Effect.orElseSucceed(handle.exitCode, () => null)
    yield* Effect.timeoutOption(Fiber.join(complaining), killGrace)
    return code
  })
  return Stream.concat(handle.stdout, Stream.fromEffectDrain(Effect.flatMap(ended, (code): Effect.Effect<void, E | PlatformError.PlatformError> =>
    code === 0 || (code !== null && quiet.includes(code)) ? Effect.void : Effect.fail(refused(complaint)))))
}))
