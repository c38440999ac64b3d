/**
 * Parked work put back: the files as they were, what was staged staged and what was not not, in a worktree that git has just
 * added without files. Held against the tree before anybody gives the ref up.
 */
import { Effect } from "effect"
import type { WorktreeId } from "../../../shared/Ids.ts"
import type { Project } from "../../../shared/Session.ts"
import { WorkError } from "../../../shared/WorkError.ts"
import type { Git } from "../git/Git.ts"
import { keptRefs, noteOf, type ParkedNote, parkedRef, putBackRef } from "./ParkedNote.ts"
import { bytesOfPath, joinNul } from "../git/PathText.ts"

const what = "put parked files back"

export interface Parked { readonly commit: string; readonly tree: string; readonly parents: ReadonlyArray<string>; readonly note: ParkedNote }

/** Undefined where there is none that can be read. */
export const readParked = Effect.fn("Unparking.readParked")(function*(git: Git["Service"], project: Project, id: WorktreeId) {
  const found = yield* git.attempt(project.path, { what, args: ["show", "-s", "--format=%H%x01%T%x01%P%x01%B", parkedRef(id)] })
  const [commit = "", tree = "", parents = "", message = ""] = found.stdout.split("\u0001")
  const note = found.code === 0 ? noteOf(message) : undefined
  const parked: Parked | undefined = note === undefined ? undefined : { commit, tree, parents: parents.split(" ").filter((one) => one !== ""), note }
  return parked
})

/** `path` is a worktree at the parked work's `head`, without files. `id` is the worktree's own. */
export const unpark = Effect.fn("Unparking.unpark")(function*(git: Git["Service"], path: string, id: WorktreeId, { commit, note, parents, tree }: Parked) {
  const run = (...args: ReadonlyArray<string>) => git.bytes(path, { what, args: ["-c", "submodule.recurse=false", ...args] })
  yield* run("read-tree", "--reset", "-u", commit)
  if (note.hidden.length > 0) {
    const input = joinNul(note.hidden.map(bytesOfPath))
    yield* git.bytes(path, { what, args: ["checkout-index", "-z", "-f", "--ignore-skip-worktree-bits", "--stdin"], input })
  }
  const differing = yield* run("diff-files", "--name-only", "-z", "--ignore-submodules")
  if (differing.length > 0) return yield* new WorkError({ reason: { _tag: "GitFailed", what, detail: "the files on disk are not what was parked." } })
  yield* run("read-tree", note.index ?? note.head)
  yield* git.attempt(path, { what, args: ["update-index", "-q", "--refresh"] })
  // they go with this worktree as they went with the other
  for (const [at, parent] of parents.slice(1).entries()) yield* run("update-ref", `${keptRefs(id)}/${at}`, parent)
  yield* run("update-ref", putBackRef(id), tree)
  if (note.baseTree !== null) yield* run("update-ref", `refs/boocode/bases/${id}/parked/${note.baseTree}`, note.baseTree)
})
