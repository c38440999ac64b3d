/** The agent processes that run, written down so that a later boot finds what this one left. */
import { Clock, Context, Effect, Layer, Schema } from "effect"
import { SqlSchema } from "effect/sql"
import type { BootId } from "../../shared/Ids.ts"
import { LifeId } from "../agent/LifeMarker.ts"
import { type LedgerEntry, ProcessLedger } from "../agent/ProcessLedger.ts"
import { asking, now } from "./Ask.ts"
import type { StoreError } from "./StoreError.ts"

const Entry = Schema.Struct({ pid: Schema.Int, startTime: Schema.Finite, lifeId: LifeId, command: Schema.String })

export class ProcessRows extends Context.Service<ProcessRows, {
  readonly record: (entry: LedgerEntry) => Effect.Effect<void, StoreError>
  /** Of this boot. */
  readonly forget: (pid: number) => Effect.Effect<void, StoreError>
  /** Of this host, recorded by boots before this one. */
  readonly ofOtherBoots: Effect.Effect<ReadonlyArray<LedgerEntry>, StoreError>
  /** Once they are reaped. */
  readonly forgetOtherBoots: Effect.Effect<void, StoreError>
}>()("boocode/store/ProcessRows") {
  static readonly layer = (options: { readonly host: string; readonly bootId: BootId }) => Layer.effect(ProcessRows, make(options))

  /** What `agent/` writes to: never fails, and never holds up the start of an agent for long. */
  static readonly ledger = Layer.effect(ProcessLedger, Effect.gen(function*() {
    const rows = yield* ProcessRows
    const soon = (effect: Effect.Effect<void, StoreError>) => effect.pipe(Effect.timeout("2 seconds"),
      Effect.catch((error) => Effect.logWarning("The ledger of processes is behind.", error.message)),
      Effect.provideService(Clock.Clock, Clock.Clock.defaultValue()))
    return ProcessLedger.of({ record: (entry) => soon(rows.record(entry)), forget: (pid) => soon(rows.forget(pid)) })
  }))
}

const make = Effect.fnUntraced(function*({ bootId, host }: { readonly host: string; readonly bootId: BootId }) {
  const { ask, sql } = yield* asking
  const others = SqlSchema.findAll({ Request: Schema.Void, Result: Entry, execute: () => sql`
    select pid, start_time::float8 as "startTime", life_id as "lifeId", command from processes where host = ${host} and boot_id <> ${bootId}` })
  return ProcessRows.of({
    record: ({ command, lifeId, pid, startTime }) => Effect.flatMap(now, (at) => ask("record a process")(Effect.asVoid(sql`
      insert into processes (host, pid, start_time, boot_id, life_id, command, started_at)
      values (${host}, ${pid}, ${startTime}::bigint, ${bootId}, ${lifeId}, ${command}, ${at})
      on conflict (host, pid, start_time) do update set boot_id = excluded.boot_id, life_id = excluded.life_id,
        command = excluded.command, started_at = excluded.started_at`))),
    forget: (pid) => ask("forget a process")(Effect.asVoid(
      sql`delete from processes where host = ${host} and boot_id = ${bootId} and pid = ${pid}`)),
    ofOtherBoots: ask("list processes")(others()),
    forgetOtherBoots: ask("forget processes")(Effect.asVoid(sql`delete from processes where host = ${host} and boot_id <> ${bootId}`))
  })
})
