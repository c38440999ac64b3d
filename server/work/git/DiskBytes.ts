/** The few looks at and moves of files that need a path of any bytes; Effect's FileSystem knows paths of text only. */
import { Effect } from "effect"
import type { Stats } from "node:fs"
import { lstat } from "node:fs/promises"

/** The path of `path`, as git has it, in the folder `top`. */
export const within = (top: string, path: Uint8Array): Buffer => Buffer.concat([Buffer.from(`${top}/`), path])

/** Undefined where there is nothing, or nothing that may be looked at. A symlink is itself. */
export const lookAt = (path: Buffer): Effect.Effect<Stats | undefined> => Effect.orElseSucceed(Effect.tryPromise(() => lstat(path)), () => undefined)

/** The folders between the top and a path, outermost first. */
export const foldersOf = (path: Buffer): ReadonlyArray<Buffer> =>
  Array.from(path.entries()).filter(([, byte]) => byte === 0x2f).map(([slash]) => path.subarray(0, slash))

/** A folder on the way to it is a symlink: the path is not in this worktree. */
export const isBehindSymlink = Effect.fnUntraced(function*(top: string, path: Buffer) {
  for (const folder of foldersOf(path)) {
    if ((yield* lookAt(within(top, folder)))?.isSymbolicLink() === true) return true
  }
  return false
})

/** When it was changed last, content or mode, in epoch milliseconds. Of what is gone the folder that lost it says so. */
export const changedAt = Effect.fnUntraced(function*(top: string, path: Buffer) {
  const folders = foldersOf(path).toReversed()
  for (const known of [path, ...folders]) {
    const found = yield* lookAt(within(top, known))
    if (found !== undefined) return found.ctimeMs
  }
  return (yield* lookAt(Buffer.from(top)))?.ctimeMs ?? 0
})
