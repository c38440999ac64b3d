/**
 * What guards work: what of a session would be lost with it, what was parked and can be had again, and what a session's
 * worktree may be cut from. As values; what looks at git and disk is the server's.
 */
import { Schema } from "effect"
import { ProjectId, SessionId, WorktreeId } from "./Ids.ts"

/** A branch, tag or commit that a session can begin from. */
export const Base = Schema.Struct({
  name: Schema.String,
  kind: Schema.Literals(["branch", "remote", "tag", "commit"]),
  commit: Schema.String,
  /** The first line of its message. */
  subject: Schema.String,
  /** Epoch milliseconds. */
  at: Schema.Finite
})
export type Base = typeof Base.Type

/** Some of what was counted, the first ones by name. */
export const Counted = Schema.Struct({ count: Schema.Int, names: Schema.Array(Schema.String) })
export type Counted = typeof Counted.Type

/** What a session's worktree holds that is nowhere else, and what else ends with the session. */
export const SessionLosses = Schema.Struct({
  /** None before the first prompt, and after it was parked. */
  worktree: Schema.NullOr(Schema.String),
  /** Chats in which a turn runs. */
  running: Schema.Int,
  /** Pending changes that were neither applied nor rejected. */
  unapplied: Counted,
  /** Files that are not as the last commit has them. */
  uncommitted: Counted,
  /** Files that git knows nothing of, each by itself. */
  untracked: Counted,
  /** Files that git was told to ignore; a folder that it was told of is one. */
  ignored: Counted,
  /** Of those, what is too large to be parked: it goes. */
  left: Counted,
  /** Commits that no other branch, tag or remote leads to, as their first lines. */
  commits: Counted,
  /** Repositories in it that hold work of their own: they can't be parked. */
  nested: Counted,
  /** On disk; null where it could not be told in time. */
  bytes: Schema.NullOr(Schema.Finite),
  /** Its folder is gone: the rest is what its last checkpoint, taken then (epoch milliseconds), and its branch hold. Null where it is there. */
  vanished: Schema.NullOr(Schema.Struct({ keptAt: Schema.NullOr(Schema.Finite) }))
})
export type SessionLosses = typeof SessionLosses.Type

/** What was left out of parked work: ignored, and large. */
export const LeftOut = Schema.Struct({ path: Schema.String, why: Schema.String })
export type LeftOut = typeof LeftOut.Type

/** A worktree as it was when it was taken away, kept on a ref in the project's repository. */
export const ParkedWork = Schema.Struct({
  /** Of the worktree that it was of. */
  id: WorktreeId,
  projectId: ProjectId,
  /** The archived session that has it again when it is reopened; null where its session was deleted. */
  sessionId: Schema.NullOr(SessionId),
  title: Schema.String,
  branch: Schema.String,
  ref: Schema.String,
  commit: Schema.String,
  /** Epoch milliseconds. */
  parkedAt: Schema.Finite,
  /** Files that differ from the last commit. */
  files: Schema.Int,
  /** Who made its pending changes, as a note over them says it. Parked by a server that kept none: nobody. */
  makers: Schema.Array(Schema.String),
  /** The first of what was left out, and of how much. */
  left: Schema.Array(LeftOut),
  leftCount: Schema.Int
})
export type ParkedWork = typeof ParkedWork.Type
