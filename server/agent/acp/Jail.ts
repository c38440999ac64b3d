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

/** The real path, where the last parts need not exist. */
const settle = async (path: string): Promise<string> => {
  try {
    return await realpath(path)
  } catch (cause) {
    const parent = dirname(path)
    if (!isMissing(cause) || parent === path) throw cause
    return join(await settle(parent), basename(path))
  }
}

/** `path` as it really is, if that lies in `root`. */
export const jailed = (root: string, path: string, writes: boolean): Effect.Effect<string, RpcError> => Effect.tryPromise({
  try: async () => {
    const home = await realpath(root)
    return { home, real: await settle(resolve(home, path)) }
  },
  catch: (cause) => invalidParams(`${path} can't be reached: ${cause instanceof Error ? cause.message : String(cause)}`)
}).pipe(Effect.flatMap(({ home, real }) => {
  if (!isWithin(home, real)) return Effect.fail(outside(path))
  const parts = relative(home, real).split(sep)
  return writes && parts.some((part) => part.toLowerCase() === ".git")
    ? Effect.fail(invalidParams(`${path} belongs to git and can't be written.`)) : Effect.succeed(real)
}))
