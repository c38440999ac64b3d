/**
 * A real server for a journey: `serve` as a child process on a free port with a data directory of its own, found by its
 * ready line, and ended by pid with the scope. `client` is the typed client that other programs use.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { chmod, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { createInterface } from "node:readline"
import { Data, Deferred, Effect, type Scope } from "effect"
import { type Client, makeClient } from "../../client/rpc/Client.ts"
import { copyCluster } from "./PreparedCluster.ts"

/** As `npm start` runs it, where `npm test` has bundled it; else its sources. */
export const main = process.env["SERVER_MAIN"] ?? join(import.meta.dirname, "../../server/main.ts")

export class ServerDidNotStart extends Data.TaggedError("ServerDidNotStart")<{ readonly code: number | null; readonly stderr: string }> {
  override get message(): string { return `serve ended with ${this.code}: ${this.stderr}` }
}

export interface RunningServer {
  readonly url: string
  readonly token: string
  readonly pid: number
  readonly dataDir: string
  readonly stderr: () => string
  /** Sends the signal and waits until the process is gone. */
  readonly kill: (signal: NodeJS.Signals) => Effect.Effect<void>
}

export interface ServerOptions {
  readonly dataDir: string
  /** What is run instead of the checkout's server: the compiled binary. */
  readonly program?: string
  /** A free one where it is left out. */
  readonly port?: number
  readonly args?: ReadonlyArray<string>
  readonly env?: Readonly<Record<string, string>>
}

/** A folder of the test, gone with its scope. Enterable by every account, for Postgres may run under another. */
export const temporaryFolder = Effect.acquireRelease(
  Effect.promise(async () => {
    const folder = await mkdtemp(join(tmpdir(), "boocode-test-"))
    await chmod(folder, 0o711)
    return folder
  }),
  (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })))

const isolated = (dataDir: string): Record<string, string> => ({
  // without the programs of our own packages: what a test offers, it names
  PATH: (process.env["PATH"] ?? "").split(delimiter).filter((folder) => !folder.includes("node_modules")).join(delimiter),
  HOME: join(dataDir, "home"), XDG_STATE_HOME: join(dataDir, "home", "state"), BOOCODE_SCRIPTED_HOME: join(dataDir, "home", "scripted")
})

/** A server that lives for seconds spends a fifth of its time on making code fast that it won't run again. Benches measure it as it is. */
const shortLived: Record<string, string> = process.env["VITEST"] === undefined ? {} : { BUN_JSC_useDFGJIT: "0" }

const gone = (child: ChildProcess): Effect.Effect<void> => Effect.callback<void>((resume) => {
  if (child.exitCode !== null || child.signalCode !== null) return resume(Effect.void)
  child.once("exit", () => resume(Effect.void))
})

const endLimit = "20 seconds"

export const runServer = Effect.fn("runServer")(function*(options: ServerOptions): Effect.fn.Return<RunningServer, ServerDidNotStart, Scope.Scope> {
  const { dataDir } = options
  const ready = yield* Deferred.make<{ url: string; token: string }, ServerDidNotStart>()
  let stderr = ""
  if (options.args?.includes("--database-url") !== true) copyCluster(dataDir)
  const [command, ...program] = options.program === undefined ? [process.execPath, main] as const : [options.program] as const
  const child = yield* Effect.acquireRelease(Effect.sync(() => spawn(command,
    [...program, "serve", "--port", String(options.port ?? 0), "--data-dir", dataDir, "--demo", ...options.args ?? []],
    { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...shortLived, ...isolated(dataDir), ...options.env } })),
    (child) => Effect.suspend(() => {
      child.kill("SIGTERM")
      return gone(child).pipe(Effect.timeoutOrElse({
        duration: endLimit, orElse: () => Effect.sync(() => { child.kill("SIGKILL") })
      }))
    }))
  child.stderr.on("data", (chunk: Buffer) => { stderr += chunk.toString() })
  createInterface({ input: child.stdout }).on("line", (line) => {
    const found = /^boocode ready (\S+?)\/\?token=(\S+)$/.exec(line)
    if (found !== null) Deferred.doneUnsafe(ready, Effect.succeed({ url: found[1] ?? "", token: found[2] ?? "" }))
  })
  child.once("exit", (code) => Deferred.doneUnsafe(ready, Effect.fail(new ServerDidNotStart({ code, stderr }))))
  const { token, url } = yield* Deferred.await(ready)
  return {
    url, token, dataDir, pid: child.pid ?? 0, stderr: () => stderr,
    kill: (signal) => Effect.suspend(() => {
      child.kill(signal)
      return gone(child)
    })
  }
})

export const clientOf = ({ token, url }: RunningServer): Effect.Effect<Client, never, Scope.Scope> => makeClient({ url, token, reconnect: true })
