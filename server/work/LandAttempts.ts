/**
 * What was begun of a landing, kept in the repository itself, so that whoever asks for it again, a kill later, finds out what
 * became of it: the commit, the branch it is for, and what the changes began and ended with when it was made.
 */
import { Effect } from "effect"
import { createHash } from "node:crypto"
import type { LandId, LandOrder } from "../../shared/Land.ts"
import { Git } from "./Git.ts"
import { type Files, makeTreeFiles } from "./TreeFiles.ts"

export interface LandAttempt { readonly commit: string; readonly branch: string; readonly from: Files; readonly to: Files }

/** What is known of it. Recorded, it is over, whatever becomes of its branch. */
export type Known = { readonly _tag: "Begun"; readonly attempt: LandAttempt } | { readonly _tag: "Recorded"; readonly commit: string; readonly branch: string } | { readonly _tag: "Other" }

const what = "note a landing"

/** Of what it was asked for. The message may be mended between two attempts. */
const keyOf = ({ branch, changeIds }: LandOrder): string =>
  createHash("sha256").update([branch ?? "", ...changeIds.toSorted()].join("\n")).digest("hex").slice(0, 16)

export const makeLandAttempts = Effect.gen(function*() {
  const git = yield* Git
  const trees = yield* makeTreeFiles
  const folderOf = (id: LandId) => `refs/boocode/landed/${id}/`

  const refsOf = (top: string, id: LandId) => Effect.map(
    git.run(top, { what, args: ["for-each-ref", "--format=%(objectname) %(refname)", folderOf(id)] }),
    (out) => new Map(out.split("\n").flatMap((line) => line === "" ? [] : [[line.slice(line.indexOf(" ") + 1 + folderOf(id).length), line.slice(0, line.indexOf(" "))] as const])))

  const write = (top: string, lines: ReadonlyArray<string>) => git.bytes(top, { what, args: ["update-ref", "--stdin"], input: Buffer.from(`${lines.join("\n")}\n`) })

  /** What `Landing` noted of it, for one commit or several. */
  const carriesOf = (top: string, id: LandId) => Effect.map(
    git.run(top, { what, args: ["for-each-ref", "--format=delete %(refname)", `refs/boocode/landing/${id}/`] }), (out) => out.split("\n").filter((line) => line !== ""))

  const drop = (top: string, id: LandId, refs: Iterable<string>) => Effect.flatMap(carriesOf(top, id), (carries) => {
    const lines = [...carries, ...Array.from(refs, (ref) => `delete ${folderOf(id)}${ref}`)]
    return lines.length === 0 ? Effect.void : Effect.asVoid(write(top, lines))
  })

  const forget = (top: string, id: LandId) => Effect.flatMap(refsOf(top, id), (refs) => drop(top, id, refs.keys()))

  return {
    forget,
    /** Undefined where none was begun; `Other` where it was for something else. */
    find: Effect.fn("LandAttempts.find")(function*(top: string, order: LandOrder) {
      const refs = yield* refsOf(top, order.id)
      const [found] = [...refs].filter(([ref]) => /^\w+\/heads\//.test(ref))
      const from = refs.get("from"), to = refs.get("to")
      if (found === undefined) return undefined
      const [ref, commit] = found
      const [key = "", , ...names] = ref.split("/"), branch = names.join("/")
      if (key !== keyOf(order)) return { _tag: "Other" } satisfies Known
      if (from === undefined || to === undefined) return { _tag: "Recorded", commit, branch } satisfies Known
      return { _tag: "Begun", attempt: { commit, branch, from: yield* trees.filesIn(top, from), to: yield* trees.filesIn(top, to) } } satisfies Known
    }),
    /** The changes are applied by it, which is remembered elsewhere from now on. */
    recorded: (top: string, id: LandId) => Effect.ignore(drop(top, id, ["from", "to"])),
    /** In the stead of an earlier one. */
    keep: Effect.fn("LandAttempts.keep")(function*(top: string, order: LandOrder, { branch, commit, from, to }: LandAttempt) {
      yield* forget(top, order.id)
      const folder = folderOf(order.id)
      yield* write(top, [
        `create ${folder}${keyOf(order)}/heads/${branch} ${commit}`, `create ${folder}from ${yield* trees.treeOf(top, from)}`, `create ${folder}to ${yield* trees.treeOf(top, to)}`
      ])
    })
  }
})
