/** What a backend was started with, as one short text: when it changes, the backend has to be started anew. Pure. */
import { createHash } from "node:crypto"

export interface Configuration {
  readonly command: string
  readonly args: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string | undefined>>
  readonly directory: string
  readonly version?: string | undefined
}

/** 32 hexadecimal digits; says nothing of what it was made from. The order of the variables doesn't count. */
export const fingerprintOf = ({ args, command, directory, env, version }: Configuration): string => {
  const variables = Object.keys(env).toSorted().map((name) => [name, env[name] ?? null])
  return createHash("sha256").update(JSON.stringify([command, args, variables, directory, version ?? null])).digest("hex").slice(0, 32)
}
