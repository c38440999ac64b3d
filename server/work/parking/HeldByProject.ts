/**
 * What the project has of what was applied to it: as it is in the worktree, or merged with what a person did there, in its
 * checkout or in a commit. What was taken out of the checkout by hand, and committed nowhere, is the worktree's alone again.
 */
import { Effect } from "effect"
import type { Project, Worktree } from "../../../shared/Session.ts"
import type { Ledger } from "../change/ChangePort.ts"
import { isBehindSymlink, lookAt, within } from "../git/DiskBytes.ts"
import { Git } from "../git/Git.ts"
import { bytesOfPath, splitNul, textOfPath } from "../git/PathText.ts"
import { type FileEntry, type Files, makeTreeFiles, pick, sameEntry } from "../git/TreeFiles.ts"

const what = "look for what was applied"
const deadline = "10 seconds"

/** As `log --raw -z` lists them: `:mode mode blob blob sign`, and the path in a field of its own. */
const committedIn = (out: Buffer, isOne: (path: string, entry: FileEntry | undefined) => boolean): ReadonlySet<string> => {
  const found = new Set<string>()
  const fields = splitNul(out).values()
  for (const field of fields) {
    const [, , mode = "", , blob = ""] = /:(\d+) (\d+) (\w+) (\w+) \w$/.exec(field.toString("latin1")) ?? []
    const path = mode === "" ? undefined : fields.next().value
    if (path !== undefined && isOne(textOfPath(path), mode === "000000" ? undefined : { mode, blob })) found.add(textOfPath(path))
  }
  return found
}

/** Of some paths of a worktree, on which nothing waits, those that the project has. */
export const heldByProject = Effect.fn("HeldByProject.heldByProject")(function*(project: Project, worktree: Worktree, ledger: Ledger, paths: ReadonlyArray<string>) {
  if (paths.length === 0) return new Set<string>()
  const git = yield* Git
  const trees = yield* makeTreeFiles
  const top = project.path
  // on which nothing waits: they are as they were applied
  const theirs = pick(yield* trees.filesIn(worktree.path, ledger.base ?? worktree.baseCommit), paths)
  const base = pick(yield* trees.filesIn(worktree.path, worktree.baseCommit), paths)
  const isFile = Effect.fnUntraced(function*(path: string) {
    const bytes = bytesOfPath(path)
    if (yield* isBehindSymlink(top, bytes)) return false
    const found = yield* lookAt(within(top, bytes))
    return found === undefined || found.isFile() || found.isSymbolicLink()
  })
  const ours = yield* trees.onDisk(top, yield* Effect.filter(paths, isFile), theirs)
  const differing = (some: Files) => paths.filter((path) => !sameEntry(some.get(path), theirs.get(path)))

  const committed = Effect.fnUntraced(function*(some: ReadonlyArray<string>) {
    const args = ["--literal-pathspecs", "log", "--format=", "--raw", "-z", "--no-abbrev", "--no-renames", "--full-history", "--diff-merges=first-parent", "--stdin",
      `--exclude=${worktree.branch}`, "--branches", "--remotes", "HEAD", "--not", worktree.baseCommit]
    const input = Buffer.concat([Buffer.from("--\n"), ...some.filter((path) => !path.includes("\n")).map((path) => Buffer.concat([bytesOfPath(path), Buffer.from("\n")]))])
    const out = yield* git.bytes(top, { what, deadline, args, input })
    return committedIn(out, (path, entry) => sameEntry(entry, theirs.get(path)))
  })

  const merged = Effect.fnUntraced(function*(some: ReadonlyArray<string>) {
    const all = yield* trees.merge(top, pick(base, some), pick(ours, some), pick(theirs, some))
    const files = all.clean ? all.files : yield* trees.filesIn(top, all.tree)
    return some.filter((path) => sameEntry(files.get(path), ours.get(path)))
  })

  const rest = differing(ours)
  const early = rest.length === 0 ? new Set<string>() : yield* committed(rest)
  const last = rest.filter((path) => !early.has(path))
  const late = new Set(last.length === 0 ? [] : yield* merged(last))
  return new Set(paths.filter((path) => !rest.includes(path) || early.has(path) || late.has(path)))
})
