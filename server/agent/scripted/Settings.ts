// What the scripted agent lets a client choose: modes, config options, and the slash commands it announces. They change little of
// what it does (in mode `auto` a permission is not asked); the step `settings` says them back.

import type { AvailableCommand, SessionConfigOption, SessionModeState } from "@agentclientprotocol/sdk"

export interface Settings {
  readonly mode: string
  readonly model: string
  readonly thought_level: string
}

export const defaults: Settings = { mode: "ask", model: "plain", thought_level: "off" }

const modes = [
  { id: "ask", name: "Ask", description: "Asks before what wants permission" },
  { id: "auto", name: "Auto", description: "Grants itself every permission" }
]
const models = [
  { value: "plain", name: "Plain" },
  { value: "fast", name: "Fast" }
]
const thoughtLevels = [
  { value: "off", name: "Off" },
  { value: "low", name: "Low" },
  { value: "high", name: "High" }
]

export const modeState = (settings: Settings): SessionModeState => ({
  currentModeId: settings.mode,
  availableModes: modes
})

export const configOptions = (settings: Settings): Array<SessionConfigOption> => [
  { type: "select", id: "model", name: "Model", category: "model", currentValue: settings.model, options: models },
  {
    type: "select",
    id: "thought_level",
    name: "Thinking",
    category: "thought_level",
    currentValue: settings.thought_level,
    options: thoughtLevels
  }
]

/** As agents had them before there were options. */
export const oldModels = (settings: Settings) => ({
  currentModelId: settings.model,
  availableModels: models.map(({ name, value }) => ({ modelId: value, name }))
})

/** The settings with another mode, or nothing if there is no such mode. */
export const withMode = (settings: Settings, mode: string | undefined): Settings | undefined =>
  mode !== undefined && modes.some(({ id }) => id === mode) ? { ...settings, mode } : undefined

/** The settings with another value for an option, or nothing if there is no such option or value. */
export const withOption = (settings: Settings, option: unknown, value: unknown): Settings | undefined => {
  if (option === "model") {
    const chosen = models.find((known) => known.value === value)
    return chosen === undefined ? undefined : { ...settings, model: chosen.value }
  }
  if (option === "thought_level") {
    const chosen = thoughtLevels.find((known) => known.value === value)
    return chosen === undefined ? undefined : { ...settings, thought_level: chosen.value }
  }
  return undefined
}

export const commands: Array<AvailableCommand> = [
  { name: "say", description: "Say a text", input: { hint: "text" } },
  { name: "stream", description: "Stream words", input: { hint: "count [every milliseconds]" } },
  { name: "plan", description: "Show a plan", input: { hint: "first; second; third" } },
  { name: "write", description: "Write a file", input: { hint: "path text" } },
  { name: "history", description: "List the prompts of this session" }
]
