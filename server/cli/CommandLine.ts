/** All commands, and how the program ends: bad arguments are one line and exit 2, errors one sentence and exit 1. */
// by module: the package as a whole brings clusters and databases, and a third of the start
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Cause, Effect, Exit, Layer, Logger, Option, References } from "effect"
import { CliError, Command } from "effect/cli"
import { version } from "../Config.ts"
import { agentsCommand, doctorCommand } from "./Agents.ts"
import { drillCommand } from "./Drill.ts"
import { exit, Fail } from "./Fail.ts"
import { parkedCommand, unparkCommand } from "./Parked.ts"
import { runCommand } from "./Run.ts"
import { serveCommand } from "./Serve.ts"
import { tokenCommand } from "./Token.ts"

const boocode = Command.make("boocode").pipe(
  Command.withDescription("One server for all your coding agents"),
  Command.withSubcommands([serveCommand, runCommand, agentsCommand, doctorCommand, drillCommand, parkedCommand, unparkCommand, tokenCommand]))

const say = (sentence: string) => { if (sentence !== "") process.stderr.write(`${sentence}\n`) }

const sentenceOf = (error: unknown): string => error instanceof Error && error.message !== "" ? error.message : String(error)

/** One line of what is wrong with the arguments. */
const argumentsLine = (error: CliError.CliError): string => {
  if (error._tag === "ShowHelp") return error.errors.map(argumentsLine).filter((line) => line !== "").join(" ")
  return `${sentenceOf(error).split("\n")[0] ?? ""} Run \`boocode --help\` for what there is.`
}

const codeOf = (cause: Cause.Cause<unknown>): number => {
  // a server that is told to stop has done what it should
  if (Cause.hasInterruptsOnly(cause)) return process.argv[2] === "serve" ? 0 : exit.stopped
  const error = Option.getOrUndefined(Cause.findErrorOption(cause))
  if (error instanceof Fail) {
    say(error.sentence)
    return error.code
  }
  if (CliError.isCliError(error)) {
    const line = argumentsLine(error)
    say(line)
    return line === "" ? 0 : exit.badArguments
  }
  say(error === undefined ? `boocode has a fault: ${Cause.pretty(cause)}` : sentenceOf(error))
  return exit.failed
}

const logs = Layer.mergeAll(
  Logger.layer([Logger.withConsoleError(Logger.formatLogFmt)]),
  Layer.succeed(References.MinimumLogLevel, process.env["BOOCODE_LOG"] === "debug" ? "Debug" : "Info")
)

export const runCommandLine = () => Command.runWith(boocode, { version, renderErrors: false })(process.argv.slice(2)).pipe(
  Effect.provide([NodeServices.layer, logs]),
  (program) => NodeRuntime.runMain(program, {
    disableErrorReporting: true,
    teardown: (result, end) => end(Exit.isSuccess(result) ? 0 : codeOf(result.cause))
  })
)
