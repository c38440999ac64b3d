/** The sides of a conflict as texts for a page: cut where they are long, null where they are none. */
import { Effect } from "effect"
import type { Conflict } from "../../../shared/Change.ts"
import type { Git } from "../git/Git.ts"
import type { FileEntry } from "../git/TreeFiles.ts"

const what = "read a side of a conflict"
/** Of the text that is sent. */
const sideLimit = 256 * 1024
/** Of what is read to cut it. */
const readLimit = 16 * 1024 * 1024

/** As git tells them apart. */
const isBinary = (bytes: Buffer): boolean => bytes.subarray(0, 8000).includes(0)

interface Side { readonly text: string | null; readonly cut: boolean }

const none: Side = { text: null, cut: false }

const sideOf = Effect.fnUntraced(function*(git: Git["Service"], top: string, entry: FileEntry | undefined) {
  if (entry === undefined || entry.mode === "160000") return none
  const size = Number(yield* git.run(top, { what, args: ["cat-file", "-s", entry.blob] }))
  if (size > readLimit) return { text: null, cut: true } satisfies Side
  const bytes = yield* git.bytes(top, { what, args: ["cat-file", "blob", entry.blob] })
  return isBinary(bytes) ? none : { text: bytes.subarray(0, sideLimit).toString("utf8"), cut: bytes.length > sideLimit } satisfies Side
})

export const textsOf = Effect.fn("Sides.textsOf")(function*(git: Git["Service"], top: string, sides: Record<"base" | "mine" | "theirs" | "marked", FileEntry | undefined>) {
  const of = (entry: FileEntry | undefined) => sideOf(git, top, entry)
  const { base, marked, mine, theirs } = yield* Effect.all({ base: of(sides.base), mine: of(sides.mine), theirs: of(sides.theirs), marked: of(sides.marked) })
  return {
    base: base.text, mine: mine.text, theirs: theirs.text, marked: marked.text, cut: [base, mine, theirs, marked].some(({ cut }) => cut)
  } satisfies Conflict
})
