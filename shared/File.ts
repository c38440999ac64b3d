/**
 * Files of a session's worktree, as wire and page have them. A path is a text from the worktree's top (as changes have it:
 * what is no UTF-8 stands as git quotes it); the top itself is the empty text.
 */
import { Schema } from "effect"

/** How a file differs from the commit that the worktree is at: added, modified or deleted. */
export const FileMark = Schema.Literals(["A", "M", "D"])
export type FileMark = typeof FileMark.Type

export const FileEntry = Schema.Struct({
  path: Schema.String,
  kind: Schema.Literals(["folder", "file", "link", "repository"]),
  /** Of a folder: something in it is changed. Null: nothing is. */
  mark: Schema.NullOr(FileMark),
  ignored: Schema.Boolean
})
export type FileEntry = typeof FileEntry.Type

export const FileList = Schema.Struct({
  /** Folders first, then by name. */
  entries: Schema.Array(FileEntry),
  /** Not all of them are here. */
  cut: Schema.Boolean
})
export type FileList = typeof FileList.Type

export const FoundFile = Schema.Struct({
  path: Schema.String,
  /** Places in `path` that match, in UTF-16 units. */
  hits: Schema.Array(Schema.Int)
})
export type FoundFile = typeof FoundFile.Type

export const FileMatch = Schema.Struct({
  path: Schema.String,
  /** From 1. */
  line: Schema.Int,
  /** From 1, in UTF-16 units of the whole line. */
  column: Schema.Int,
  /** The line, or what is around the match of a long one. */
  preview: Schema.String,
  /** Where the match begins in `preview`, from 0. */
  at: Schema.Int
})
export type FileMatch = typeof FileMatch.Type

export const SearchFrame = Schema.TaggedUnion({
  Matches: { matches: Schema.Array(FileMatch) },
  /** Last. `cut`: there is more than was looked for. */
  Ended: { cut: Schema.Boolean }
})
export type SearchFrame = typeof SearchFrame.Type

/** SHA-256 of its bytes, in hex: says whether a file is still the one that was read. */
export const FileHash = Schema.String.check(Schema.isPattern(/^[0-9a-f]{64}$/))

export const FileContent = Schema.TaggedUnion({
  /** `cut`: only its beginning is here; it can't be written then. `mended`: it is no UTF-8, and would not be the same if it were written. */
  Text: { text: Schema.String, hash: FileHash, bytes: Schema.Int, cut: Schema.Boolean, mended: Schema.Boolean },
  Image: { type: Schema.String, base64: Schema.String, hash: FileHash, bytes: Schema.Int },
  Binary: { bytes: Schema.Int, hash: Schema.NullOr(FileHash) },
  /** Leads to this, which is not followed. */
  Link: { target: Schema.String }
})
export type FileContent = typeof FileContent.Type

const FileReason = Schema.TaggedUnion({
  Outside: { path: Schema.String },
  NotThere: { path: Schema.String },
  NoFile: { path: Schema.String },
  Moved: { path: Schema.String },
  TooLarge: { path: Schema.String, limit: Schema.Int },
  BadPattern: { detail: Schema.String },
  Unreachable: { path: Schema.String, detail: Schema.String }
})

const sentence: (reason: typeof FileReason.Type) => string = FileReason.match({
  Outside: ({ path }) => `${path} is no file of the worktree: it leads out of it, through a symlink, or into git's own folder.`,
  NotThere: ({ path }) => `There is no ${path} in the worktree any more.`,
  NoFile: ({ path }) => `${path} is no file.`,
  Moved: ({ path }) => `${path} has changed since it was read here; nothing was written. Look at it again, and make your change anew.`,
  TooLarge: ({ path, limit }) => `${path} is larger than ${Math.floor(limit / 1024 / 1024)} MB; change it with a program of the terminal.`,
  BadPattern: ({ detail }) => `That can't be searched for: ${detail}`,
  Unreachable: ({ path, detail }) => `${path} can't be reached: ${detail}`
})

export class FileError extends Schema.TaggedError<FileError>()("FileError", { reason: FileReason }) {
  override get message(): string { return sentence(this.reason) }
}
