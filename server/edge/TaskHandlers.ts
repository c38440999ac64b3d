/** The task group of the contract, onto `Tasks`. */
import { Effect } from "effect"
import { Caller } from "../../shared/rpc/Auth.ts"
import { TaskRpc } from "../../shared/rpc/TaskRpc.ts"
import { Tasks } from "../task/Tasks.ts"

export const taskHandlers = TaskRpc.toLayer(Effect.gen(function*() {
  const tasks = yield* Tasks
  return TaskRpc.of({
    "task.Create": (order) => Effect.flatMap(Caller, ({ who }) => tasks.create(order, who)),
    "task.Get": ({ taskId }) => tasks.find(taskId),
    "task.List": () => tasks.list,
    "task.Cancel": ({ taskId }) => Effect.flatMap(Caller, ({ who }) => tasks.cancel(taskId, who)),
    "task.Watch": () => tasks.watch
  })
}))
