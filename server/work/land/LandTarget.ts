/** What a landing goes on: the branch of the project's own checkout, or a new one. Refused in words where it can't. Changes nothing. */
import { Effect } from "effect"
import { makeCheckout } from "./Checkout.ts"
import { Git } from "../git/Git.ts"
import { WorkError } from "../../../shared/WorkError.ts"

/** Where it goes, and the commit it goes on. */
export interface LandTarget { readonly branch: string; readonly head: string; readonly isNew: boolean }

const fail = (reason: WorkError["reason"]) => new WorkError({ reason })

/** Names that git itself, or a person who reads them, takes for something else. */
const isMisread = (branch: string): boolean => branch === "@" || branch === "HEAD" || branch.startsWith("refs/")

export const makeLandTarget = Effect.gen(function*() {
  const git = yield* Git
  const checkout = yield* makeCheckout

  const own = Effect.fnUntraced(function*(top: string) {
    const { branch, head, twin } = yield* checkout.standing(top)
    if (branch === null) return yield* fail({ _tag: "Detached", path: top })
    yield* checkout.admit(top)
    if (head === null) return yield* fail({ _tag: "NoCommit", path: top })
    if (twin !== undefined) return yield* fail({ _tag: "BranchShared", branch, path: twin })
    return { branch, head, isNew: false } satisfies LandTarget
  })

  const fresh = Effect.fnUntraced(function*(top: string, branch: string) {
    const { code, stdout } = yield* git.attempt(top, { what: "read a branch's name", args: ["check-ref-format", "--branch", branch] })
    if (isMisread(branch) || code !== 0 || stdout !== `${branch}\n`) return yield* fail({ _tag: "BadBranch", branch })
    const branches = yield* checkout.branches(top)
    if (branches.includes(branch)) return yield* fail({ _tag: "BranchTaken", branch, path: (yield* checkout.worktreeOn(top, branch)) ?? null })
    // git keeps branches as files: one can't be another's folder
    const taken = branches.find((one) => one.startsWith(`${branch}/`) || branch.startsWith(`${one}/`))
    if (taken !== undefined) return yield* fail({ _tag: "BranchTaken", branch: taken, path: null })
    return { branch, head: yield* git.head(top), isNew: true } satisfies LandTarget
  })

  return (top: string, branch: string | undefined) => branch === undefined ? own(top) : fresh(top, branch)
})
