/**
 * Single files of a worktree by hand: read, and written or removed only while they are what they were when they were read.
 * Each is the old or the new one at any moment. No symlink is followed, to its end or on the way.
 */
import { createHash } from "node:crypto"
import { constants, type Stats } from "node:fs"
import { chmod, type FileHandle, link, mkdir, open, readlink, rename, unlink } from "node:fs/promises"
import { dirname } from "node:path"
import { isUtf8 } from "node:buffer"
import { Effect } from "effect"
import { type FileContent, FileError } from "../../../shared/File.ts"
import { isBehindSymlink, lookAt, within } from "../git/DiskBytes.ts"
import { imageTypeOf } from "../diff/ImageType.ts"
import { oneAtATime } from "../git/OneAtATime.ts"
import { bytesOfPath } from "../git/PathText.ts"
import { backFromAside, LastMoment, putInPlace, sameContent } from "../git/PutInPlace.ts"
import { isOutside } from "../git/WorktreePath.ts"

const readLimit = 2 * 1024 * 1024
/** A larger one is told by nothing but its size. */
const hashLimit = 64 * 1024 * 1024
/** git takes a content for binary that has a NUL in so much of its beginning. */
const binaryHead = 8000

const fail = (reason: FileError["reason"]) => new FileError({ reason })

const reached = <A>(path: string, run: () => Promise<A>) => Effect.tryPromise({
  try: run, catch: (cause) => fail({ _tag: "Unreachable", path, detail: cause instanceof Error ? cause.message : "the disk refused." })
})

/** The bytes of a path that may be looked at. */
export const admitted = Effect.fnUntraced(function*(top: string, path: string) {
  const bytes = bytesOfPath(path)
  if (bytes.includes(0) || isOutside(bytes) || (yield* isBehindSymlink(top, bytes))) return yield* fail({ _tag: "Outside", path })
  return bytes
})

/** A file that is open, by the path that its errors name. */
interface OpenFile { readonly path: string; readonly handle: FileHandle; readonly stat: Stats }

/** As many bytes as it had when it was opened, though it grow meanwhile. */
const readBytes = Effect.fnUntraced(function*({ handle, path }: OpenFile, size: number) {
  const bytes = Buffer.alloc(size)
  let length = 0
  while (length < size) {
    const { bytesRead } = yield* reached(path, () => handle.read(bytes, length, size - length, length))
    if (bytesRead === 0) break
    length += bytesRead
  }
  return bytes.subarray(0, length)
})

const hashOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

const hashFile = Effect.fnUntraced(function*({ handle, path, stat: { size } }: OpenFile) {
  if (size > hashLimit) return null
  const hash = createHash("sha256"), piece = Buffer.alloc(1024 * 1024)
  for (let at = 0; at < size;) {
    const { bytesRead } = yield* reached(path, () => handle.read(piece, 0, piece.length, at))
    if (bytesRead === 0) break
    hash.update(piece.subarray(0, bytesRead))
    at += bytesRead
  }
  return hash.digest("hex")
})

/** Without the half of a character at its end. */
const wholeText = (bytes: Buffer): Buffer => {
  for (let less = 0; less < 4; less += 1) if (isUtf8(bytes.subarray(0, bytes.length - less))) return bytes.subarray(0, bytes.length - less)
  return bytes
}

const contentOf = Effect.fnUntraced(function*(file: OpenFile): Effect.fn.Return<FileContent, FileError> {
  const { size } = file.stat
  const bytes = yield* readBytes(file, Math.min(size, readLimit))
  const cut = size > readLimit
  const type = imageTypeOf(bytes)
  if (type !== null && !cut && type !== "image/svg+xml") return { _tag: "Image", type, base64: bytes.toString("base64"), hash: hashOf(bytes), bytes: size }
  if (type !== null && type !== "image/svg+xml" || bytes.subarray(0, binaryHead).includes(0)) return { _tag: "Binary", bytes: size, hash: yield* hashFile(file) }
  const text = cut ? wholeText(bytes) : bytes
  return { _tag: "Text", text: text.toString("utf8"), hash: hashOf(bytes), bytes: size, cut, mended: !isUtf8(text) || text.includes(0) }
})

const withFile = <A>(path: string, target: Buffer, use: (file: OpenFile) => Effect.Effect<A, FileError>) => Effect.acquireUseRelease(
  reached(path, () => open(target, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)),
  (handle) => Effect.flatMap(reached(path, () => handle.stat()), (stat) => stat.isFile()
    ? use({ path, handle, stat }) : Effect.fail(fail({ _tag: "NoFile", path }))),
  (handle) => Effect.ignore(reached(path, () => handle.close())))

export const readFile = Effect.fn("Files.read")(function*(top: string, path: string) {
  const bytes = yield* admitted(top, path)
  const target = within(top, bytes)
  const found = yield* lookAt(target)
  if (found === undefined) return yield* fail({ _tag: "NotThere", path })
  if (found.isSymbolicLink()) {
    const content: FileContent = { _tag: "Link", target: yield* reached(path, () => readlink(target)) }
    return content
  }
  if (!found.isFile()) return yield* fail({ _tag: "NoFile", path })
  const content = yield* withFile(path, target, contentOf)
  // a folder on the way may have been made a link meanwhile
  yield* admitted(top, path)
  return content
})

/** What is there now, if it is what was expected. */
const expectedAt = Effect.fnUntraced(function*(path: string, target: Buffer, expected: string | null) {
  const found = yield* lookAt(target)
  if (found === undefined) return expected === null ? undefined : yield* fail({ _tag: "NotThere", path })
  if (!found.isFile()) return yield* fail({ _tag: "NoFile", path })
  if (expected === null || (yield* withFile(path, target, hashFile)) !== expected) return yield* fail({ _tag: "Moved", path })
  return found
})

const folderFor = Effect.fnUntraced(function*(path: string, target: Buffer) {
  yield* Effect.mapError(reached(path, () => mkdir(target.subarray(0, target.lastIndexOf(0x2f)), { recursive: true })), () => fail({ _tag: "NoFile", path }))
})

/** Beside the worktree, on its disk. */
const beside = (top: string, what: "staged" | "aside") => Buffer.from(`${dirname(top)}/.${what}-${crypto.randomUUID()}`)
const gone = (name: Buffer) => Effect.ignore(Effect.tryPromise(() => unlink(name)))

/** Written whole beside the worktree, then put in its place. */
const put = Effect.fnUntraced(function*(top: string, path: string, bytes: Buffer, text: string, before: Stats | undefined) {
  const target = within(top, bytes), staged = beside(top, "staged"), aside = beside(top, "aside")
  const refused = (cause: unknown) => fail({ _tag: "Unreachable", path, detail: cause instanceof Error ? cause.message : "the disk refused." })
  return yield* Effect.ensuring(Effect.gen(function*() {
    yield* Effect.acquireUseRelease(
      reached(path, () => open(staged, "wx", 0o666)),
      (handle) => reached(path, () => handle.writeFile(text).then(() => handle.sync())),
      (handle) => Effect.ignore(reached(path, () => handle.close())))
    if (before !== undefined) yield* reached(path, () => chmod(staged, before.mode & 0o777))
    yield* folderFor(path, target)
    yield* admitted(top, path)
    // a link takes no place that somebody took meanwhile
    if (before === undefined) return yield* Effect.mapError(reached(path, () => link(staged, target)), () => fail({ _tag: "Moved", path }))
    if (!(yield* putInPlace({ target, staged, aside, before, onDisk: Effect.void, refused }))) return yield* fail({ _tag: "Moved", path })
  }), Effect.all([gone(staged), gone(aside)]))
})

/** Taken aside and looked at there, so that nothing goes that was written a moment ago. */
const take = Effect.fnUntraced(function*(top: string, path: string, bytes: Buffer, before: Stats | undefined) {
  const target = within(top, bytes), aside = beside(top, "aside")
  const lastMoment = yield* LastMoment
  if (!sameContent(before, yield* lookAt(target))) return yield* fail({ _tag: "Moved", path })
  lastMoment(target)
  yield* reached(path, () => rename(target, aside))
  if (sameContent(before, yield* lookAt(aside))) return yield* gone(aside)
  yield* reached(path, () => backFromAside(aside, target))
  return yield* fail({ _tag: "Moved", path })
})

/** One at a time in each worktree. */
export const makeStaging = () => {
  const one = oneAtATime<string>()
  return {
    write: Effect.fn("Files.write")((top: string, path: string, text: string, expected: string | null) => one(top)(Effect.uninterruptible(Effect.gen(function*() {
      const bytes = yield* admitted(top, path)
      const before = yield* expectedAt(path, within(top, bytes), expected)
      yield* put(top, path, bytes, text, before)
      return hashOf(Buffer.from(text, "utf8"))
    })))),
    remove: Effect.fn("Files.remove")((top: string, path: string, expected: string) => one(top)(Effect.uninterruptible(Effect.gen(function*() {
      const bytes = yield* admitted(top, path)
      yield* take(top, path, bytes, yield* expectedAt(path, within(top, bytes), expected))
    }))))
  }
}
