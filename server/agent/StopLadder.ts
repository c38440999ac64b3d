/**
 * How an agent's process is ended: asked by closing its input, told by SIGTERM, killed by SIGKILL, with everything it has
 * started. Each step has a time limit, so the whole has one; it never fails and reports what was needed.
 *
 *   stdin closed ──2 s──▶ SIGTERM to all ──2 s──▶ SIGKILL to all, until none is left (at most 1 s)
 *        └── the process is gone: what it left behind gets 1 s before the next step
 */
import { Duration, Effect, Fiber } from "effect"
import type { ProcessTree } from "./ProcessTree.ts"

export type LadderStep = "stdin-closed" | "sigterm" | "sigkill"

export interface LadderTimes {
  /** After its input was closed. */
  readonly stdin: Duration.Input
  /** After SIGTERM. */
  readonly term: Duration.Input
  /** For its descendants, once the process itself is gone. */
  readonly orphans: Duration.Input
  /** For SIGKILL to show its effect. */
  readonly kill: Duration.Input
}

export const ladderTimes: LadderTimes = { stdin: "2 seconds", term: "2 seconds", orphans: "1 second", kill: "1 second" }

/** No report of a step may hold up the steps. */
const REPORT_LIMIT = Duration.millis(500)

/**
 * Waits for what others have to do, but no longer than the limit, even where it can't be interrupted: it goes on by itself then.
 * Only so can nobody hold up the end of a process.
 */
export const waitAtMost = (limit: Duration.Input) => <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<void, never, R> =>
  Effect.forkDetach(work).pipe(Effect.flatMap(Fiber.await), Effect.timeoutOption(limit), Effect.asVoid)

export interface LadderTarget {
  readonly tree: ProcessTree
  readonly hasExited: () => boolean
  /** Completes when the process is gone. */
  readonly gone: Effect.Effect<unknown>
  readonly closeStdin: Effect.Effect<void>
  readonly onStep: (step: LadderStep) => Effect.Effect<void>
}

/** The longest a whole ladder takes, in milliseconds. */
export const ladderLimit = (times: LadderTimes): number =>
  [times.stdin, times.term, times.orphans, times.orphans, times.kill].reduce<number>((sum, time) => sum + Duration.toMillis(time), 0) +
  3 * Duration.toMillis(REPORT_LIMIT) + 1_000

/** Two looks must find nothing: a process just executing its program has for a moment no environment to read. */
const isClear = Effect.fnUntraced(function*(tree: ProcessTree) {
  if ((yield* tree.survey).length > 0) return false
  yield* Effect.sleep(5)
  return (yield* tree.survey).length === 0
})

const untilClear = Effect.fnUntraced(function*(tree: ProcessTree, meanwhile: Effect.Effect<void>) {
  for (let pause = 10; !(yield* isClear(tree)); pause = Math.min(pause * 2, 100)) {
    yield* meanwhile
    yield* Effect.sleep(pause)
  }
})

/** True when the process and all of its own are gone within the limits. */
const waitGone = Effect.fnUntraced(function*(target: LadderTarget, limit: Duration.Input, orphans: Duration.Input) {
  const exited = yield* Effect.timeoutOption(target.gone, limit)
  if (exited._tag === "None") return false
  return (yield* Effect.timeoutOption(untilClear(target.tree, Effect.void), orphans))._tag === "Some"
})

/** Stops all before killing any: what is stopped can't fork while the others are being collected. True if nothing is left. */
export const killAll = Effect.fnUntraced(function*(tree: ProcessTree, limit: Duration.Input) {
  const strike = Effect.gen(function*() {
    tree.signal(yield* tree.survey, "SIGSTOP")
    tree.signal(yield* tree.survey, "SIGKILL")
  })
  return (yield* Effect.timeoutOption(untilClear(tree, strike), limit))._tag === "Some"
})

/** True if nothing is left. */
export const climb = Effect.fnUntraced(function*(target: LadderTarget, times: LadderTimes) {
  const report = (step: LadderStep) => waitAtMost(REPORT_LIMIT)(target.onStep(step))
  if (target.hasExited()) {
    if (yield* isClear(target.tree)) return true
  } else {
    yield* target.tree.survey // who is there before anybody loses a parent
    yield* target.closeStdin
    yield* report("stdin-closed")
    if (yield* waitGone(target, times.stdin, times.orphans)) return true
  }
  target.tree.signal(yield* target.tree.survey, "SIGTERM")
  yield* report("sigterm")
  if (yield* waitGone(target, times.term, times.orphans)) return true
  yield* report("sigkill")
  return yield* killAll(target.tree, times.kill)
})
