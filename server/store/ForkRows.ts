/**
 * A forked chat as it comes to be: with its log, and where it has a session of its own with that and with its worktree's
 * checkpoints. All of it in one transaction, or nothing. What is in the rows is `chat/`'s business.
 */
import { Context, Effect, Layer, Schema } from "effect"
import { SqlSchema } from "effect/sql"
import type { AgentName, ChatId, ProjectId, SessionId, WorktreeId } from "../../shared/Ids.ts"
import { TurnId, WorktreeId as Worktree } from "../../shared/Ids.ts"
import { asking, now } from "./Ask.ts"
import type { LogRow } from "./LogTable.ts"
import { insertRows } from "./PostgresLogTable.ts"
import type { StoreError } from "./StoreError.ts"
import { transaction } from "./transaction.ts"

/** Checkpoints of another worktree, up to a seq, that become this one's. */
export interface CopiedCheckpoints { readonly from: WorktreeId; readonly upTo: number }

export interface ForkedSession {
  readonly projectId: ProjectId
  readonly title: string
  readonly worktree?: { readonly id: WorktreeId; readonly checkpoints: CopiedCheckpoints } | undefined
}

export interface ForkedChat {
  readonly id: ChatId
  readonly sessionId: SessionId
  readonly agent: AgentName
  readonly title: string
  readonly rows: ReadonlyArray<LogRow>
  /** It is made with the chat. */
  readonly session?: ForkedSession | undefined
}

const Point = Schema.Struct({ seq: Schema.Int, tree: Schema.String, ref: Schema.String })
export type CheckpointPoint = typeof Point.Type

export class ForkRows extends Context.Service<ForkRows, {
  /** False where the chat was there already: then nothing is written. */
  readonly create: (fork: ForkedChat) => Effect.Effect<boolean, StoreError>
  /** The worktree's files before a turn. */
  readonly before: (worktreeId: WorktreeId, turnId: TurnId) => Effect.Effect<CheckpointPoint | undefined, StoreError>
  /** The worktree's checkpoints, oldest first. */
  readonly points: (worktreeId: WorktreeId) => Effect.Effect<ReadonlyArray<CheckpointPoint>, StoreError>
}>()("boocode/store/ForkRows") {
  /** `host`: whose new chats are. */
  static readonly layer = ({ host }: { readonly host: string }) => Layer.effect(ForkRows, make(host))
}

/** Rows of a statement. */
const chunk = 1000
const chunksOf = <A>(all: ReadonlyArray<A>): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from({ length: Math.ceil(all.length / chunk) }, (_, index) => all.slice(index * chunk, (index + 1) * chunk))

const make = Effect.fnUntraced(function*(host: string) {
  const { ask, sql } = yield* asking
  const atomically = transaction(sql)
  const started = SqlSchema.findAll({ Request: Schema.Struct({ worktreeId: Worktree, turnId: TurnId }), Result: Point, execute: ({ turnId, worktreeId }) => sql`
    select seq, tree, ref from checkpoints where worktree_id = ${worktreeId} and at ->> '_tag' = 'TurnStarted' and at ->> 'turnId' = ${turnId} order by seq limit 1` })
  const points = SqlSchema.findAll({ Request: Worktree, Result: Point, execute: (worktreeId) => sql`
    select seq, tree, ref from checkpoints where worktree_id = ${worktreeId} order by seq` })

  /** Whatever named the other worktree's refs names this one's. */
  const copy = (id: WorktreeId, { from, upTo }: CopiedCheckpoints) => sql`
    insert into checkpoints (worktree_id, seq, at, tree, ref, skipped, turns, files, changed, taken_at)
    select ${id}::uuid, seq, at, tree, replace(ref, ${from}::text, ${id}::text), skipped, turns, files, changed, taken_at
    from checkpoints where worktree_id = ${from} and seq <= ${upTo}`

  const makeSession = Effect.fnUntraced(function*(sessionId: SessionId, { projectId, title, worktree }: ForkedSession, at: Date) {
    yield* sql`insert into sessions (id, project_id, title, created_at) values (${sessionId}, ${projectId}, ${title}, ${at})`
    if (worktree === undefined) return
    yield* sql`update worktrees set session_id = ${sessionId}, state = 'ready' where id = ${worktree.id}`
    yield* copy(worktree.id, worktree.checkpoints)
  })

  return ForkRows.of({
    create: Effect.fn("ForkRows.create")(function*({ agent, id, rows, session, sessionId, title }) {
      const at = yield* now
      const head = rows.at(-1)?.seq ?? 0
      return yield* ask("fork a chat")(atomically(Effect.gen(function*() {
        const there = yield* sql`select 1 from chats where id = ${id}`
        if (there.length > 0) return false
        if (session !== undefined) yield* makeSession(sessionId, session, at)
        yield* sql`with numbered as (update sessions set last_chat_number = last_chat_number + 1 where id = ${sessionId} returning last_chat_number)
          insert into chats (id, session_id, number, title, agent, created_at, host, head)
          select ${id}::uuid, ${sessionId}::uuid, last_chat_number, ${title}, ${agent}, ${at}, ${host}, ${head} from numbered`
        yield* Effect.forEach(chunksOf(rows), (some) => insertRows(sql, id, some), { discard: true })
        return true
      })))
    }),
    before: (worktreeId, turnId) => Effect.map(ask("find a checkpoint")(started({ worktreeId, turnId })), ([found]) => found),
    points: (worktreeId) => ask("list checkpoints")(points(worktreeId))
  })
})
