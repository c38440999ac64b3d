/**
 * What was begun of a landing, kept in the repository itself, so that whoever asks for it again, or a server that starts after
 * a kill, finds out what became of it: what was asked, the commit, the branch it is for, what the changes began and ended
 * with when it was made, and how the index was.
 */
import { Effect, Option, Schema } from "effect"
import { createHash } from "node:crypto"
import { LandId, LandOrder } from "../../../shared/Land.ts"
import { Git } from "../git/Git.ts"
import type { Exchange } from "./LandingNotes.ts"
import type { Files } from "../git/TreeFiles.ts"

export interface LandAttempt { readonly commit: string; readonly branch: string; readonly from: Files; readonly to: Files; readonly staged: Exchange }

/** One that was not recorded, with what was asked where that can be read. */
export interface Begun { readonly id: LandId; readonly note: { readonly order: LandOrder; readonly attempt: LandAttempt } | undefined }

/** What is known of it. Recorded, it is over, whatever becomes of its branch. */
export type Known = { readonly _tag: "Begun"; readonly attempt: LandAttempt } | { readonly _tag: "Recorded"; readonly commit: string; readonly branch: string } | { readonly _tag: "Other" }

const Entries = Schema.Array(Schema.Tuple([Schema.String, Schema.Struct({ mode: Schema.String, blob: Schema.String })]))
/** Contents are named only: rows, checkpoints and git's index keep them. */
const Note = Schema.fromJsonString(Schema.Struct({
  order: LandOrder, commit: Schema.String, branch: Schema.String, from: Entries, to: Entries, staged: Schema.Struct({ before: Entries, after: Entries })
}))
const decodeNote = Schema.decodeUnknownOption(Note)
const encodeNote = Schema.encodeEffect(Note)

const what = "note a landing"
const landed = "refs/boocode/landed/"
const folderOf = (id: LandId) => `${landed}${id}/`

/** Of what it was asked for. The message may be mended between two attempts. */
const keyOf = ({ branch, changeIds }: LandOrder): string =>
  createHash("sha256").update([branch ?? "", ...changeIds.toSorted()].join("\n")).digest("hex").slice(0, 16)

const linesOf = (out: string): ReadonlyArray<string> => out.split("\n").filter((line) => line !== "")

export const makeLandAttempts = Effect.gen(function*() {
  const git = yield* Git

  const refsOf = (top: string, id: LandId) => Effect.map(
    git.run(top, { what, args: ["for-each-ref", "--format=%(objectname) %(refname)", folderOf(id)] }),
    (out) => new Map(linesOf(out).map((line) => [line.slice(line.indexOf(" ") + 1 + folderOf(id).length), line.slice(0, line.indexOf(" "))] as const)))

  const write = (top: string, lines: ReadonlyArray<string>) => git.bytes(top, { what, args: ["update-ref", "--stdin"], input: Buffer.from(`${lines.join("\n")}\n`) })

  /** What `Landing` noted of it, for one commit or several. */
  const carriesOf = (top: string, id: LandId) => Effect.map(
    git.run(top, { what, args: ["for-each-ref", "--format=delete %(refname)", `refs/boocode/landing/${id}/`] }), linesOf)

  const drop = (top: string, id: LandId, refs: Iterable<string>) => Effect.flatMap(carriesOf(top, id), (carries) => {
    const lines = [...carries, ...Array.from(refs, (ref) => `delete ${folderOf(id)}${ref}`)]
    return lines.length === 0 ? Effect.void : Effect.asVoid(write(top, lines))
  })

  const read = (top: string, note: string) => Effect.map(git.attempt(top, { what, args: ["cat-file", "blob", note] }), ({ code, stdout }) =>
    code !== 0 ? undefined : Option.getOrUndefined(Option.map(decodeNote(stdout), ({ branch, commit, from, order, staged, to }) => {
      const attempt: LandAttempt = { commit, branch, from: new Map(from), to: new Map(to), staged: { before: new Map(staged.before), after: new Map(staged.after) } }
      return { order, attempt }
    })))

  return {
    forget: (top: string, id: LandId) => Effect.flatMap(refsOf(top, id), (refs) => drop(top, id, refs.keys())),
    /** Undefined where none was begun; `Other` where it was for something else. */
    find: Effect.fn("LandAttempts.find")(function*(top: string, order: LandOrder) {
      const refs = yield* refsOf(top, order.id)
      const [found] = [...refs].filter(([ref]) => /^\w+\/heads\//.test(ref))
      const note = refs.get("begun")
      if (found === undefined) return undefined
      const [ref, commit] = found
      const [key = "", , ...names] = ref.split("/"), branch = names.join("/")
      if (key !== keyOf(order)) return { _tag: "Other" } satisfies Known
      if (note === undefined) return { _tag: "Recorded", commit, branch } satisfies Known
      const begun = yield* read(top, note)
      return begun === undefined ? undefined : { _tag: "Begun", attempt: begun.attempt } satisfies Known
    }),
    begun: (top: string, ids: ReadonlyArray<LandId>) => Effect.forEach(ids, (id) => Effect.map(read(top, `${folderOf(id)}begun`), (note): Begun => ({ id, note }))),
    /** The changes are applied by it, which is remembered elsewhere from now on. */
    recorded: (top: string, id: LandId) => Effect.ignore(drop(top, id, ["begun"])),
    keep: Effect.fn("LandAttempts.keep")(function*(top: string, order: LandOrder, { branch, commit, from, staged, to }: LandAttempt) {
      const text = yield* Effect.orDie(encodeNote({ order, branch, commit, from: [...from], to: [...to], staged: { before: [...staged.before], after: [...staged.after] } }))
      const note = (yield* git.bytes(top, { what, args: ["hash-object", "-w", "--stdin"], input: Buffer.from(text) })).toString("latin1").trim()
      const folder = folderOf(order.id)
      yield* write(top, [`create ${folder}${keyOf(order)}/heads/${branch} ${commit}`, `create ${folder}begun ${note}`])
    })
  }
})
