/** Change: one pending change in words: what happens to the file, how it stands, and what each act does. Pure. */
import type { ChangeState, PendingChange } from "../../shared/Change.ts"

type File = Pick<PendingChange, "operation" | "oldPath" | "oldMode" | "mode" | "binary" | "baseBlob" | "blob" | "path">

export interface OperationMark { readonly sign: string; readonly words: string; readonly tone: "added" | "removed" | "moved" | "edited" }

const marks = {
  create: { sign: "A", words: "Created", tone: "added" },
  edit: { sign: "M", words: "Edited", tone: "edited" },
  delete: { sign: "D", words: "Deleted", tone: "removed" },
  rename: { sign: "R", words: "Renamed", tone: "moved" }
} as const

export const operationMark = ({ operation }: Pick<File, "operation">): OperationMark => marks[operation]

const isLink = (mode: string | null): boolean => mode === "120000"

/** What a mode bit's change means; `undefined` where it stays. */
export const modeWords = ({ mode, oldMode }: Pick<File, "mode" | "oldMode">): string | undefined => {
  if (oldMode === mode || mode === null) return undefined
  if (isLink(mode)) return oldMode === null ? "a symlink" : "now a symlink"
  if (isLink(oldMode)) return "no symlink any more"
  if (mode === "100755") return oldMode === null ? "executable" : "now executable"
  return oldMode === "100755" ? "no longer executable" : undefined
}

/** What a row says besides name and lines, shortest first. */
export const changeNotes = (file: File): ReadonlyArray<string> => [
  ...(file.operation === "rename" && file.oldPath !== null ? [`was ${file.oldPath}`] : []),
  ...(file.binary ? ["binary"] : []),
  ...(modeWords(file) === undefined ? [] : [modeWords(file) ?? ""])
]

/** In one sentence, for a title and for screen readers. */
export const changeSentence = (file: File): string => [marks[file.operation].words, ...changeNotes(file)].join(", ")

export const stateWords: Record<ChangeState, string> = {
  pending: "Pending", conflicted: "Conflict", applied: "Applied", rejected: "Rejected", reverted: "Reverted"
}

/** Of those that stand: they can be applied, rejected and landed. What was reverted stands again. */
export const isOpen = ({ state }: Pick<PendingChange, "state">): boolean => state === "pending" || state === "reverted"

export type Act = "apply" | "reject" | "revert" | "bringBack" | "resolve"

/** What may be decided of a change's hunks, each by itself. */
export type HunkActs = "none" | "open" | "applied"

/** `past`: it stands no more. */
export const hunkActs = (change: Pick<PendingChange, "state">, past: boolean): HunkActs =>
  past ? change.state === "applied" ? "applied" : "none" : isOpen(change) ? "open" : "none"

/** What takes back that a change was decided. */
export const undoing = ({ state }: Pick<PendingChange, "state">): "revert" | "bringBack" | undefined =>
  state === "applied" ? "revert" : state === "rejected" ? "bringBack" : undefined

/** At its button: what it does, and to what. */
export const actTitles: Record<"apply" | "reject" | "revert" | "bringBack", string> = {
  apply: "Merges it into the project's own checkout. Nothing is committed.",
  reject: "Takes it out of the worktree: the file is there again as it was. A checkpoint keeps what is rejected.",
  revert: "Takes it out of the project's checkout again. The worktree keeps it, and it waits anew.",
  bringBack: "Puts it into the worktree again, merged with what came since. It waits anew."
}

export const busyWords: Record<Act, string> = { apply: "Applying…", reject: "Rejecting…", revert: "Reverting…", bringBack: "Bringing it back…", resolve: "Resolving…" }

export interface Progress { readonly reviewed: number; readonly count: number; readonly words: string }

export const reviewProgress = (changes: ReadonlyArray<PendingChange>, isReviewed: (change: PendingChange) => boolean): Progress => {
  const reviewed = changes.filter(isReviewed).length
  return { reviewed, count: changes.length, words: `${reviewed} of ${changes.length} reviewed` }
}

export const lineTotals = (changes: ReadonlyArray<Pick<PendingChange, "added" | "removed">>): { readonly added: number; readonly removed: number } =>
  changes.reduce((sum, { added, removed }) => ({ added: sum.added + added, removed: sum.removed + removed }), { added: 0, removed: 0 })
