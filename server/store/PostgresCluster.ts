/**
 * A cluster on disk: where its files and its socket are, made once by `initdb`. Doesn't run it: `EmbeddedPostgres` does.
 */
import { Effect, FileSystem, Option, type PlatformError, Stream } from "effect"
import { closedTo, postgresAccount } from "./PostgresAccount.ts"
import { postgresBinaries, reachablePrograms } from "./PostgresBinaries.ts"
import { type PostgresLauncher, makeLauncher } from "./PostgresLauncher.ts"
import type { ClusterMarks } from "./PostgresOrphans.ts"
import { StoreError } from "./StoreError.ts"

export interface PostgresCluster extends ClusterMarks {
  /** The `postgres` program. */
  readonly program: string
  readonly launcher: PostgresLauncher
}

export const socketName = ".s.PGSQL.5432"
// sun_path holds 108 bytes on Linux and 104 on macOS, the closing NUL included
const longestSocketPath = 103

const failed = (step: string, detail: string) => new StoreError({ reason: { _tag: "PostgresFailed", step, detail } })

/** In the data directory, or, where its path is too long for a socket, in a temporary folder of its own. */
const makeSocketDir = Effect.fnUntraced(function*(dataDir: string) {
  const fs = yield* FileSystem.FileSystem
  const usual = `${dataDir}/run`
  if (Buffer.byteLength(`${usual}/${socketName}`) > longestSocketPath) {
    return yield* fs.makeTempDirectoryScoped({ directory: "/tmp", prefix: "boocode-" })
  }
  yield* fs.makeDirectory(usual, { recursive: true })
  return usual
})

/** Only a whole cluster gets its name: an `initdb` that was cut short leaves a draft, which the next start removes. */
const initialise = Effect.fnUntraced(function*(folder: string, initdb: string, launcher: PostgresLauncher, own: (path: string) => Effect.Effect<void, PlatformError.PlatformError>) {
  const fs = yield* FileSystem.FileSystem
  const draft = `${folder}.new`
  yield* fs.remove(draft, { recursive: true, force: true })
  yield* fs.makeDirectory(draft)
  yield* own(draft)
  // the builtin locale: the same order and upper and lower case on every machine
  const run = yield* launcher.command(initdb, ["-D", draft, "-U", "postgres", "--auth=trust", "--encoding=UTF8",
    "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"], draft)
  const said = yield* run.stderr.pipe(Stream.decodeText(), Stream.mkString)
  const code = yield* run.exitCode
  if (code !== 0) return yield* failed("make its database", said.trim().split("\n").at(-1) ?? `initdb ended with ${code}.`)
  yield* fs.rename(draft, folder)
}, Effect.scoped)

const prepare = Effect.fnUntraced(function*(dataDir: string) {
  const fs = yield* FileSystem.FileSystem
  const found = yield* (yield* postgresBinaries)
  const folder = `${dataDir}/postgres-${found.version.split(".")[0]}`
  const account = yield* postgresAccount(dataDir, folder)
  const socketDir = yield* makeSocketDir(dataDir)
  let programs = found
  if (Option.isSome(account)) {
    yield* fs.chmod(dataDir, (yield* fs.stat(dataDir)).mode & 0o777 | 0o001)
    const closed = yield* closedTo(account.value, dataDir)
    if (Option.isSome(closed)) {
      return yield* new StoreError({ reason: { _tag: "DataDirUnusable", path: dataDir, detail:
        `as root, boocode runs Postgres as the user ${account.value.name}, who may not enter ${closed.value}; choose a directory elsewhere with --data-dir, or run \`chmod o+x ${closed.value}\`.` } })
    }
    programs = yield* reachablePrograms(found, account.value, dataDir)
  }
  const own = (path: string) => Effect.andThen(fs.chmod(path, 0o700),
    Option.match(account, { onNone: () => Effect.void, onSome: ({ uid, gid }) => fs.chown(path, uid, gid) }))
  yield* own(socketDir)
  const launcher = yield* makeLauncher(account)
  if (!(yield* fs.exists(`${folder}/PG_VERSION`))) yield* initialise(folder, `${programs.home}/bin/initdb`, launcher, own)
  const { dev, ino } = yield* fs.stat(folder)
  const title = `boocode-${dev}-${Option.getOrElse(ino, () => 0n)}`
  return { folder, socketDir, title, program: `${programs.home}/bin/postgres`, launcher } satisfies PostgresCluster
})

/** Ready to be run. `dataDir` exists and is absolute. */
export const prepareCluster = Effect.fn("prepareCluster")(prepare,
  Effect.catchTag("PlatformError", (error) => failed("make its database", `${error.message}.`)))
