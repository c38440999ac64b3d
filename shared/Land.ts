/** Pending changes landed as one commit, on the branch of the project's checkout or on a new one, and pushed. */
import { Schema } from "effect"
import { ChangeId, PendingChange } from "./Change.ts"
import { SessionId } from "./Ids.ts"
import { Text } from "./Text.ts"

/** Made by the client, so that a landing that is asked for twice happens once. */
export const LandId = Schema.String.check(Schema.isUUID()).pipe(Schema.brand("LandId"))
export type LandId = typeof LandId.Type

/** What can be landed on. */
export const LandTargets = Schema.Struct({
  /** Of the project's own checkout; null where its HEAD is detached. */
  branch: Schema.NullOr(Schema.String),
  /** Something is staged in the checkout; a landing leaves it staged. */
  staged: Schema.Boolean,
  remotes: Schema.Array(Schema.String),
  /** A free name for a new branch. */
  suggested: Schema.String,
  /** Made from the session's title. The trailers come below it when it is landed. */
  message: Schema.String
})
export type LandTargets = typeof LandTargets.Type

const RefName = Text.check(Schema.isNonEmpty(), Schema.isMaxLength(250))

export const LandOrder = Schema.Struct({
  sessionId: SessionId,
  id: LandId,
  changeIds: Schema.Array(ChangeId).check(Schema.isMinLength(1), Schema.isMaxLength(5000)),
  message: Text.check(Schema.isNonEmpty(), Schema.isMaxLength(65_536)),
  /** A new branch from the checkout's last commit, which touches no file of the checkout. Left out: the checkout's own branch, whose files and index follow. */
  branch: Schema.optionalKey(RefName)
})
export type LandOrder = typeof LandOrder.Type

export const LandResult = Schema.TaggedUnion({
  /** The changes are applied: the first 200 of them, the feed tells of all. */
  Landed: { commit: Schema.String, branch: Schema.String, changes: Schema.Array(PendingChange) },
  /** Nothing was landed, because of these; they are conflicted now. The first 200. */
  Conflicted: { changes: Schema.Array(PendingChange) }
})
export type LandResult = typeof LandResult.Type

export const PushOrder = Schema.Struct({ sessionId: SessionId, branch: RefName, remote: RefName })
export type PushOrder = typeof PushOrder.Type

export const Pushed = Schema.Struct({ remote: Schema.String, branch: Schema.String, commit: Schema.String })
export type Pushed = typeof Pushed.Type
