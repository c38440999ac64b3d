/**
 * What kills an agent whose server has died, even by SIGKILL: a small shell in a session of its own that reads a pipe
 * whose other end only the server holds. When the pipe ends without a farewell, it kills the agent's process group and
 * everything that carries the life's mark, until none is left, and exits. It carries no mark itself.
 *
 *   server ──"group 4711"──▶ watcher          the agent's group; empty once its leader is gone: the number may be reused
 *          ──"done"────────▶ exits at once    the server has seen that nothing is left
 *          ──(end)─────────▶ kills, exits     SIGKILLed, crashed, or could not finish in time
 *
 * What leaves the group and clears its environment escapes; only a cgroup or a PID namespace holds that. Without `/proc` only
 * the group is killed.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { Deferred, Duration, Effect, type Scope } from "effect"
import { AgentError } from "./AgentError.ts"
import { type LifeId, lifeMark } from "./LifeMarker.ts"

// POSIX sh, with grep and sleep. Three rounds in a row must find nothing: a process just executing its program has for a
// moment no environment. A group's kill isn't counted: it also "succeeds" on zombies that nobody reaps.
const SCRIPT = `# boocode: ends what is left of an agent when its server is gone
trap '' HUP INT TERM
mark=$1 group=
while read -r word value; do
  case $word in
    group) group=$value ;;
    done) exit 0 ;;
  esac
done
empty=0 rounds=0
while [ $empty -lt 3 ]; do
  empty=$((empty + 1)) rounds=$((rounds + 1))
  if [ -n "$group" ]; then kill -s KILL -- "-$group"; fi
  for file in $(grep -lsF -e "$mark" /proc/[0-9]*/environ); do
    pid=\${file#/proc/}
    if kill -s KILL "\${pid%/environ}"; then empty=0; fi
  done
  if [ $rounds -lt 250 ]; then sleep 0.02 || sleep 1; else sleep 1; fi
done
`

const FAREWELL_LIMIT = Duration.seconds(1)

export interface DeathWatch {
  readonly pid: number
  /** The group to kill; undefined once its leader is gone. */
  readonly guard: (group: number | undefined) => void
  /** Lets the watcher go without a kill when the scope closes: nothing is left to kill. */
  readonly setClear: () => void
  /** Closes the watch now; closing the scope afterwards does nothing more. */
  readonly close: Effect.Effect<void>
}

const start = (lifeId: LifeId): Effect.Effect<ChildProcess, AgentError> => Effect.callback((resume) => {
  const refuse = (cause: unknown) => resume(Effect.fail(new AgentError({ reason: {
    _tag: "SpawnFailed", detail: `the shell that guards agents (/bin/sh) did not start: ${cause instanceof Error ? cause.message : String(cause)}`
  } })))
  try {
    // detached: its own session, so that no terminal's and no group's signal reaches it. A bare environment: no mark, no secrets.
    const child = spawn("/bin/sh", ["-c", SCRIPT, "boocode-watch", lifeMark(lifeId)], {
      detached: true, stdio: ["pipe", "ignore", "ignore"], cwd: "/", env: { PATH: `${process.env["PATH"] ?? ""}:/usr/bin:/bin` }
    })
    child.on("error", refuse)
    child.stdin?.on("error", () => {}) // it was killed: nothing to tell it any more
    if (child.pid !== undefined) resume(Effect.succeed(child))
  } catch (cause) {
    refuse(cause)
  }
})

/** Starts the watcher. It must stand before the agent is spawned: from then on the mark alone is enough to find the agent. */
export const open = Effect.fnUntraced(function*(lifeId: LifeId): Effect.fn.Return<DeathWatch, AgentError, Scope.Scope> {
  let clear = false
  let closed = false
  const exited = Deferred.makeUnsafe<void>()
  const close = (child: ChildProcess) => Effect.suspend(() => {
    if (closed) return Effect.void
    closed = true
    // Only this ends the pipe; closing a scope doesn't.
    child.stdin?.end(clear ? "done\n" : undefined)
    if (!clear) return Effect.void // it has work to do and needs nobody to wait for it
    return Deferred.await(exited).pipe(
      Effect.timeoutOption(FAREWELL_LIMIT),
      Effect.tap((left) => Effect.sync(() => { if (left._tag === "None") child.kill("SIGKILL") })),
      Effect.asVoid
    )
  })
  const child = yield* Effect.acquireRelease(start(lifeId), close)
  child.on("exit", () => Deferred.doneUnsafe(exited, Effect.void))
  return {
    pid: child.pid ?? 0,
    guard: (group) => {
      if (!closed) child.stdin?.write(`group ${group ?? ""}\n`)
    },
    setClear: () => { clear = true },
    close: close(child)
  }
})
