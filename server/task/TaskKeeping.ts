/**
 * How what becomes of tasks is kept: one change at a time, stored before it is told, and however long the database is away.
 * What to make of a change is `TaskDecider`'s business.
 */
import { Clock, Effect, PubSub, Schedule, Semaphore } from "effect"
import type { TaskId } from "../../shared/Ids.ts"
import { isOpenTask, type Task, TaskError } from "../../shared/Task.ts"
import type { StoreError } from "../store/StoreError.ts"
import { TaskRows } from "../store/TaskRows.ts"
import { decide, type TaskMessage } from "./TaskDecider.ts"

const pause = Schedule.spaced("200 millis")

/** Belongs to a scope: when that closes, nothing waits for the database any more, and the next boot says what became of it. */
export const makeKeeping = Effect.gen(function*() {
  const rows = yield* TaskRows
  const changed = yield* PubSub.sliding<void>(1)
  const oneAtATime = Semaphore.makeUnsafe(1)
  let closing = false
  yield* Effect.addFinalizer(() => Effect.sync(() => { closing = true }))

  const patiently = <A>(effect: Effect.Effect<A, StoreError>): Effect.Effect<A, StoreError> =>
    Effect.retry(effect, { schedule: pause, while: ({ reason }) => reason._tag === "DatabaseAway" && !closing })
  const told = PubSub.publish(changed, undefined)
  const save = (task: Task) => Effect.andThen(rows.save(task), told)

  /** What the database refuses for good must not leave a task open for ever. */
  const saveOrFail = (before: Task, after: Task) => Effect.catch(patiently(save(after)), (error) => Effect.gen(function*() {
    if (error.reason._tag === "DatabaseAway") return yield* error
    yield* Effect.logError(`What became of the task ${before.id} is not stored.`, error.message)
    return yield* patiently(save(decide(before, {
      _tag: "Fail", at: yield* Clock.currentTimeMillis, detail: "What became of it could not be stored; the server's log says why."
    })))
  }))

  const tell = (id: TaskId, message: TaskMessage): Effect.Effect<void> => oneAtATime.withPermit(Effect.gen(function*() {
    const before = yield* patiently(rows.find(id))
    const after = before === undefined ? undefined : decide(before, message)
    if (before !== undefined && after !== undefined && after !== before) yield* saveOrFail(before, after)
  })).pipe(Effect.catch((error) => Effect.logError(`What became of the task ${id} is not stored.`, error.message)))

  const find = Effect.fnUntraced(function*(taskId: TaskId) {
    const task = yield* Effect.orDie(rows.find(taskId))
    return task ?? (yield* new TaskError({ reason: { _tag: "UnknownTask", taskId } }))
  })
  const isOpen = (id: TaskId): Effect.Effect<boolean> =>
    Effect.map(Effect.orDie(patiently(rows.find(id))), (task) => task !== undefined && isOpenTask(task))

  /** A task whose run breaks off is failed, and the log says why. */
  const guarded = (id: TaskId, run: Effect.Effect<void>): Effect.Effect<void> => Effect.catchDefect(run, (defect) => Effect.gen(function*() {
    yield* Effect.logError(`The task ${id} broke off.`, defect)
    yield* tell(id, { _tag: "Fail", at: yield* Clock.currentTimeMillis, detail: "It broke off for a fault of the server's; the server's log says more." })
  }))

  return { patiently, told, changed, save: (task: Task) => Effect.orDie(save(task)), tell, find, isOpen, guarded }
})

export type Keeping = Effect.Success<typeof makeKeeping>
