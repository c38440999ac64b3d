/** Several changes merged three ways at once, and where that can't be, which of them are in the way. Touches no file of anybody's. */
import { Effect } from "effect"
import type { PendingChange } from "../../../shared/Change.ts"
import { type Files, makeTreeFiles, sameEntry, union } from "../git/TreeFiles.ts"

/** Of one change: what both sides began with, and what became of it on either. */
export interface Sides { readonly base: Files; readonly ours: Files; readonly theirs: Files }

export interface ChangesMerged {
  readonly files: Files
  /** Nothing is to be done where there are any. */
  readonly clashing: ReadonlyArray<PendingChange>
}

/** What only one side changed, or both alike, needs no merge. */
const isPlain = ({ base, ours, theirs }: Sides): boolean => [...base.keys(), ...ours.keys(), ...theirs.keys()].every((path) =>
  sameEntry(ours.get(path), base.get(path)) || sameEntry(ours.get(path), theirs.get(path)))

/** A file where the other side has a folder: paths of `files` that don't fit beside `others`. */
export const misfits = (files: Iterable<string>, others: ReadonlySet<string>): ReadonlySet<string> => {
  const foldersOf = (path: string) => path.split("/").slice(0, -1).map((_, depth, names) => names.slice(0, depth + 1).join("/"))
  const folders = new Set(Array.from(others).flatMap(foldersOf))
  return new Set(Array.from(files).filter((path) => folders.has(path) || foldersOf(path).some((folder) => others.has(folder))))
}

export const makeChangeMerge = Effect.gen(function*() {
  const trees = yield* makeTreeFiles
  const mergeOf = (top: string, sides: ReadonlyArray<Sides>) =>
    trees.merge(top, union(sides.map(({ base }) => base)), union(sides.map(({ ours }) => ours)), union(sides.map(({ theirs }) => theirs)))

  return Effect.fn("ChangeMerge")(function*(top: string, rows: ReadonlyArray<PendingChange>, sidesOf: (row: PendingChange) => Sides) {
    const all = rows.map((row) => ({ row, sides: sidesOf(row) }))
    const plain = union(all.filter(({ sides }) => isPlain(sides)).map(({ sides }) => sides.theirs))
    const rest = all.filter(({ sides }) => !isPlain(sides))
    if (rest.length === 0) return { files: plain, clashing: [] } satisfies ChangesMerged
    const merged = yield* mergeOf(top, rest.map(({ sides }) => sides))
    if (merged.clean) return { files: new Map([...plain, ...merged.files]), clashing: [] } satisfies ChangesMerged
    const clashing = yield* Effect.filter(rest, ({ sides }) => Effect.map(mergeOf(top, [sides]), ({ clean }) => !clean))
    return { files: plain, clashing: (clashing.length === 0 ? rest : clashing).map(({ row }) => row) } satisfies ChangesMerged
  })
})
