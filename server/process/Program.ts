/**
 * One run of a program that ends by itself soon: git, or an agent asked for its version. It has a deadline, a bound on what
 * is kept of its output, and a process group that is gone when the run is over, however it was. What stays alive
 * between prompts is `AgentProcess`'s business.
 */
import { Cause, Duration, Effect, Schema } from "effect"
import { access, constants, stat } from "node:fs/promises"
import { type ChildRefused, runChild } from "./Child.ts"
import type { Variables } from "./Environment.ts"

export interface ProgramRun {
  /** A path, or a name to be found on `env.PATH`. */
  readonly command: string
  readonly args: ReadonlyArray<string>
  readonly cwd?: string
  /** All of the program's environment. */
  readonly env: Variables
  readonly deadline: Duration.Input
  /** Bytes kept of each output; what comes after them is read and dropped. */
  readonly limit?: number
}

export interface ProgramOutput {
  /** `null` when a signal ended it. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** Some of the output was dropped. */
  readonly truncated: boolean
}

export const ProgramReason = Schema.TaggedUnion({
  /** The program, or the interpreter it names. */
  NotFound: { command: Schema.String },
  NotStarted: { command: Schema.String, detail: Schema.String },
  Deadline: { command: Schema.String, seconds: Schema.Finite }
})

const sentence: (reason: typeof ProgramReason.Type) => string = ProgramReason.match({
  NotFound: ({ command }) => `"${command}" was not found, or the interpreter it names was not.`,
  NotStarted: ({ command, detail }) => `"${command}" could not be started: ${detail}`,
  Deadline: ({ command, seconds }) => `"${command}" did not end within ${seconds} s.`
})

export class ProgramError extends Schema.TaggedError<ProgramError>()("ProgramError", { reason: ProgramReason }) {
  override get message(): string { return sentence(this.reason) }
}

/** A descendant may hold the pipes open after the program has ended. */
const outputGrace = Duration.millis(500)
const standardLimit = 8 * 1024 * 1024

const startError = (command: string, cwd: string | undefined) => Effect.fnUntraced(function*({ detail, why }: ChildRefused) {
  const notStarted = (words: string) => new ProgramError({ reason: { _tag: "NotStarted", command, detail: words } })
  // the system says of a directory that is gone what it says of a program
  if (cwd !== undefined && !(yield* canEnter(cwd))) return yield* notStarted(`the directory ${cwd} is gone or can't be entered.`)
  if (why === "NotFound") return yield* new ProgramError({ reason: { _tag: "NotFound", command } })
  return yield* notStarted(why === "Denied" ? "permission is denied." : detail)
})

const canEnter = (path: string) => Effect.tryPromise(() => access(path, constants.X_OK).then(() => stat(path)).then((found) => found.isDirectory())).pipe(
  Effect.orElseSucceed(() => false))

/** Fails only when there was no run to its end; a non-zero code is a result. */
export const runProgram = Effect.fn("runProgram")(function*({ args, command, cwd, env, limit = standardLimit }: ProgramRun) {
  const { code, stderr, stdout, truncated } = yield* runChild({
    command, args, env, outputGrace, limits: { stdout: limit, stderr: limit }, ...(cwd === undefined ? {} : { cwd })
  }).pipe(Effect.catch(startError(command, cwd)))
  const output: ProgramOutput = { code, stdout: stdout.toString("utf8"), stderr: stderr.toString("utf8"), truncated }
  return output
}, (effect, { command, deadline }) => Effect.timeout(effect, deadline).pipe(
  Effect.catchIf(Cause.isTimeoutError, () => new ProgramError({
    reason: { _tag: "Deadline", command, seconds: Duration.toSeconds(deadline) }
  }))))

const isProgram = (path: string) => Effect.tryPromise(() =>
  access(path, constants.X_OK).then(() => stat(path)).then((file) => file.isFile())
).pipe(Effect.orElseSucceed(() => false))

/** The absolute path of a program: of `name` itself if it is one, else of the first on PATH. */
export const findProgram = Effect.fn("findProgram")(function*(name: string, env: Variables) {
  if (name.includes("/")) return name.startsWith("/") && (yield* isProgram(name)) ? name : undefined
  for (const folder of (env["PATH"] ?? "").split(":")) {
    // an empty or relative entry means the folder one happens to be in
    if (folder.startsWith("/") && (yield* isProgram(`${folder}/${name}`))) return `${folder.replace(/\/+$/, "")}/${name}`
  }
  return undefined
})
