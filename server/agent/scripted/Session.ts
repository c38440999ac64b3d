// A session that is open in this process: what is kept of it on disk, what the client has chosen, and the turn that runs.

import type { SessionUpdate } from "@agentclientprotocol/sdk"
import type { Fact, Kept } from "./Sessions.ts"
import * as Sessions from "./Sessions.ts"
import { defaults, type Settings } from "./Settings.ts"
import type { Turn } from "./Turn.ts"
import type { Wire } from "./Wire.ts"

/** What the client has offered in `initialize`. */
export interface Offered {
  readonly readTextFile: boolean
  readonly elicitation: boolean
  readonly terminal: boolean
}

export class Session {
  readonly wire: Wire
  readonly offered: Offered
  kept: Kept
  settings: Settings = defaults
  turn: Turn | undefined
  /** Titles of permissions that were granted for good. */
  readonly granted = new Set<string>()

  constructor(wire: Wire, offered: Offered, kept: Kept) {
    this.wire = wire
    this.offered = offered
    this.kept = kept
  }

  keep(fact: Fact): void {
    this.kept = Sessions.append(this.kept, fact)
  }

  update(...updates: ReadonlyArray<SessionUpdate>): void {
    const sessionId = this.kept.id
    this.wire.raw(...updates.map((update) =>
      JSON.stringify({ jsonrpc: "2.0", method: "session/update", params: { sessionId, update } })
    ))
  }
}

/** A piece of text as the agent's message, its thought, or what the user said (in a replay). */
export const chunk = (
  sessionUpdate: "agent_message_chunk" | "agent_thought_chunk" | "user_message_chunk",
  text: string
): SessionUpdate => ({ sessionUpdate, content: { type: "text", text } })
