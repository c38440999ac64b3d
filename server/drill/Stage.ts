/**
 * Where a drill takes place: a repository of its own in a temporary directory, the host of the agent's backend, and a ledger
 * through which its processes are known. All of it is gone with the scope.
 */
import { Effect, FileSystem } from "effect"
import type { BackendHost } from "../agent/AgentBackend.ts"
import { type LedgerEntry, ProcessLedger } from "../agent/ProcessLedger.ts"
import { ProcessTree } from "../agent/ProcessTree.ts"
import { drillFiles } from "../agent/catalog/DrillPrompts.ts"
import { Git } from "../work/git/Git.ts"
import type { Bound } from "./Verdicts.ts"

export interface Stage {
  readonly host: BackendHost
  readonly ledger: ProcessLedger["Service"]
  readonly isThere: (file: string) => Effect.Effect<boolean>
  /** What was last said of the agent's context, since it was last asked. */
  readonly bound: () => Bound | undefined
  /** For an agent that is told again. */
  readonly said: (prompt: string, answer: string) => void
  /** SIGKILL to the agent's own processes, not to what they have started. */
  readonly kill: Effect.Effect<void>
  /** How many processes of what was killed are still there. */
  readonly survivors: Effect.Effect<number>
}

const identity = ["-c", "user.name=boocode drill", "-c", "user.email=drill@localhost", "-c", "commit.gpgSign=false"]

/** In `folder`, which is made if need be, or among the system's temporary files. */
const repository = Effect.fnUntraced(function*(word: string, folder: string | undefined) {
  const fs = yield* FileSystem.FileSystem
  const git = yield* Git
  if (folder !== undefined) yield* fs.makeDirectory(folder, { recursive: true, mode: 0o700 })
  const cwd = yield* fs.realPath(yield* fs.makeTempDirectoryScoped({ prefix: "boocode-drill-", ...(folder === undefined ? {} : { directory: folder }) }))
  yield* fs.writeFileString(`${cwd}/${drillFiles.read}`, `${word}\n`)
  const what = "make the drill's repository"
  yield* git.run(cwd, { what, args: ["init", "--quiet"] })
  yield* git.run(cwd, { what, args: ["add", "."] })
  yield* git.run(cwd, { what, args: [...identity, "commit", "--quiet", "-m", "Drill"] })
  return cwd
})

/** The running server's ledger, where there is one, is told too: what a killed server leaves is reaped at the next boot. */
const makeLedger = Effect.fnUntraced(function*() {
  const outer = yield* ProcessLedger
  const live = new Map<number, LedgerEntry>()
  const ledger: ProcessLedger["Service"] = {
    record: (entry) => Effect.suspend(() => {
      live.set(entry.pid, entry)
      return outer.record(entry)
    }),
    forget: (pid) => Effect.suspend(() => {
      live.delete(pid)
      return outer.forget(pid)
    })
  }
  return { ledger, live }
})

const signal = (pid: number) => {
  try {
    process.kill(pid, "SIGKILL")
  } catch {
    // gone already
  }
}

/** `word` is what the file holds. */
export const makeStage = Effect.fn("Stage.make")(function*(word: string, folder?: string) {
  const fs = yield* FileSystem.FileSystem
  const cwd = yield* repository(word, folder)
  const { ledger, live } = yield* makeLedger()
  let killed: ReadonlyArray<ProcessTree> = []
  let agentSessionId: string | undefined
  let bound: Bound | undefined
  let transcript = ""
  const stage: Stage = {
    ledger,
    host: {
      prepare: Effect.sync(() => ({ cwd, ...(agentSessionId === undefined ? {} : { agentSessionId }) })),
      note: (fact) => Effect.sync(() => {
        if (fact._tag !== "Bound") return
        agentSessionId = fact.agentSessionId
        bound = { continuity: fact.continuity, why: fact.why }
      }),
      transcript: Effect.sync(() => transcript),
      speaks: Effect.succeed(false)
    },
    isThere: (file) => Effect.orElseSucceed(fs.exists(`${cwd}/${file}`), () => false),
    bound: () => {
      const last = bound
      bound = undefined
      return last
    },
    said: (prompt, answer) => { transcript += `User:\n${prompt}\nAgent:\n${answer}\n` },
    kill: Effect.gen(function*() {
      killed = Array.from(live.values(), (entry) => new ProcessTree(entry, entry.lifeId))
      // who is there, before anybody loses a parent
      yield* Effect.forEach(killed, ({ survey }) => survey)
      for (const { root } of killed) signal(root.pid)
    }),
    survivors: Effect.suspend(() => Effect.map(Effect.forEach(killed, ({ survey }) => survey), (found) => found.flat().length))
  }
  return stage
})
