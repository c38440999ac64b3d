/** Who made what was parked, kept beside it, and told again as intervals where it is put back: pure. */
import { Schema } from "effect"
import { CheckpointId, type PendingChange } from "../../../shared/Change.ts"
import { AgentName, ChatId, TurnId } from "../../../shared/Ids.ts"
import type { CheckpointRow } from "../change/ChangePort.ts"

export const ParkedMakers = Schema.Array(Schema.Struct({
  path: Schema.String, oldPath: Schema.NullOr(Schema.String), agents: Schema.Array(AgentName), manual: Schema.Boolean
}))
export type ParkedMakers = typeof ParkedMakers.Type

/** They stand in a commit's message, which is read with others at once. Of what has no room nobody is named. In characters. */
const limit = 256 * 1024

export const parkedMakers = (live: ReadonlyArray<PendingChange>): ParkedMakers => {
  let size = 0
  return live.flatMap(({ agents, manual, oldPath, path }) => {
    size += 80 + path.length + (oldPath?.length ?? 0) + agents.join().length
    return size > limit ? [] : [{ path, oldPath, agents, manual }]
  })
}

/** What was there by hand, and then what the agents made, each of them in a turn of its own that reported its files. */
export const madeBefore = (makers: ParkedMakers, kept: Pick<CheckpointRow, "tree" | "ref" | "takenAt">): ReadonlyArray<CheckpointRow> => {
  const byHand = makers.filter(({ manual }) => manual), made = makers.filter(({ agents }) => agents.length > 0)
  const row = (seq: number, turns: CheckpointRow["turns"], files: ParkedMakers): CheckpointRow => ({
    seq, at: { _tag: "Seen", id: CheckpointId.make(crypto.randomUUID()) }, skipped: [], turns, files: files.map(({ oldPath, path }) => ({ path, oldPath })), ...kept
  })
  const turns = [...new Set(made.flatMap(({ agents }) => agents))].map((agent) => ({
    turnId: TurnId.make(crypto.randomUUID()), chatId: ChatId.make(crypto.randomUUID()), agent,
    reported: made.filter(({ agents }) => agents.includes(agent)).map(({ path }) => path)
  }))
  return [row(1, [], byHand), row(2, turns, made)]
}
