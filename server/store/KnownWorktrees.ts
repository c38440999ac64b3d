/** Every worktree that is remembered and was not removed, with its project: what boot holds against git and the disk. */
import { Effect, Schema } from "effect"
import { SqlSchema } from "effect/sql"
import { Project, Worktree } from "../../shared/Session.ts"
import { asking } from "./Ask.ts"

const Row = Schema.Struct({ worktree: Worktree, project: Project })

export const knownWorktrees = Effect.gen(function*() {
  const { ask, sql } = yield* asking
  const all = SqlSchema.findAll({ Request: Schema.Void, Result: Row, execute: () => sql`
    select json_build_object('id', w.id, 'sessionId', w.session_id, 'projectId', w.project_id, 'path', w.path, 'branch', w.branch,
        'baseCommit', w.base_commit, 'state', w.state) as worktree,
      json_build_object('id', p.id, 'path', p.path, 'name', p.name, 'addedAt', (extract(epoch from p.added_at) * 1000)::float8) as project
    from worktrees w join projects p on p.id = w.project_id where w.state <> 'removed' order by w.path` })
  return yield* ask("list worktrees")(all())
})
