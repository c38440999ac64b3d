/**
 * The reaper: worktrees of what has ended are taken away after a while, their work parked, so that none is lost and none is
 * left for ever. Beside it, at boot, what is remembered of worktrees is held against git and the disk. Says what it did in the log.
 */
import { Context, Duration, Effect, Layer, Schedule, Semaphore } from "effect"
import { Projects } from "../project/Projects.ts"
import { type Ended, GuardRows } from "../store/GuardRows.ts"
import { knownWorktrees } from "../store/KnownWorktrees.ts"
import type { Findings } from "../work/worktree/Reconcile.ts"
import { Worktrees } from "../work/worktree/Worktrees.ts"
import { Taking } from "./Taking.ts"

export interface ReaperOptions {
  /** After a session was archived, or a task ended. */
  readonly archivedGrace: Duration.Duration
  /** After a session was deleted, for what could not be taken away at once. */
  readonly deletedGrace: Duration.Duration
}

const every = "24 hours"

/** Pure: what boot found, as lines for the log. */
export const findingLines = ({ moved, strangers, unlinked, unreachable, vanished }: Findings): ReadonlyArray<string> => [
  ...vanished.map(({ path }) => `The worktree ${path} has vanished; its session's next prompt brings it back from its last checkpoint, without what git ignores.`),
  ...moved.map(({ path }) => `A worktree was moved; its session works at ${path} now.`),
  ...unlinked.map(({ path }) => `${path} is no worktree to git any more; move what you need of it away, then delete it: its session's next prompt makes it again.`),
  ...strangers.map((path) => `${path} is a worktree that no session or task is known to have; it is left alone.`),
  ...unreachable.map(({ detail, project }) => `The project ${project.path} could not be asked for its worktrees: ${detail}`)
]

const make = Effect.fnUntraced(function*({ archivedGrace, deletedGrace }: ReaperOptions) {
  const projects = yield* Projects
  const rows = yield* GuardRows
  const storage = yield* Effect.context<Effect.Services<typeof knownWorktrees>>()
  const taking = yield* Taking
  const worktrees = yield* Worktrees
  const one = Semaphore.makeUnsafe(1)
  const graces = { archivedMillis: Duration.toMillis(archivedGrace), deletedMillis: Duration.toMillis(deletedGrace) }

  const take = (ended: Ended) => taking.take(ended).pipe(
    Effect.flatMap(({ isGone, parked }) => {
      if (!isGone) return Effect.void
      if (parked !== undefined) return Effect.logInfo(`The worktree ${ended.worktree.path} of "${ended.title}" was taken away; its work is parked on ${parked.ref}.`)
      return ended.worktree.state === "parked" ? Effect.void : Effect.logInfo(`The worktree ${ended.worktree.path} of "${ended.title}" was taken away; nothing in it was to be kept.`)
    }),
    Effect.catch(({ message }) => Effect.logWarning(`The worktree ${ended.worktree.path} of "${ended.title}" is kept: ${message}`)))

  const reap = one.withPermit(Effect.gen(function*() {
    const due = yield* rows.ended(graces)
    yield* Effect.forEach(due, take, { discard: true })
    if (due.length > 0) yield* projects.changed
  })).pipe(Effect.catch(({ message }) => Effect.logWarning("Worktrees could not be looked through.", message)))

  const reconcile = Effect.gen(function*() {
    yield* worktrees.sweepLeft
    const findings = yield* worktrees.reconcile(yield* Effect.provide(knownWorktrees, storage))
    yield* Effect.forEach(findingLines(findings), (line) => Effect.logWarning(line), { discard: true })
    if (findings.moved.length > 0) yield* projects.changed
  }).pipe(Effect.catch(({ message }) => Effect.logWarning("Worktrees could not be held against git.", message)))

  return Reaper.of({
    reap,
    work: Effect.andThen(reconcile, Effect.asVoid(Effect.repeat(reap, Schedule.spaced(every))))
  })
})

export class Reaper extends Context.Service<Reaper, {
  /** Once, now. */
  readonly reap: Effect.Effect<void>
  /** At boot, and every day after; never ends. */
  readonly work: Effect.Effect<void>
}>()("boocode/guard/Reaper") {
  static readonly layer = (options: ReaperOptions) => Layer.effect(Reaper, make(options))
}
