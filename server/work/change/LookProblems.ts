/**
 * Which worktrees can't be looked at, why, and since when: a fact that whoever watches is told, until a look succeeds again. In
 * memory: after a restart the first look tells it anew.
 */
import { Clock, Effect } from "effect"
import type { LookProblem } from "../../../shared/Change.ts"
import type { WorktreeId } from "../../../shared/Ids.ts"
import type { Worktree } from "../../../shared/Session.ts"
import { WorkError } from "../../../shared/WorkError.ts"
import { lookAt } from "../git/DiskBytes.ts"

/** What is gone as a whole was not changed: what its last checkpoint has is as good as there. */
const there = ({ path }: Worktree) => Effect.flatMap(lookAt(Buffer.from(path)), (found) =>
  found === undefined ? Effect.fail(new WorkError({ reason: { _tag: "Vanished", path } })) : Effect.void)

/** A look that must find the folder, before it and after it: files that went while they were read are not known to be deleted. */
export const whereItIs = <A, R>(worktree: Worktree, look: Effect.Effect<A, WorkError, R>) =>
  there(worktree).pipe(Effect.andThen(look), Effect.tap(() => there(worktree)))

/** `told` hears of every worktree whose problem is another one. */
export const makeLookProblems = (told: (id: WorktreeId) => Effect.Effect<unknown>) => {
  const problems = new Map<WorktreeId, LookProblem>()

  const fails = Effect.fnUntraced(function*(id: WorktreeId, sentence: string) {
    const before = problems.get(id)
    if (before?.sentence === sentence) return
    problems.set(id, { sentence, since: before?.since ?? (yield* Clock.currentTimeMillis) })
    yield* told(id)
  })

  return {
    of: (id: WorktreeId): LookProblem | null => problems.get(id) ?? null,
    /** What becomes of a look. */
    noting: (id: WorktreeId) => <A, R>(look: Effect.Effect<A, WorkError, R>) => look.pipe(
      Effect.tapError(({ message }) => fails(id, message)), Effect.tap(() => problems.delete(id) ? told(id) : Effect.void))
  }
}
