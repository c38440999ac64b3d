/**
 * Terminals that an agent asks its client for: `terminal/create`, `output`, `wait_for_exit`, `kill` and `release`. Real
 * processes in the worktree, spawned like agents are: in a group of their own, marked, watched, gone with the life.
 */
import { Effect, Exit, Fiber, Latch, Schema, Scope, Stream } from "effect"
import * as AgentProcess from "../AgentProcess.ts"
import type { ProcessExit } from "../AgentError.ts"
import { ProcessLedger } from "../ProcessLedger.ts"
import { jailed } from "./Jail.ts"
import { invalidParams, type RpcError } from "./JsonRpc.ts"

const maybe = <S extends Schema.Top>(schema: S) => Schema.optional(Schema.NullOr(schema))

const Create = Schema.Struct({
  command: Schema.String,
  args: maybe(Schema.Array(Schema.String)),
  env: maybe(Schema.Array(Schema.Struct({ name: Schema.String, value: Schema.String }))),
  cwd: maybe(Schema.String),
  outputByteLimit: maybe(Schema.Finite)
})
const Named = Schema.Struct({ terminalId: Schema.String })

/** Bytes of output kept: what the agent asks for, at most this. */
const outputLimit = 1024 * 1024
const terminalsLimit = 64
/** Released ones that are shown still. */
const releasedLimit = 16

/** What stands in a terminal: its output so far and, once its process has ended, how. */
export interface TerminalState {
  readonly output: string
  /** The beginning of the output is missing. */
  readonly truncated: boolean
  readonly exit: ProcessExit | undefined
}

interface Terminal {
  readonly process: AgentProcess.AgentProcess
  readonly scope: Scope.Closeable
  readonly reader: Fiber.Fiber<unknown, unknown>
  /** The newest bytes, as whole chunks. */
  chunks: Array<Uint8Array>
  size: number
  truncated: boolean
  exit: ProcessExit | undefined
}

type Handler = (params: unknown) => Effect.Effect<unknown, RpcError>
export interface ClientTerminals {
  readonly handlers: Readonly<Record<string, Handler>>
  /** For whoever shows it; also of a released one, until `forget`. Undefined where there is no such terminal. */
  readonly state: (terminalId: string) => TerminalState | undefined
  /** Open after there was output, or an end; for one listener, who closes it. */
  readonly news: Latch.Latch
  /** What was released before is shown no more. */
  readonly forget: () => void
}

const decoded = <S extends Schema.Codec<unknown, unknown>>(schema: S, params: unknown): Effect.Effect<S["Type"], RpcError> =>
  Schema.decodeUnknownEffect(schema)(params).pipe(Effect.mapError((error) => invalidParams(error.message)))

/** Both outputs in one stream. A line without arguments is the shell's to read. */
const shellArguments = (command: string, args: ReadonlyArray<string>): ReadonlyArray<string> =>
  args.length === 0 && /\s/.test(command) ? ["-c", `exec 2>&1; ${command}`] : ["-c", "exec \"$@\" 2>&1", "sh", command, ...args]

const textOf = ({ chunks }: Terminal): string => Buffer.concat(chunks).toString("utf8")

const keep = (terminal: Terminal, limit: number, chunk: Uint8Array) => {
  terminal.chunks.push(chunk)
  terminal.size += chunk.length
  while (terminal.size > limit) {
    const first = terminal.chunks[0]
    if (first === undefined) return
    const over = terminal.size - limit
    terminal.truncated = true
    // a chunk is cut at a character's beginning
    let cut = Math.min(over, first.length)
    while (cut < first.length && ((first[cut] ?? 0) & 0xc0) === 0x80) cut += 1
    terminal.size -= cut
    if (cut >= first.length) terminal.chunks.shift()
    else terminal.chunks[0] = first.subarray(cut)
  }
}

const stateOf = (terminal: Terminal): TerminalState =>
  ({ output: textOf(terminal), truncated: terminal.truncated, exit: terminal.exit })

const statusOf = ({ code, signal }: ProcessExit) => ({ exitCode: code, signal })

export const make = Effect.fnUntraced(function*(root: string): Effect.fn.Return<ClientTerminals, never, ProcessLedger | Scope.Scope> {
  // they end at the same time: each may take as long as the ladder lets it
  const life = yield* Scope.fork(yield* Effect.scope, "parallel")
  const ledger = yield* ProcessLedger
  const terminals = new Map<string, Terminal>()
  const released = new Map<string, TerminalState>()
  const news = Latch.makeUnsafe(false)
  let made = 0
  let opening = 0

  const find = (params: unknown) => Effect.flatMap(decoded(Named, params), ({ terminalId }) => {
    const terminal = terminals.get(terminalId)
    return terminal === undefined ? Effect.fail(invalidParams(`There is no terminal ${terminalId}.`)) : Effect.succeed({ terminal, terminalId })
  })

  const open = Effect.fnUntraced(function*({ args, command, cwd, env, outputByteLimit }: typeof Create.Type) {
    const folder = yield* jailed(root, cwd ?? root, false)
    const scope = yield* Scope.fork(life)
    const process = yield* AgentProcess.spawn({
      command: "/bin/sh", args: [...shellArguments(command, args ?? [])], cwd: folder,
      env: Object.fromEntries((env ?? []).map(({ name, value }) => [name, value]))
    }).pipe(Scope.provide(scope), Effect.provideService(ProcessLedger, ledger),
      Effect.tapError((error) => Scope.close(scope, Exit.fail(error))), Effect.mapError((error) => invalidParams(error.message)))
    const limit = Math.min(outputLimit, Math.max(0, outputByteLimit ?? outputLimit))
    const terminal: Terminal = { process, scope, chunks: [], size: 0, truncated: false, exit: undefined, reader: yield* Effect.forkIn(
      Effect.andThen(Stream.runForEach(process.stdout, (chunk) => Effect.sync(() => {
        keep(terminal, limit, chunk)
        news.openUnsafe()
      })), process.exited).pipe(Effect.tap((exit) => Effect.sync(() => {
        terminal.exit = exit
        news.openUnsafe()
      }))), scope) }
    const terminalId = `term_${++made}`
    terminals.set(terminalId, terminal)
    return { terminalId }
  })

  /** Those that are being opened have their places already. */
  const create = (params: unknown) => Effect.flatMap(decoded(Create, params), (wanted) => Effect.suspend(() => {
    if (terminals.size + opening >= terminalsLimit) return Effect.fail(invalidParams(`There are ${terminalsLimit} terminals already; release some.`))
    opening += 1
    return Effect.ensuring(open(wanted), Effect.sync(() => { opening -= 1 }))
  }))

  const end = (terminal: Terminal) => Scope.close(terminal.scope, Exit.void)
  return {
    news,
    state: (terminalId) => {
      const terminal = terminals.get(terminalId)
      return terminal === undefined ? released.get(terminalId) : stateOf(terminal)
    },
    forget: () => released.clear(),
    handlers: {
      "terminal/create": create,
      "terminal/output": (params) => Effect.map(find(params), ({ terminal }) => ({
        output: textOf(terminal), truncated: terminal.truncated, ...(terminal.exit === undefined ? {} : { exitStatus: statusOf(terminal.exit) })
      })),
      "terminal/wait_for_exit": (params) => Effect.flatMap(find(params), ({ terminal }) =>
        Effect.andThen(Fiber.await(terminal.reader), Effect.map(terminal.process.exited, statusOf))),
      "terminal/kill": (params) => Effect.flatMap(find(params), ({ terminal }) => Effect.as(terminal.process.stop, {})),
      "terminal/release": (params) => Effect.flatMap(find(params), ({ terminal, terminalId }) => Effect.suspend(() => {
        terminals.delete(terminalId)
        // an agent may release a terminal before it reports the end of the tool call that shows it
        const oldest = released.size < releasedLimit ? undefined : released.keys().next().value
        if (oldest !== undefined) released.delete(oldest)
        released.set(terminalId, stateOf(terminal))
        return Effect.as(end(terminal), {})
      }))
    }
  }
})
