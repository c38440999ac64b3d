/** What the user changed of the agent catalogue in the settings, one edit an agent. */
import { Context, Effect, Layer, Schema } from "effect"
import { SqlSchema } from "effect/sql"
import type { AgentName } from "../../shared/Ids.ts"
import { AgentEdit } from "../agent/catalog/AgentEdit.ts"
import { AgentRowsPort } from "../agent/catalog/AgentRowsPort.ts"
import { asking } from "./Ask.ts"
import type { StoreError } from "./StoreError.ts"

export class AgentRows extends Context.Service<AgentRows, {
  readonly all: Effect.Effect<ReadonlyArray<AgentEdit>, StoreError>
  /** In the stead of the one with its name. */
  readonly save: (edit: AgentEdit) => Effect.Effect<void, StoreError>
  readonly remove: (name: AgentName) => Effect.Effect<void, StoreError>
}>()("boocode/store/AgentRows") {
  static readonly layer = Layer.effect(AgentRows, Effect.suspend(() => make))

  /** What `agent/` asks for. */
  static readonly port = Layer.effect(AgentRowsPort, Effect.map(AgentRows, ({ all }) => AgentRowsPort.of({
    all: all.pipe(Effect.catch((error) => Effect.as(Effect.logWarning(error.message), [])))
  })))
}

const Row = Schema.Struct({ edit: AgentEdit })

const make = Effect.gen(function*() {
  const { ask, sql } = yield* asking
  const all = SqlSchema.findAll({ Request: Schema.Void, Result: Row, execute: () => sql`select edit from agents order by name` })
  const save = SqlSchema.void({ Request: AgentEdit, execute: (edit) => sql`
    insert into agents (name, edit) values (${edit.name}, ${JSON.stringify(edit)}) on conflict (name) do update set edit = excluded.edit` })
  return AgentRows.of({
    all: Effect.map(ask("list the catalogue's edits")(all()), (rows) => rows.map(({ edit }) => edit)),
    save: (edit) => ask("keep a catalogue edit")(save(edit)),
    remove: (name) => ask("remove a catalogue edit")(Effect.asVoid(sql`delete from agents where name = ${name}`))
  })
})
