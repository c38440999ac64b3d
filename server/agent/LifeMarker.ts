/**
 * The mark by which a life of an agent is known again: an id in the environment of its process, which every
 * descendant inherits, also those that leave the process group. Owns the id, the variable and what an agent
 * inherits of the server's environment; it doesn't look for processes.
 */
import { Schema } from "effect"

/**
 * One life of one agent process. A UUID because the mark is searched for as plain text: all ids have one length, so
 * none can be the start of another.
 */
export const LifeId = Schema.String.check(Schema.isUUID()).pipe(Schema.brand("LifeId"))
export type LifeId = typeof LifeId.Type

/** From the system, never from a seeded source: two lives with one id would kill each other. */
export const mintLifeId = (): LifeId => LifeId.make(crypto.randomUUID())

const VARIABLE = "BOOCODE_LIFE"

/** The mark as it stands in an environment. */
export const lifeMark = (id: LifeId): string => `${VARIABLE}=${id}`

/** True if the NUL-separated text of `/proc/PID/environ` holds the mark. */
export const carriesMark = (environ: string, id: LifeId): boolean => `\0${environ}\0`.includes(`\0${lifeMark(id)}\0`)

/**
 * What an agent's process gets: the server's environment without its own settings and secrets (`BOOCODE_…`), then what the
 * caller adds (`undefined` takes away), then the mark.
 */
export const agentEnvironment = (
  server: Readonly<Record<string, string | undefined>>,
  added: Readonly<Record<string, string | undefined>>,
  id: LifeId
): Record<string, string> => {
  const environment: Record<string, string> = {}
  for (const [name, value] of Object.entries(server)) {
    if (value !== undefined && !name.startsWith("BOOCODE_")) environment[name] = value
  }
  for (const [name, value] of Object.entries(added)) {
    if (value === undefined) delete environment[name]
    else environment[name] = value
  }
  environment[VARIABLE] = id
  return environment
}
