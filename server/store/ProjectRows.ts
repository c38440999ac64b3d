/** Projects as rows. One that is removed is only hidden: its sessions come back when its path is added again. */
import { Context, Effect, Layer, Option, Schema } from "effect"
import { SqlSchema } from "effect/sql"
import { ProjectId } from "../../shared/Ids.ts"
import { Project } from "../../shared/Session.ts"
import { asking, now } from "./Ask.ts"
import type { StoreError } from "./StoreError.ts"

export class ProjectRows extends Context.Service<ProjectRows, {
  /** In the order they were added. */
  readonly list: Effect.Effect<ReadonlyArray<Project>, StoreError>
  /** A path that is there already keeps its id and takes the name. */
  readonly add: (project: { readonly path: string; readonly name: string }) => Effect.Effect<Project, StoreError>
  readonly find: (id: ProjectId) => Effect.Effect<Project | undefined, StoreError>
  readonly remove: (id: ProjectId) => Effect.Effect<void, StoreError>
}>()("boocode/store/ProjectRows") {
  static readonly layer = Layer.effect(ProjectRows, Effect.suspend(() => make))
}

const make = Effect.gen(function*() {
  const { ask, millis, sql } = yield* asking
  const columns = sql`id, path, name, ${millis("added_at")} as "addedAt"`
  const list = SqlSchema.findAll({ Request: Schema.Void, Result: Project,
    execute: () => sql`select ${columns} from projects where removed_at is null order by added_at, id` })
  const find = SqlSchema.findOneOption({ Request: ProjectId, Result: Project,
    execute: (id) => sql`select ${columns} from projects where id = ${id} and removed_at is null` })
  const Added = Schema.Struct({ id: ProjectId, path: Schema.String, name: Schema.String, at: Schema.Date })
  const add = SqlSchema.findOne({ Request: Added, Result: Project,
    execute: ({ at, id, name, path }) => sql`insert into projects (id, path, name, added_at) values (${id}, ${path}, ${name}, ${at})
      on conflict (path) do update set name = excluded.name, removed_at = null returning ${columns}` })
  return ProjectRows.of({
    list: ask("list projects")(list()),
    add: Effect.fn("ProjectRows.add")(function*({ name, path }) {
      const id = ProjectId.make(crypto.randomUUID())
      return yield* ask("add a project")(Effect.catchTag(add({ id, path, name, at: yield* now }), "NoSuchElementError", Effect.die))
    }),
    find: (id) => Effect.map(ask("find a project")(find(id)), Option.getOrUndefined),
    remove: (id) => Effect.flatMap(now, (at) => ask("remove a project")(Effect.asVoid(sql`update projects set removed_at = ${at} where id = ${id}`)))
  })
})
