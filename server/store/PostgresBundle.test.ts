import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import { ChildProcess, ChildProcessSpawner } from "effect/process"
import { unpackPostgres } from "./PostgresBundle.ts"

const archive = Effect.fnUntraced(function*(name: string) {
  const fs = yield* FileSystem.FileSystem
  const spawner = yield* ChildProcessSpawner.ChildProcessSpawner
  const folder = yield* fs.makeTempDirectoryScoped()
  yield* fs.makeDirectory(`${folder}/native/bin`, { recursive: true })
  yield* fs.makeDirectory(`${folder}/assets`)
  yield* fs.makeDirectory(`${folder}/data`)
  yield* fs.writeFileString(`${folder}/native/bin/postgres`, "#!/bin/sh\n", { mode: 0o755 })
  yield* fs.symlink("postgres", `${folder}/native/bin/link`)
  yield* spawner.exitCode(ChildProcess.make("tar", ["-czf", `${folder}/assets/${name}`, "-C", `${folder}/native`, "."]))
  return folder
})

it.live("unpacks once, with modes and links, into a folder named by the version", () => Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* archive("postgres-18.4.0.tar.gz")
  const found = yield* unpackPostgres(`${folder}/assets`, `${folder}/data`)
  assert.deepStrictEqual(found, { home: `${folder}/data/postgres-programs-18.4.0`, version: "18.4.0" })
  assert.strictEqual((yield* fs.stat(`${found.home}/bin/postgres`)).mode & 0o777, 0o755)
  assert.strictEqual(yield* fs.readLink(`${found.home}/bin/link`), "postgres")
  yield* fs.writeFileString(`${found.home}/kept`, "")
  assert.deepStrictEqual(yield* unpackPostgres(`${folder}/assets`, `${folder}/data`), found)
  assert.isTrue(yield* fs.exists(`${found.home}/kept`))
}).pipe(Effect.provide(NodeServices.layer)))

it.live("starts over what a start that was cut short has left", () => Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* archive("postgres-18.4.0.tar.gz")
  yield* fs.makeDirectory(`${folder}/data/postgres-programs-18.4.0.new`)
  yield* fs.writeFileString(`${folder}/data/postgres-programs-18.4.0.new/half`, "")
  const { home } = yield* unpackPostgres(`${folder}/assets`, `${folder}/data`)
  assert.isFalse(yield* fs.exists(`${home}/half`))
}).pipe(Effect.provide(NodeServices.layer)))

it.live("says that an archive is broken, and that one is missing", () => Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* archive("other.txt")
  const missing = yield* Effect.flip(unpackPostgres(`${folder}/assets`, `${folder}/data`))
  assert.include(missing.message, "--database-url")
  yield* fs.writeFileString(`${folder}/assets/postgres-18.4.0.tar.gz`, "no archive")
  const broken = yield* Effect.flip(unpackPostgres(`${folder}/assets`, `${folder}/data`))
  assert.strictEqual(broken.reason._tag, "PostgresFailed")
  assert.isFalse(yield* fs.exists(`${folder}/data/postgres-programs-18.4.0`))
}).pipe(Effect.provide(NodeServices.layer)))
