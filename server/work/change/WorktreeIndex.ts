/**
 * A git index of ours beside a worktree's own, kept warm, by which the worktree's files become a tree: untracked ones
 * included, ignored ones not, and the worktree's own index untouched. Files may change meanwhile: what git can't read is
 * dropped, tried once more and named. One caller at a time for each worktree is its caller's business.
 *
 * `git add -A` is not it: it gives up when a file vanishes under it, and at a repository in the worktree.
 */
import { Effect, FileSystem } from "effect"
import { createHash } from "node:crypto"
import type { SkippedPath } from "../../../shared/Change.ts"
import { changedAt, foldersOf, isBehindSymlink, lookAt, within } from "../git/DiskBytes.ts"
import { Git } from "../git/Git.ts"
import { gitRefusal } from "../git/GitRefusal.ts"
import { joinNul, splitNul, textOfPath } from "../git/PathText.ts"
import { WorkError } from "../../../shared/WorkError.ts"

export interface Capture {
  readonly tree: string
  readonly skipped: ReadonlyArray<SkippedPath>
  readonly left: ReadonlyArray<string>
}

/** In epoch milliseconds; asked for when it is known what changed, where it may come meanwhile. */
export type HandedOver = number | (() => number)

/** git ends an index with its hash, which it doesn't look at itself. After a power cut anything may be there. */
const isWholeIndex = (bytes: Uint8Array): boolean => ["sha1", "sha256"].some((algorithm) => {
  const hash = createHash(algorithm).digest().length
  return bytes.length > hash && createHash(algorithm).update(bytes.subarray(0, -hash)).digest().equals(bytes.subarray(-hash))
})

interface Refused { readonly path: Buffer; readonly detail: string }

const what = "keep the worktree's files"
/** Where more paths than this are refused it isn't their fault. */
const refusedLimit = 100

const failed = (detail: string) => new WorkError({ reason: { _tag: "GitFailed", what, detail } })

/** Of a path that the server's user can't read. */
const unread = "The server's user may not read it; change its owner or its permissions."
const badName = "git takes no file of that name, which some system would take for git's own folder; give it another."

const detailOf = ({ message, reason }: WorkError): string => reason._tag === "Denied" ? unread : message

/** git goes on without them, and says so on its error output alone. */
const ignoredOf = (stderr: string, paths: ReadonlyArray<Buffer>): ReadonlyArray<Buffer> =>
  stderr.includes("Ignoring path ") ? paths.filter((path) => stderr.includes(`Ignoring path ${path.toString("utf8")}\n`)) : []

/** Folders that git could not list: what is in them is not among the untracked files. */
export const closedFolders = (stderr: string): ReadonlyArray<string> =>
  Array.from(stderr.matchAll(/^warning: could not open directory '(.+)\/': Permission denied$/gm), ([, path = ""]) => path)

const endsInSlash = (path: Buffer) => path.at(-1) === 0x2f

/** As `ls-files -t` lists them: `? ` before what the index doesn't have, another sign before what it has otherwise. */
const listOf = (out: Buffer) => {
  const tracked = new Map<string, Buffer>(), others = new Map<string, Buffer>()
  for (const entry of splitNul(out)) {
    const path = entry.subarray(2)
    const into = entry[0] === 0x3f ? others : tracked
    into.set(path.toString("latin1"), path)
  }
  // below what is a symlink or a file by now there is nothing any more
  const gone = (path: Buffer) => foldersOf(path).some((folder) => others.has(folder.toString("latin1")))
  const nested = [...others.values()].filter(endsInSlash).map((path) => path.subarray(0, -1))
  // what was a file and is a folder goes before what is in it comes
  return { nested, paths: [...[...tracked.values()].filter((path) => !gone(path)), ...[...others.values()].filter((path) => !endsInSlash(path))] }
}

export const makeWorktreeIndex = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const git = yield* Git
  // a git that outlived a killed server may still write: never to the index of this one
  const ours = `index-${crypto.randomUUID()}`
  const exists = (path: string) => Effect.orElseSucceed(fs.exists(path), () => false)
  const onDisk = Effect.mapError(({ message }: { readonly message: string }) => failed(message))

  /** Where the index of a worktree is, for as long as it is there. */
  const folders = new Map<string, string>()
  /** By index, the tree that it is: until something in it is to be another. */
  const written = new Map<string, string>()

  const folderOf = Effect.fnUntraced(function*(top: string) {
    const dir = yield* git.run(top, { what, args: ["rev-parse", "--absolute-git-dir"] })
    const found = { own: dir.slice(0, -1), folder: `${dir.slice(0, -1)}/boocode` }
    folders.set(top, found.folder)
    return found
  })

  /** The worktree's own index knows the stats of a fresh checkout. Its age is kept: git trusts no file younger than it. */
  const copyOwn = Effect.fnUntraced(function*(own: string, index: string) {
    const stat = yield* fs.stat(`${own}/index`)
    const seconds = stat.mtime._tag === "Some" ? Math.floor(stat.mtime.value.getTime() / 1000) : 0
    yield* fs.copyFile(`${own}/index`, `${index}.new`)
    yield* fs.utimes(`${index}.new`, seconds, seconds)
    yield* fs.rename(`${index}.new`, index)
  })

  const begin = Effect.fnUntraced(function*(top: string, own: string, folder: string) {
    const index = `${folder}/${ours}`
    yield* onDisk(fs.makeDirectory(folder, { recursive: true, mode: 0o700 }))
    const old = (yield* onDisk(fs.readDirectory(folder))).filter((name) => name.startsWith("index-") && !name.startsWith(ours))
    const warm = old.find((name) => !name.includes("."))
    const isWhole = warm !== undefined && isWholeIndex(yield* onDisk(fs.readFile(`${folder}/${warm}`)))
    if (isWhole) yield* onDisk(fs.rename(`${folder}/${warm}`, index))
    yield* Effect.forEach(old, (name) => Effect.ignore(fs.remove(`${folder}/${name}`, { force: true })), { discard: true })
    if (isWhole) return
    if (yield* exists(`${own}/index`)) return yield* onDisk(copyOwn(own, index))
    yield* git.bytes(top, { what, index, args: ["read-tree", "HEAD"] })
  })

  /** The index, warm, without the lock that a killed git has left. */
  const open = Effect.fn("WorktreeIndex.open")(function*(top: string) {
    const known = `${folders.get(top)}/${ours}`
    if (yield* exists(known)) return yield* Effect.as(unlock(known), known)
    const { folder, own } = yield* folderOf(top)
    const index = `${folder}/${ours}`
    if (!(yield* exists(index))) {
      written.delete(index)
      yield* begin(top, own, folder)
    }
    return yield* Effect.as(unlock(index), index)
  })

  const unlock = (index: string) => onDisk(fs.remove(`${index}.lock`, { force: true }))

  const tryUpdate = Effect.fnUntraced(function*(top: string, index: string, paths: ReadonlyArray<Buffer>, refused: Array<Refused>) {
    yield* unlock(index)
    written.delete(index)
    const args = ["update-index", "-z", "--add", "--remove", "--replace", "--stdin"]
    const { code, stderr } = yield* git.attemptBytes(top, { what, index, args, input: joinNul(paths) })
    if (code === 0) {
      refused.push(...ignoredOf(stderr, paths).map((path) => ({ path, detail: badName })))
      return undefined
    }
    const reason = gitRefusal(stderr, what, top)
    return reason._tag === "DiskFull" || reason._tag === "Locked" ? yield* new WorkError({ reason }) : new WorkError({ reason })
  })

  /** One refused path refuses its whole list: the list is halved until the path is alone, and has its second try. */
  const update = (top: string, index: string, paths: ReadonlyArray<Buffer>, refused: Array<Refused>): Effect.Effect<void, WorkError> => Effect.gen(function*() {
    const error = paths.length === 0 ? undefined : yield* tryUpdate(top, index, paths, refused)
    if (error === undefined) return
    if (refused.length >= refusedLimit) return yield* error
    const [path] = paths
    if (paths.length > 1 || path === undefined) {
      const half = Math.ceil(paths.length / 2)
      yield* update(top, index, paths.slice(0, half), refused)
      return yield* update(top, index, paths.slice(half), refused)
    }
    const again = yield* tryUpdate(top, index, paths, refused)
    // no file any more, or behind a symlink: whatever is there instead is listed by itself
    const isGone = (yield* isBehindSymlink(top, path)) || (yield* lookAt(within(top, path)))?.isDirectory() === true
    if (again !== undefined && !isGone) refused.push({ path, detail: detailOf(again) })
  })

  const changedPaths = Effect.fnUntraced(function*(top: string, index: string) {
    const list = (...of: ReadonlyArray<string>) => git.bytes(top, { what, index, args: ["ls-files", "-t", "-z", ...of] })
    const untracked = git.attemptBytes(top, { what, index, args: ["ls-files", "-t", "-z", "-o", "--exclude-standard"] }).pipe(
      Effect.tap(({ code, stderr }) => code === 0 ? Effect.void : Effect.fail(new WorkError({ reason: gitRefusal(stderr, what, top) }))))
    // its code says that something changed, which is what is asked next
    const refresh = git.attemptBytes(top, { what, index, args: ["update-index", "-q", "--refresh"] })
    // it knows new stats of files, not new files: those may be looked for meanwhile
    const [others] = yield* Effect.all([untracked, refresh], { concurrency: 2 })
    yield* unlock(index)
    return { ...listOf(Buffer.concat([others.stdout, yield* list("-m", "-d")])), closed: closedFolders(others.stderr) }
  })

  const writeTree = Effect.fnUntraced(function*(top: string, index: string) {
    const known = written.get(index)
    if (known !== undefined) return known
    const tree = (yield* git.bytes(top, { what, index, args: ["write-tree"] })).toString("latin1").trim()
    written.set(index, tree)
    return tree
  })

  const isLate = (top: string, handedOver: number) => (path: Buffer) =>
    handedOver === Infinity ? Effect.succeed(false) : Effect.map(changedAt(top, path), (at) => at >= handedOver)

  const read = Effect.fnUntraced(function*(top: string, handedOver: HandedOver) {
    const index = yield* open(top)
    const { closed, nested, paths } = yield* changedPaths(top, index)
    const late = yield* Effect.filter(paths, isLate(top, typeof handedOver === "number" ? handedOver : handedOver()), { concurrency: 32 })
    const lateSet = new Set(late)
    const refused: Array<Refused> = []
    yield* update(top, index, paths.filter((path) => !lateSet.has(path)), refused)
    const capture: Capture = {
      tree: yield* writeTree(top, index),
      left: late.map(textOfPath),
      skipped: [
        ...nested.map((path) => ({ path: textOfPath(path), why: "repository" as const, detail: "It is a repository of its own." })),
        ...closed.map((path) => ({ path, why: "unreadable" as const, detail: unread })),
        ...refused.map(({ detail, path }) => ({ path: textOfPath(path), why: "unreadable" as const, detail }))
      ]
    }
    return capture
  })

  /** An index that git can't use any more is begun anew, once. */
  const anew = (top: string) => Effect.gen(function*() {
    const { folder } = yield* folderOf(top)
    written.delete(`${folder}/${ours}`)
    yield* onDisk(fs.remove(`${folder}/${ours}`, { force: true }))
  })

  return {
    /** The files as they are, but for those changed at or after `handedOver`. */
    capture: Effect.fn("WorktreeIndex.capture")(function*(top: string, handedOver: HandedOver = Infinity) {
      return yield* read(top, handedOver).pipe(Effect.catchIf(({ reason }) => reason._tag === "GitFailed",
        () => Effect.andThen(anew(top), read(top, handedOver))))
    }),
    /** These paths too, ignored or not; and the tree with them. */
    include: Effect.fn("WorktreeIndex.include")(function*(top: string, paths: ReadonlyArray<Buffer>) {
      const index = yield* open(top)
      yield* update(top, index, paths, [])
      return yield* writeTree(top, index)
    }),
    /** For whoever puts something else in it. */
    open: (top: string) => Effect.tap(open(top), (index) => Effect.sync(() => written.delete(index)))
  }
})
