/**
 * A database cluster as the server makes one at its first start, made once for all tests of a run and copied to where a server
 * will find it: `initdb` costs more than all else that most tests do. That a server makes its own is tested by those that copy none.
 */
import { execFileSync } from "node:child_process"
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { NodeServices } from "@effect/platform-node"
import { Effect } from "effect"
import { prepareCluster } from "../../server/store/PostgresCluster.ts"

/** Where it lies, for the workers of the run. */
const variable = "PREPARED_CLUSTER"
const isCluster = (name: string) => /^postgres-\d+$/.test(name)

/** Into a data directory that has none. Nothing outside of a run of tests. */
export const copyCluster = (dataDir: string): void => {
  const prepared = process.env[variable]
  if (prepared === undefined || (existsSync(dataDir) && readdirSync(dataDir).some(isCluster))) return
  mkdirSync(dataDir, { recursive: true, mode: 0o711 })
  for (const name of readdirSync(prepared).filter(isCluster)) execFileSync("cp", ["-a", join(prepared, name), join(dataDir, name)])
}

/** Called by Vitest before all tests and after them. */
export async function setup(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "boocode-cluster-"))
  chmodSync(folder, 0o711)
  await Effect.runPromise(prepareCluster(folder).pipe(Effect.scoped, Effect.provide(NodeServices.layer)))
  process.env[variable] = folder
}
export function teardown(): void {
  const folder = process.env[variable]
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
}
