/**
 * Paths that an agent names, held to the worktree: symlinks are resolved first, and neither `..` nor a link leads out.
 * What does not exist yet is judged by its nearest folder that does. git's own folder is not an agent's to write.
 */
import { realpath } from "node:fs/promises"
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path"
import { Effect } from "effect"
import { invalidParams, type RpcError } from "./JsonRpc.ts"

const outside = (path: string): RpcError => invalidParams(`${path} is outside the worktree; name a file within it.`)

const isWithin = (root: string, path: string): boolean => {
  const way = relative(root, path)
  return way === "" || (!isAbsolute(way) && way !== ".." && !way.startsWith(`..${sep}`))
}

const isMissing = (cause: unknown): boolean => cause instanceof Error && "code" in cause && (cause.code === "ENOENT" || cause.code === "ENOTDIR")

const real = (path: string) => Effect.tryPromise({ try: () => realpath(path), catch: (cause) => cause })

/** The real path, where the last parts need not exist. */
const settle = (path: string): Effect.Effect<string, unknown> => Effect.catch(real(path), (cause) => {
  const parent = dirname(path)
  return isMissing(cause) && parent !== path
    ? Effect.map(settle(parent), (folder) => join(folder, basename(path))) : Effect.fail(cause)
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
