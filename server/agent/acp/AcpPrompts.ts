/** The prompts that a life is given, one after the other; the first tells what was said before, where the agent can't know. */
import { Effect, type Fiber, type Scope } from "effect"
import type { ContentBlock } from "../../../shared/Content.ts"
import type { AgentError } from "../AgentError.ts"
import type { AcpConnection } from "./AcpConnection.ts"
import type { StartedSession } from "./AcpSession.ts"
import { withNotice, withTranscript } from "./Replay.ts"

export interface AcpPrompts {
  /** Gives the agent the prompt, with what it is to be told along with it. The fiber ends with its answer, and lives on where nobody waits for it any more. */
  readonly prompt: (content: ReadonlyArray<ContentBlock>, notice: string) => Effect.Effect<Fiber.Fiber<unknown, AgentError>>
  /** The last prompt, until it has been answered. */
  readonly unanswered: () => Fiber.Fiber<unknown, AgentError> | undefined
}

/** What waits for an answer outlives the life in `outer`, and so learns how the life ended. */
export const make = (
  connection: AcpConnection, { continuity, explain, sessionId }: StartedSession, transcript: Effect.Effect<string>, outer: Scope.Scope
): AcpPrompts => {
  let replaying = continuity === "replayed"
  let unanswered: Fiber.Fiber<unknown, AgentError> | undefined
  return {
    prompt: (content, notice) => Effect.flatMap(replaying ? transcript : Effect.succeed(""), (before) =>
      connection.request("session/prompt", { sessionId, prompt: withTranscript(withNotice(content, notice), before) })).pipe(
      Effect.tap(() => Effect.sync(() => { replaying = false })),
      Effect.mapError(explain),
      Effect.ensuring(Effect.sync(() => { unanswered = undefined })),
      Effect.forkIn(outer, { startImmediately: true }),
      Effect.tap((fiber) => Effect.sync(() => { if (fiber.pollUnsafe() === undefined) unanswered = fiber }))),
    unanswered: () => unanswered
  }
}
