/** What `serve` is started with, and where a server's files lie. Flags and their `BOOCODE_…` variables are in `cli/Serve.ts`. */
import { homedir } from "node:os"
import { resolve } from "node:path"
import { type Duration, type Redacted } from "effect"

export interface ServeConfig {
  readonly host: string
  readonly port: number
  readonly dataDir: string
  readonly databaseUrl?: Redacted.Redacted | undefined
  readonly demo: boolean
  readonly open: boolean
  readonly allowHosts: ReadonlyArray<string>
  readonly allowOrigins: ReadonlyArray<string>
  readonly maxBackends: number
  readonly idleTimeToLive: Duration.Duration
  /** After which worktrees go, their work parked. */
  readonly archivedGrace: Duration.Duration
  readonly deletedGrace: Duration.Duration
}

export const version = "0.1.0"

/** As root not below the home: Postgres runs under another account, which can't enter there. */
export const defaultDataDir = (): string =>
  process.getuid?.() === 0 ? "/var/lib/boocode" : resolve(homedir(), ".boocode")

/** How this program is started again, for agents that are this program: runtime and main script, or the binary alone. */
export const selfCommand = (): { readonly command: string; readonly args: ReadonlyArray<string> } => {
  const script = process.argv[1]
  const compiled = script === undefined || script.startsWith("/$bunfs/")
  return { command: process.execPath, args: compiled ? [] : [resolve(script)] }
}
