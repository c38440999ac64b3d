/** What a person is told where the server can't look at a worktree's files: how old the list is, and why. Pure. */
import type { LookProblem } from "../../shared/Change.ts"
import { whenWords } from "./duration.ts"

export interface LookWords { readonly age: string; readonly why: string }

/** `lookedAt` is null where they never were. */
export const lookWords = ({ sentence, since }: LookProblem, lookedAt: number | null, now: number): LookWords => ({
  age: lookedAt === null ? "The worktree was never looked at." : `This list is from ${whenWords(lookedAt, now)}.`,
  why: `${sentence} (Tried since ${whenWords(since, now)}.)`
})
