/** Whether paths lie in a directory as they really are: through links, and where the last parts don't exist yet. */
import { lstat, realpath } from "node:fs/promises"
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path"
import { Effect } from "effect"

const isMissing = (cause: unknown): boolean => cause instanceof Error && "code" in cause && cause.code === "ENOENT"
const attempt = <A>(run: () => Promise<A>) => Effect.tryPromise({ try: run, catch: (cause) => cause })

/** A link that leads nowhere has no real path. */
const settle = (path: string): Effect.Effect<string, unknown> => Effect.catch(attempt(() => realpath(path)), (cause) => {
  const parent = dirname(path)
  if (!isMissing(cause) || parent === path) return Effect.fail(cause)
  return Effect.matchEffect(attempt(() => lstat(path)), {
    onSuccess: () => Effect.fail(cause),
    onFailure: () => Effect.map(settle(parent), (folder) => join(folder, basename(path)))
  })
})

/** Relative paths are taken from `root`. */
export const areWithin = (root: string, paths: ReadonlyArray<string>): Effect.Effect<boolean> => Effect.gen(function*() {
  const real = yield* settle(root)
  const found = yield* Effect.forEach(paths, (path) => settle(resolve(root, path)))
  return found.every((path) => {
    const way = relative(real, path)
    return way === "" || (!isAbsolute(way) && way !== ".." && !way.startsWith(`..${sep}`))
  })
}).pipe(Effect.orElseSucceed(() => false))
