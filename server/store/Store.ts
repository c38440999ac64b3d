/** The log and every repository, over one database; and the ports of other folders that they implement. */
import { Layer } from "effect"
import type { BootId } from "../../shared/Ids.ts"
import { AgentRows } from "./AgentRows.ts"
import { AgentSessionRows } from "./AgentSessionRows.ts"
import { Blobs } from "./Blobs.ts"
import { changeRows } from "./ChangeRows.ts"
import { ChatRows } from "./ChatRows.ts"
import { Database, type DatabaseOptions } from "./Database.ts"
import { DrillRows } from "./DrillRows.ts"
import { EventLog } from "./EventLog.ts"
import { ForkRows } from "./ForkRows.ts"
import { GuardRows } from "./GuardRows.ts"
import { ProcessRows } from "./ProcessRows.ts"
import { ProjectRows } from "./ProjectRows.ts"
import { RewindRows } from "./RewindRows.ts"
import { SessionRows } from "./SessionRows.ts"
import { Settings } from "./Settings.ts"
import { TaskRows } from "./TaskRows.ts"
import { turnPort } from "./TurnRows.ts"
import { WorktreeRows } from "./WorktreeRows.ts"

export interface StoreOptions extends DatabaseOptions {
  /** Whose chats and processes these are. */
  readonly host: string
  readonly bootId: BootId
}

/** Fails with a `StoreError` where the database can't be had. */
export const store = (options: StoreOptions) => {
  const rows = Layer.mergeAll(
    EventLog.layer(options), ProjectRows.layer, SessionRows.layer, ChatRows.layer(options), WorktreeRows.layer,
    AgentSessionRows.layer, ProcessRows.layer(options), Blobs.layer, AgentRows.layer, Settings.layer, DrillRows.layer, TaskRows.layer(options), ForkRows.layer(options), RewindRows.layer(options), GuardRows.layer)
  const ports = Layer.mergeAll(Layer.provide(WorktreeRows.port, changeRows), GuardRows.setups, ProcessRows.ledger, AgentRows.port, turnPort(options), changeRows)
  return ports.pipe(Layer.provideMerge(rows), Layer.provideMerge(Database.layer(options)))
}
