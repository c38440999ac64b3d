/** Pushing a branch of a project to one of its remotes: never by force, and with git's own words where the remote refuses. */
import { Context, Effect, Layer } from "effect"
import type { Pushed, PushOrder } from "../../../shared/Land.ts"
import { cutText, mendText } from "../../../shared/Text.ts"
import { makeCheckout } from "./Checkout.ts"
import { Git, type GitResult } from "../git/Git.ts"
import { WorkError } from "../../../shared/WorkError.ts"
import { WorktreePort } from "../worktree/WorktreePort.ts"

/** A remote may be far away, and what is pushed large. */
const deadline = "3 minutes"
const detailLimit = 1000
const fail = (reason: WorkError["reason"]) => new WorkError({ reason })

/** What was refused, why, and what the remote said to it; without what git says when all is well, or how to force it. */
export const wordsOf = ({ stderr, stdout }: Pick<GitResult, "stdout" | "stderr">): string => {
  const refused = stdout.split("\n").filter((line) => line.startsWith("!")).map((line) => line.split("\t").at(-1) ?? "")
  const said = stderr.split("\n").map((line) => line.trimEnd()).filter((line) => /^(remote: |fatal: |error: |ssh: |\S+@\S+: )/.test(line) && !line.startsWith("error: failed to push some refs"))
  const words = [...refused, ...said].map((line) => line.replace(/^(remote|fatal|error): /, "").trim()).filter((line) => line !== "")
  return cutText(mendText([...new Set(words)].join("; ")), detailLimit) || "it ended without a word."
}

const make = Effect.gen(function*() {
  const checkout = yield* makeCheckout
  const git = yield* Git
  const port = yield* WorktreePort

  /** Files whose content a hook would send along. */
  const isFiltered = (top: string, branch: string) => Effect.map(
    git.attempt(top, { what: "read the attributes", args: ["grep", "-q", "-e", "filter=lfs", checkout.refOf(branch), "--", ".gitattributes", "**/.gitattributes"] }), ({ code }) => code === 0)

  return Remotes.of({
    push: Effect.fn("Remotes.push")(function*({ branch, remote, sessionId }) {
      const { project: { path: top } } = yield* port.find(sessionId)
      if (!(yield* checkout.remotes(top)).includes(remote)) return yield* fail({ _tag: "UnknownRemote", remote })
      const ref = checkout.refOf(branch)
      const commit = (yield* checkout.branches(top)).includes(branch) ? yield* checkout.commitOf(top, ref) : undefined
      if (commit === undefined) return yield* fail({ _tag: "UnknownBranch", branch })
      if (yield* isFiltered(top, branch)) return yield* fail({ _tag: "PushNeedsFilter", branch, filter: "lfs" })
      // what was looked at, wherever the branch has gone by now
      const result = yield* git.attempt(top, {
        what: `push to ${remote}`, deadline, args: ["push", "--porcelain", "--no-force", "--no-follow-tags", "--recurse-submodules=no", "--end-of-options", remote, `${commit}:${ref}`]
      })
      return result.code === 0 ? { remote, branch, commit } : yield* fail({ _tag: "PushRefused", remote, branch, detail: wordsOf(result) })
    })
  })
})

export class Remotes extends Context.Service<Remotes, {
  readonly push: (order: PushOrder) => Effect.Effect<Pushed, WorkError>
}>()("boocode/work/Remotes") {
  static readonly layer = Layer.effect(Remotes, make)
}
