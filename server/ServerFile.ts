/** `server.json` in the data directory: how clients of this machine find the server while it runs. */
import { Effect, FileSystem, Option, Path, Schema } from "effect"

export const ServerFile = Schema.Struct({ url: Schema.String, token: Schema.String, pid: Schema.Int })
export type ServerFile = typeof ServerFile.Type

const encode = Schema.encodeEffect(Schema.fromJsonString(ServerFile))
const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(ServerFile))

const fileIn = (dataDir: string) => Effect.map(Path.Path, (path) => path.join(dataDir, "server.json"))

/** There for as long as the scope is open. */
export const writeServerFile = Effect.fnUntraced(function*(dataDir: string, content: ServerFile) {
  const fs = yield* FileSystem.FileSystem
  const file = yield* fileIn(dataDir)
  yield* Effect.acquireRelease(
    Effect.flatMap(encode(content), (text) => Effect.andThen(
      fs.writeFileString(`${file}.new`, `${text}\n`, { mode: 0o600 }), fs.rename(`${file}.new`, file))),
    () => Effect.ignore(fs.remove(file)))
})

const isAlive = (pid: number) => Effect.flatMap(FileSystem.FileSystem, (fs) => fs.exists(`/proc/${pid}`)).pipe(
  Effect.orElseSucceed(() => true), Effect.map((alive) => alive || process.platform !== "linux"))

/** Nothing where no server runs; what a killed server left behind counts as nothing. */
export const readServerFile = Effect.fnUntraced(function*(dataDir: string) {
  const fs = yield* FileSystem.FileSystem
  const content = yield* Effect.option(Effect.flatMap(fs.readFileString(yield* fileIn(dataDir)), decode))
  return Option.isSome(content) && (yield* isAlive(content.value.pid)) ? content : Option.none<ServerFile>()
})
