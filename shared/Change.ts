/**
 * Pending changes and the checkpoints they are told from, as rows, wire and page have them. A path stands as text: as it
 * is where it is UTF-8, else as git quotes it (`"caf\351"`). A mode is git's, as `100755`; a blob is git's hash of a content.
 */
import { Schema } from "effect"
import { CheckpointId, Operation } from "./Operation.ts"
import { AgentName, ChatId, SessionId, TurnId, WorktreeId } from "./Ids.ts"

export { CheckpointId, Operation }

export const ChangeId = Schema.String.check(Schema.isUUID()).pipe(Schema.brand("ChangeId"))
export type ChangeId = typeof ChangeId.Type

/** What a worktree's tree was kept for. A turn is named by its start and its end, everything else by an id of its own. */
export const CheckpointAt = Schema.TaggedUnion({
  TurnStarted: { turnId: TurnId },
  TurnEnded: { turnId: TurnId },
  /** Seen between turns: somebody worked by hand. */
  Seen: { id: CheckpointId },
  /** What was there before a rewind, and what there was after it. */
  Rewinding: { id: CheckpointId },
  Rewound: { id: CheckpointId },
  /** A person applied, rejected or reverted a change. */
  Decided: { id: CheckpointId }
})
export type CheckpointAt = typeof CheckpointAt.Type

/** A path that a checkpoint does not hold: a repository of its own, or what git could not read. */
export const SkippedPath = Schema.Struct({ path: Schema.String, why: Schema.Literals(["repository", "unreadable"]), detail: Schema.String })
export type SkippedPath = typeof SkippedPath.Type

/** Looks at a worktree's files fail: what is listed is as it was at the last one that didn't. */
export const LookProblem = Schema.Struct({
  /** Why, and what to do. */
  sentence: Schema.String,
  /** Epoch milliseconds of the first look that failed. */
  since: Schema.Finite
})
export type LookProblem = typeof LookProblem.Type

export const Checkpoint = Schema.Struct({
  /** git's hash of the tree. */
  tree: Schema.String,
  /** Keeps the tree alive. */
  ref: Schema.String,
  skipped: Schema.Array(SkippedPath),
  /** Changed since the turn was handed over, so they belong to it and are not in this tree. */
  left: Schema.Array(Schema.String)
})
export type Checkpoint = typeof Checkpoint.Type

/** One file's way from one tree to another. */
export const FileChange = Schema.Struct({
  path: Schema.String,
  /** Before a rename. */
  oldPath: Schema.NullOr(Schema.String),
  operation: Operation,
  /** Null where there is no file on that side. */
  oldMode: Schema.NullOr(Schema.String),
  mode: Schema.NullOr(Schema.String),
  baseBlob: Schema.NullOr(Schema.String),
  blob: Schema.NullOr(Schema.String)
})
export type FileChange = typeof FileChange.Type

/** With its lines counted; a binary file has none. */
export const CountedChange = Schema.Struct({ ...FileChange.fields, binary: Schema.Boolean, added: Schema.Int, removed: Schema.Int })
export type CountedChange = typeof CountedChange.Type

/** A page of what a turn changed, by path. The figures are of all of it. */
export const TurnFiles = Schema.Struct({ files: Schema.Array(CountedChange), count: Schema.Int, added: Schema.Int, removed: Schema.Int })
export type TurnFiles = typeof TurnFiles.Type

/** A turn that ran between two checkpoints, with the paths that its tool calls reported, from the worktree's top. */
export const IntervalTurn = Schema.Struct({ turnId: TurnId, chatId: ChatId, agent: AgentName, reported: Schema.Array(Schema.String) })
export type IntervalTurn = typeof IntervalTurn.Type

export const ChangeState = Schema.Literals(["pending", "applied", "rejected", "reverted", "conflicted"])
export type ChangeState = typeof ChangeState.Type

/** One file's change, waiting for a person or decided by one. */
export const PendingChange = Schema.Struct({
  id: ChangeId,
  worktreeId: WorktreeId,
  sessionId: Schema.NullOr(SessionId),
  ...CountedChange.fields,
  /** Whose turns changed the file since its base, first first. */
  agents: Schema.Array(AgentName),
  /** Somebody changed it by hand. */
  manual: Schema.Boolean,
  state: ChangeState,
  /** Of the checkpoint that it was seen in last, or that a person decided after. */
  seq: Schema.Int,
  /** Epoch milliseconds. */
  changedAt: Schema.Finite
})
export type PendingChange = typeof PendingChange.Type

/** Who made a set of changes, as a note over it says: agents in their order, then "manual". */
export const makersOf = (changes: ReadonlyArray<Pick<PendingChange, "agents" | "manual">>): ReadonlyArray<string> => [
  ...new Set<string>(changes.flatMap(({ agents }) => agents)), ...(changes.some(({ manual }) => manual) ? ["manual"] : [])
]

/** A session's changes as they are streamed; folded by `evolveWork` alone. */
export const ChangeFrame = Schema.TaggedUnion({
  /** What was known before is forgotten. `worktree` is null before the session's first prompt. */
  Opened: { worktree: Schema.NullOr(Schema.Struct({ id: WorktreeId, path: Schema.String, branch: Schema.String, baseCommit: Schema.String })) },
  /** New, or in the stead of those with their ids; at most 200 a frame. Only changes that stand. */
  Saved: { changes: Schema.Array(PendingChange) },
  /** They stand no more: decided, undone, or another took their place. At most 1,000 a frame. */
  Gone: { ids: Schema.Array(ChangeId) },
  /** Ends a batch: only now is it to be drawn. */
  Standing: {
    /** Paths that no checkpoint holds, at most 100. */
    skipped: Schema.Array(SkippedPath),
    /** Agents whose turns run in the worktree. */
    running: Schema.Array(AgentName),
    /** Rejections that wait for them to end. */
    waiting: Schema.Array(ChangeId),
    /** How many decisions there were, ever: when it rises there are other decided changes to ask for. */
    decided: Schema.Int,
    /** Epoch milliseconds of the last look at the files that was asked for or saw something. */
    lookedAt: Schema.NullOr(Schema.Finite),
    /** Until a look succeeds again. */
    problem: Schema.NullOr(LookProblem)
  }
})
export type ChangeFrame = typeof ChangeFrame.Type

/** What became of a decision. A conflict is no problem: nothing was touched, and the change is `conflicted`. */
export const Decided = Schema.Struct({
  change: PendingChange,
  /** Why it was not decided, in a sentence. */
  problem: Schema.NullOr(Schema.String)
})
export type Decided = typeof Decided.Type

/** The sides of a conflict: null where there is no file, or no text. */
export const Conflict = Schema.Struct({
  base: Schema.NullOr(Schema.String),
  /** The project's. */
  mine: Schema.NullOr(Schema.String),
  /** The change's. */
  theirs: Schema.NullOr(Schema.String),
  /** Merged, with git's marks. */
  marked: Schema.NullOr(Schema.String),
  /** One of them was longer than what is sent. */
  cut: Schema.Boolean
})
export type Conflict = typeof Conflict.Type

/** The ways out of a conflict. `theirs`: the change's side. `mine`: the project's, in the worktree too. `worktree`: both, with git's marks, to be resolved there. */
export const Resolution = Schema.Literals(["theirs", "mine", "worktree"])
export type Resolution = typeof Resolution.Type

/** A checkpoint as it is listed, with what changed in the interval that it ended. */
export const CheckpointInfo = Schema.Struct({
  seq: Schema.Int,
  at: CheckpointAt,
  /** Epoch milliseconds. */
  takenAt: Schema.Finite,
  /** Whose turns ran in the interval; none means by hand. */
  agents: Schema.Array(AgentName),
  files: Schema.Int
})
export type CheckpointInfo = typeof CheckpointInfo.Type
