/** The pending changes of sessions, and what is decided of them. */
import { Schema } from "effect"
import { Rpc, RpcGroup } from "effect/rpc"
import { ChangeFrame, ChangeId, CheckpointInfo, Conflict, Decided, PendingChange, Resolution, TurnFiles } from "../Change.ts"
import { RewoundFile } from "../ChatNote.ts"
import { ProjectError } from "../Errors.ts"
import { SessionId, TurnId } from "../Ids.ts"
import { Text } from "../Text.ts"
import { WorkError } from "../WorkError.ts"
import { Auth } from "./Auth.ts"

const Ids = Schema.Array(ChangeId).check(Schema.isMinLength(1), Schema.isMaxLength(1000))
const Hunks = Schema.Array(Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))).check(Schema.isMinLength(1), Schema.isMaxLength(10_000))
const Limit = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 200 }))
/** As git quotes it where it is no UTF-8: four characters for a byte. */
const Path = Text.check(Schema.isMaxLength(16_384))
const error = Schema.Union([WorkError, ProjectError])
const sessionId = SessionId
/** Chosen hunks of one edit, counted from 0 as `git diff -U3` has them. `part` is a new id that the client makes: sent twice they are decided once. */
const someHunks = { sessionId, changeId: ChangeId, part: ChangeId, hunks: Hunks }

/** What a rewind to the checkpoint `seq` would change now: the first files, and how many. */
export const RewindOffer = Schema.Struct({ seq: Schema.Int, files: Schema.Array(RewoundFile), count: Schema.Int })
export type RewindOffer = typeof RewindOffer.Type

/** Null where no such checkpoint was taken. */
const AroundTurn = Schema.Struct({ before: Schema.NullOr(RewindOffer), after: Schema.NullOr(RewindOffer) })
export type AroundTurn = typeof AroundTurn.Type

export const ChangeRpc = RpcGroup.make(
  /** The session's changes at once and after every change of them. Watching makes the server look at the files, by itself when they are changed by hand. */
  Rpc.make("Watch", { payload: { sessionId }, success: ChangeFrame, error, stream: true }),
  /** Looks at the files now. */
  Rpc.make("Look", { payload: { sessionId }, error }),
  /** Into the project's checkout, each all or nothing, in the given order. Answers one for each id, in order. */
  Rpc.make("Apply", { payload: { sessionId, changeIds: Ids }, success: Schema.Array(Decided), error }),
  Rpc.make("ApplyHunks", { payload: someHunks, success: Decided, error }),
  /** Puts the base back in the worktree; waits for turns that run there to end. Interrupting the call gives it up while it waits. */
  Rpc.make("Reject", { payload: { sessionId, changeIds: Ids }, success: Schema.Array(Decided), error }),
  Rpc.make("RejectHunks", { payload: someHunks, success: Decided, error }),
  /** Puts rejected changes into the worktree again, pending as before; waits as a rejection does. */
  Rpc.make("BringBack", { payload: { sessionId, changeIds: Ids }, success: Schema.Array(Decided), error }),
  /** Takes applied changes out of the project's checkout again. */
  Rpc.make("Revert", { payload: { sessionId, changeIds: Ids }, success: Schema.Array(Decided), error }),
  /** Of an applied change, which stays applied without them: they wait anew as the change `part`. */
  Rpc.make("RevertHunks", { payload: someHunks, success: Decided, error }),
  /** A way out of a conflict. `mine` and `worktree` write in the worktree, and wait as a rejection does. */
  Rpc.make("Resolve", { payload: { sessionId, changeId: ChangeId, way: Resolution }, success: Decided, error }),
  /** The sides of a conflicted change, each cut at 256 KB. */
  Rpc.make("Conflict", { payload: { sessionId, changeId: ChangeId }, success: Conflict, error }),
  /** Decided changes, newest decision first. `before` is the last one's id of the page before. */
  Rpc.make("Decided", { payload: { sessionId, before: Schema.optionalKey(ChangeId), limit: Limit }, success: Schema.Array(PendingChange), error }),
  /** What a turn changed, from its start to its end, or to now while it runs. By path; `after` is the last one's path of the page before. */
  Rpc.make("OfTurn", { payload: { sessionId, turnId: TurnId, after: Schema.optionalKey(Path), limit: Limit }, success: TurnFiles, error }),
  /** Newest first; `before` is a seq. */
  Rpc.make("Checkpoints", { payload: { sessionId, before: Schema.optionalKey(Schema.Int), limit: Limit }, success: Schema.Array(CheckpointInfo), error }),
  /** What a rewind to before or after a turn would change now. */
  Rpc.make("AroundTurn", { payload: { sessionId, turnId: TurnId }, success: AroundTurn, error }),
  /** What a rewind to a checkpoint would change now. */
  Rpc.make("Ahead", { payload: { sessionId, seq: Schema.Int }, success: RewindOffer, error }),
  /** Makes the worktree's files those of a checkpoint, and tells the session's chats. Refused while a turn runs. `undo` is the checkpoint that takes it back. */
  Rpc.make("Rewind", { payload: { sessionId, seq: Schema.Int }, success: Schema.Struct({ undo: Schema.Int }), error })
).prefix("change.").middleware(Auth)
