/**
 * What an agent reports, in ACP's terms, before it becomes an event: updates of a turn, facts about its session, and
 * how a turn ended. Both the backends that report and the deciders that record speak these.
 */
import type { AgentMode, AgentOption, Continuity, SlashCommand } from "./Agent.ts"
import type { PlanEntry } from "./ChatEvent.ts"
import type { PartId } from "./Ids.ts"
import type { ToolCall } from "./ToolCall.ts"
import type { Cause, Usage } from "./Turn.ts"

/** One thing an agent reported of a turn. `offset` of a text: characters of its part before it. */
export type TurnUpdate =
  | { readonly _tag: "Text"; readonly partId: PartId; readonly kind: "text" | "thought"; readonly offset: number; readonly text: string }
  | { readonly _tag: "Tool"; readonly call: ToolCall }
  | { readonly _tag: "Plan"; readonly entries: ReadonlyArray<PlanEntry> }
  | { readonly _tag: "Usage"; readonly usage: Usage }

/** What an agent says of its own session. */
export interface Announcement {
  readonly commands?: ReadonlyArray<SlashCommand>
  readonly modes?: { readonly current: string; readonly available: ReadonlyArray<AgentMode> }
  readonly options?: ReadonlyArray<AgentOption>
}

/** Facts about an agent session, good at any time. */
export type AgentFact =
  | { readonly _tag: "Bound"; readonly agentSessionId: string; readonly continuity: Continuity; readonly why: string
      /** Of the configuration that it was started with. */
      readonly fingerprint?: string }
  | { readonly _tag: "Announced"; readonly announcement: Announcement }
  | { readonly _tag: "Titled"; readonly title: string }
  | { readonly _tag: "Down"; readonly cause: Cause }

/** How a turn's fiber ended. */
export interface TurnEnd { readonly cause: Cause; readonly stopReason?: string }
