/**
 * Turns that may have written in a worktree, as rows: written by the log with the event that starts one, gone with the checkpoint
 * that holds what it did.
 */
import { Effect, Layer, Schema } from "effect"
import { SqlSchema } from "effect/sql"
import { AgentName, ChatId, TurnId } from "../../shared/Ids.ts"
import { Worktree } from "../../shared/Session.ts"
import { WorkError } from "../../shared/WorkError.ts"
import { TurnPort } from "../work/change/TurnPort.ts"
import { asking } from "./Ask.ts"

const Row = Schema.Struct({ turnId: TurnId, chatId: ChatId, agent: AgentName, worktree: Schema.NullOr(Worktree) })

const makePort = Effect.fnUntraced(function*(host: string) {
  const { ask, sql } = yield* asking
  const left = SqlSchema.findAll({ Request: Schema.Void, Result: Row, execute: () => sql`
    select t.turn_id as "turnId", t.chat_id as "chatId", t.agent, case when w.id is not null then json_build_object('id', w.id, 'sessionId', w.session_id,
      'projectId', w.project_id, 'path', w.path, 'branch', w.branch, 'baseCommit', w.base_commit, 'state', w.state) end as worktree
    from working_turns t join chats c on c.id = t.chat_id left join worktrees w on w.session_id = c.session_id and w.state = 'ready'
    where c.host = ${host} order by t.turn_id` })
  const failed = Effect.mapError(({ message }: { readonly message: string }) => new WorkError({ reason: { _tag: "Unrecorded", detail: message } }))
  return TurnPort.of({
    left: Effect.map(failed(ask("list turns")(left())), (rows) => rows.map(({ worktree, ...turn }) => ({ turn, worktree: worktree ?? undefined }))),
    forget: (ids) => failed(ask("forget turns")(Effect.asVoid(
      sql`delete from working_turns where turn_id in (select value::uuid from json_array_elements_text(${JSON.stringify(ids)}::json))`)))
  })
})

/** What `work/` asks for. `host`: whose chats. */
export const turnPort = ({ host }: { readonly host: string }) => Layer.effect(TurnPort, makePort(host))
