/** The one error of `server/work`: whatever keeps git or the disk from doing what was asked, in a sentence a person can act on. */
import { Schema } from "effect"
import { AgentName } from "./Ids.ts"

export const WorkReason = Schema.TaggedUnion({
  UnknownSession: {},
  GitMissing: {},
  NotADirectory: { path: Schema.String },
  NotARepository: { path: Schema.String },
  /** A repository without a checkout, or the inside of git's own folder. */
  NoCheckout: { path: Schema.String, bare: Schema.Boolean },
  /** git refuses what belongs to another user. */
  NotOwned: { path: Schema.String },
  NoCommit: { path: Schema.String },
  /** `lock` is the file that stands in the way. */
  Locked: { lock: Schema.String },
  DiskFull: { path: Schema.String },
  Denied: { path: Schema.String },
  /** Something else is where a worktree was or should be. */
  Occupied: { path: Schema.String },
  /** What lies in a worktree says that it is of another repository. */
  ForeignGit: { path: Schema.String },
  /** No branch, tag or commit of the project. */
  UnknownBase: { base: Schema.String },
  /** The session has its worktree: a base can't be chosen any more. */
  AlreadyCut: { path: Schema.String },
  /** A program that the repository's files go through, as `lfs`, is missing or failed. */
  FilterFailed: { filter: Schema.String },
  /** The folder of a session's worktree is gone. */
  Vanished: { path: Schema.String },
  /** Turns run in the worktree. */
  AtWork: { agents: Schema.Array(AgentName) },
  UnknownCheckpoint: { seq: Schema.Int },
  UnknownChange: {},
  /** The change is no longer what stands, or is in a state that doesn't allow it. */
  ChangeMoved: { path: Schema.String },
  /** The project's file is another than the change made it. */
  ChangedThere: { path: Schema.String },
  /** A merge left its marks in the worktree's file, which nobody has resolved yet. */
  Unmerged: { path: Schema.String },
  /** The worktree's file is another than a rejection left it, in the same place. */
  ChangedHere: { path: Schema.String },
  /** Only an edit of a text has hunks, and only so many. */
  NoSuchHunk: { path: Schema.String },
  /** No path of a checkout: it leads out of it, or into git's own folder. */
  Outside: { path: Schema.String },
  /** A folder, a submodule or something else that is no file stands where one belongs. */
  InTheWay: { path: Schema.String },
  /** Files changed again and again while they were written. */
  Restless: { path: Schema.String },
  /** git has no such content any more, or it is none: a repository in the repository. */
  UnknownContent: { blob: Schema.String },
  NotAnImage: {},
  TooLarge: { bytes: Schema.Int, limit: Schema.Int },
  /** Something in a worktree that can't be kept with it. */
  NotParkable: { path: Schema.String, detail: Schema.String },
  UnknownParked: {},
  /** The session's agents or programs in its worktree have not ended. */
  StillBusy: { path: Schema.String, detail: Schema.String },
  /** The project's checkout is on no branch. */
  Detached: { path: Schema.String },
  /** The checkout is in the midst of something of git's, as a merge. */
  Underway: { path: Schema.String, what: Schema.String },
  /** git knows nobody to be the author of commits. */
  NoIdentity: {},
  BadBranch: { branch: Schema.String },
  /** `path` is the worktree that has it checked out. */
  BranchTaken: { branch: Schema.String, path: Schema.NullOr(Schema.String) },
  /** The checkout's branch is checked out elsewhere too, and would move under it. */
  BranchShared: { branch: Schema.String, path: Schema.String },
  /** All of it is in the last commit already. */
  NothingToLand: { branch: Schema.String },
  /** The id was used for other changes or another branch. */
  LandedOtherwise: {},
  /** Commits were made again and again meanwhile. */
  BranchMoved: { branch: Schema.String },
  UnknownBranch: { branch: Schema.String },
  UnknownRemote: { remote: Schema.String },
  /** `detail` are git's own words. */
  PushRefused: { remote: Schema.String, branch: Schema.String, detail: Schema.String },
  /** Contents of such files are pushed by a hook, and hooks are not run. */
  PushNeedsFilter: { branch: Schema.String, filter: Schema.String },
  Deadline: { what: Schema.String, seconds: Schema.Finite },
  /** Anything else git said. */
  GitFailed: { what: Schema.String, detail: Schema.String },
  /** The row that remembers a worktree could not be read or written. */
  Unrecorded: { detail: Schema.String }
})
export type WorkReason = typeof WorkReason.Type

const sentence: (reason: WorkReason) => string = WorkReason.match({
  UnknownSession: () => "There is no such session; it may have been deleted.",
  GitMissing: () => "git is not installed on the server; install it and try again.",
  NotADirectory: ({ path }) => `${path} is not a directory on the server's disk; it may have been moved or deleted.`,
  NotARepository: ({ path }) => `${path} is not a git repository; run \`git init\` there first, or choose another directory.`,
  NoCheckout: ({ path, bare }) => bare
    ? `${path} is a bare repository, without files to work on; clone it and use the clone.`
    : `${path} is inside git's own folder; use the folder that it belongs to.`,
  NotOwned: ({ path }) =>
    `git refuses ${path} because it belongs to another user; as the server's user run \`git config --global --add safe.directory '${path}'\`.`,
  NoCommit: ({ path }) => `${path} has no commit yet; agents need one to start from. Make a first commit, then try again.`,
  Locked: ({ lock }) => `Another git command is at work there; wait for it to end. If none runs, delete ${lock} and try again.`,
  DiskFull: ({ path }) => `The disk that holds ${path} is full; free some space and try again.`,
  Denied: ({ path }) => `The server's user may not write in ${path}; change its owner or its permissions.`,
  Occupied: ({ path }) => `${path} is there but is no worktree of this session; move it away and try again.`,
  ForeignGit: ({ path }) => `${path}/.git is not the one that git made there: something in the worktree took its place. Move it away, run \`git worktree repair\` in the project, and try again.`,
  UnknownBase: ({ base }) => `The project has no branch, tag or commit "${base}"; fetch it, or choose another base.`,
  AlreadyCut: ({ path }) => `The session has its worktree already, at ${path}; start a new session to work from another base.`,
  FilterFailed: ({ filter }) => `The project's files go through the filter "${filter}", which is missing on the server or failed; install ${filter === "lfs" ? "git-lfs" : "it"} there and try again.`,
  Vanished: ({ path }) => `The session's worktree is gone from ${path}; its next prompt brings it back from its last checkpoint, without what git ignores.`,
  AtWork: ({ agents }) => `${agents.join(", ")} ${agents.length === 1 ? "is" : "are"} at work in the worktree; stop ${agents.length === 1 ? "it" : "them"} or wait, then try again.`,
  UnknownCheckpoint: ({ seq }) => `The session has no checkpoint ${seq}; look at its list again.`,
  UnknownChange: () => "There is no such change; the list may have been told anew since.",
  ChangeMoved: ({ path }) => `${path} has changed or was decided since; look at its change again.`,
  Unmerged: ({ path }) => `${path} still has the marks of a merge (<<<<<<<); nothing was touched. Resolve them in the worktree, or ask an agent to, and apply it then.`,
  ChangedThere: ({ path }) => `${path} was changed in the project since, in the same place; nothing was touched. Undo that there first, or leave it applied.`,
  ChangedHere: ({ path }) => `${path} was changed in the worktree since, in the same place; nothing was touched. Reject what stands there first, or leave this one rejected.`,
  NoSuchHunk: ({ path }) => `The change of ${path} has no such part; apply all of it, or look at it again.`,
  Outside: ({ path }) => `${path} is no file of the project's: it leads out of it, through a symlink, or into git's own folder.`,
  InTheWay: ({ path }) => `Something that is no file stands at ${path}; move it away and try again.`,
  Restless: ({ path }) => `${path} kept changing while it was to be written; nothing of it was touched. Try again when it rests.`,
  UnknownContent: () => "The repository holds no such content: it may have been cleaned up, or it is a submodule's. Look at the changes again.",
  NotAnImage: () => "That content is no image that a page could show.",
  TooLarge: ({ bytes, limit }) => `That is ${(bytes / 1024 / 1024).toFixed(1)} MB; at most ${Math.floor(limit / 1024 / 1024)} MB are shown. Look at the file on the server's disk.`,
  NotParkable: ({ path, detail }) => `${path} can't be parked: ${detail}. Move it away or commit what is in it, then try again; or discard the session's work.`,
  UnknownParked: () => "There is no such parked work; it may have been restored or discarded.",
  StillBusy: ({ path, detail }) => `${detail} is still at work in ${path}; end it, then try again.`,
  Detached: ({ path }) => `The checkout in ${path} is on no branch; check one out there, or land on a new branch.`,
  Underway: ({ path, what }) => `A ${what} is under way in ${path}; finish or abort it there, then try again, or land on a new branch.`,
  NoIdentity: () => "git doesn't know who you are; on the server run `git config --global user.name \"Your Name\"` and `git config --global user.email you@example.com`, then try again.",
  BadBranch: ({ branch }) => `"${branch}" can't be the name of a branch; use letters, digits, dashes and single slashes.`,
  BranchTaken: ({ branch, path }) => `There is a branch ${branch} already${path === null ? "" : `, checked out in ${path}`}; choose another name.`,
  BranchShared: ({ branch, path }) => `${branch} is checked out in ${path} too and would move under it; check out another branch there, or land on a new branch.`,
  NothingToLand: ({ branch }) => `The last commit of ${branch} has all of that already; apply the changes instead, nothing will be written.`,
  LandedOtherwise: () => "That landing was asked for before with other changes or another branch; start it anew.",
  BranchMoved: ({ branch }) => `Commits kept being made on ${branch} meanwhile; nothing was landed. Try again when it rests.`,
  UnknownBranch: ({ branch }) => `The project has no branch ${branch}; it may have been renamed or deleted.`,
  UnknownRemote: ({ remote }) => `The project has no remote ${remote}; \`git remote add\` adds one in its folder.`,
  PushRefused: ({ remote, branch, detail }) => `${remote} didn't take ${branch}: ${detail}`,
  PushNeedsFilter: ({ branch, filter }) => `${branch} keeps files in ${filter === "lfs" ? "Git LFS" : filter}, which only a push of your own sends along; run \`git push\` in the project's folder.`,
  Deadline: ({ what, seconds }) => `git did not ${what} within ${seconds} s; see whether its disk answers, then try again.`,
  GitFailed: ({ what, detail }) => `git could not ${what}: ${detail}`,
  Unrecorded: ({ detail }) => detail
})

export class WorkError extends Schema.TaggedError<WorkError>()("WorkError", { reason: WorkReason }) {
  override get message(): string { return sentence(this.reason) }
}
