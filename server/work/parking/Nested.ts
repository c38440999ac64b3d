/**
 * Repositories inside a worktree that hold work of their own: what they hold is in none of the project's objects, so it can't
 * be parked, and goes with the worktree. A submodule, or an ignored one, whose commits its remote has, and whose files are as
 * committed, holds none.
 */
import { Effect } from "effect"
import type { Worktree } from "../../../shared/Session.ts"
import { lookAt, within } from "../git/DiskBytes.ts"
import type { Git } from "../git/Git.ts"
import { splitNul, textOfPath } from "../git/PathText.ts"

const what = "look for repositories in the worktree"

/** As `git ls-files -s -z` has them: mode 160000. */
const linksOf = (out: Buffer): ReadonlyArray<Buffer> => splitNul(out)
  .filter((entry) => entry.toString("latin1", 0, 6) === "160000").map((entry) => entry.subarray(entry.indexOf(0x09) + 1))

/** In doubt there is some. */
const hasWork = (git: Git["Service"], top: string, path: Buffer) => {
  const inside = `${top}/${path.toString("utf8")}`
  return Effect.all([
    git.attempt(inside, { what, args: ["status", "--porcelain", "--untracked-files=normal"] }),
    git.attempt(inside, { what, args: ["rev-list", "--max-count=1", "--all", "HEAD", "--not", "--remotes"] })
  ]).pipe(
    Effect.map((all) => all.some(({ code, stdout }) => code !== 0 || stdout !== "")),
    // no submodule that git made: nothing in it is asked
    Effect.catchIf(({ reason }) => reason._tag === "NotADirectory" || reason._tag === "ForeignGit", () => Effect.succeed(true)))
}

/** git lists what is no submodule as a folder, and looks no further into it. */
const foldersAmong = (git: Git["Service"], top: string, ...args: ReadonlyArray<string>) => Effect.map(
  git.bytes(top, { what, args: ["ls-files", "-o", "-z", "--exclude-standard", ...args] }),
  (out) => splitNul(out).filter((path) => path.at(-1) === 0x2f).map((path) => path.subarray(0, -1)))

export const nestedWork = Effect.fn("Nested.nestedWork")(function*(git: Git["Service"], { path: top }: Worktree) {
  const links = linksOf(yield* git.bytes(top, { what, args: ["ls-files", "-s", "-z"] }))
  const submodules = yield* Effect.filter(links, (path) => Effect.map(lookAt(within(top, Buffer.concat([path, Buffer.from("/.git")]))), (found) => found !== undefined))
  const others = yield* foldersAmong(git, top)
  // a copy of something elsewhere, as programs fetch them, is had again
  const working = yield* Effect.filter([...submodules, ...yield* foldersAmong(git, top, "-i")], (path) => hasWork(git, top, path))
  return [...others, ...working].map(textOfPath)
})
