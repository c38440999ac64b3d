/**
 * Which repository a worktree of ours is of. git would believe the `.git` that lies in it; whoever works there can put another
 * in its place, with a configuration that makes git run programs. So git is told: the folder that it made for this worktree
 * itself, which says so of itself and lies in no worktree. A submodule's is one in the repository's own `modules`.
 */
import { Effect } from "effect"
import { readFile, realpath } from "node:fs/promises"
import type { Variables } from "../../process/Environment.ts"
import { WorkError } from "../../../shared/WorkError.ts"
import { lookAt } from "./DiskBytes.ts"

const read = <A>(run: () => Promise<A>) => Effect.orElseSucceed(Effect.tryPromise(run), () => undefined)
const line = (text: string | undefined): string => (text ?? "").replace(/\n$/, "")

/** Where a `.git` that is a file leads; undefined for anything else. */
const leadsTo = Effect.fnUntraced(function*(directory: string) {
  const link = Buffer.from(`${directory}/.git`)
  if ((yield* lookAt(link))?.isFile() !== true) return undefined
  const text = line(yield* read(() => readFile(link, "utf8")))
  return text.startsWith("gitdir: /") ? yield* read(() => realpath(text.slice("gitdir: ".length))) : undefined
})

/** `root` is the folder that all worktrees are in, symlinks resolved. Outside of it git finds its repository by itself. */
export const ownGitFolder = Effect.fnUntraced(function*(root: string, directory: string) {
  if (!directory.startsWith(`${root}/`)) return undefined
  const foreign = new WorkError({ reason: { _tag: "ForeignGit", path: directory } })
  const [name = "", ...inside] = directory.slice(root.length + 1).split("/")
  const top = `${root}/${name}`
  const own = yield* leadsTo(top)
  if (own === undefined || own.startsWith(`${root}/`)) return yield* foreign
  if (line(yield* read(() => readFile(`${own}/gitdir`, "utf8"))) !== `${top}/.git`) return yield* foreign
  if (inside.length === 0) return { GIT_DIR: own, GIT_WORK_TREE: top } satisfies Variables
  const common = yield* read(() => readFile(`${own}/commondir`, "utf8").then((text) => realpath(`${own}/${line(text)}`)))
  const submodule = yield* leadsTo(directory)
  const isOwn = submodule !== undefined && [own, common].some((folder) => folder !== undefined && submodule.startsWith(`${folder}/modules/`))
  return isOwn ? { GIT_DIR: submodule, GIT_WORK_TREE: directory } satisfies Variables : yield* foreign
})
