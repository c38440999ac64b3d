import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { AgentName, ProjectId, TaskId, Who } from "../../shared/Ids.ts"
import type { Task } from "../../shared/Task.ts"
import { StoreError, type StoreReason } from "../store/StoreError.ts"
import { TaskRows } from "../store/TaskRows.ts"
import type { TaskMessage } from "./TaskDecider.ts"
import { makeKeeping } from "./TaskKeeping.ts"

const task: Task = {
  id: TaskId.make(crypto.randomUUID()), projectId: ProjectId.make(crypto.randomUUID()), sessionId: null, chatId: null, agent: AgentName.make("goose"),
  settings: {}, autonomous: false, input: "do it", state: "running", path: "one-shot", worktree: null, createdAt: 1, startedAt: 2, endedAt: null,
  summary: null, detail: null, inputTokens: 0, outputTokens: 0, cost: null, usageSource: null, by: Who.make("owner")
}
const end: TaskMessage = { _tag: "End", at: 3, cause: { _tag: "Answered" }, said: "Done." }
const away: StoreReason = { _tag: "DatabaseAway", detail: "it has not answered for 20 seconds." }

/** Rows whose database fails as listed, each time it is asked, and then no more. */
const keepingOn = (faults: Array<StoreReason | undefined>) => {
  const kept = new Map([[task.id, task]])
  const ask = <A>(answer: () => A) => Effect.suspend(() => {
    const reason = faults.shift()
    return reason === undefined ? Effect.sync(answer) : Effect.fail(new StoreError({ reason }))
  })
  const rows = TaskRows.of({
    save: (one) => ask(() => { kept.set(one.id, one) }), find: (id) => ask(() => kept.get(id)),
    list: () => ask(() => [...kept.values()]), ofOtherBoots: ask(() => []), open: ask(() => kept.size)
  })
  return { now: () => kept.get(task.id), keeping: Effect.provideService(makeKeeping, TaskRows, rows) }
}

it.live("what becomes of a task is stored when the database is back, however long it was away", () => Effect.scoped(Effect.gen(function*() {
  const { keeping, now } = keepingOn([away, away, away, away])
  yield* (yield* keeping).tell(task.id, end)
  assert.deepStrictEqual([now()?.state, now()?.summary], ["completed", "Done."])
})))

it.live("what the database refuses for good, or what breaks off, fails the task instead of leaving it open", () => Effect.scoped(Effect.gen(function*() {
  const refused = keepingOn([undefined, { _tag: "StatementFailed", what: "keep a task", detail: "no" }])
  yield* (yield* refused.keeping).tell(task.id, end)
  assert.deepStrictEqual([refused.now()?.state, refused.now()?.detail], ["failed", "What became of it could not be stored; the server's log says why."])
  const broken = keepingOn([away])
  yield* (yield* broken.keeping).guarded(task.id, Effect.die(new Error("a fault")))
  assert.deepStrictEqual([broken.now()?.state, broken.now()?.detail], ["failed", "It broke off for a fault of the server's; the server's log says more."])
})))
