/**
 * The folder that everything the server keeps is in: made when it isn't there, and held against other servers. What is
 * in it belongs to others.
 */
import { Effect, FileSystem, Path, type PlatformError } from "effect"
import { lockDataDir } from "./DataDirLock.ts"
import { StoreError } from "./StoreError.ts"

const unusable = (path: string, detail: string) =>
  new StoreError({ reason: { _tag: "DataDirUnusable", path, detail: `${detail} choose another with --data-dir.` } })

const why = (error: PlatformError.PlatformError): string => {
  switch (error.reason._tag) {
    case "PermissionDenied":
      return "permission is denied; change its owner, or"
    default:
      return `${error.message};`
  }
}

/**
 * Held until the scope closes; gives its absolute path, symlinks resolved. Fails with `DataDirInUse` or
 * `DataDirUnusable`. Root's may be entered by others, because Postgres runs under an account of its own below it.
 */
export const openDataDir = Effect.fn("openDataDir")(function*(dataDir: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const wanted = path.resolve(dataDir)
  return yield* Effect.gen(function*() {
    if (!(yield* fs.exists(wanted))) {
      yield* fs.makeDirectory(wanted, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 })
    }
    const real = yield* fs.realPath(wanted)
    if ((yield* fs.stat(real)).type !== "Directory") return yield* unusable(wanted, "it is a file, not a directory;")
    yield* lockDataDir(real)
    return real
  }).pipe(Effect.catchTag("PlatformError", (error) => unusable(wanted, why(error))))
})
