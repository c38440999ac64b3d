/**
 * The one error of this folder: whatever keeps an agent from starting, answering or going on, with a reason that
 * code can branch on and a sentence that a person can act on. It crosses the wire as it is.
 */
import { Schema } from "effect"

/** How a process ended. A code from 129 means that a signal ended what the process ran: then both are given. */
export const ProcessExit = Schema.Struct({
  code: Schema.NullOr(Schema.Int),
  signal: Schema.NullOr(Schema.String),
  /** The last 8 KB the process wrote to its standard error, without terminal control sequences. */
  stderrTail: Schema.String
})
export type ProcessExit = typeof ProcessExit.Type

export const SignInMethod = Schema.Struct({
  name: Schema.String,
  description: Schema.optionalKey(Schema.String),
  /** What to type in a terminal. */
  command: Schema.optionalKey(Schema.String)
})
export type SignInMethod = typeof SignInMethod.Type

export const AgentReason = Schema.TaggedUnion({
  NotInstalled: { command: Schema.String },
  SpawnFailed: { detail: Schema.String },
  /** The agent was not ready in time. */
  StartTimeout: { seconds: Schema.Finite },
  Exited: ProcessExit.fields,
  /** The agent closed its input or output and lives on. */
  StreamEnded: {},
  LineTooLong: { bytes: Schema.Int },
  /** The agent answered with a JSON-RPC error. */
  Rpc: { method: Schema.String, code: Schema.Int, message: Schema.String, data: Schema.optionalKey(Schema.Json) },
  /** A request was given a time limit and got no answer within it. */
  NoAnswer: { method: Schema.String, seconds: Schema.Finite },
  /** `methods` are the ways to sign in that the agent offers, `says` what it has to say of it. */
  AuthRequired: { methods: Schema.Array(SignInMethod), says: Schema.optionalKey(Schema.String) },
  Unsupported: { what: Schema.String }
})
export type AgentReason = typeof AgentReason.Type

/**
 * The line of a tail of stderr that says most: the last that names an error, else the last that is neither a frame of a stack nor
 * a runtime's farewell (`Node.js v24.1.0`).
 */
export const lastWords = (tail: string): string => {
  const lines = tail.split("\n").map((line) => line.trim()).filter((line) =>
    line !== "" && !line.startsWith("at ") && !/^(Node\.js|Bun) v\d/.test(line)).toReversed()
  return lines.slice(0, 20).find((line) => /error|exception|panic|fatal/i.test(line)) ?? lines[0] ?? ""
}

const exitSentence = ({ code, signal, stderrTail }: ProcessExit): string => {
  const how = signal === null ? `exited with code ${code ?? "unknown"}` : `was killed by ${signal}`
  const last = lastWords(stderrTail)
  return `The agent's process ${how}. ${last === "" ? "Send the prompt again to restart it." : `Its last words: ${last}`}`
}

const withoutStop = (text: string): string => text.replace(/[.\s]+$/, "")

const methodWords = ({ command, description, name }: SignInMethod): string =>
  `${name}${description === undefined ? "" : ` (${withoutStop(description)})`}${command === undefined ? "" : `: run \`${command}\` in a terminal`}`

const signInSentence = ({ methods, says }: { readonly methods: ReadonlyArray<SignInMethod>; readonly says?: string }): string => {
  const wish = `The agent wants you to sign in first${says === undefined ? "" : ` (it says: ${withoutStop(says)})`}`
  const [only] = methods
  if (only === undefined) return `${wish}: start it once in a terminal and sign in, then send the prompt again.`
  const byTerminal = methods.some(({ command }) => command !== undefined)
  const ways = methods.length === 1 ? `by ${methodWords(only)}` : `in one of these ways: ${methods.map(methodWords).join("; ")}`
  return `${wish} ${ways}. ${byTerminal ? "Then" : "Start it once in a terminal and sign in, then"} send the prompt again.`
}

const sentence: (reason: AgentReason) => string = AgentReason.match({
  NotInstalled: ({ command }) =>
    `"${command}" is not installed or not on the server's PATH; install it, or correct the agent's command in the settings.`,
  SpawnFailed: ({ detail }) => `The agent could not be started: ${detail}`,
  StartTimeout: ({ seconds }) =>
    `The agent was not ready within ${seconds} s; try again, or start it in a terminal to see what it waits for.`,
  Exited: exitSentence,
  StreamEnded: () => "The agent closed its connection; send the prompt again to restart it.",
  LineTooLong: ({ bytes }) =>
    `The agent sent a message of over ${Math.floor(bytes / 1_048_576)} MB, which was dropped; ask it for less at a time.`,
  Rpc: ({ method, code, message }) => `The agent answered ${method} with an error: ${message} (${code})`,
  NoAnswer: ({ method, seconds }) => `The agent did not answer ${method} within ${seconds} s; try again, or restart the agent.`,
  AuthRequired: (reason) => signInSentence(reason),
  Unsupported: ({ what }) => `This agent can't do that: ${what}`
})

export class AgentError extends Schema.TaggedError<AgentError>()("AgentError", { reason: AgentReason }) {
  override get message(): string { return sentence(this.reason) }
}
