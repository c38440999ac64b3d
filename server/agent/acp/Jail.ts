/**
 * Paths that an agent names, held to the worktree: symlinks are resolved first, and neither `..` nor a link leads out.
 * What does not exist yet is judged by its nearest folder that does; a link that leads to nothing is refused, for whoever
 * writes through it makes what it leads to. git's own folder is not an agent's to write.
 */
import { lstat, realpath } from "node:fs/promises"
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path"
import { Effect } from "effect"
import { invalidParams, type RpcError } from "./JsonRpc.ts"

const outside = (path: string): RpcError => invalidParams(`${path} is outside the worktree; name a file within it.`)

const isWithin = (root: string, path: string): boolean => {
  const way = relative(root, path)
  return way === "" || (!isAbsolute(way) && way !== ".." && !way.startsWith(`..${sep}`))
}

/** Nothing is there, or the way to it leads through a file. */
export const isMissing = (cause: unknown): boolean => cause instanceof Error && "code" in cause && (cause.code === "ENOENT" || cause.code === "ENOTDIR")

const attempt = <A>(run: () => Promise<A>) => Effect.tryPromise({ try: run, catch: (cause) => cause })
const real = (path: string) => attempt(() => realpath(path))

/** Fails where something is there, which can only be a link: it leads to nothing. */
const nothingAt = (path: string): Effect.Effect<void, unknown> => Effect.matchEffect(attempt(() => lstat(path)), {
  onFailure: (cause) => isMissing(cause) ? Effect.void : Effect.fail(cause),
  onSuccess: () => Effect.fail(new Error("a link on the way leads to nothing."))
})

/** The real path, where the last parts need not exist. */
const settle = (path: string): Effect.Effect<string, unknown> => Effect.catch(real(path), (cause) => {
  const parent = dirname(path)
  return isMissing(cause) && parent !== path
    ? Effect.andThen(nothingAt(path), Effect.map(settle(parent), (folder) => join(folder, basename(path)))) : Effect.fail(cause)
})

/** `path` as it really is, if that lies in `root`. */
export const jailed = Effect.fnUntraced(function*(root: string, path: string, writes: boolean): Effect.fn.Return<string, RpcError> {
  const unreachable = Effect.mapError((cause: unknown) =>
    invalidParams(`${path} can't be reached: ${cause instanceof Error ? cause.message : String(cause)}`))
  const home = yield* unreachable(real(root))
  const settled = yield* unreachable(settle(resolve(home, path)))
  if (!isWithin(home, settled)) return yield* Effect.fail(outside(path))
  const parts = relative(home, settled).split(sep)
  if (writes && parts.some((part) => part.toLowerCase() === ".git")) {
    return yield* Effect.fail(invalidParams(`${path} belongs to git and can't be written.`))
  }
  return settled
})
