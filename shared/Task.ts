/**
 * A task: one piece of dispatched work outside a chat's own flow, as a contestant's, a tool's, one made by REST or the
 * command line. Where it names a chat it is a prompt there; else its agent works once in a worktree of the task's own.
 */
import { Schema } from "effect"
import { UsageSource } from "./Agent.ts"
import { AgentName, ChatId, ProjectId, SessionId, TaskId, Who } from "./Ids.ts"
import { TurnSettings } from "./Turn.ts"

export const TaskState = Schema.Literals(["queued", "running", "completed", "failed", "cancelled"])
export type TaskState = typeof TaskState.Type

/** `warm`: on the chat's live backend; `one-shot`: on a backend that is ended with it; `pty`: on a terminal. */
export const ExecutionPath = Schema.Literals(["warm", "one-shot", "pty"])
export type ExecutionPath = typeof ExecutionPath.Type

/** Characters of a summary. */
export const summaryLimit = 500

/** Characters of a task's input in lists; one alone has all of it. */
export const listedInput = 2048

/** Times are epoch milliseconds. */
export const Task = Schema.Struct({
  id: TaskId,
  projectId: ProjectId,
  sessionId: Schema.NullOr(SessionId),
  chatId: Schema.NullOr(ChatId),
  agent: AgentName,
  settings: TurnSettings,
  /** What its agent asks is allowed; else it is refused, and in a chat a person is asked, unless its settings say otherwise. */
  autonomous: Schema.Boolean,
  input: Schema.String,
  state: TaskState,
  path: ExecutionPath,
  /** Of its own, where it has one that is kept. */
  worktree: Schema.NullOr(Schema.String),
  createdAt: Schema.Finite,
  startedAt: Schema.NullOr(Schema.Finite),
  endedAt: Schema.NullOr(Schema.Finite),
  /** What the agent said last. */
  summary: Schema.NullOr(Schema.String),
  /** Why it ended as it did, in one sentence. */
  detail: Schema.NullOr(Schema.String),
  inputTokens: Schema.Int,
  outputTokens: Schema.Int,
  /** US dollars; null where it isn't reported. */
  cost: Schema.NullOr(Schema.Finite),
  usageSource: Schema.NullOr(UsageSource),
  by: Who
})
export type Task = typeof Task.Type

export const isOpenTask = ({ state }: Task): boolean => state === "queued" || state === "running"

const TaskReason = Schema.TaggedUnion({
  UnknownTask: { taskId: TaskId }, NoPlace: {},
  /** `limit` are queued or running. */
  TooManyOpen: { limit: Schema.Int }
})

const sentence: (reason: typeof TaskReason.Type) => string = TaskReason.match({
  UnknownTask: ({ taskId }) => `There is no task ${taskId}; list the tasks to find the right one.`,
  NoPlace: () => "A task needs a place: name a project, a session or a chat.",
  TooManyOpen: ({ limit }) => `${limit} tasks are queued or running, and no more are taken: wait until some have ended, or cancel some.`
})

export class TaskError extends Schema.TaggedError<TaskError>()("TaskError", { reason: TaskReason }) {
  override get message(): string { return sentence(this.reason) }
}
