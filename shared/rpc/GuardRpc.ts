/** Where sessions begin and how they end: bases, setup, what would be lost, deletion, and parked work. */
import { Schema } from "effect"
import { Rpc, RpcGroup } from "effect/rpc"
import { ProjectError } from "../Errors.ts"
import { Base, ParkedWork, SessionLosses } from "../Guard.ts"
import { ProjectId, SessionId, WorktreeId } from "../Ids.ts"
import { Session } from "../Session.ts"
import { Text } from "../Text.ts"
import { WorkError } from "../WorkError.ts"
import { Auth } from "./Auth.ts"

const error = Schema.Union([ProjectError, WorkError])
/** As a command line for `sh`. */
const Command = Text.check(Schema.isMaxLength(4000))

const Before = Schema.Struct({ parkedAt: Schema.Finite, id: WorktreeId })
const Limit = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 200 }))

export const BaseRpc = RpcGroup.make(
  /** Branches, tags and commits with `typed` in their names or messages, the newest first, at most 40. What git takes for a commit comes first. */
  Rpc.make("Bases", { payload: { projectId: ProjectId, typed: Text.check(Schema.isMaxLength(400)) }, success: Schema.Array(Base), error }),
  /** What sets up a new worktree of the project before an agent works there; null where nothing does. */
  Rpc.make("Setup", { payload: { projectId: ProjectId }, success: Schema.NullOr(Schema.String), error }),
  /** Where the last setup of a worktree failed, the new one is run there before its next turn. */
  Rpc.make("SetSetup", { payload: { projectId: ProjectId, command: Schema.NullOr(Command) }, error })
).prefix("project.").middleware(Auth)

export const GuardRpc = RpcGroup.make(
  /** Looks at the session's worktree, for some seconds at most. */
  Rpc.make("Losses", { payload: { sessionId: SessionId }, success: SessionLosses, error }),
  /**
   * Stops what runs in it, and deletes it with its chats. What its worktree holds is parked first, or, only where that was
   * asked for, discarded. Answers with what was parked; null where nothing was to be.
   */
  Rpc.make("Delete", { payload: { sessionId: SessionId, losses: Schema.Literals(["park", "discard"]) }, success: Schema.NullOr(ParkedWork), error }),
  /** Archives it and parks its worktree at once, which reopening brings back. */
  Rpc.make("Park", { payload: { sessionId: SessionId }, success: Schema.NullOr(ParkedWork), error }),
  /** Of all projects or of one, the newest first. `before` is the last one of the page before, which may be gone by now. */
  Rpc.make("Parked", { payload: { projectId: Schema.optionalKey(ProjectId), before: Schema.optionalKey(Before), limit: Limit }, success: Schema.Array(ParkedWork), error }),
  /** A new session with the files as they were; asked again, the same one. */
  Rpc.make("Restore", { payload: { parkedId: WorktreeId }, success: Session, error }),
  /** Gives parked work up for good. */
  Rpc.make("DiscardParked", { payload: { parkedId: WorktreeId }, error })
).prefix("session.").middleware(Auth)
