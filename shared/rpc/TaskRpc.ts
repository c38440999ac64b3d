/** Tasks: dispatched, looked at, cancelled. */
import { Schema } from "effect"
import { Rpc, RpcGroup } from "effect/rpc"
import { ChatError, ProjectError } from "../Errors.ts"
import { AgentName, ChatId, ProjectId, SessionId, TaskId } from "../Ids.ts"
import { Task, TaskError } from "../Task.ts"
import { Text } from "../Text.ts"
import { AskedSettings } from "../Turn.ts"
import { Auth } from "./Auth.ts"

/**
 * One of project, session and chat says where. With a chat it is a prompt in that chat; else its agent works once in a
 * worktree of the task's own, which is kept if it has changes. Its agent is `agent`, else the chat's, else the first that is ready.
 */
export const TaskOrder = Schema.Struct({
  projectId: Schema.optionalKey(ProjectId),
  sessionId: Schema.optionalKey(SessionId),
  chatId: Schema.optionalKey(ChatId),
  agent: Schema.optionalKey(AgentName),
  input: Text.check(Schema.isNonEmpty()),
  settings: Schema.optionalKey(AskedSettings),
  autonomous: Schema.optionalKey(Schema.Boolean)
})
export type TaskOrder = typeof TaskOrder.Type

export const TaskRpc = RpcGroup.make(
  /** Answers when the task is durable. Its input is bounded as a prompt is. */
  Rpc.make("Create", { payload: TaskOrder, success: Task, error: Schema.Union([TaskError, ChatError, ProjectError]) }),
  Rpc.make("Get", { payload: { taskId: TaskId }, success: Task, error: TaskError }),
  /** The newest 100, newest first, of long inputs the beginning. */
  Rpc.make("List", { success: Schema.Array(Task) }),
  /** Ends it if it hasn't ended, and answers with what became of it. */
  Rpc.make("Cancel", { payload: { taskId: TaskId }, success: Task, error: TaskError }),
  /** That list at once and again after every change. */
  Rpc.make("Watch", { success: Schema.Array(Task), stream: true })
).prefix("task.").middleware(Auth)
