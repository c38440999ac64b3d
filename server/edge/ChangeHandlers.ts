/** The change group of the contract, onto `Work`; rewinds, of which chats are told, onto `Rewinds`. */
import { Effect } from "effect"
import { Caller } from "../../shared/rpc/Auth.ts"
import { ChangeRpc } from "../../shared/rpc/ChangeRpc.ts"
import { Rewinds } from "../chat/Rewinds.ts"
import { Work } from "../work/Work.ts"

export const changeHandlers = ChangeRpc.toLayer(Effect.gen(function*() {
  const rewinds = yield* Rewinds
  const work = yield* Work
  return ChangeRpc.of({
    "change.Watch": ({ sessionId }) => work.watch(sessionId),
    "change.Look": ({ sessionId }) => work.look(sessionId),
    "change.Apply": ({ changeIds, sessionId }) => work.apply(sessionId, changeIds),
    "change.ApplyHunks": ({ changeId, hunks, part, sessionId }) => work.applyHunks(sessionId, changeId, part, hunks),
    "change.Reject": ({ changeIds, sessionId }) => work.reject(sessionId, changeIds),
    "change.RejectHunks": ({ changeId, hunks, part, sessionId }) => work.rejectHunks(sessionId, changeId, part, hunks),
    "change.BringBack": ({ changeIds, sessionId }) => work.bringBack(sessionId, changeIds),
    "change.Revert": ({ changeIds, sessionId }) => work.revert(sessionId, changeIds),
    "change.RevertHunks": ({ changeId, hunks, part, sessionId }) => work.revertHunks(sessionId, changeId, part, hunks),
    "change.Resolve": ({ changeId, sessionId, way }) => work.resolve(sessionId, changeId, way),
    "change.Conflict": ({ changeId, sessionId }) => work.conflict(sessionId, changeId),
    "change.Decided": ({ before, limit, sessionId }) => work.decided(sessionId, limit, before),
    "change.OfTurn": ({ after, limit, sessionId, turnId }) => work.ofTurn(sessionId, turnId, limit, after),
    "change.Checkpoints": ({ before, limit, sessionId }) => work.checkpoints(sessionId, limit, before),
    "change.AroundTurn": ({ sessionId, turnId }) => rewinds.around(sessionId, turnId),
    "change.Ahead": ({ seq, sessionId }) => rewinds.ahead(sessionId, seq),
    "change.Rewind": ({ seq, sessionId }) => Effect.flatMap(Caller, ({ who }) => rewinds.rewind(sessionId, seq, who))
  })
}))
