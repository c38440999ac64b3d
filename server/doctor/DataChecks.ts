/**
 * The doctor's look at what is kept: the data directory and the database. Touches neither: a running server is asked how
 * it is, and where none runs it is seen whether one could.
 */
import { statfs } from "node:fs/promises"
import { Effect, FileSystem, Option, Path, Schema } from "effect"
import { binaryAssets } from "../Assets.ts"
import { Environment } from "../process/Environment.ts"
import { runProgram } from "../process/Program.ts"
import { readServerFile, type ServerFile } from "../ServerFile.ts"
import { postgresBinaries } from "../store/PostgresBinaries.ts"
import { bad, type DoctorLine, lacking, well } from "./DoctorLine.ts"

export interface DataOptions {
  readonly dataDir: string
  /** Without the password. */
  readonly externalDatabase?: string | undefined
}

const leastFree = 512 * 1024 * 1024
const gigabytes = (bytes: number) => `${(bytes / 1024 ** 3).toFixed(1)} GB`

const freeAt = (path: string) => Effect.option(Effect.tryPromise(() => statfs(path).then(({ bavail, bsize }) => bavail * bsize)))

const writable = Effect.fnUntraced(function*(folder: string) {
  const fs = yield* FileSystem.FileSystem
  // asking for permission lies on read-only disks and to root
  return yield* fs.makeTempDirectory({ directory: folder, prefix: ".doctor-" }).pipe(
    Effect.flatMap((made) => fs.remove(made, { recursive: true })), Effect.as(true), Effect.orElseSucceed(() => false))
})

const dataDirectory = Effect.fnUntraced(function*(dataDir: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  let folder = path.resolve(dataDir)
  while (!(yield* Effect.orElseSucceed(fs.exists(folder), () => false)) && path.dirname(folder) !== folder) folder = path.dirname(folder)
  const name = "data directory"
  const info = yield* Effect.option(fs.stat(folder))
  if (Option.isSome(info) && info.value.type !== "Directory") return bad(name, `${folder} is a file; remove it, or choose another with --data-dir.`)
  if (!(yield* writable(folder))) return bad(name, `${folder} can't be written; change its owner or its permissions, or choose another with --data-dir.`)
  const free = Option.getOrUndefined(yield* freeAt(folder))
  if (free !== undefined && free < leastFree) return lacking(name, `only ${gigabytes(free)} are free at ${folder}; make room for worktrees and the database.`)
  const what = folder === path.resolve(dataDir) ? dataDir : `${dataDir}, made at the first start`
  return well(name, free === undefined ? what : `${what}; ${gigabytes(free)} free`)
})

const Health = Schema.Struct({ version: Schema.String, database: Schema.String })
const decodeHealth = Schema.decodeUnknownEffect(Health)

const askServer = ({ pid, url }: ServerFile) => Effect.tryPromise((signal) => fetch(new URL("/health", url), { signal }).then((answer) => answer.json())).pipe(
  Effect.flatMap(decodeHealth), Effect.timeout("3 seconds"),
  Effect.match({
    onSuccess: ({ database, version }): ReadonlyArray<DoctorLine> => [
      well("server", `boocode ${version} at ${url} (pid ${pid})`),
      database === "ok" ? well("database", "answers") : bad("database", "the server says that it is away; see the server's log.")
    ],
    onFailure: (): ReadonlyArray<DoctorLine> => [bad("server", `the server of this data directory (pid ${pid}) doesn't answer at ${url}; restart it.`)]
  }))

const embedded = Effect.gen(function*() {
  if (binaryAssets !== undefined) return well("database", "embedded Postgres, carried by this program")
  const { home, version } = yield* (yield* postgresBinaries)
  const { PATH } = yield* Environment
  const { code, stderr } = yield* runProgram({ command: `${home}/bin/postgres`, args: ["--version"], env: { PATH, LC_ALL: "C" }, cwd: "/", deadline: "10 seconds" })
  if (code === 0) return well("database", `embedded Postgres ${version}`)
  return bad("database", `the embedded Postgres doesn't start: ${stderr.trim().split("\n").at(-1) ?? ""} Install boocode again, or give a database with --database-url.`)
}).pipe(Effect.catch(({ message }) => Effect.succeed(bad("database", message))))

export const dataLines = Effect.fn("Doctor.dataLines")(function*({ dataDir, externalDatabase }: DataOptions) {
  const directory = yield* dataDirectory(dataDir)
  const server = yield* readServerFile(dataDir)
  if (Option.isSome(server)) return [directory, ...(yield* askServer(server.value))]
  const stopped = lacking("server", "none runs with this data directory; `boocode serve` starts one.")
  if (externalDatabase !== undefined) return [directory, stopped, well("database", `external, at ${externalDatabase}; tried when the server starts`)]
  return [directory, stopped, yield* embedded]
})
