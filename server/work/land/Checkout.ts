/** How things stand in a project's own checkout: its branch, what git is in the midst of there, what is staged. Changes nothing. */
import { Effect, FileSystem } from "effect"
import { lookAt } from "../git/DiskBytes.ts"
import { Git } from "../git/Git.ts"
import { bytesOfPath, splitNul, textOfPath } from "../git/PathText.ts"
import { WorkError } from "../../../shared/WorkError.ts"

/** What git leaves in its folder while something waits to be finished. */
const underway: ReadonlyArray<readonly [file: string, what: string]> = [
  ["MERGE_HEAD", "merge"], ["CHERRY_PICK_HEAD", "cherry-pick"], ["REVERT_HEAD", "revert"], ["rebase-merge", "rebase"], ["rebase-apply", "rebase"]
]

const heads = "refs/heads/"
const fail = (reason: WorkError["reason"]) => new WorkError({ reason })

interface Listed { readonly path: string; branch: string | null; head: string | null }

export const makeCheckout = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const git = yield* Git

  /** Null where HEAD is detached. */
  const branchOf = Effect.fnUntraced(function*(top: string) {
    const { code, stdout } = yield* git.attempt(top, { what: "read the branch", args: ["symbolic-ref", "--quiet", "HEAD"] })
    const ref = stdout.slice(0, -1)
    return code === 0 && ref.startsWith(heads) ? ref.slice(heads.length) : null
  })

  /** Undefined where there is no such ref. */
  const commitOf = Effect.fnUntraced(function*(top: string, ref: string) {
    const { code, stdout } = yield* git.attempt(top, { what: "read a ref", args: ["rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`] })
    return code === 0 ? stdout.trim() : undefined
  })

  /** The worktrees of the project, its own checkout among them. */
  const worktrees = Effect.fnUntraced(function*(top: string) {
    const out = yield* git.bytes(top, { what: "list the worktrees", args: ["worktree", "list", "--porcelain", "-z"] })
    const found: Array<Listed> = []
    for (const line of splitNul(out).map(textOfPath)) {
      if (line.startsWith("worktree ")) found.push({ path: line.slice("worktree ".length), branch: null, head: null })
      const last = found.at(-1)
      // without a commit git says naughts
      if (line.startsWith("HEAD ") && last !== undefined && !/^0+$/.test(line.slice(5))) last.head = line.slice(5)
      if (line.startsWith(`branch ${heads}`) && last !== undefined) last.branch = line.slice(`branch ${heads}`.length)
    }
    return found
  })

  /** Its branch and commit, and the path of another worktree that has the branch checked out. */
  const standing = Effect.fnUntraced(function*(top: string) {
    const all = yield* worktrees(top)
    const real = yield* Effect.orElseSucceed(fs.realPath(top), () => top)
    const here = all.find(({ path }) => path === real)
    if (here === undefined) return { branch: yield* branchOf(top), head: yield* git.head(top), twin: undefined }
    const twin = here.branch === null ? undefined : all.find(({ branch, path }) => branch === here.branch && path !== real)?.path
    return { branch: here.branch, head: here.head, twin }
  })

  const admit = Effect.fnUntraced(function*(top: string) {
    const folder = (yield* git.run(top, { what: "find the repository", args: ["rev-parse", "--absolute-git-dir"] })).slice(0, -1)
    for (const [file, what] of underway) {
      if ((yield* lookAt(bytesOfPath(`${folder}/${file}`))) !== undefined) return yield* fail({ _tag: "Underway", path: top, what })
    }
    const unmerged = yield* git.bytes(top, { what: "read the index", args: ["ls-files", "-u", "-z"] })
    if (unmerged.length > 0) return yield* fail({ _tag: "Underway", path: top, what: "merge with conflicts" })
  })

  return {
    branchOf, commitOf, standing,
    /** Where the branch is checked out. */
    worktreeOn: (top: string, branch: string) => Effect.map(worktrees(top), (all) => all.find((one) => one.branch === branch)?.path),
    /** Refused where something of git's waits to be finished. */
    admit,
    isStaged: (top: string) => Effect.map(git.attempt(top, { what: "see what is staged", args: ["diff-index", "--cached", "--quiet", "HEAD", "--"] }), ({ code }) => code === 1),
    isAncestor: (top: string, commit: string, of: string) =>
      Effect.map(git.attempt(top, { what: "compare commits", args: ["merge-base", "--is-ancestor", commit, of] }), ({ code }) => code === 0),
    branches: (top: string) => Effect.map(git.run(top, { what: "list the branches", args: ["for-each-ref", "--format=%(refname)", heads] }), (out) =>
      out.split("\n").filter((ref) => ref !== "").map((ref) => ref.slice(heads.length))),
    remotes: (top: string) => Effect.map(git.run(top, { what: "list the remotes", args: ["remote"] }), (out) => out.split("\n").filter((name) => name !== "")),
    refOf: (branch: string) => `${heads}${branch}`
  }
})
