/**
 * One child that runs to its end, with all that it wrote, in a process group of its own: when the run is over, however it
 * was, nothing of the group is left. What stays alive between prompts is `AgentProcess`'s business.
 *
 * Not on `effect/process`: that goes through `node:child_process`, which on Bun costs the server five times the processor
 * time of Bun's own spawn (measured: 5 to 7 ms a run of git against 1 ms), and a turn has ten runs.
 */
import { Data, Duration, Effect } from "effect"
import type { Variables } from "./Environment.ts"

export interface ChildRun {
  /** A path, or a name to be found on `env.PATH`. */
  readonly command: string
  readonly args: ReadonlyArray<string>
  readonly cwd?: string
  /** All of the child's environment. */
  readonly env: Variables
  readonly input?: Uint8Array
  /** Bytes kept of each output; what comes after them is read and dropped. */
  readonly limits: { readonly stdout: number; readonly stderr: number }
  /** How long outputs are read on after the child has ended: a descendant may hold them open. */
  readonly outputGrace: Duration.Input
}

export interface ChildOutput {
  /** `null` when a signal ended it. */
  readonly code: number | null
  readonly stdout: Buffer
  readonly stderr: Buffer
  /** Some of the output was dropped. */
  readonly truncated: boolean
}

export class ChildRefused extends Data.TaggedError("ChildRefused")<{
  /** `NotFound` is the program, the interpreter that it names, or the directory. */
  readonly why: "NotFound" | "Denied" | "Failed"
  readonly detail: string
}> {}

/** Between being told to end and being ended. */
const killGrace = 1000

const refused = (cause: unknown): ChildRefused => {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined
  const why = code === "ENOENT" || code === "ENOTDIR" ? "NotFound" : code === "EACCES" || code === "EPERM" ? "Denied" : "Failed"
  return new ChildRefused({ why, detail: cause instanceof Error ? cause.message : String(cause) })
}

const reading = (stream: ReadableStream<Uint8Array>, limit: number) => {
  const reader = stream.getReader()
  const chunks: Array<Uint8Array> = []
  let size = 0
  const { promise, resolve } = Promise.withResolvers<void>()
  const pull = (): void => {
    reader.read().then(({ done, value }) => {
      if (done) return resolve()
      if (size < limit) chunks.push(value.byteLength > limit - size ? value.subarray(0, limit - size) : value)
      size += value.byteLength
      pull()
    }, () => resolve())
  }
  pull()
  return { done: promise, bytes: () => Buffer.concat(chunks), isCut: () => size > limit, giveUp: () => { reader.cancel().catch(() => {}) } }
}

/** Whoever of the group is still there; a group that is gone is no failure. */
const signalGroup = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(-pid, signal)
  } catch {
    // gone
  }
}

const start = ({ args, command, cwd, env, input }: ChildRun) => Bun.spawn([command, ...args], {
  env, detached: true, stdin: input ?? "ignore", stdout: "pipe", stderr: "pipe", ...(cwd === undefined ? {} : { cwd })
})
type Child = ReturnType<typeof start>

/** Waits for it so long and no longer; no timer is left. */
const within = (millis: number, promise: Promise<unknown>): Promise<unknown> => {
  const { promise: late, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, millis)
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

/** Told to end, and ended if it doesn't; with all of its group. */
const end = ({ exited, pid }: Child): Promise<unknown> => {
  signalGroup(pid, "SIGTERM")
  return within(killGrace, exited).then(() => {
    signalGroup(pid, "SIGKILL")
    return exited
  })
}

/** Fails only when it could not be started; a non-zero code is a result. Interrupted, it returns when nothing is left. */
export const runChild = (run: ChildRun): Effect.Effect<ChildOutput, ChildRefused> => Effect.callback<ChildOutput, ChildRefused>((resume) => {
  let child: Child
  try {
    child = start(run)
  } catch (cause) {
    return resume(Effect.fail(refused(cause)))
  }
  const stdout = reading(child.stdout, run.limits.stdout), stderr = reading(child.stderr, run.limits.stderr)
  const read = Promise.all([stdout.done, stderr.done])
  child.exited.then(() => within(Duration.toMillis(run.outputGrace), read)).then(() => {
    signalGroup(child.pid, "SIGKILL")
    for (const output of [stdout, stderr]) output.giveUp()
    resume(Effect.succeed({
      code: child.signalCode === null ? child.exitCode : null, stdout: stdout.bytes(), stderr: stderr.bytes(), truncated: stdout.isCut() || stderr.isCut()
    }))
  }).catch((cause: unknown) => resume(Effect.die(cause)))
  return Effect.promise(() => end(child))
})
