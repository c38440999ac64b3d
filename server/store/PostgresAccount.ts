/**
 * Under which user Postgres runs. Postgres refuses to run as root, so a server that is root gives it an account of its
 * own, one that stands in /etc/passwd (`initdb` wants that). A cluster that exists keeps the owner it has. Knows
 * nothing of processes.
 */
import { Effect, FileSystem, Option } from "effect"
import { StoreError } from "./StoreError.ts"

export interface PostgresAccount { readonly name: string; readonly uid: number; readonly gid: number }

const preferred = ["postgres", "nobody"]

const unusable = (path: string, detail: string) => new StoreError({ reason: { _tag: "DataDirUnusable", path, detail } })

const passwd = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const text = yield* fs.readFileString("/etc/passwd").pipe(Effect.orElseSucceed(() => ""))
  return text.split("\n").flatMap((line): ReadonlyArray<PostgresAccount> => {
    const [name, , uid, gid] = line.split(":")
    return name !== undefined && uid !== undefined && gid !== undefined ? [{ name, uid: Number(uid), gid: Number(gid) }] : []
  })
})

const ownerOf = (path: string) => Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  return Option.flatMap(yield* Effect.option(fs.stat(path)), (info) => info.uid)
})

/** The account Postgres runs under, or none: the server's own user does. `cluster` need not exist yet. */
export const postgresAccount = Effect.fnUntraced(function*(dataDir: string, cluster: string) {
  const owner = yield* ownerOf(cluster)
  const self = process.getuid?.()
  if (self === undefined) return Option.none<PostgresAccount>()
  if (self !== 0) {
    if (Option.isSome(owner) && owner.value !== self) {
      return yield* unusable(dataDir, `its database belongs to another user (uid ${owner.value}); start boocode as that user, or choose another with --data-dir.`)
    }
    return Option.none<PostgresAccount>()
  }
  const accounts = yield* passwd
  const found = Option.isSome(owner) && owner.value !== 0
    ? accounts.find(({ uid }) => uid === owner.value)
    : preferred.flatMap((name) => accounts.filter((account) => account.name === name))[0]
  if (found === undefined) {
    return yield* new StoreError({ reason: { _tag: "PostgresFailed", step: "start", detail:
      "boocode runs as root here, Postgres refuses to, and /etc/passwd has no user `postgres` or `nobody`; add one, or start boocode as another user." } })
  }
  return Option.some(found)
})

/** The folder itself or the topmost parent that `account` may not enter. */
export const closedTo = Effect.fnUntraced(function*(account: PostgresAccount, folder: string) {
  const fs = yield* FileSystem.FileSystem
  const parts = folder.split("/").filter((part) => part !== "")
  for (let depth = 0; depth <= parts.length; depth++) {
    const parent = `/${parts.slice(0, depth).join("/")}`
    const info = yield* fs.stat(parent)
    const execute = Option.contains(info.uid, account.uid) ? 0o100 : Option.contains(info.gid, account.gid) ? 0o010 : 0o001
    if ((info.mode & execute) === 0) return Option.some(parent)
  }
  return Option.none<string>()
})
