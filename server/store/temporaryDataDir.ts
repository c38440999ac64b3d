/** For tests: a data directory that is gone with the scope. */
import { Effect, FileSystem } from "effect"

export const temporaryDataDir = Effect.flatMap(FileSystem.FileSystem, (fs) =>
  fs.makeTempDirectoryScoped({ prefix: "boocode-test-" }))
