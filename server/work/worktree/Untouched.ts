/**
 * Whether a worktree is as it was made, so that nothing is lost with it. Whatever git hides from a plain look counts as work:
 * ignored files, files it was told not to look at, commits that no branch leads to. In doubt it was touched.
 */
import { Effect } from "effect"
import type { Worktree } from "../../../shared/Session.ts"
import type { Git } from "../git/Git.ts"
import { nestedWork } from "../parking/Nested.ts"
import { splitNul } from "../git/PathText.ts"
import type { WorkError } from "../../../shared/WorkError.ts"

const what = "look for work in a task's worktree"
const lines = (text: string) => text.split("\n").filter((line) => line !== "")

/** Of a file that git was told to take for unchanged, or not to look at: `ls-files -v` has these in small letters, or `S`. */
const isHidden = (record: Buffer): boolean => /^[a-zS]/.test(record.toString("latin1", 0, 1))

export const isUntouched = Effect.fn("Untouched.isUntouched")(function*(
  git: Git["Service"], worktree: Worktree
): Effect.fn.Return<boolean, WorkError> {
  const { baseCommit, branch, path } = worktree
  const ask = (...args: ReadonlyArray<string>) => git.run(path, { what, args })
  const atBase = (hashes: string) => hashes !== "" && lines(hashes).every((hash) => hash === baseCommit)
  /** Everywhere that `ref` has been; nowhere, if that was not kept. */
  const been = (ref: string) => ask("log", "--walk-reflogs", "--format=%H", ref, "--")

  // folders as one: a million files in node_modules are said in one line; in no submodule git is asked, where its settings are anybody's
  if ((yield* ask("status", "--porcelain", "--ignored", "--untracked-files=normal", "--ignore-submodules=dirty")) !== "") return false
  if ((yield* nestedWork(git, worktree)).length > 0) return false
  const tip = yield* git.attempt(path, { what, args: ["rev-parse", "--verify", "--quiet", `refs/heads/${branch}^{commit}`] })
  if (tip.code !== 0 || !atBase(tip.stdout) || !atBase(yield* git.head(path))) return false
  if (!atBase(yield* been("HEAD")) || !atBase(yield* been(`refs/heads/${branch}`))) return false
  // refs of this worktree alone go with it
  if ((yield* ask("for-each-ref", "refs/worktree", "refs/bisect", "refs/rewritten")) !== "") return false
  const files = splitNul(yield* git.bytes(path, { what, args: ["ls-files", "-v", "-z"] }))
  return !files.some(isHidden)
})
