/**
 * Setting up new worktrees: the project's own command, as installing its dependencies, run once before the first turn works there.
 * A process like an agent's: supervised, in a group of its own, dead when its server is. All turns that wait for it wait for the
 * same run, and it ends when none waits any more. One that failed lets its turns go on: that they are told is enough.
 */
import { Cache, Clock, Context, Duration, Effect, Layer, Stream, SubscriptionRef } from "effect"
import type { WorktreeId } from "../../../shared/Ids.ts"
import type { Worktree } from "../../../shared/Session.ts"
import type { WorkError } from "../../../shared/WorkError.ts"
import { spawn } from "../../agent/AgentProcess.ts"
import { OutputTail, plainText } from "../../agent/OutputTail.ts"
import { ProcessLedger } from "../../agent/ProcessLedger.ts"

export class SetupPort extends Context.Service<SetupPort, {
  /** The command that has to be run in it first; undefined where none has. */
  readonly due: (id: WorktreeId) => Effect.Effect<string | undefined, WorkError>
  readonly ended: (id: WorktreeId, ok: boolean) => Effect.Effect<void, WorkError>
}>()("boocode/work/SetupPort") {}

/** How far a setup is, as it is shown. */
export interface SetupNews {
  readonly command: string
  readonly startedAt: number
  /** The end of what it printed. */
  readonly output: string
  /** Over: whether it came to its end as it should, in words. */
  readonly end?: { readonly ok: boolean; readonly words: string; readonly at: number }
}

interface Run { readonly worktree: Worktree; readonly command: string; readonly news: SubscriptionRef.SubscriptionRef<SetupNews> }

const deadline = Duration.minutes(20)
const outputLimit = 12 * 1024
const pace = "500 millis"
const ladder = { stdin: "100 millis", term: "2 seconds" } as const

const wordsOf = (code: number | null, signal: string | null): string =>
  code === 0 ? "It is set up." : `The setup command ended with ${signal ?? `code ${code}`}. The turn goes on all the same; change the command in the project's menu to run it again.`

const make = Effect.gen(function*() {
  const ledger = yield* ProcessLedger
  const port = yield* SetupPort
  const runs = new Map<WorktreeId, Run>()
  /** In which nothing is due, as they were given out: one that is made again is another. A prompt is not to ask the database each time. */
  let settled = new WeakSet<Worktree>()

  const perform = Effect.fnUntraced(function*({ command, news, worktree }: Run) {
    const tail = new OutputTail(outputLimit)
    const process = yield* spawn({ command: "/bin/sh", args: ["-c", `exec 2>&1 </dev/null\n${command}`], cwd: worktree.path, ladder })
    const show = Effect.suspend(() => SubscriptionRef.update(news, (now) => ({ ...now, output: plainText(tail.text()) })))
    yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.sleep(pace), show)))
    yield* Effect.ignore(Stream.runForEach(process.stdout, (chunk) => Effect.sync(() => tail.push(chunk))))
    const { code, signal } = yield* process.exited
    yield* show
    return { ok: code === 0 && signal === null, words: wordsOf(code, signal) }
  }, Effect.scoped)

  const once = Effect.fn("Setups.run")(function*(id: WorktreeId) {
    const run = runs.get(id)
    if (run === undefined) return
    const end = yield* perform(run).pipe(
      Effect.provideService(ProcessLedger, ledger),
      Effect.timeoutOrElse({ duration: deadline, orElse: () => Effect.succeed({ ok: false, words: `The setup command did not end within ${Duration.toMinutes(deadline)} minutes and was stopped. The turn goes on all the same.` }) }),
      Effect.catch(({ message }) => Effect.succeed({ ok: false, words: `The setup command could not be started: ${message} The turn goes on all the same.` })))
    yield* Effect.ignore(port.ended(id, end.ok))
    const at = yield* Clock.currentTimeMillis
    yield* SubscriptionRef.update(run.news, (now): SetupNews => ({ ...now, end: { ...end, at } }))
    runs.delete(id)
  })
  /** Shared by all that wait, and never kept. */
  const shared = yield* Cache.makeWith((id: WorktreeId) => once(id), { capacity: Infinity, timeToLive: () => Duration.zero })

  const runOf = Effect.fnUntraced(function*(worktree: Worktree, command: string) {
    const known = runs.get(worktree.id)
    if (known !== undefined) return known
    const run: Run = { worktree, command, news: yield* SubscriptionRef.make<SetupNews>({ command, startedAt: yield* Clock.currentTimeMillis, output: "" }) }
    runs.set(worktree.id, run)
    return run
  })

  return Setups.of({
    ready: Effect.fn("Setups.ready")(function*(worktree, tell) {
      if (settled.has(worktree)) return
      const from = settled
      const command = yield* Effect.orElseSucceed(Effect.tap(port.due(worktree.id), (due) => Effect.sync(() => { if (due === undefined) from.add(worktree) })), () => undefined)
      if (command === undefined) return
      const { news } = yield* runOf(worktree, command)
      const telling = Stream.runForEach(SubscriptionRef.changes(news), tell)
      yield* Effect.raceFirst(Cache.get(shared, worktree.id), Effect.andThen(telling, Effect.never)).pipe(
        Effect.onInterrupt(() => Effect.sync(() => runs.delete(worktree.id))))
      yield* tell(yield* SubscriptionRef.get(news))
    }),
    changed: Effect.sync(() => { settled = new WeakSet() })
  })
})

export class Setups extends Context.Service<Setups, {
  /** Returns when the worktree is set up, or that has failed: `tell` has said so. Does nothing where nothing has to be done. */
  readonly ready: (worktree: Worktree, tell: (news: SetupNews) => Effect.Effect<void>) => Effect.Effect<void>
  /** A project's command is another one now. */
  readonly changed: Effect.Effect<void>
}>()("boocode/work/Setups") {
  static readonly layer = Layer.effect(Setups, make)
}
