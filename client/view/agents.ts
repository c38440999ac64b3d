/** Agents, as the picker offers them: whom one can choose, and why not the others. Pure. */
import type { AgentInfo, AgentOption } from "../../shared/Agent.ts"
import { type AgentFacts, type Chat, factsOf } from "../../shared/Chat.ts"
import type { SlashCommand } from "../../shared/Agent.ts"
import type { AgentName } from "../../shared/Ids.ts"
import type { TurnSettings } from "../../shared/Turn.ts"

export interface AgentChoice {
  readonly agent: AgentInfo
  readonly offered: boolean
  /** What stands below the name: the version, or why it can't be chosen. */
  readonly words: string
}

const wordsOf = (agent: AgentInfo): string => {
  if (!agent.enabled) return "Switched off in the settings."
  switch (agent.readiness) {
    case "ready": return agent.version ?? "Ready"
    case "loading": return agent.detail ?? "Being looked at…"
    // how to install it stands below
    case "missing": return firstSentence(agent.detail ?? "Not installed on the server.")
    case "failed": return agent.detail ?? "It was found and does not start."
  }
}

const firstSentence = (text: string): string => /^.*?[.!?](?=\s|$)/s.exec(text)?.[0] ?? text

/** Those that can be chosen first, each part in the catalogue's order. */
export const agentChoices = (agents: ReadonlyArray<AgentInfo>): ReadonlyArray<AgentChoice> => {
  const choices = agents.map((agent) => ({
    agent, offered: agent.enabled && (agent.readiness === "ready" || agent.readiness === "loading"), words: wordsOf(agent)
  }))
  return [...choices.filter(({ offered }) => offered), ...choices.filter(({ offered }) => !offered)]
}

/** Of a new session: the one chosen last where it is there, else the first that is. */
export const agentForNew = (agents: ReadonlyArray<AgentInfo>, last: string | undefined): AgentName | undefined => {
  const offered = agentChoices(agents).filter((choice) => choice.offered)
  return (offered.find(({ agent }) => agent.name === last) ?? offered[0])?.agent.name
}

export const labelOf = (agents: ReadonlyArray<AgentInfo> | undefined, name: string | undefined): string =>
  name === undefined ? "the agent" : agents?.find((agent) => agent.name === name)?.label ?? name

/** One of an agent's settings, as a list to choose from. */
export interface SettingChoice {
  readonly setting: keyof TurnSettings
  readonly name: string
  readonly current: string
  readonly choices: ReadonlyArray<{ readonly value: string; readonly name: string }>
}

const settingOf: Readonly<Record<string, keyof TurnSettings>> = { model: "model", mode: "mode", thought_level: "thinking" }
const names: Record<keyof TurnSettings, string> = { model: "Model", mode: "Mode", thinking: "Thinking", permissions: "Permissions" }

/** Some agents name a mode by nothing but an identifier: `smart_approve`. */
const readable = (name: string): string =>
  /^[a-z]+(_[a-z]+)*$/.test(name) ? name.charAt(0).toUpperCase() + name.slice(1).replaceAll("_", " ") : name

const optionChoice = (option: AgentOption, settings: TurnSettings): ReadonlyArray<SettingChoice> => {
  const setting = settingOf[option.category ?? option.id]
  if (setting === undefined || option.choices.length < 2) return []
  return [{ setting, name: names[setting], current: settings[setting] ?? option.current, choices: setting === "model" ? option.choices : option.choices.map(({ name, value }) => ({ name: readable(name), value })) }]
}

/** Ours, and the same for every agent. */
const permissions: SettingChoice["choices"] = [
  { value: "ask", name: "Ask first" }, { value: "edits", name: "Allow changes to files" }, { value: "all", name: "Allow everything" }
]

/** What it may do unasked; model, mode and thinking, where the agent offers a choice of them. */
export const settingChoices = (facts: AgentFacts): ReadonlyArray<SettingChoice> =>
  [...offeredChoices(facts), { setting: "permissions", name: names.permissions, current: facts.settings.permissions ?? "ask", choices: permissions }]

const offeredChoices = (facts: AgentFacts): ReadonlyArray<SettingChoice> => {
  const fromOptions = (facts.options ?? []).flatMap((option) => optionChoice(option, facts.settings))
  const { modes } = facts
  if (modes === undefined || modes.available.length < 2 || fromOptions.some(({ setting }) => setting === "mode")) return fromOptions
  const choices = modes.available.map(({ id, name }) => ({ value: id, name: readable(name) }))
  return [...fromOptions, { setting: "mode", name: names.mode, current: facts.settings.mode ?? modes.current, choices }]
}

/** What can be typed after a slash: what the agent announced, before that its catalogue row's. */
export const commandsOf = (chat: Chat | undefined, agent: AgentInfo | undefined): ReadonlyArray<SlashCommand> =>
  (agent === undefined || chat === undefined ? undefined : factsOf(chat, agent.name).commands) ?? agent?.commands ?? []

/** The part of a draft that a command completes; `undefined` where no command is being typed. */
export const typedCommand = (text: string): string | undefined => /^\/([^\s]*)$/.exec(text)?.[1]

/** Commands that fit what was typed: those that begin with it first. */
export const matchingCommands = (commands: ReadonlyArray<SlashCommand>, typed: string): ReadonlyArray<SlashCommand> => {
  const word = typed.toLowerCase()
  const begins = commands.filter(({ name }) => name.toLowerCase().startsWith(word))
  const holds = commands.filter(({ description, name }) =>
    !begins.some((one) => one.name === name) && `${name} ${description}`.toLowerCase().includes(word))
  return [...begins, ...holds].slice(0, 50)
}
