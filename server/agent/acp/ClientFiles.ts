/**
 * The client's files that an agent may ask for: `fs/read_text_file` and `fs/write_text_file`, held to the worktree.
 * Regular files only: whoever opens a pipe waits for its other end, and all files of the server share a few threads.
 */
import { constants } from "node:fs"
import { type FileHandle, mkdir, open } from "node:fs/promises"
import { dirname } from "node:path"
import { Effect, Fiber, Schema, Semaphore } from "effect"
import { isMissing, jailed } from "./Jail.ts"
import { invalidParams, resourceNotFound, type RpcError } from "./JsonRpc.ts"

/** Bytes of a file that is read, at most. */
const readLimit = 10 * 1024 * 1024
/** Requests of one life that are at work, at most. */
const placesLimit = 2
const deadline = "10 seconds"

// a pipe is opened without waiting for its other end, and no link is followed that came after the path was judged
const readFlags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW
const writeFlags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NONBLOCK | constants.O_NOFOLLOW

const Read = Schema.Struct({
  path: Schema.String,
  /** From 1. */
  line: Schema.optional(Schema.NullOr(Schema.Int)),
  limit: Schema.optional(Schema.NullOr(Schema.Int))
})
const Write = Schema.Struct({ path: Schema.String, content: Schema.String })

const decoded = <S extends Schema.Codec<unknown, unknown>>(schema: S, params: unknown): Effect.Effect<S["Type"], RpcError> =>
  Schema.decodeUnknownEffect(schema)(params).pipe(Effect.mapError((error) => invalidParams(error.message)))

const attempt = <A>(path: string, what: string, run: () => Promise<A>): Effect.Effect<A, RpcError> => Effect.tryPromise({
  try: run,
  catch: (cause) => isMissing(cause) ? resourceNotFound(path) : invalidParams(`${path} can't be ${what}: ${cause instanceof Error ? cause.message : String(cause)}`)
})

/** Lines `line` to `line + limit - 1` of a text, counted from 1. */
export const linesOf = (text: string, line: number | null | undefined, limit: number | null | undefined): string => {
  if (line == null && limit == null) return text
  const lines = text.split("\n")
  const from = Math.max(0, (line ?? 1) - 1)
  return lines.slice(from, limit == null ? undefined : from + Math.max(0, limit)).join("\n")
}

/** Opens a file, uses it if it is a regular one, and closes it. */
const withFile = <A>(
  { file, flags, path, what }: { readonly file: string; readonly flags: number; readonly path: string; readonly what: string },
  use: (handle: FileHandle, size: number) => Effect.Effect<A, RpcError>
): Effect.Effect<A, RpcError> => Effect.acquireUseRelease(
  attempt(path, what, () => open(file, flags, 0o666)),
  (handle) => Effect.flatMap(attempt(path, what, () => handle.stat()), (status) =>
    status.isFile() ? use(handle, status.size) : Effect.fail(invalidParams(`${path} can't be ${what}: it is no regular file.`))),
  (handle) => Effect.ignore(attempt(path, what, () => handle.close())))

/** As many bytes as it had when it was opened, though it grow meanwhile. */
const readText = Effect.fnUntraced(function*(path: string, handle: FileHandle, size: number): Effect.fn.Return<string, RpcError> {
  if (size > readLimit) return yield* Effect.fail(invalidParams(`${path} has ${Math.ceil(size / 1_048_576)} MB; at most ${readLimit / 1_048_576} MB are read.`))
  const bytes = Buffer.alloc(size)
  let length = 0
  while (length < size) {
    const { bytesRead } = yield* attempt(path, "read", () => handle.read(bytes, length, size - length, length))
    if (bytesRead === 0) break
    length += bytesRead
  }
  return bytes.toString("utf8", 0, length)
})

const read = Effect.fnUntraced(function*(root: string, params: unknown) {
  const { limit, line, path } = yield* decoded(Read, params)
  const file = yield* jailed(root, path, false)
  const text = yield* withFile({ file, flags: readFlags, path, what: "read" }, (handle, size) => readText(path, handle, size))
  return { content: linesOf(text, line, limit) }
})

const write = Effect.fnUntraced(function*(root: string, params: unknown) {
  const { content, path } = yield* decoded(Write, params)
  const file = yield* jailed(root, path, true)
  yield* attempt(path, "written", () => mkdir(dirname(file), { recursive: true }))
  yield* withFile({ file, flags: writeFlags, path, what: "written" }, (handle) => attempt(path, "written", () => handle.writeFile(content)))
  return {}
})

/** A request keeps its place until its file is let go, also when nobody waits for it any more. */
const inPlace = (places: Semaphore.Semaphore, request: Effect.Effect<unknown, RpcError>): Effect.Effect<unknown, RpcError> =>
  Effect.acquireUseRelease(
    Effect.forkDetach(places.withPermits(1)(Effect.uninterruptible(request))),
    (fiber) => Effect.timeoutOrElse(Fiber.join(fiber), {
      duration: deadline, orElse: () => Effect.fail(invalidParams(`The file was not at hand within ${deadline}; try again.`))
    }),
    (fiber) => Effect.sync(() => fiber.interruptUnsafe()))

/** The handlers by method of one life, for a worktree at `root`. */
export const clientFiles = (root: string): Readonly<Record<string, (params: unknown) => Effect.Effect<unknown, RpcError>>> => {
  const places = Semaphore.makeUnsafe(placesLimit)
  return {
    "fs/read_text_file": (params) => inPlace(places, read(root, params)),
    "fs/write_text_file": (params) => inPlace(places, write(root, params))
  }
}
