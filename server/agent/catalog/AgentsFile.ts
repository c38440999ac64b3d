/**
 * `agents.json` in the data directory: the user's own agents, and changes to the known ones, kept by hand.
 *
 * ```json
 * { "agents": [
 *   { "name": "goose", "command": "~/bin/goose", "env": { "GOOSE_PROVIDER": "openai" } },
 *   { "name": "mine", "label": "My agent", "command": "my-agent", "args": ["--acp"] },
 *   { "name": "gemini", "enabled": false }
 * ] }
 * ```
 */
import { Effect, FileSystem, Result, Schema } from "effect"
import { AgentEdit } from "./AgentEdit.ts"

const decode = Schema.decodeUnknownResult(
  Schema.fromJsonString(Schema.Struct({ agents: Schema.Array(AgentEdit) })), { onExcessProperty: "error" })

export interface AgentsFile {
  readonly edits: ReadonlyArray<AgentEdit>
  /** Why the file is not read, in one sentence. */
  readonly problem?: string
}

export const agentsFilePath = (dataDir: string): string => `${dataDir}/agents.json`

const unread = (path: string, why: string): AgentsFile => ({ edits: [], problem: `${path} is not read: ${why}` })

/** Pure. One mistake leaves the whole file unread, so that nothing runs that its author did not mean. */
export const parseAgentsFile = (path: string, text: string): AgentsFile => {
  const decoded = decode(text)
  if (Result.isFailure(decoded)) return unread(path, decoded.failure.message.replace(/\s*\n\s*/g, " "))
  const edits = decoded.success.agents
  const twice = edits.find(({ name }, index) => edits.findIndex((edit) => edit.name === name) !== index)
  return twice === undefined ? { edits } : unread(path, `the agent "${twice.name}" stands in it twice.`)
}

/** A file that isn't there is an empty one. */
export const readAgentsFile = Effect.fn("readAgentsFile")(function*(dataDir: string) {
  const fs = yield* FileSystem.FileSystem
  const path = agentsFilePath(dataDir)
  return yield* fs.readFileString(path).pipe(
    Effect.map((text) => parseAgentsFile(path, text)),
    Effect.catch(({ reason }) => Effect.succeed<AgentsFile>(
      reason._tag === "NotFound" ? { edits: [] } : unread(path, reason._tag === "PermissionDenied" ? "permission is denied." : "it is no file that can be read."))))
})
