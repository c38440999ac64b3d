/** What is said of parked work in the message of its commit: all that is needed to list it and to put it back. Pure. */
import { Option, Schema } from "effect"
import { makersOf } from "../../../shared/Change.ts"
import { LeftOut, type ParkedWork } from "../../../shared/Guard.ts"
import { type ProjectId, SessionId, WorktreeId } from "../../../shared/Ids.ts"
import { mendText, toOneLine } from "../../../shared/Text.ts"
import { ParkedMakers } from "./ParkedMakers.ts"

const Hash = Schema.String.check(Schema.isPattern(/^[0-9a-f]{40}([0-9a-f]{24})?$/))

export const ParkedNote = Schema.Struct({
  id: WorktreeId,
  sessionId: Schema.NullOr(SessionId),
  title: Schema.String,
  branch: Schema.String,
  /** What the worktree was cut from, and the tree that its changes were counted from since. */
  baseCommit: Hash,
  baseTree: Schema.NullOr(Hash),
  /** The commit that was checked out. */
  head: Hash,
  /** As staged; null where that can't be said, in the middle of a merge. */
  index: Schema.NullOr(Hash),
  files: Schema.Int,
  /** Paths that git was told not to look at, and that were there. */
  hidden: Schema.Array(Schema.String),
  left: Schema.Array(LeftOut),
  /** Of its pending changes. Parked by a server that kept none: none. */
  makers: Schema.optionalKey(ParkedMakers)
})
export type ParkedNote = typeof ParkedNote.Type

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(ParkedNote))
const encode = Schema.encodeSync(Schema.fromJsonString(ParkedNote))

export const parkedRefs = "refs/boocode/parked"
/** Its tree, as the first checkpoint of the worktree that it is put back in. */
export const putBackRef = (id: WorktreeId): string => `refs/boocode/checkpoints/${id}/parked/seen`

export const parkedRef = (id: WorktreeId): string => `${parkedRefs}/${id}`

/** Commits that a worktree has from parked work and that nothing else leads to. Not under refs/worktree: git's own collection doesn't see those of another worktree. */
export const keptRefs = (id: WorktreeId): string => `refs/boocode/kept/${id}`

export const messageOf = (note: ParkedNote): string => `Park ${toOneLine(mendText(note.title))}\n\n${encode(note)}\n`

/** Its title is one line, as every title is, whoever wrote the commit: it is shown as it is. */
export const noteOf = (message: string): ParkedNote | undefined => Option.getOrUndefined(Option.map(
  decode(message.slice(message.indexOf("\n\n") + 2)), (note) => ({ ...note, title: toOneLine(mendText(note.title)) })))

/** Of what was left out. */
const leftLimit = 20

export const parkedOf = (projectId: ProjectId, { branch, files, id, left, makers = [], sessionId, title }: ParkedNote, commit: string, parkedAt: number): ParkedWork => ({
  id, projectId, sessionId, title, branch, ref: parkedRef(id), commit, parkedAt, files, makers: makersOf(makers), left: left.slice(0, leftLimit), leftCount: left.length
})
