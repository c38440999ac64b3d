/** Checkpoints and pending changes as rows: what `work/` tells, recorded whole or not at all. */
import { Effect, Layer, Schema } from "effect"
import { SqlSchema } from "effect/sql"
import { ChangeId, ChangeState, CheckpointAt, IntervalTurn, PendingChange, SkippedPath } from "../../shared/Change.ts"
import { TurnId, WorktreeId } from "../../shared/Ids.ts"
import { ChangePort, type CheckpointRow, type Entry, settledBy } from "../work/change/ChangePort.ts"
import { WorkError } from "../../shared/WorkError.ts"
import { asking } from "./Ask.ts"
import type { StoreError } from "./StoreError.ts"
import { transaction } from "./transaction.ts"

const Text = Schema.NullOr(Schema.String)
const Touch = Schema.Struct({ path: Schema.String, oldPath: Text })
const Checkpoint = Schema.Struct({
  seq: Schema.Int, at: CheckpointAt, tree: Schema.String, ref: Schema.String, skipped: Schema.Array(SkippedPath),
  turns: Schema.Array(IntervalTurn), files: Schema.Array(Touch), takenAt: Schema.Finite
})
const Interval = Schema.Struct({ seq: Schema.Int, turns: Schema.Array(IntervalTurn), files: Schema.Array(Touch) })
const Head = Schema.Struct({ base: Text, seq: Schema.NullOr(Schema.Int), tree: Text })
const Decided = Schema.Struct({ path: Schema.String, oldPath: Text, state: ChangeState, seq: Schema.Int })
const Page = Schema.Struct({ worktreeId: WorktreeId, limit: Schema.Int })
const CheckpointPage = Schema.Struct({ ...Page.fields, before: Schema.Int })
const DecidedPage = Schema.Struct({ ...Page.fields, before: Schema.NullOr(ChangeId) })
const TurnIn = Schema.Struct({ worktreeId: WorktreeId, turnId: TurnId })
const maxSeq = 2 ** 31 - 1

const unrecorded = (error: StoreError) => new WorkError({ reason: { _tag: "Unrecorded", detail: error.message } })

/** Columns as json_to_recordset reads them from rows of the wire's names. */
const columns = `r(id uuid, "worktreeId" uuid, "sessionId" uuid, path text, "oldPath" text, operation text, "oldMode" text, mode text, "baseBlob" text,
  blob text, "binary" boolean, added integer, removed integer, agents json, manual boolean, state text, seq integer, "changedAt" float8)`

const makeReads = Effect.gen(function*() {
  const { ask, millis, sql } = yield* asking
  const changes = sql`select id, worktree_id as "worktreeId", session_id as "sessionId", path, old_path as "oldPath", operation, old_mode as "oldMode", mode,
    base_blob as "baseBlob", blob, is_binary as "binary", added, removed, agents, manual, state, seq, ${millis("changed_at")} as "changedAt" from pending_changes`
  const checkpoint = sql`select seq, at, tree, ref, skipped, turns, files, ${millis("taken_at")} as "takenAt" from checkpoints`
  return {
    ask,
    sql,
    head: SqlSchema.findOneOption({ Request: WorktreeId, Result: Head, execute: (id) => sql`
      select w.base_tree as base, c.seq, c.tree from worktrees w
      left join lateral (select seq, tree from checkpoints where worktree_id = w.id order by seq desc limit 1) c on true where w.id = ${id}` }),
    intervals: SqlSchema.findAll({ Request: WorktreeId, Result: Interval, execute: (id) => sql`
      select seq, turns, files from checkpoints where worktree_id = ${id} and changed order by seq` }),
    decided: SqlSchema.findAll({ Request: WorktreeId, Result: Decided, execute: (id) => sql`
      select path, old_path as "oldPath", state, max(seq) as seq from pending_changes
      where worktree_id = ${id} and state in ('applied', 'rejected') group by path, old_path, state` }),
    live: SqlSchema.findAll({ Request: WorktreeId, Result: PendingChange, execute: (id) => sql`${changes} where worktree_id = ${id} and live order by path collate "C"` }),
    history: SqlSchema.findAll({ Request: Page, Result: PendingChange, execute: ({ limit, worktreeId }) => sql`
      ${changes} where worktree_id = ${worktreeId} order by changed_at desc, path limit ${limit}` }),
    find: SqlSchema.findAll({ Request: Schema.Array(ChangeId), Result: PendingChange, execute: (ids) => sql`
      ${changes} where id in (select value::uuid from json_array_elements_text(${JSON.stringify(ids)}::json))` }),
    checkpoints: SqlSchema.findAll({ Request: CheckpointPage, Result: Checkpoint, execute: ({ before, limit, worktreeId }) => sql`
      ${checkpoint} where worktree_id = ${worktreeId} and seq < ${before} order by seq desc limit ${limit}` }),
    ofTurn: SqlSchema.findAll({ Request: TurnIn, Result: Checkpoint, execute: ({ turnId, worktreeId }) => sql`
      ${checkpoint} where worktree_id = ${worktreeId} and (at ->> 'turnId' = ${turnId}
        or exists (select 1 from json_array_elements(turns) as turn where turn ->> 'turnId' = ${turnId})) order by seq` }),
    decidedPage: SqlSchema.findAll({ Request: DecidedPage, Result: PendingChange, execute: ({ before, limit, worktreeId }) => sql`
      ${changes} where worktree_id = ${worktreeId} and decided_at is not null and not live
        and (${before}::uuid is null or (decided_at, id) < (select decided_at, id from pending_changes where id = ${before}::uuid))
      order by decided_at desc, id desc limit ${limit}` }),
    counts: SqlSchema.findAll({ Request: Schema.Array(ChangeId), Result: Schema.Struct({ id: ChangeId, decisions: Schema.Int }), execute: (ids) => sql`
      select id, decisions from pending_changes where id in (select value::uuid from json_array_elements_text(${JSON.stringify(ids)}::json))` }),
    decisions: SqlSchema.findAll({ Request: WorktreeId, Result: Schema.Struct({ count: Schema.Int }), execute: (id) => sql`
      select coalesce(sum(decisions), 0)::integer as count from pending_changes where worktree_id = ${id}` })
  }
})

const makeWrites = Effect.gen(function*() {
  const { sql } = yield* asking
  const json = (value: unknown) => JSON.stringify(value)
  const keep = (worktreeId: WorktreeId, { at, files, ref, seq, skipped, takenAt, tree, turns }: CheckpointRow) => sql`
    insert into checkpoints (worktree_id, seq, at, tree, ref, skipped, turns, files, changed, taken_at)
    values (${worktreeId}, ${seq}, ${json(at)}::json, ${tree}, ${ref}, ${json(skipped)}::json, ${json(turns)}::json, ${json(files)}::json, ${files.length > 0},
      to_timestamp(${takenAt}::float8 / 1000))
    on conflict (worktree_id, seq) do nothing`
  const decidedStates = sql.literal("('applied', 'rejected', 'reverted')")
  const save = (rows: ReadonlyArray<PendingChange>, live: boolean) => sql`
    insert into pending_changes (id, worktree_id, session_id, path, old_path, operation, old_mode, mode, base_blob, blob, is_binary, added, removed, agents,
      manual, state, seq, live, changed_at, decided_at, decisions)
    select id, "worktreeId", "sessionId", path, "oldPath", operation, "oldMode", mode, "baseBlob", blob, "binary", added, removed, agents,
      manual, state, seq, ${live}::boolean, to_timestamp("changedAt" / 1000), case when state in ${decidedStates} then clock_timestamp() end, case when state in ${decidedStates} then 1 else 0 end
    from json_to_recordset(${json(rows)}::json) as ${sql.literal(columns)}
    on conflict (id) do update set agents = excluded.agents, manual = excluded.manual, state = excluded.state, seq = excluded.seq, live = excluded.live,
      blob = excluded.blob, added = excluded.added, removed = excluded.removed,
      decided_at = case when excluded.state = pending_changes.state then pending_changes.decided_at when excluded.state = 'pending' then null
        else coalesce(excluded.decided_at, pending_changes.decided_at) end,
      decisions = pending_changes.decisions + case when excluded.state = pending_changes.state then 0 when pending_changes.state = 'rejected' then 1 else excluded.decisions end`
  const cover = (ids: ReadonlyArray<TurnId>) => sql`delete from working_turns where turn_id in (select value::uuid from json_array_elements_text(${json(ids)}::json))`
  const retire = (ids: ReadonlyArray<ChangeId>) => sql`
    update pending_changes set live = false where id in (select value::uuid from json_array_elements_text(${json(ids)}::json))`
  return Effect.fnUntraced(function*(worktreeId: WorktreeId, { base, checkpoint, covered = [], decided = [], gone = [], saved = [] }: Entry) {
    if (covered.length > 0) yield* cover(covered)
    if (checkpoint !== undefined) yield* keep(worktreeId, checkpoint)
    if (base !== undefined) yield* sql`update worktrees set base_tree = ${base} where id = ${worktreeId}`
    // what gives up its path goes first
    if (gone.length > 0) yield* retire(gone)
    if (decided.length > 0) yield* save(decided, false)
    if (saved.length > 0) yield* save(saved, true)
  })
})

const make = Effect.gen(function*() {
  const { ask, checkpoints, counts, decided, decidedPage, decisions, find, head, history, intervals, live, ofTurn, sql } = yield* makeReads
  const write = yield* makeWrites
  return ChangePort.of({
    load: Effect.fn("ChangeRows.load")(function*(id) {
      const all = Effect.all({ head: head(id), intervals: intervals(id), decided: decided(id), live: live(id) })
      const found = yield* Effect.mapError(ask("find changes")(all), unrecorded)
      const { base = null, seq = null, tree = null } = found.head._tag === "Some" ? found.head.value : {}
      return {
        base: base ?? undefined, last: seq === null || tree === null ? undefined : { seq, tree },
        intervals: found.intervals, settled: settledBy(found.decided), live: found.live
      }
    }),
    record: (id, entry) => Effect.mapError(ask("record changes")(transaction(sql)(write(id, entry))), unrecorded),
    checkpoints: (worktreeId, limit, before = maxSeq) => Effect.mapError(ask("list checkpoints")(checkpoints({ worktreeId, limit, before })), unrecorded),
    ofTurn: (worktreeId, turnId) => Effect.mapError(ask("find a turn's checkpoints")(ofTurn({ worktreeId, turnId })), unrecorded),
    decided: (worktreeId, limit, before) => Effect.mapError(ask("list decided changes")(decidedPage({ worktreeId, limit, before: before ?? null })), unrecorded),
    decisions: (worktreeId) => Effect.map(Effect.mapError(ask("count decisions")(decisions(worktreeId)), unrecorded), ([row]) => row?.count ?? 0),
    decisionsOf: (ids) => Effect.map(Effect.mapError(ask("count decisions")(counts(ids)), unrecorded), (rows) => new Map(rows.map(({ decisions, id }) => [id, decisions]))),
    history: (worktreeId, limit) => Effect.mapError(ask("list changes")(history({ worktreeId, limit })), unrecorded),
    findAll: (ids) => Effect.map(Effect.mapError(ask("find changes")(find(ids)), unrecorded), (rows) => {
      const byId = new Map(rows.map((row) => [row.id, row]))
      return ids.flatMap((id) => byId.get(id) ?? [])
    }),
    find: (id) => Effect.map(Effect.mapError(ask("find a change")(find([id])), unrecorded), ([row]) => row)
  })
})

/** What `work/` asks for. */
export const changeRows = Layer.effect(ChangePort, make)
