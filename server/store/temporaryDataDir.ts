/** For tests: data directories that are gone with the scope. */
import { Effect, FileSystem } from "effect"
import { copyCluster } from "../../test/support/PreparedCluster.ts"

export const temporaryDataDir = Effect.flatMap(FileSystem.FileSystem, (fs) =>
  fs.makeTempDirectoryScoped({ prefix: "boocode-test-" }))

/** With a database cluster in it. */
export const preparedDataDir = Effect.tap(temporaryDataDir, (dataDir) => Effect.sync(() => copyCluster(dataDir)))
