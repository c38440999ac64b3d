/**
 * What a carry found in a checkout and what it was to leave there, noted on a ref of ours before it writes, so that a killed
 * server's work is finished or taken back: of one carry by itself, or of many that are written together. Carries nothing.
 */
import { Effect, Schema } from "effect"
import { ChangeId } from "../../../shared/Change.ts"
import type { LandId } from "../../../shared/Land.ts"
import { bytesOfPath, textOfPath } from "../git/PathText.ts"
import { Git } from "../git/Git.ts"
import { type FileEntry, type Files, makeTreeFiles } from "../git/TreeFiles.ts"

/** Which way a change goes: what was begun one way is not taken for the other. A landing goes to one commit. */
export type Way = "apply" | "reject" | "revert" | "bring-back" | `land-${string}`

export interface Noted { readonly id: ChangeId | LandId; readonly way: Way }

/** What was there, and what is there now. */
export interface Exchange { readonly before: Files; readonly after: Files }

const isChange = Schema.is(ChangeId)
const isOneWay = Schema.is(Schema.Literals(["apply", "reject", "revert", "bring-back"]))
const place = "refs/boocode/landing"
const refOf = ({ id, way }: Noted) => `${place}/${id}/${way}`
/** Of many, called as one of them. */
const togetherOf = (first: Noted) => `${refOf(first)}-together`

const inFolder = (folder: string, files: Files): ReadonlyArray<readonly [string, FileEntry]> =>
  Array.from(files, ([path, entry]) => [textOfPath(Buffer.concat([Buffer.from(folder), bytesOfPath(path)])), entry] as const)

const outOf = (folder: string, files: Files): Files => new Map([...files].flatMap(([path, entry]) => {
  const bytes = bytesOfPath(path)
  return bytes.toString("latin1", 0, folder.length) === folder ? [[textOfPath(bytes.subarray(folder.length)), entry] as const] : []
}))

/** One tree with a folder for each side. */
const sidesIn = (folder: string, { after, before }: Exchange) => [...inFolder(`${folder}before/`, before), ...inFolder(`${folder}after/`, after)]
const exchangeIn = (folder: string, files: Files): Exchange => ({ before: outOf(`${folder}before/`, files), after: outOf(`${folder}after/`, files) })

/** What the refs say was begun by itself, and what together: the change that it is called as. */
export const begunOf = (refs: ReadonlyArray<string>) => {
  const found = refs.flatMap((ref) => {
    const [, id, way, together] = /^refs\/boocode\/landing\/([^/]+)\/([a-z-]+?)(-together)?$/.exec(ref) ?? []
    return isChange(id) && isOneWay(way) ? [{ id, way, isTogether: together !== undefined }] : []
  })
  return { carries: found.filter(({ isTogether }) => !isTogether), together: found.filter(({ isTogether }) => isTogether) }
}

export const makeLandingNotes = Effect.gen(function*() {
  const git = yield* Git
  const trees = yield* makeTreeFiles

  const refsIn = (top: string) => Effect.map(git.run(top, { what: "find changes", args: ["for-each-ref", "--format=%(refname)", place] }), (out) => out.split("\n"))

  const keep = Effect.fnUntraced(function*(top: string, ref: string, files: Files) {
    const tree = yield* trees.treeOf(top, files)
    yield* git.run(top, { what: "note a change", args: ["update-ref", ref, tree] })
  })

  const forget = (top: string, refs: ReadonlyArray<string>) => refs.length === 0 ? Effect.void
    : git.bytes(top, { what: "forget changes", args: ["update-ref", "--stdin"], input: Buffer.from(refs.map((ref) => `delete ${ref}\n`).join("")) })

  /** By change; none where nothing is noted. */
  const notedTogether = Effect.fnUntraced(function*(top: string, first: Noted) {
    const files = (yield* trees.filesAt(top, togetherOf(first))) ?? new Map<string, FileEntry>()
    const ids = new Set([...files.keys()].flatMap((path) => {
      const id = bytesOfPath(path).toString("latin1").split("/")[0]
      return isChange(id) ? [id] : []
    }))
    return new Map(Array.from(ids, (id) => [id, exchangeIn(`${id}/`, files)] as const))
  })

  return {
    refsIn, notedTogether,
    /** Undefined where it is not noted by itself. */
    noted: (top: string, carry: Noted) => Effect.map(trees.filesAt(top, refOf(carry)), (all) => all === undefined ? undefined : exchangeIn("", all)),
    note: (top: string, carry: Noted, exchange: Exchange) => keep(top, refOf(carry), new Map(sidesIn("", exchange))),
    isNoted: (refs: ReadonlyArray<string>) => {
      const known = new Set(refs)
      return { alone: (carry: Noted) => known.has(refOf(carry)), together: (first: Noted) => known.has(togetherOf(first)) }
    },
    /** Of all that are written at once, in the stead of what was noted under the name `before`. None: that is forgotten. */
    noteTogether: Effect.fnUntraced(function*(top: string, all: ReadonlyArray<{ readonly carry: Noted; readonly exchange: Exchange }>, before?: Noted) {
      const [first] = all
      if (first !== undefined) yield* keep(top, togetherOf(first.carry), new Map(all.flatMap(({ carry, exchange }) => sidesIn(`${carry.id}/`, exchange))))
      if (before !== undefined && before.id !== first?.carry.id) yield* forget(top, [togetherOf(before)])
    }),
    /** Those of which something was begun that nobody was done with: their server died, or could not record it. */
    begun: Effect.fnUntraced(function*(top: string, way: Way) {
      const { carries, together } = begunOf(yield* refsIn(top))
      const many = yield* Effect.forEach(together.filter((first) => first.way === way), (first) => notedTogether(top, first))
      return new Set([...carries.filter((one) => one.way === way).map(({ id }) => id), ...many.flatMap((all) => [...all.keys()])])
    }),
    /** They are recorded: nothing is to be picked up any more. */
    done: Effect.fn("Landing.done")(function*(top: string, carries: ReadonlyArray<Noted>) {
      const begun = new Set(yield* refsIn(top))
      yield* forget(top, carries.flatMap((carry) => [refOf(carry), togetherOf(carry)]).filter((ref) => begun.has(ref)))
    }, (effect) => Effect.ignore(effect))
  }
})
