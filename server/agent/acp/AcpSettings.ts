/** What a turn wants otherwise than the agent's session stands: its mode, model and thinking, one at a time. */
import { Effect, Option, Schema, Semaphore } from "effect"
import type { Announcement } from "../../../shared/SessionUpdate.ts"
import { AgentError } from "../AgentError.ts"
import type { AcpConnection } from "./AcpConnection.ts"
import { inMode, optionSet, setModel, type Standing, type Translated, type TurnView } from "./AcpTranslate.ts"
import { AcpSession as SessionAnswer } from "./AcpUpdate.ts"

export type OptionCategory = "mode" | "model" | "thought_level"

export interface AcpSettings {
  /** Sets what differs. Fails where the agent offers no such choice. */
  readonly set: (category: OptionCategory, value: string) => Effect.Effect<void, AgentError>
  /** Puts the agent into the first of `modes` that it offers. */
  readonly askFirst: (announcement: Announcement, modes: ReadonlyArray<string>) => Effect.Effect<void>
}

/** `stands` is told how the options stand then. */
export const make = (
  connection: AcpConnection, sessionId: string, standing: () => Standing, stands: (then: (view: TurnView) => Translated) => Effect.Effect<void>
): AcpSettings => {
  const one = Semaphore.makeUnsafe(1)
  const set: AcpSettings["set"] = (category, value) => one.withPermit(Effect.suspend(() => {
    const setting = request(connection, sessionId, standing(), category, value)
    return setting === undefined ? Effect.void : Effect.flatMap(setting, stands)
  }))
  return {
    set,
    askFirst: (announcement, modes) => {
      const mode = modes.find((candidate) => offersMode(announcement, candidate))
      return mode === undefined ? Effect.void : Effect.ignore(set("mode", mode))
    }
  }
}

const offersMode = ({ modes, options }: Announcement, mode: string): boolean =>
  modes?.available.some(({ id }) => id === mode) === true ||
  options?.find(({ category }) => category === "mode")?.choices.some(({ value }) => value === mode) === true

const decodeAnswer = Schema.decodeUnknownOption(SessionAnswer)

/**
 * Sets what differs, by the option of that category, else by `session/set_mode`; nothing where it stands so already.
 * Answers with how the options stand then.
 */
const request = (
  { request: ask }: AcpConnection, sessionId: string, { modes, options }: Standing, category: OptionCategory, value: string
): Effect.Effect<(view: TurnView) => Translated, AgentError> | undefined => {
  const option = options?.find((candidate) => candidate.category === category || candidate.id === category)
  if (option !== undefined) {
    if (option.current === value) return undefined
    if (option.id === setModel) {
      return Effect.as(ask(setModel, { sessionId, modelId: value }, { timeout: "10 seconds" }), (view: TurnView) => optionSet(view, setModel, value, {}))
    }
    return Effect.map(ask("session/set_config_option", { sessionId, configId: option.id, value }, { timeout: "10 seconds" }), (answer) => (view) =>
        optionSet(view, option.id, value, Option.getOrElse(decodeAnswer(answer), (): SessionAnswer => ({}))))
  }
  if (category === "mode" && modes !== undefined) {
    return modes.current === value ? undefined
      : Effect.as(ask("session/set_mode", { sessionId, modeId: value }, { timeout: "10 seconds" }), (view: TurnView) => inMode(view, value))
  }
  return Effect.fail(new AgentError({ reason: { _tag: "Unsupported", what: `it offers no choice of ${category === "thought_level" ? "thinking" : category}.` } }))
}
