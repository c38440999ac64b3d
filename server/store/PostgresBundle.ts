/**
 * Postgres' programs as the compiled binary carries them: one archive, unpacked once per version into the data
 * directory. In a checkout it provides nothing, and `PostgresBinaries` finds them in node_modules.
 */
import { Effect, FileSystem, Layer, Path, Stream } from "effect"
import { ChildProcess, ChildProcessSpawner } from "effect/process"
import { binaryAssets } from "../Assets.ts"
import { postgresBinaries, type PostgresPrograms } from "./PostgresBinaries.ts"
import { StoreError } from "./StoreError.ts"

const archiveName = /^postgres-(.+)\.tar\.gz$/

const failed = (detail: string) => new StoreError({ reason: { _tag: "PostgresFailed", step: "be unpacked", detail } })

/** Unpacks beside its place and then takes it: a start that was cut short leaves no half of it behind. */
export const unpackPostgres = Effect.fn("unpackPostgres")(function*(
  assets: string, dataDir: string
): Effect.fn.Return<PostgresPrograms, StoreError, FileSystem.FileSystem | Path.Path | ChildProcessSpawner.ChildProcessSpawner> {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  return yield* Effect.gen(function*() {
    const name = (yield* fs.readDirectory(assets)).find((file) => archiveName.test(file))
    const version = archiveName.exec(name ?? "")?.[1]
    if (name === undefined || version === undefined) return yield* failed("this program was built without it; give a database of your own with --database-url.")
    const home = path.resolve(dataDir, `postgres-programs-${version}`)
    if (yield* fs.exists(home)) return { home, version }
    const draft = `${home}.new`
    yield* fs.remove(draft, { recursive: true, force: true })
    yield* fs.makeDirectory(draft)
    yield* fs.chmod(draft, 0o755)
    // through stdin: nobody but this program sees the files in it
    const tar = yield* ChildProcess.make("tar", ["-xzpf", "-", "-C", draft, "--no-same-owner"], {
      stdin: Stream.fromIterable([yield* fs.readFile(path.join(assets, name))]), stdout: "ignore", forceKillAfter: "1 second"
    })
    const said = yield* tar.stderr.pipe(Stream.decodeText(), Stream.mkString)
    const code = yield* tar.exitCode
    if (code !== 0) return yield* failed(said.trim().split("\n").at(-1) ?? `tar ended with ${code}.`)
    yield* fs.rename(draft, home)
    return { home, version }
  }).pipe(Effect.scoped, Effect.catchTag("PlatformError", (error) => failed(`${error.message}.`)))
})

/** To be provided to whatever opens the database. */
export const postgresBundle = (dataDir: string): Layer.Layer<never, never, ChildProcessSpawner.ChildProcessSpawner> => {
  const assets = binaryAssets
  if (assets === undefined) return Layer.empty
  return Layer.effect(postgresBinaries, Effect.map(ChildProcessSpawner.ChildProcessSpawner, (spawner) =>
    unpackPostgres(assets, dataDir).pipe(Effect.provideService(ChildProcessSpawner.ChildProcessSpawner, spawner))))
}
