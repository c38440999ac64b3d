/** What the newest drill of each agent came to. */
import { Context, Effect, Layer, Schema } from "effect"
import { SqlSchema } from "effect/sql"
import { DrillReport } from "../../shared/Drill.ts"
import { asking } from "./Ask.ts"
import type { StoreError } from "./StoreError.ts"

export class DrillRows extends Context.Service<DrillRows, {
  /** By agent. */
  readonly all: Effect.Effect<ReadonlyArray<DrillReport>, StoreError>
  /** In the stead of the agent's last. */
  readonly save: (report: DrillReport) => Effect.Effect<void, StoreError>
}>()("boocode/store/DrillRows") {
  static readonly layer = Layer.effect(DrillRows, Effect.suspend(() => make))
}

const make = Effect.gen(function*() {
  const { ask, sql } = yield* asking
  const all = SqlSchema.findAll({ Request: Schema.Void, Result: Schema.Struct({ report: DrillReport }), execute: () => sql`
    select report from drills order by agent` })
  return DrillRows.of({
    all: Effect.map(ask("list drills")(all()), (rows) => rows.map(({ report }) => report)),
    save: (report) => ask("keep a drill")(Effect.asVoid(sql`
      insert into drills (agent, report) values (${report.agent}, ${JSON.stringify(report)})
      on conflict (agent) do update set report = excluded.report`))
  })
})
