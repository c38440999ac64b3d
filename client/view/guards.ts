/** Guards: what would be lost with a session, what a base is and what was parked, in words. Pure. */
import type { Base, Counted, ParkedWork, SessionLosses } from "../../shared/Guard.ts"
import { agoWords, whenWords, sinceWords } from "./duration.ts"

export interface LossLine { readonly words: string; readonly names: ReadonlyArray<string>; readonly more: number; readonly bad: boolean }

const counted = ({ count }: Counted, one: string, many: string): string => `${count} ${count === 1 ? one : many}`

const lineOf = (of: Counted, one: string, many: string, bad = false): ReadonlyArray<LossLine> =>
  of.count === 0 ? [] : [{ words: counted(of, one, many), names: of.names.slice(0, 4), more: of.count - Math.min(4, of.names.length), bad }]

/** What is nowhere else. */
export const lossLines = (losses: SessionLosses): ReadonlyArray<LossLine> => [
  ...lineOf(losses.unapplied, "pending change that was not applied", "pending changes that were not applied"),
  ...lineOf(losses.uncommitted, "file with uncommitted changes", "files with uncommitted changes"),
  ...lineOf(losses.untracked, "untracked file", "untracked files"),
  ...lineOf(losses.commits, "commit on no other branch or remote", "commits on no other branch or remote"),
  ...lineOf(losses.nested, "repository inside it with work of its own, which can't be parked", "repositories inside it with work of their own, which can't be parked", true)
]

export const isAtStake = (losses: SessionLosses): boolean => losses.running > 0 || lossLines(losses).length > 0

export const bytesWords = (bytes: number): string => {
  if (bytes < 1024 * 1024) return `${Math.max(1, Math.round(bytes / 1024))} KB`
  return bytes < 1024 ** 3 ? `${Math.round(bytes / 1024 / 1024)} MB` : `${(bytes / 1024 ** 3).toFixed(1)} GB`
}

/** Of one whose folder is gone; undefined where it is there. */
export const vanishedWords = ({ unapplied, vanished }: SessionLosses, now: number): string | undefined => {
  if (vanished === null) return undefined
  if (vanished.keptAt === null) return "The worktree's folder is gone, and no checkpoint was taken of it: what was committed is on its branch."
  return `The worktree's folder is gone; its last checkpoint, of ${whenWords(vanished.keptAt, now)}, still holds ${counted(unapplied, "change", "changes")}. What git ignores went with the folder.`
}

/** Where it lies, how large it is, and what of it is left out of what is parked. */
export const diskWords = ({ bytes, ignored, worktree }: SessionLosses): string => {
  if (worktree === null) return "It has no worktree on disk."
  const size = bytes === null ? "too large to be measured at once" : bytesWords(bytes)
  const rest = ignored.count === 0 ? "" : ` Ignored (${ignored.names.slice(0, 3).join(", ")}${ignored.count > 3 ? ", …" : ""}) is parked as long as it is small.`
  return `Its worktree is ${size} on disk.${rest}`
}

export const baseWords = ({ at, subject }: Base, now: number): string => `${subject === "" ? "" : `${subject} · `}${agoWords(at, now)}`

export const parkedWords = ({ files, left, leftCount, parkedAt, sessionId }: ParkedWork, now: number): string => [
  `${files} ${files === 1 ? "file" : "files"}`, `parked ${sinceWords(parkedAt, now)}`, ...(sessionId === null ? [] : ["archived session"]),
  ...(left.length === 0 ? [] : [`without ${left.slice(0, 2).map(({ path }) => path).join(", ")}${leftCount > 2 ? ", …" : ""}`])
].join(" · ")
