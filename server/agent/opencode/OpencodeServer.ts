/**
 * `opencode serve`: one process for all chats that are started with the same command and environment, begun when the first of them
 * needs it, ended when none has held it for a while. Supervised: it is started again at once when it died under a turn,
 * by the next prompt when it died idle; when it hangs it is ended, but never under a turn.
 *
 * Its port accepts connections half a second before it listens, and what is asked in that gap is never answered: so its own line
 * is waited for, and every request has a deadline. Closing its input doesn't end it.
 */
import { createServer } from "node:net"
import { NodeHttpClient } from "@effect/platform-node"
import { Deferred, Duration, Effect, type Scope, Stream } from "effect"
import { HttpClient } from "effect/http"
import { AgentError } from "../AgentError.ts"
import * as AgentProcess from "../AgentProcess.ts"
import * as Lives from "../Lives.ts"
import { ProcessLedger } from "../ProcessLedger.ts"
import type { LadderStep, LadderTimes } from "../StopLadder.ts"
import * as OpencodeApi from "./OpencodeApi.ts"

/** How it is started. */
export interface OpencodeLaunch {
  readonly command: string
  /** What is said to `serve` besides where to listen. */
  readonly args: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string | undefined>>
}

export interface ServerOptions {
  readonly startDeadline?: Duration.Input
  /** Between two looks at its health. */
  readonly healthEvery?: Duration.Input
  /** For its answer to one. */
  readonly healthDeadline?: Duration.Input
  /** After which a connection for events that says nothing is dead. */
  readonly silenceLimit?: Duration.Input
  readonly ladder?: Partial<LadderTimes>
}

/** One life of the process. */
export interface ServerLife {
  readonly process: AgentProcess.AgentProcess
  readonly api: OpencodeApi.OpencodeApi
  /** Completes, only ever by failing, when the process is gone or was given up. */
  readonly over: Effect.Effect<never, AgentError>
  readonly isOver: () => boolean
  /** Turns at work on it. */
  readonly turns: () => number
  /** Holds it for a turn, until the scope closes. */
  readonly hold: Effect.Effect<void, never, Scope.Scope>
  /** Asked again where it did not answer lately: given up where it still doesn't and nobody is at work on it. */
  readonly proven: Effect.Effect<void>
  /** Ends the process although somebody is at work with it, and tells each step that it took. */
  readonly kill: (onStep: (step: LadderStep) => Effect.Effect<void>) => Effect.Effect<void>
}

export interface OpencodeServer {
  readonly ready: Effect.Effect<ServerLife, AgentError>
  /** Lives that there were before this one. */
  readonly restarts: () => number
}

const host = "127.0.0.1"
const healthPath = "/global/health"
/** Looks at its health without an answer, after which it hangs. */
const missesAllowed = 3
/** It leaves on SIGTERM within 0.1 s and doesn't notice that its input was closed. */
const usualLadder: Partial<LadderTimes> = { stdin: "50 millis" }

const freePort: Effect.Effect<number, AgentError> = Effect.callback((resume) => {
  const refuse = (cause: Error) => resume(Effect.fail(new AgentError({ reason: { _tag: "SpawnFailed", detail: `there is no free port on ${host}: ${cause.message}` } })))
  const probe = createServer().on("error", refuse).listen(0, host, () => {
    const address = probe.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    probe.close(() => resume(Effect.succeed(port)))
  })
})

const secret = (): string => Buffer.from(crypto.getRandomValues(new Uint8Array(24))).toString("base64url")

const announcement = /listening on (http:\/\/\S+)/

/** Reads its output to the end, so that it never waits to be read. Completes the address when it is said. */
const listen = (process: AgentProcess.AgentProcess, address: Deferred.Deferred<string>) => process.stdout.pipe(
  Stream.decodeText(), Stream.splitLines,
  Stream.runForEach((line) => {
    const url = announcement.exec(line)?.[1]
    return url === undefined ? Effect.void : Deferred.succeed(address, url)
  }),
  Effect.ignore, Effect.forkScoped)

const startLife = Effect.fnUntraced(function*(launch: OpencodeLaunch, { healthDeadline = "5 seconds", healthEvery = "10 seconds", ladder, silenceLimit }: ServerOptions): Effect.fn.Return<
  ServerLife, AgentError, HttpClient.HttpClient | ProcessLedger | Scope.Scope
> {
  let turns = 0
  let report: ((step: LadderStep) => Effect.Effect<void>) | undefined
  const password = secret()
  const process = yield* AgentProcess.spawn({
    command: launch.command, args: ["serve", "--hostname", host, "--port", String(yield* freePort), ...launch.args], cwd: "/", ladder: { ...usualLadder, ...ladder },
    env: { ...launch.env, OPENCODE_SERVER_PASSWORD: password, OPENCODE_SERVER_USERNAME: "opencode" },
    onStep: (step) => report?.(step) ?? Effect.void
  })
  const ended = Deferred.makeUnsafe<never, AgentError>()
  const over = Deferred.await(ended)
  yield* process.exited.pipe(
    Effect.flatMap((exit) => Deferred.fail(ended, new AgentError({ reason: { _tag: "Exited", ...exit } }))), Effect.forkScoped({ startImmediately: true }))
  const address = Deferred.makeUnsafe<string>()
  yield* listen(process, address)
  const url = yield* Effect.raceFirst(Deferred.await(address), over)
  const api = yield* OpencodeApi.make({ url, password, gone: over, silenceLimit })

  const isHealthy = Effect.isSuccess(api.request("GET", healthPath, { deadline: healthDeadline }))
  let misses = 0
  const look = Effect.gen(function*() {
    misses = (yield* isHealthy) ? 0 : misses + 1
    if (misses < missesAllowed || turns > 0) return
    yield* Deferred.fail(ended, new AgentError({ reason: { _tag: "NoAnswer", method: healthPath, seconds: Math.round(missesAllowed * Duration.toSeconds(healthDeadline)) } }))
  })
  yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.sleep(healthEvery), look)))
  const proven = Effect.suspend(() => {
    if (misses === 0 || turns > 0) return Effect.void
    misses = missesAllowed
    return look
  })
  return {
    process, api, over, proven,
    isOver: () => Deferred.isDoneUnsafe(ended),
    turns: () => turns,
    hold: Effect.acquireRelease(Effect.sync(() => { turns += 1 }), () => Effect.sync(() => { turns -= 1 })),
    kill: (onStep) => Effect.suspend(() => {
      report = onStep
      return process.stop
    })
  }
})

/** Starting again can't help where nothing would be different. */
const isTransient = ({ reason }: AgentError): boolean => reason._tag === "Exited" || reason._tag === "StreamEnded"

export const make = Effect.fnUntraced(function*(launch: OpencodeLaunch, options: ServerOptions = {}): Effect.fn.Return<OpencodeServer, never, ProcessLedger | Scope.Scope> {
  const agent = yield* NodeHttpClient.makeAgent({ keepAlive: false })
  const client = yield* Effect.provideService(NodeHttpClient.makeNodeHttp, NodeHttpClient.HttpAgent, agent)
  const ledger = yield* ProcessLedger
  let starts = 0
  const lives = yield* Lives.make({
    start: startLife(launch, options).pipe(
      Effect.provideService(HttpClient.HttpClient, client), Effect.provideService(ProcessLedger, ledger)),
    startDeadline: options.startDeadline ?? "30 seconds",
    over: ({ over }) => over, isOver: (life) => life.isOver(),
    inUse: ({ turns }) => turns() > 0,
    isTransient, retries: 3,
    onNews: (news) => {
      if (news._tag === "Starting") starts += 1
      return news._tag === "Over" ? Effect.logWarning(`opencode's server ended: ${news.error.message}`) : Effect.void
    }
  })
  return { ready: lives.ready, restarts: () => Math.max(0, starts - 1) }
})
