/**
 * Commits that go with a worktree: its branch, and what only its own memory of branches leads to, as after a reset, an
 * amended commit or in the middle of a rebase. Only their tips are named: whatever a tip leads to is kept with it.
 */
import { readFile } from "node:fs/promises"
import { resolve } from "node:path"
import { Effect } from "effect"
import type { Worktree } from "../../../shared/Session.ts"
import { keptRefs } from "./ParkedNote.ts"
import type { Git } from "../git/Git.ts"

const what = "look for commits of the worktree"
const lines = (text: string) => text.split("\n").filter((line) => line !== "")
const pseudo = ["ORIG_HEAD", "MERGE_HEAD", "REBASE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "MERGE_AUTOSTASH"]
/** What a rebase put aside: a commit that a file of the worktree's own names, and no ref. */
const aside = ["rebase-merge/autostash", "rebase-apply/autostash"]
/** Of what a branch was, the last so many. */
const remembered = 1_000
const tipLimit = 200

/** All that may lead to a commit of the worktree's own. */
const candidates = Effect.fnUntraced(function*(git: Git["Service"], { branch, id, path }: Worktree) {
  const ask = (...args: ReadonlyArray<string>) => Effect.map(git.attempt(path, { what, args }), ({ code, stdout }) => code === 0 ? lines(stdout) : [])
  const found = yield* Effect.all([
    ask("log", "--walk-reflogs", "-n", `${remembered}`, "--format=%H", "HEAD", "--"),
    ask("log", "--walk-reflogs", "-n", `${remembered}`, "--format=%H", `refs/heads/${branch}`, "--"),
    ask("rev-parse", "--verify", "--quiet", `refs/heads/${branch}^{commit}`),
    ask("for-each-ref", "--format=%(objectname)", "refs/worktree", "refs/bisect", "refs/rewritten", keptRefs(id)),
    ...aside.map((name) => ask("rev-parse", "--git-path", name).pipe(Effect.flatMap(([file = ""]) => Effect.orElseSucceed(
      Effect.tryPromise(() => readFile(resolve(path, file), "utf8")), () => "")), Effect.map((text) => lines(text.trim())))),
    ...pseudo.map((name) => ask("rev-parse", "--verify", "--quiet", `${name}^{commit}`))
  ])
  return [...new Set(found.flat())]
})

/** Beyond the commit that is checked out, what no other branch, tag or remote leads to. */
export const lostTips = Effect.fn("LostCommits.lostTips")(function*(git: Git["Service"], worktree: Worktree) {
  const some = yield* candidates(git, worktree)
  const input = [...some, "--not", "HEAD", `--exclude=${worktree.branch}`, "--branches", "--tags", "--remotes"]
  const out = yield* git.bytes(worktree.path, { what, args: ["rev-list", "--ignore-missing", "--parents", ...input] })
  const commits = lines(out.toString("utf8")).map((line) => line.split(" "))
  const parents = new Set(commits.flatMap(([, ...rest]) => rest))
  return commits.flatMap(([commit = ""]) => parents.has(commit) ? [] : [commit]).toSorted().slice(0, tipLimit)
})

/** Of the commit that is checked out and of the branch, what goes with the worktree: the first lines of their messages. */
export const ownCommits = Effect.fn("LostCommits.ownCommits")(function*(git: Git["Service"], worktree: Worktree) {
  const tips = yield* lostTips(git, worktree)
  const range = ["HEAD", ...tips, "--not", `--exclude=${worktree.branch}`, "--branches", "--tags", "--remotes"]
  const out = yield* git.attempt(worktree.path, { what, args: ["log", "--ignore-missing", "-n", "1000", "--format=%h %s", ...range, "--"] })
  return lines(out.stdout)
})
