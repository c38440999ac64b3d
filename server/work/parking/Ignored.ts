/**
 * Files that git was told not to look at, as far as they are parked: what it ignores, entry by entry, as long as an entry is
 * small; and what its index hides though it is there. Large ignored folders are made by programs and made again: they are named.
 */
import { Effect } from "effect"
import type { LeftOut } from "../../../shared/Guard.ts"
import { lookAt, within } from "../git/DiskBytes.ts"
import type { Git } from "../git/Git.ts"
import { splitNul, textOfPath } from "../git/PathText.ts"

const what = "list ignored files"
const mega = 1024 * 1024
/** Bytes of one ignored file or folder, and of all together. */
const entryLimit = 16 * mega, wholeLimit = 64 * mega
const fileLimit = 5_000
const namedLimit = 200

export interface Extras { readonly paths: ReadonlyArray<Buffer>; readonly hidden: ReadonlyArray<Buffer>; readonly left: ReadonlyArray<LeftOut> }

/** `ls-files -v` has these in small letters, or `S`. */
const isHidden = (record: Buffer): boolean => /^[a-zS]/.test(record.toString("latin1", 0, 1))

const isFile = (path: Buffer) => Effect.map(lookAt(path), (found) => found?.isFile() === true || found?.isSymbolicLink() === true)

export const hiddenFiles = Effect.fn("Ignored.hiddenFiles")(function*(git: Git["Service"], top: string) {
  const hidden = splitNul(yield* git.bytes(top, { what, args: ["ls-files", "-v", "-z"] })).filter(isHidden).map((record) => record.subarray(2))
  return yield* Effect.filter(hidden, (path) => isFile(within(top, path)), { concurrency: 16 })
})

/** Folders of which everything is ignored are one entry, and end in a slash. */
export const ignoredEntries = (git: Git["Service"], top: string) => Effect.map(
  git.bytes(top, { what, args: ["ls-files", "-o", "-i", "--exclude-standard", "--directory", "--no-empty-directory", "-z"] }), splitNul)

const filesOf = Effect.fnUntraced(function*(git: Git["Service"], top: string, entry: Buffer) {
  if (entry.at(-1) !== 0x2f) return [entry]
  // its input is bytes, its arguments are not: a name that is no UTF-8 is left out
  const name = entry.toString("utf8")
  if (!Buffer.from(name).equals(entry)) return undefined
  return splitNul(yield* git.bytes(top, { what, args: ["--literal-pathspecs", "ls-files", "-o", "-i", "--exclude-standard", "-z", "--", name] }))
})

/** Undefined beyond the limit. */
const bytesOf = Effect.fnUntraced(function*(top: string, files: ReadonlyArray<Buffer>, limit: number) {
  let bytes = 0
  for (const path of files) {
    bytes += (yield* lookAt(within(top, path)))?.size ?? 0
    if (bytes > limit) return undefined
  }
  return bytes
})

export const extrasOf = Effect.fn("Ignored.extrasOf")(function*(git: Git["Service"], top: string) {
  const paths: Array<Buffer> = [], left: Array<LeftOut> = []
  let room = wholeLimit
  for (const entry of yield* ignoredEntries(git, top)) {
    const leave = (why: string) => { if (left.length < namedLimit) left.push({ path: textOfPath(entry), why }) }
    const files = yield* filesOf(git, top, entry)
    if (files === undefined || files.some((path) => path.at(-1) === 0x2f)) { leave("a repository of its own, or a name that is no text"); continue }
    if (paths.length + files.length > fileLimit) { leave("too many ignored files"); continue }
    const bytes = yield* bytesOf(top, files, Math.min(entryLimit, room))
    if (bytes === undefined) { leave("ignored, and more than 16 MB"); continue }
    room -= bytes
    for (const path of files) if (yield* isFile(within(top, path))) paths.push(path)
  }
  const extras: Extras = { paths, hidden: yield* hiddenFiles(git, top), left }
  return extras
})
