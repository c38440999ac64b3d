/**
 * How a Postgres program is started: under which user, with a clean environment, in a process group of its own, and so
 * that it doesn't outlive the server. `setpriv` does both by itself. Without it, a small watcher holds the other end of
 * a pipe of the server's: when the server is gone, however it went, the watcher reads the end and stops Postgres.
 */
import { Effect, Option, type Scope, Stream } from "effect"
import { ChildProcess, ChildProcessSpawner } from "effect/process"
import type { PostgresAccount } from "./PostgresAccount.ts"
import { StoreError } from "./StoreError.ts"

// SIGINT is Postgres' fast stop
const killWithUs = "--pdeathsig=INT"

// nothing of the server's own environment: it holds keys, and PG… variables would be obeyed
const environment = { PATH: process.env["PATH"] ?? "/usr/local/bin:/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" }

export interface PostgresLauncher {
  readonly command: (program: string, args: ReadonlyArray<string>, cwd: string) => ChildProcess.Command
  /** Keeps watch over a started program for as long as the scope is open. */
  readonly watch: (pid: number) => Effect.Effect<void, never, Scope.Scope>
}

const asUser = (account: Option.Option<PostgresAccount>) =>
  Option.match(account, { onNone: () => [], onSome: ({ uid, gid }) => [`--reuid=${uid}`, `--regid=${gid}`, "--clear-groups"] })

export const makeLauncher = Effect.fnUntraced(function*(account: Option.Option<PostgresAccount>) {
  const spawner = yield* ChildProcessSpawner.ChildProcessSpawner
  const setpriv = yield* spawner.exitCode(ChildProcess.make("setpriv", [killWithUs, "true"], { stdout: "ignore", stderr: "ignore" }))
    .pipe(Effect.map((code) => code === 0), Effect.orElseSucceed(() => false))
  if (!setpriv && Option.isSome(account)) {
    return yield* new StoreError({ reason: { _tag: "PostgresFailed", step: "start", detail:
      "boocode runs as root here, Postgres refuses to, and there is no `setpriv` to change the user; install util-linux, or start boocode as another user." } })
  }
  const command: PostgresLauncher["command"] = (program, args, cwd) => {
    const [first, ...rest] = setpriv ? ["setpriv", ...asUser(account), killWithUs, program, ...args] : [program, ...args]
    return ChildProcess.make(first ?? program, rest, {
      cwd, env: environment, stdin: "ignore", stdout: "ignore", stderr: "pipe", killSignal: "SIGINT", forceKillAfter: "10 seconds"
    })
  }
  const watcher = (pid: number) => ChildProcess.make("/bin/sh", ["-c", "read -r _; kill -INT \"$1\" 2>/dev/null", "sh", `${pid}`], {
    stdin: Stream.never, stdout: "ignore", stderr: "ignore", killSignal: "SIGKILL"
  })
  const watch: PostgresLauncher["watch"] = (pid) =>
    setpriv ? Effect.void : watcher(pid).pipe(Effect.provideService(ChildProcessSpawner.ChildProcessSpawner, spawner),
      Effect.asVoid, Effect.ignore)
  return { command, watch } satisfies PostgresLauncher
})
