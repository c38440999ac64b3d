/** Rewinds under way, as rows: what boot finds here was cut off. What becomes of it is `chat/`'s business. */
import { Context, Effect, Layer, Schema } from "effect"
import { SqlSchema } from "effect/sql"
import { RewindTarget } from "../../shared/ChatNote.ts"
import { SessionId, Who, WorktreeId } from "../../shared/Ids.ts"
import { CheckpointId } from "../../shared/Operation.ts"
import { asking } from "./Ask.ts"
import type { StoreError } from "./StoreError.ts"

/** `seq` is the checkpoint that it goes to, `undo` one that has the files there were. */
export const RewindRow = Schema.Struct({
  id: CheckpointId, sessionId: SessionId, worktreeId: WorktreeId, by: Who, target: RewindTarget, seq: Schema.Int, undo: Schema.Int
})
export type RewindRow = typeof RewindRow.Type

export class RewindRows extends Context.Service<RewindRows, {
  readonly begin: (rewind: RewindRow) => Effect.Effect<void, StoreError>
  readonly end: (id: CheckpointId) => Effect.Effect<void, StoreError>
  /** Of this host. */
  readonly all: Effect.Effect<ReadonlyArray<RewindRow>, StoreError>
}>()("boocode/store/RewindRows") {
  static readonly layer = ({ host }: { readonly host: string }) => Layer.effect(RewindRows, make(host))
}

const make = Effect.fnUntraced(function*(host: string) {
  const { ask, sql } = yield* asking
  const all = SqlSchema.findAll({ Request: Schema.Void, Result: RewindRow, execute: () => sql`
    select id, session_id as "sessionId", worktree_id as "worktreeId", by, target, seq, undo from rewinds where host = ${host}` })
  return RewindRows.of({
    begin: ({ by, id, seq, sessionId, target, undo, worktreeId }) => ask("note a rewind")(Effect.asVoid(sql`
      insert into rewinds (id, session_id, worktree_id, by, target, seq, undo, host)
      values (${id}, ${sessionId}, ${worktreeId}, ${by}, ${JSON.stringify(target)}::json, ${seq}, ${undo}, ${host}) on conflict (id) do nothing`)),
    end: (id) => ask("end a rewind")(Effect.asVoid(sql`delete from rewinds where id = ${id}`)),
    all: ask("list rewinds")(all())
  })
})
