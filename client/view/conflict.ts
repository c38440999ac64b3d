/** Conflict: the two sides of a change that does not fit any more, and the ways out. Pure. */
import type { Conflict, Resolution } from "../../shared/Change.ts"

export interface Side { readonly name: string; readonly about: string; readonly before: string; readonly after: string | null }

/** Each as it differs from what both began from. `whose` made the change. */
export const conflictSides = ({ base, mine, theirs }: Conflict, whose: string): ReadonlyArray<Side> => [
  { name: "In the project", about: mine === null ? "The file is gone there, or no text." : "What the project's checkout has now", before: base ?? "", after: mine },
  { name: whose === "manual" ? "By hand, in the worktree" : `From ${whose}`, about: theirs === null ? "The file is gone there, or no text." : "What the worktree has", before: base ?? "", after: theirs }
]

export interface Way { readonly way: Resolution; readonly name: string; readonly words: string }

export const waysOut = (whose: string): ReadonlyArray<Way> => [
  { way: "theirs", name: whose === "manual" ? "Take the worktree's" : `Take ${whose}'s`, words: "The worktree's file goes into the project's checkout in place of what is there." },
  { way: "mine", name: "Keep the project's", words: "The change is rejected: the worktree gets the file as the project has it." },
  { way: "worktree", name: "Merge in the worktree", words: "Both sides are written into the worktree's file with git's marks: you or an agent settle them there, and the change waits anew." }
]
