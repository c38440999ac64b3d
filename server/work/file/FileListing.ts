/** One folder of a worktree as git sees it: what is there, what of it is changed or new, and what git was told to ignore. */
import { readdir } from "node:fs/promises"
import { Effect } from "effect"
import { FileError, type FileEntry, type FileList, type FileMark } from "../../../shared/File.ts"
import type { WorkError } from "../../../shared/WorkError.ts"
import { lookAt, within } from "../git/DiskBytes.ts"
import type { Git } from "../git/Git.ts"
import { joinNul, splitNul, textOfPath } from "../git/PathText.ts"

const limit = 5000
const what = "list the files"

const slash = Buffer.from("/")
const under = (folder: Buffer, name: Uint8Array): Buffer => folder.length === 0 ? Buffer.from(name) : Buffer.concat([folder, slash, name])

const markOf = (sign: string): FileMark => /D/.test(sign) ? "D" : /[A?]/.test(sign) ? "A" : "M"

/** Children of a folder, by name, with what became of them, or of something in them. */
export const marksIn = (status: Buffer, folder: Buffer): ReadonlyMap<string, { readonly mark: FileMark; readonly inside: boolean }> => {
  const marks = new Map<string, { readonly mark: FileMark; readonly inside: boolean }>()
  const prefix = folder.length === 0 ? "" : `${folder.toString("latin1")}/`
  for (const record of splitNul(status)) {
    const sign = record.toString("latin1", 0, 2), path = record.toString("latin1", 3)
    // all of a new folder is new
    if (path.endsWith("/") && prefix.startsWith(path)) marks.set("", { mark: "A", inside: true })
    if (!path.startsWith(prefix) || path === prefix) continue
    const [name = "", ...rest] = path.slice(prefix.length).split("/")
    const inside = rest.length > 0
    if (!inside || !marks.has(name)) marks.set(name, { mark: inside && rest.join("/") !== "" ? "M" : markOf(sign), inside })
  }
  return marks
}

const order: Readonly<Record<FileEntry["kind"], number>> = { folder: 0, repository: 0, file: 1, link: 1 }
const byName = (a: FileEntry, b: FileEntry): number =>
  order[a.kind] - order[b.kind] || a.path.localeCompare(b.path, "en", { sensitivity: "base", numeric: true }) || (a.path < b.path ? -1 : 1)

const kindOf = Effect.fnUntraced(function*(top: string, path: Buffer) {
  const found = yield* lookAt(within(top, path))
  if (found?.isSymbolicLink() === true) return "link" as const
  if (found?.isDirectory() !== true) return "file" as const
  const own = yield* lookAt(within(top, Buffer.concat([path, Buffer.from("/.git")])))
  return own === undefined ? "folder" as const : "repository" as const
})

/** `folder` lies in the worktree and no symlink leads to it. */
export const listFolder = Effect.fn("Files.list")(function*(
  git: Git["Service"], top: string, folder: Buffer, withIgnored: boolean
): Effect.fn.Return<FileList, FileError | WorkError> {
  const text = textOfPath(folder)
  if (folder.length > 0 && (yield* lookAt(within(top, folder)))?.isDirectory() !== true) return yield* new FileError({ reason: { _tag: "NotThere", path: text } })
  const found = yield* Effect.tryPromise({
    try: () => readdir(folder.length === 0 ? Buffer.from(top) : within(top, folder), { encoding: "buffer" }),
    catch: () => new FileError({ reason: { _tag: "NotThere", path: text } })
  })
  const children = found.filter((name) => name.toString("latin1").toLowerCase() !== ".git")
  const scope = text === "" || text.startsWith("\"") ? [] : ["--", `:(top,literal)${text}`]
  const [status, ignored] = yield* Effect.all([
    git.bytes(top, { what, args: ["status", "--porcelain=v1", "-z", "--untracked-files=normal", "--no-renames", "--ignore-submodules=dirty", ...scope] }),
    // inside a repository of its own git says nothing of this one's rules
    Effect.map(git.attemptBytes(top, { what, args: ["check-ignore", "-z", "--stdin"], input: joinNul(children.map((name) => under(folder, name))) }),
      ({ stdout }) => new Set(splitNul(stdout).map((path) => path.toString("latin1"))))
  ], { concurrency: 2 })
  const marks = marksIn(status, folder)
  const allNew = marks.get("")?.mark ?? null
  const shown = children.filter((name) => withIgnored || !ignored.has(under(folder, name).toString("latin1")))
  const entries = yield* Effect.forEach(shown.slice(0, limit), Effect.fnUntraced(function*(name) {
    const path = under(folder, name)
    const isIgnored = ignored.has(path.toString("latin1"))
    const entry: FileEntry = {
      path: textOfPath(path), kind: yield* kindOf(top, path), ignored: isIgnored,
      mark: isIgnored ? null : marks.get(name.toString("latin1"))?.mark ?? allNew
    }
    return entry
  }), { concurrency: 16 })
  const there = new Set(children.map((name) => name.toString("latin1")))
  const gone = [...marks].filter(([name, { inside, mark }]) => name !== "" && !inside && mark === "D" && !there.has(name)).map(([name]): FileEntry => ({
    path: textOfPath(under(folder, Buffer.from(name, "latin1"))), kind: "file", mark: "D", ignored: false
  }))
  return { entries: [...entries, ...gone].toSorted(byName), cut: shown.length > limit }
})
