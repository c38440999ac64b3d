/**
 * A few files as git has them, by path: made into trees, read from them, merged three ways. Works in an index that is thrown
 * away, and touches no file of anybody's.
 */
import { Effect, FileSystem } from "effect"
import type { CountedChange } from "../../../shared/Change.ts"
import { Git } from "./Git.ts"
import { hunkArgs } from "../diff/HunkArgs.ts"
import { bytesOfPath, joinNul, splitNul, textOfPath } from "./PathText.ts"
import { WorkError } from "../../../shared/WorkError.ts"

export interface FileEntry { readonly mode: string; readonly blob: string }

/** By path; a path that is absent has no file. */
export type Files = ReadonlyMap<string, FileEntry>

/** Of some files those at the given paths. */
export const pick = (files: Files, paths: Iterable<string>): Files => new Map(Array.from(paths).flatMap((path) => {
  const entry = files.get(path)
  return entry === undefined ? [] : [[path, entry] as const]
}))

export const union = (all: ReadonlyArray<Files>): Files => new Map(all.flatMap((files) => [...files]))

export const sameEntry = (a: FileEntry | undefined, b: FileEntry | undefined): boolean => a?.mode === b?.mode && a?.blob === b?.blob

const one = (path: string | null, mode: string | null, blob: string | null): Files =>
  new Map(path === null || mode === null || blob === null ? [] : [[path, { mode, blob }]])

/** What a change begins and ends with. */
export const baseOf = ({ baseBlob, oldMode, oldPath, path }: CountedChange): Files => one(oldPath ?? path, oldMode, baseBlob)
export const contentOf = ({ blob, mode, path }: CountedChange): Files => one(path, mode, blob)

export type Merged = { readonly clean: true; readonly files: Files } | { readonly clean: false; readonly tree: string }

const what = "merge a change"
const maker = ["-c", "user.name=boocode", "-c", "user.email=boocode@localhost", "-c", "merge.directoryRenames=false"]

/** As `ls-tree -z` and `ls-files -s -z` list them: mode, perhaps a kind, blob. */
const filesOf = (out: Buffer): Files => new Map(splitNul(out).map((field) => {
  const tab = field.indexOf(0x09)
  const [mode = "", second = "", third = ""] = field.subarray(0, tab).toString("latin1").split(" ")
  return [textOfPath(field.subarray(tab + 1)), { mode, blob: /^\d$/.test(third) ? second : third }]
}))

/** A hunk begins at a line that begins with `@@`; no line of one does. */
const hunksOf = (diff: Buffer): ReadonlyArray<Buffer> => {
  const starts: Array<number> = []
  for (let at = diff.indexOf("\n@@ "); at !== -1; at = diff.indexOf("\n@@ ", at + 1)) starts.push(at + 1)
  return starts.map((start, nth) => diff.subarray(start, starts[nth + 1] ?? diff.length))
}

/** `none` is the id of no file. */
const infoOf = (none: string, files: Files, gone: ReadonlyArray<string>): Buffer => joinNul([
  ...gone.map((path) => Buffer.concat([Buffer.from(`0 ${none}\t`), bytesOfPath(path)])),
  ...Array.from(files, ([path, { blob, mode }]) => Buffer.concat([Buffer.from(`${mode} ${blob}\t`), bytesOfPath(path)]))
])

export const makeTreeFiles = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const git = yield* Git
  const onDisk = Effect.mapError(({ message }: { readonly message: string }) => new WorkError({ reason: { _tag: "GitFailed", what, detail: message } }))

  /** Of ours in a checkout's git folder, for as long as it is there. */
  const folders = new Map<string, string>()

  const folderOf = Effect.fn("TreeFiles.folderOf")(function*(top: string) {
    const known = folders.get(top)
    if (known !== undefined && (yield* Effect.orElseSucceed(fs.exists(known), () => false))) return known
    const dir = (yield* git.run(top, { what, args: ["rev-parse", "--absolute-git-dir"] })).slice(0, -1)
    yield* onDisk(fs.makeDirectory(`${dir}/boocode`, { recursive: true, mode: 0o700 }))
    folders.set(top, `${dir}/boocode`)
    return `${dir}/boocode`
  })

  /** An index for as long as `use` takes. Its name says that it is nobody's. */
  const withIndex = <A, E>(top: string, use: (index: string) => Effect.Effect<A, E>) => Effect.gen(function*() {
    const index = `${yield* folderOf(top)}/scratch-${crypto.randomUUID()}`
    return yield* Effect.ensuring(use(index), Effect.ignore(fs.remove(index, { force: true })))
  })

  /** By checkout: zeros, which are more where a repository's hashes are SHA-256. */
  const nones = new Map<string, string>()
  const infoFor = Effect.fnUntraced(function*(top: string, files: Files, gone: ReadonlyArray<string>) {
    const none = gone.length === 0 ? "" : nones.get(top) ?? "0".repeat((yield* git.run(top, { what, args: ["rev-parse", "--show-object-format"] })).trim() === "sha256" ? 64 : 40)
    if (none !== "") nones.set(top, none)
    return infoOf(none, files, gone)
  })

  const put = Effect.fnUntraced(function*(top: string, index: string, files: Files, gone: ReadonlyArray<string> = []) {
    return yield* git.bytes(top, { what, index, args: ["update-index", "-z", "--add", "--replace", "--index-info"], input: yield* infoFor(top, files, gone) })
  })

  const writeTree = (top: string, index: string) => Effect.map(git.bytes(top, { what, index, args: ["write-tree"] }), (out) => out.toString("latin1").trim())

  const treeOf = (top: string, files: Files) => withIndex(top, (index) => Effect.andThen(put(top, index, files), writeTree(top, index)))

  const commit = (top: string, tree: string, ...parents: ReadonlyArray<string>) => Effect.map(
    git.bytes(top, { what, args: [...maker, "commit-tree", tree, "-m", "boocode", ...parents.flatMap((parent) => ["-p", parent])] }), (out) => out.toString("latin1").trim())

  /** A merge of ours names its sides by their commits, as nobody does by hand. */
  const marked = Effect.fnUntraced(function*(top: string, files: Files) {
    if (files.size === 0) return []
    const tree = yield* treeOf(top, files)
    const { code, stderr, stdout } = yield* git.attemptBytes(top, { what, args: ["grep", "-I", "-l", "-z", "-E", "-e", "^<<<<<<< [0-9a-f]{40}", tree] })
    if (code !== 0 && code !== 1) return yield* new WorkError({ reason: { _tag: "GitFailed", what, detail: stderr.trim() } })
    return splitNul(stdout).map((name) => textOfPath(name.subarray(tree.length + 1)))
  })

  return {
    folderOf,
    treeOf,
    /** Undefined where there is no such tree. */
    filesAt: (top: string, ref: string) => Effect.map(git.attemptBytes(top, { what, args: ["ls-tree", "-r", "-z", ref] }), ({ code, stdout }) => code === 0 ? filesOf(stdout) : undefined),
    filesIn: (top: string, tree: string) => Effect.map(git.bytes(top, { what, args: ["ls-tree", "-r", "-z", tree] }), filesOf),
    /** As they are on disk, through the filters that git puts them through. `known` are as git has them, for how their lines end. */
    onDisk: (top: string, paths: ReadonlyArray<string>, known: Files) => withIndex(top, (index) => Effect.gen(function*() {
      if (known.size > 0) yield* put(top, index, known)
      yield* git.bytes(top, { what, index, args: ["update-index", "-z", "--add", "--remove", "--replace", "--stdin"], input: joinNul(paths.map(bytesOfPath)) })
      return filesOf(yield* git.bytes(top, { what, index, args: ["ls-files", "-s", "-z"] }))
    })),
    /** Where both changed the same, the tree has git's marks. */
    merge: Effect.fn("TreeFiles.merge")(function*(top: string, base: Files, ours: Files, theirs: Files) {
      const [b, o, t] = yield* Effect.all([treeOf(top, base), treeOf(top, ours), treeOf(top, theirs)])
      const root = yield* commit(top, b)
      const sides = yield* Effect.all([commit(top, o, root), commit(top, t, root)])
      const { code, stderr, stdout } = yield* git.attemptBytes(top, { what, args: [...maker, "merge-tree", "--write-tree", "-z", ...sides] })
      const tree = stdout.toString("latin1").split("\0")[0] ?? ""
      if (code !== 0 && code !== 1) return yield* new WorkError({ reason: { _tag: "GitFailed", what, detail: stderr.trim() } })
      const merged: Merged = code === 1 ? { clean: false, tree } : { clean: true, files: filesOf(yield* git.bytes(top, { what, args: ["ls-tree", "-r", "-z", tree] })) }
      return merged
    }),
    /** The paths in which there are marks of a merge, where before there were none. */
    newlyMarked: Effect.fn("TreeFiles.newlyMarked")(function*(top: string, before: Files, after: Files) {
      const found = yield* marked(top, after)
      const known = found.length === 0 ? [] : yield* marked(top, before)
      return found.filter((path) => !known.includes(path))
    }),
    /** What a checkout's own index has. Those in the midst of a merge are there once for each side. */
    inIndex: (top: string) => Effect.map(git.bytes(top, { what, args: ["ls-files", "-s", "-z"] }), filesOf),
    /** Entries of a checkout's own index, and no others, otherwise. */
    stage: Effect.fn("TreeFiles.stage")(function*(top: string, files: Files, gone: ReadonlyArray<string>) {
      return yield* git.bytes(top, { what: "stage the files", args: ["update-index", "-z", "--add", "--index-info"], input: yield* infoFor(top, files, gone) })
    }),
    /** A whole tree with some files otherwise. */
    amend: (top: string, tree: string, files: Files, gone: ReadonlyArray<string>) => withIndex(top, (index) => Effect.gen(function*() {
      yield* git.bytes(top, { what, index, args: ["read-tree", tree] })
      yield* put(top, index, files, gone)
      return yield* writeTree(top, index)
    })),
    /** The hunks by which one blob becomes another, as git writes them. */
    hunks: (top: string, from: string, to: string) => Effect.map(
      git.bytes(top, { what, args: [...hunkArgs, "-U3", from, to] }), hunksOf),
    /** A file with some hunks of a diff of it. */
    patched: (top: string, file: FileEntry, hunks: ReadonlyArray<Buffer>) => withIndex(top, (index) => Effect.gen(function*() {
      yield* put(top, index, new Map([["f", file]]))
      const input = Buffer.concat([Buffer.from("diff --git a/f b/f\n--- a/f\n+++ b/f\n"), ...hunks])
      yield* git.bytes(top, { what, index, input, args: ["-c", "core.autocrlf=false", "apply", "--cached", "--whitespace=nowarn", "-"] })
      return filesOf(yield* git.bytes(top, { what, index, args: ["ls-files", "-s", "-z"] })).get("f")
    })),
    /** Puts files in a folder, through the filters that git puts them through. */
    checkOut: (top: string, files: Files, folder: string) => withIndex(top, (index) => Effect.gen(function*() {
      yield* put(top, index, files)
      yield* git.bytes(top, { what, index, args: ["checkout-index", "-z", "--stdin", `--prefix=${folder}/`], input: joinNul([...files.keys()].map(bytesOfPath)) })
    }))
  }
})
