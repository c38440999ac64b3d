/**
 * The contract of a live agent: the live end of one (chat, agent). It knows processes and protocols, and nothing of
 * logs, SQL or RPC. What it must remember or tell goes through `BackendHost`, which the chat's side implements.
 */
import { Context, Data, type Effect, type SubscriptionRef } from "effect"
import type { BackendHealth } from "../../shared/Agent.ts"
import type { AgentRequest, RequestAnswer } from "../../shared/AgentRequest.ts"
import type { ContentBlock } from "../../shared/Content.ts"
import type { AgentName, ChatId, TurnId, Who } from "../../shared/Ids.ts"
import type { AgentFact, TurnEnd, TurnUpdate } from "../../shared/SessionUpdate.ts"
import type { StopStep, TurnSettings } from "../../shared/Turn.ts"

/** Equal by chat and agent. */
export class BackendKey extends Data.Class<{ readonly chatId: ChatId; readonly agent: AgentName }> {}

/** Carried by the interrupt that stops a turn, so that who and why is typed and never guessed. */
export class StopNote extends Context.Service<StopNote, { readonly by: Who }>()("boocode/StopNote") {}

/** Where a turn's updates go. Acquired in the turn's scope: once the turn has ended, it takes nothing more. */
export interface TurnSink {
  /** The prompt was handed to the agent. */
  readonly delivered: Effect.Effect<void>
  /** Durable when it returns. */
  readonly updates: (updates: ReadonlyArray<TurnUpdate>) => Effect.Effect<void>
  /**
   * Asks a person. When `withdrawn` completes the agent wants no answer any more: the question is closed and answered
   * `Cancelled`. Interrupting it leaves the question to the end of its turn.
   */
  readonly ask: (request: AgentRequest, withdrawn?: Effect.Effect<void>) => Effect.Effect<RequestAnswer>
  /** A step of the stop was needed. */
  readonly step: (step: StopStep) => Effect.Effect<void>
}

export interface TurnPrompt {
  readonly turnId: TurnId
  readonly content: ReadonlyArray<ContentBlock>
  readonly settings: TurnSettings
  readonly sink: TurnSink
  /** What the agent is to be told along with it, once, and not as a person's words; nothing where that is empty. Read when it is handed over. */
  readonly notice?: Effect.Effect<string>
}

/** A turn of origin `agent`: nobody prompted it. */
export type OwnTurn = Pick<TurnPrompt, "turnId" | "sink">

export interface AgentBackend {
  readonly health: SubscriptionRef.SubscriptionRef<BackendHealth>
  /**
   * Runs one turn to its end, starting the agent if need be. Never fails: how it ended is its value. Interrupting it
   * is the stop: it cancels, waits, escalates, and returns when the agent has ended the turn or is gone.
   */
  readonly prompt: (turn: TurnPrompt) => Effect.Effect<TurnEnd>
  /**
   * Takes what the agent says by itself into the turn that `BackendHost.speaks` opened, until it is quiet, a prompt is
   * due or the agent is gone. Never fails. Interrupting it stops the agent as in a prompted turn.
   */
  readonly listen: (turn: OwnTurn) => Effect.Effect<TurnEnd>
  /** Starts the agent where it isn't running, so that the next prompt is warm. Never fails: `health` says what became of it. */
  readonly warm: Effect.Effect<void>
}

/** What a backend asks of the chat it belongs to. */
export interface BackendHost {
  /** The directory to work in, made if need be, and the agent session to take up again. A sentence on failure. */
  readonly prepare: Effect.Effect<{
    readonly cwd: string
    readonly agentSessionId?: string
    /** It took part in what was said, in the chat that this one is a fork of, and has no session here. */
    readonly forked?: boolean
  }, string>
  readonly note: (fact: AgentFact) => Effect.Effect<void>
  /** What was said in the chat so far, for an agent that can't take its session up again. Empty where nothing was. */
  readonly transcript: Effect.Effect<string>
  /**
   * The agent says something with no prompt in flight. True: a turn of origin `agent` is open and `listen` follows. False:
   * what comes is late, and belongs to nothing.
   */
  readonly speaks: Effect.Effect<boolean>
}
