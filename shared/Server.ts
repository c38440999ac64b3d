/** The server's own state as clients see it. */
import { Schema } from "effect"
import { BootId } from "./Ids.ts"

export const DatabaseState = Schema.TaggedUnion({
  Ok: {},
  /** Appends wait; nothing accepted is lost. `since` in epoch milliseconds. */
  Away: { since: Schema.Finite, detail: Schema.String }
})
export type DatabaseState = typeof DatabaseState.Type

export const ServerInfo = Schema.Struct({
  version: Schema.String, bootId: BootId, database: DatabaseState, demo: Schema.Boolean,
  /** Who the caller is. */
  who: Schema.String
})
export type ServerInfo = typeof ServerInfo.Type
