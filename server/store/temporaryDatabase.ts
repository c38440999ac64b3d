/** For tests: a real Postgres of their own in a temporary data directory, gone with the layer. */
import { NodeServices } from "@effect/platform-node"
import { Effect, FileSystem, Layer } from "effect"
import { Database } from "./Database.ts"

export const temporaryDataDir = Effect.flatMap(FileSystem.FileSystem, (fs) =>
  fs.makeTempDirectoryScoped({ prefix: "boocode-test-" }))

export const temporaryDatabase = Layer.unwrap(Effect.map(temporaryDataDir, (dataDir) => Database.layer({ dataDir }))).pipe(
  Layer.provideMerge(NodeServices.layer))
