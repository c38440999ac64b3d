/** Tasks as rows, each saved whole after every change. */
import { Context, Effect, Layer, Option, Schema } from "effect"
import { SqlSchema } from "effect/sql"
import { UsageSource } from "../../shared/Agent.ts"
import { AgentName, type BootId, ChatId, ProjectId, SessionId, TaskId, Who } from "../../shared/Ids.ts"
import { PermissionMode } from "../../shared/PermissionRule.ts"
import { ExecutionPath, listedInput, type Task, TaskState } from "../../shared/Task.ts"
import { asking } from "./Ask.ts"
import type { StoreError } from "./StoreError.ts"

export class TaskRows extends Context.Service<TaskRows, {
  /** New, or in the stead of the one with its id. */
  readonly save: (task: Task) => Effect.Effect<void, StoreError>
  readonly find: (id: TaskId) => Effect.Effect<Task | undefined, StoreError>
  /** The newest, newest first, of their inputs only the beginning. */
  readonly list: (limit: number) => Effect.Effect<ReadonlyArray<Task>, StoreError>
  /** How many of this host are queued or running. */
  readonly open: Effect.Effect<number, StoreError>
  /** Of this host, queued or running, saved last by boots before this one. */
  readonly ofOtherBoots: Effect.Effect<ReadonlyArray<Task>, StoreError>
}>()("boocode/store/TaskRows") {
  static readonly layer = (options: { readonly host: string; readonly bootId: BootId }) => Layer.effect(TaskRows, make(options))
}

const Text = Schema.NullOr(Schema.String)
const Row = Schema.Struct({
  id: TaskId, projectId: ProjectId, sessionId: Schema.NullOr(SessionId), chatId: Schema.NullOr(ChatId), agent: AgentName,
  model: Text, mode: Text, thinking: Text, permissions: Schema.NullOr(PermissionMode),
  autonomous: Schema.Boolean, input: Schema.String, state: TaskState, path: ExecutionPath, worktree: Text,
  createdAt: Schema.Finite, startedAt: Schema.NullOr(Schema.Finite), endedAt: Schema.NullOr(Schema.Finite), summary: Text, detail: Text,
  inputTokens: Schema.Int, outputTokens: Schema.Int, cost: Schema.NullOr(Schema.Finite), usageSource: Schema.NullOr(UsageSource), by: Who
})

const taskOf = ({ mode, model, permissions, thinking, ...row }: typeof Row.Type): Task => ({
  ...row,
  settings: {
    ...(model === null ? {} : { model }), ...(mode === null ? {} : { mode }), ...(thinking === null ? {} : { thinking }),
    ...(permissions === null ? {} : { permissions })
  }
})

const make = Effect.fnUntraced(function*({ bootId, host }: { readonly host: string; readonly bootId: BootId }) {
  const { ask, millis, sql } = yield* asking
  const tasks = (input: string) => sql`select t.id, t.project_id as "projectId", t.session_id as "sessionId", t.chat_id as "chatId", t.agent,
    t.model, t.mode, t.thinking, t.permissions, t.autonomous, ${sql.literal(input)} as input, t.state, t.path, w.path as worktree,
    ${millis("t.created_at")} as "createdAt", ${millis("t.started_at")} as "startedAt",
    ${millis("t.ended_at")} as "endedAt", t.summary, t.detail, t.input_tokens::float8 as "inputTokens", t.output_tokens::float8 as "outputTokens",
    t.cost, t.usage_source as "usageSource", t.made_by as by
    from tasks t left join worktrees w on w.id = t.worktree_id and w.state <> 'removed'`
  const find = SqlSchema.findOneOption({ Request: TaskId, Result: Row, execute: (id) => sql`${tasks("t.input")} where t.id = ${id}` })
  const list = SqlSchema.findAll({ Request: Schema.Int, Result: Row, execute: (limit) => sql`${tasks(`left(t.input, ${listedInput})`)} order by t.created_at desc, t.id limit ${limit}` })
  const ofOtherBoots = SqlSchema.findAll({ Request: Schema.Void, Result: Row, execute: () => sql`
    ${tasks("t.input")} where t.state in ('queued', 'running') and t.host = ${host} and t.boot_id <> ${bootId} order by t.created_at` })
  const open = SqlSchema.findAll({ Request: Schema.Void, Result: Schema.Struct({ count: Schema.Int }), execute: () => sql`
    select count(*)::int as count from tasks where state in ('queued', 'running') and host = ${host}` })
  const save = ({ agent, settings: { mode, model, permissions, thinking }, ...task }: Task) => sql`
    insert into tasks (id, project_id, session_id, chat_id, agent, model, mode, thinking, permissions, autonomous, input, state, path, worktree_id, created_at,
      started_at, ended_at, summary, detail, input_tokens, output_tokens, cost, usage_source, made_by, host, boot_id)
    values (${task.id}, ${task.projectId}, ${task.sessionId}::uuid, ${task.chatId}::uuid, ${agent}, ${model ?? null}, ${mode ?? null}, ${thinking ?? null},
      ${permissions ?? null}, ${task.autonomous}, ${task.input}, ${task.state}, ${task.path}, (select id from worktrees where path = ${task.worktree}),
      to_timestamp(${task.createdAt}::float8 / 1000), to_timestamp(${task.startedAt}::float8 / 1000), to_timestamp(${task.endedAt}::float8 / 1000),
      ${task.summary}, ${task.detail}, ${task.inputTokens}::bigint, ${task.outputTokens}::bigint, ${task.cost}::float8, ${task.usageSource}, ${task.by},
      ${host}, ${bootId})
    on conflict (id) do update set state = excluded.state, worktree_id = excluded.worktree_id, started_at = excluded.started_at, ended_at = excluded.ended_at,
      summary = excluded.summary, detail = excluded.detail, input_tokens = excluded.input_tokens, output_tokens = excluded.output_tokens,
      cost = excluded.cost, usage_source = excluded.usage_source, boot_id = excluded.boot_id`
  const all = (rows: ReadonlyArray<typeof Row.Type>) => rows.map(taskOf)

  return TaskRows.of({
    save: (task) => ask("keep a task")(Effect.asVoid(save(task))),
    find: (id) => Effect.map(ask("find a task")(find(id)), (row) => Option.getOrUndefined(Option.map(row, taskOf))),
    list: (limit) => Effect.map(ask("list tasks")(list(limit)), all),
    open: Effect.map(ask("count tasks")(open()), (found) => found[0]?.count ?? 0),
    ofOtherBoots: Effect.map(ask("list tasks")(ofOtherBoots()), all)
  })
})
