/**
 * Looks for an agent's program and asks it for its version. An answer is kept for as long as the file is the same one;
 * a program that hangs holds up nobody but those who ask for that agent. Starts no session and needs no network.
 */
import { Cache, Data, Duration, Effect, Exit, FileSystem, Option } from "effect"
import { Environment, expandHome, homeOf, type Variables } from "../../process/Environment.ts"
import { findProgram, type ProgramOutput, runProgram } from "../../process/Program.ts"
import type { FoundAgent } from "../AgentRow.ts"
import type { Offer } from "./AgentEdit.ts"

/** What looking for an agent came to; `detail` says why, and what to do. */
export type Readiness = Data.TaggedEnum<{
  Loading: {}
  Ready: { readonly found: FoundAgent }
  Missing: { readonly detail: string }
  Failed: { readonly detail: string; readonly command: string }
}>
export const Readiness = Data.taggedEnum<Readiness>()

export interface Probe {
  readonly look: (offer: Offer) => Effect.Effect<Readiness>
  /** Forgets the refusals, so that the next look asks again. */
  readonly forgetRefusals: Effect.Effect<void>
}

/** A large program on a cold disk takes seconds. */
const versionDeadline = Duration.seconds(20)
const refusalMemory = Duration.minutes(1)
const versionBytes = 64 * 1024

/** One program as it is on disk now, and what it is asked. Equal by its fields. */
class Question extends Data.Class<{
  readonly command: string
  /** The file behind it, its size and time: another version is another file. */
  readonly file: string
  readonly args: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string | undefined>>
}> {}

export const parseVersion = (output: string): string | undefined => {
  const line = output.split("\n").find((candidate) => candidate.trim() !== "")?.trim()
  return /\d+\.\d+[\w.+-]*/.exec(output)?.[0] ?? line?.slice(0, 60)
}

const lastLine = ({ stderr, stdout }: ProgramOutput): string =>
  (stderr.trim() === "" ? stdout : stderr).trim().split("\n").at(-1)?.trim().slice(0, 300) ?? ""

const quoted = (names: ReadonlyArray<string>): string => names.map((name) => `"${name}"`).join(" or ")

export const missingSentence = ({ row }: Offer, agentsFile: string): string => {
  const where = row.programs.every((program) => program.includes("/")) ? "is no program on the server's disk" : "is not on the server's PATH"
  return `${quoted(row.programs)} ${where}. ${row.install.startsWith("npm ") ? `Install it with \`${row.install}\`` : row.install.replace(/\.$/, "")
    }; or name its program in ${agentsFile}.`
}

/** What the row and its user add to the server's environment. */
export const environmentOf = ({ env, row }: Offer, server: Variables): Record<string, string | undefined> => ({
  ...Object.fromEntries(Object.entries(row.env).filter(([name]) => server[name] === undefined)),
  ...row.forcedEnv,
  ...Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value ?? undefined]))
})

const ask = (server: Variables) => Effect.fn("Probe.ask")(function*({ args, command, env }: Question) {
  const asked = `"${[command, ...args].join(" ")}"`
  const output = yield* runProgram({
    command, args, env: { ...server, ...env }, cwd: "/", deadline: versionDeadline, limit: versionBytes
  }).pipe(Effect.mapError(({ message, reason }) =>
    reason._tag === "Deadline" ? `${asked} did not end within ${reason.seconds} s; start it in a terminal to see what it waits for.` : message))
  if (output.code === 0) return Option.fromNullishOr(parseVersion(output.stdout.trim() === "" ? output.stderr : output.stdout))
  const how = output.code === null ? "was ended by a signal" : `ended with code ${output.code}`
  const words = lastLine(output)
  return yield* Effect.fail(`${asked} ${how}${words === "" ? "." : `: ${words}`}`)
})

/** `agentsFile` is where a person may say where a program is. */
export const makeProbe = Effect.fnUntraced(function*(agentsFile: string) {
  const fs = yield* FileSystem.FileSystem
  const environment = yield* Environment
  const server = Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith("BOOCODE_")))
  const refused = new Set<Question>()
  const versions = yield* Cache.makeWith((question: Question) => Effect.tapError(ask(server)(question), () => Effect.sync(() => refused.add(question))), {
    capacity: 256, timeToLive: (exit) => Exit.isSuccess(exit) ? Duration.infinity : refusalMemory
  })

  const fileOf = (command: string) => Effect.gen(function*() {
    const path = yield* fs.realPath(command)
    const { mtime, size } = yield* fs.stat(path)
    return `${path} ${Option.getOrElse(Option.map(mtime, (time) => time.getTime()), () => 0)} ${size}`
  }).pipe(Effect.orElseSucceed(() => command))

  const commandOf = Effect.fnUntraced(function*({ row }: Offer) {
    for (const program of row.programs) {
      const command = yield* findProgram(expandHome(program, homeOf(environment)), environment)
      if (command !== undefined) return command
    }
    return undefined
  })

  const look = Effect.fn("Probe.look")(function*(offer: Offer) {
    const { row } = offer
    const command = yield* commandOf(offer)
    if (command === undefined) return Readiness.Missing({ detail: missingSentence(offer, agentsFile) })
    const env = environmentOf(offer, environment)
    const found: FoundAgent = { row, command, args: row.args, env }
    if (row.versionArgs.length === 0) return Readiness.Ready({ found })
    const question = new Question({ command, file: yield* fileOf(command), args: row.versionArgs, env })
    return yield* Cache.get(versions, question).pipe(
      Effect.map((version) => Readiness.Ready({ found: Option.isSome(version) ? { ...found, version: version.value } : found })),
      Effect.catch((detail) => Effect.succeed(Readiness.Failed({ command, detail }))))
  })

  const forgetRefusals = Effect.suspend(() => {
    const questions = [...refused]
    refused.clear()
    return Effect.forEach(questions, (question) => Cache.invalidate(versions, question), { discard: true })
  })

  const probe: Probe = { look, forgetRefusals }
  return probe
})
