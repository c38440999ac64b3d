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

/** How often the change had been decided on before: one that was decided on since is not what it was begun for. */
interface Counted { readonly decisions?: number | undefined }

export type NotedExchange = Exchange & Counted

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

/** One tree with a folder for each side, and one in which a name is the number. */
const sidesIn = (folder: string, { after, before }: Exchange, { decisions }: Counted) => {
  const sides = [...inFolder(`${folder}before/`, before), ...inFolder(`${folder}after/`, after)]
  const [any] = sides
  return any === undefined || decisions === undefined ? sides : [...sides, [textOfPath(Buffer.from(`${folder}decisions/${decisions}`)), any[1]] as const]
}
const exchangeIn = (folder: string, files: Files): NotedExchange => {
  const [number] = outOf(`${folder}decisions/`, files).keys()
  return { before: outOf(`${folder}before/`, files), after: outOf(`${folder}after/`, files), decisions: number === undefined ? undefined : Number(bytesOfPath(number).toString("latin1")) }
}

/** Whose folder of a note of many a path lies in. */
const ownerOf = (path: string) => bytesOfPath(path).toString("latin1").split("/")[0] ?? ""

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

  /** All of them, or none. */
  const update = (top: string, lines: ReadonlyArray<string>) => lines.length === 0 ? Effect.void
    : git.bytes(top, { what: "forget changes", args: ["update-ref", "--stdin"], input: Buffer.from(lines.map((line) => `${line}\n`).join("")) })

  /** They stay where that can't be done: what was decided on since is not begun again from them. */
  const orLeft = (top: string) => <A, E extends { readonly message: string }>(effect: Effect.Effect<A, E>) =>
    Effect.catch(effect, ({ message }) => Effect.logWarning(`Notes of changes that are done with stay in ${top}.`, message))

  /** By change; none where nothing is noted. */
  const notedTogether = Effect.fnUntraced(function*(top: string, first: Noted) {
    const files = (yield* trees.filesAt(top, togetherOf(first))) ?? new Map<string, FileEntry>()
    const ids = new Set([...files.keys()].map(ownerOf).filter(isChange))
    return new Map(Array.from(ids, (id) => [id, exchangeIn(`${id}/`, files)] as const))
  })

  /** The note of many without those; under its name still, whether that is one of them or not. */
  const without = Effect.fnUntraced(function*(top: string, first: Noted, ids: ReadonlySet<string>) {
    const ref = togetherOf(first)
    const files = (yield* trees.filesAt(top, ref)) ?? new Map<string, FileEntry>()
    const left = new Map([...files].filter(([path]) => !ids.has(ownerOf(path))))
    if (left.size === files.size) return []
    return [left.size === 0 ? `delete ${ref}` : `update ${ref} ${yield* trees.treeOf(top, left)}`]
  })

  return {
    refsIn,
    notedTogether,
    /** Undefined where it is not noted by itself. */
    noted: (top: string, carry: Noted) => Effect.map(trees.filesAt(top, refOf(carry)), (all) => all === undefined ? undefined : exchangeIn("", all)),
    note: (top: string, carry: Noted & Counted, exchange: Exchange) => keep(top, refOf(carry), new Map(sidesIn("", exchange, carry))),
    isNoted: (refs: ReadonlyArray<string>) => {
      const known = new Set(refs)
      return (carry: Noted) => known.has(refOf(carry))
    },
    /** What notes of many say of a way, whatever they are called as. */
    allTogether: Effect.fnUntraced(function*(top: string, refs: ReadonlyArray<string>, way: Way) {
      const many = yield* Effect.forEach(begunOf(refs).together.filter((first) => first.way === way), (first) => notedTogether(top, first))
      return new Map(many.flatMap((all) => [...all]))
    }),
    /** Of all that are written at once, in the stead of what was noted under the name `before`. None: that is forgotten. */
    noteTogether: Effect.fnUntraced(function*(top: string, all: ReadonlyArray<{ readonly carry: Noted & Counted; readonly exchange: Exchange }>, before?: Noted) {
      const [first] = all
      if (first !== undefined) yield* keep(top, togetherOf(first.carry), new Map(all.flatMap(({ carry, exchange }) => sidesIn(`${carry.id}/`, exchange, carry))))
      if (before !== undefined && before.id !== first?.carry.id) yield* update(top, [`delete ${togetherOf(before)}`])
    }),
    /** Those of which something was begun that nobody was done with: their server died, or could not record it. */
    begun: Effect.fnUntraced(function*(top: string, way: Way) {
      const { carries, together } = begunOf(yield* refsIn(top))
      const many = yield* Effect.forEach(together.filter((first) => first.way === way), (first) => notedTogether(top, first))
      return new Set([...carries.filter((one) => one.way === way).map(({ id }) => id), ...many.flatMap((all) => [...all.keys()])])
    }),
    /** They are recorded: nothing of them is to be picked up any more, whichever way it was begun; or one way, where one is given. */
    done: Effect.fn("Landing.done")(function*(top: string, ids: ReadonlyArray<ChangeId>, way?: Way) {
      if (ids.length === 0) return
      const over = new Set<string>(ids)
      const { carries, together } = begunOf(yield* refsIn(top))
      const isIts = (one: Noted) => way === undefined || one.way === way
      const many = yield* Effect.forEach(together.filter(isIts), (first) => without(top, first, over))
      yield* update(top, [...carries.filter((one) => over.has(one.id) && isIts(one)).map((one) => `delete ${refOf(one)}`), ...many.flat()])
    }, (effect, top) => orLeft(top)(effect)),
    /** One note, of whatever is left in it. */
    forget: Effect.fn("Landing.forget")(function*(top: string, note: Noted, isTogether: boolean) {
      const ref = isTogether ? togetherOf(note) : refOf(note)
      if ((yield* refsIn(top)).includes(ref)) yield* update(top, [`delete ${ref}`])
    }, (effect, top) => orLeft(top)(effect))
  }
})
