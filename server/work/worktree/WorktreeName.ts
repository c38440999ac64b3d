/** How a session's or a task's worktree is called: pure. What is taken already is looked up by `Worktrees`. */
import type { SessionId, TaskId } from "../../../shared/Ids.ts"

/** What a folder and a branch may hold: nothing a shell, git or a file system reads in its own way. */
export const slugOf = (name: string): string => {
  const slug = name.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/\.{2,}/g, ".").replace(/^[.-]+/, "").slice(0, 40).replace(/[.-]+$/, "")
  return slug === "" ? "project" : slug
}

/** From short to whole: a longer one is needed only where a shorter one is taken. The end of an id is random in every kind of UUID. */
export const shortIdsOf = (id: SessionId | TaskId): ReadonlyArray<string> => {
  const digits = id.replaceAll("-", "")
  return [digits.slice(-8), digits.slice(-12), digits]
}
