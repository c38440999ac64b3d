/**
 * What opencode offers in a directory, announced as ACP's options: its models, the variants of the model in use as levels of
 * thinking, its agents as modes, and its commands. Pure; who asks for it is OpencodeLife.
 */
import { Option, Schema } from "effect"
import type { AgentOption, SlashCommand } from "../../../shared/Agent.ts"
import type { Announcement } from "../../../shared/SessionUpdate.ts"
import { nameLimit, offerLimit } from "../../../shared/ItemBounds.ts"
import { cutText, mendText } from "../../../shared/Text.ts"
import { type Chosen, defaultVariant } from "./OpencodePrompt.ts"

const optional = <S extends Schema.Constraint>(schema: S) => Schema.optionalKey(Schema.NullOr(schema))

const Model = Schema.Struct({
  id: Schema.String, name: optional(Schema.String), limit: optional(Schema.Struct({ context: optional(Schema.Finite) })),
  variants: optional(Schema.Record(Schema.String, Schema.Unknown))
})
const Providers = Schema.Struct({
  providers: Schema.Array(Schema.Struct({ id: Schema.String, name: optional(Schema.String), models: Schema.Record(Schema.String, Model) })),
  default: optional(Schema.Record(Schema.String, Schema.String))
})
const Agents = Schema.Array(Schema.Struct({
  name: Schema.String, mode: Schema.String, hidden: optional(Schema.Boolean)
}))
const Commands = Schema.Array(Schema.Struct({
  name: Schema.String, description: optional(Schema.String), hints: optional(Schema.Array(Schema.String))
}))
const Config = Schema.Struct({ model: optional(Schema.String), default_agent: optional(Schema.String) })

export interface OfferedModel {
  readonly id: string
  readonly name: string
  /** Tokens. */
  readonly contextSize: number | undefined
  readonly variants: ReadonlyArray<string>
}

export interface Catalogue {
  /** The first is what opencode takes where nobody chose. */
  readonly models: ReadonlyArray<OfferedModel>
  readonly modes: ReadonlyArray<string>
  readonly commands: ReadonlyArray<SlashCommand>
}
export const emptyCatalogue: Catalogue = { models: [], modes: [], commands: [] }

const decoded = <S extends Schema.ConstraintDecoder<unknown>>(schema: S, value: unknown): S["Type"] | undefined =>
  Option.getOrUndefined(Schema.decodeUnknownOption(schema)(value))

const first = <A>(all: ReadonlyArray<A>, isFirst: (one: A) => boolean): ReadonlyArray<A> => [...all.filter(isFirst), ...all.filter((one) => !isFirst(one))]

const modelsOf = (providers: unknown, config: unknown): ReadonlyArray<OfferedModel> => {
  const found = decoded(Providers, providers)
  const all = (found?.providers ?? []).flatMap((provider) => Object.entries(provider.models).map(([key, { limit, name, variants }]): OfferedModel => ({
    id: `${provider.id}/${key}`, name: cutText(mendText(`${provider.name || provider.id}: ${name || key}`), nameLimit),
    contextSize: limit?.context ? Math.round(limit.context) : undefined, variants: Object.keys(variants ?? {})
  })))
  const [provider] = found?.providers ?? []
  const preset = decoded(Config, config)?.model ?? (provider === undefined ? undefined : `${provider.id}/${found?.default?.[provider.id] ?? ""}`)
  return first(all, ({ id }) => id === preset)
}

/** Commands that opencode's server has no route of its own for, or by another name. */
export const compactCommand = "compact"
const ownCommands: ReadonlyArray<SlashCommand> = [{ name: compactCommand, description: "Compact the session" }]

/** Some providers alone offer hundreds. */
const modelsLimit = 2000

/** From the answers to `/config/providers`, `/config`, `/agent` and `/command`; what can't be read is left out. */
export const readCatalogue = (answers: { readonly providers: unknown; readonly config: unknown; readonly agents: unknown; readonly commands: unknown }): Catalogue => {
  const agents = (decoded(Agents, answers.agents) ?? []).filter(({ hidden, mode }) => mode !== "subagent" && hidden !== true).map(({ name }) => name)
  const commands = (decoded(Commands, answers.commands) ?? []).map(({ description, hints, name }): SlashCommand => ({
    name: mendText(name), description: cutText(mendText(description ?? ""), 200),
    ...(hints && hints.length > 0 ? { hint: hints.includes("$ARGUMENTS") ? "arguments" : cutText(mendText(hints.join(" ")), nameLimit) } : {})
  }))
  const preset = decoded(Config, answers.config)?.default_agent ?? "build"
  return {
    models: modelsOf(answers.providers, answers.config).slice(0, modelsLimit), modes: first(agents, (name) => name === preset).slice(0, offerLimit),
    commands: [...ownCommands, ...commands].slice(0, offerLimit)
  }
}

const option = (id: string, name: string, category: string, current: string | undefined, choices: AgentOption["choices"]): ReadonlyArray<AgentOption> => {
  const standing = current ?? choices[0]?.value
  return standing === undefined || choices.length === 0 ? [] : [{ id, name, category, current: standing, choices }]
}

export const announcementOf = ({ commands, models, modes }: Catalogue, chosen: Chosen): Announcement => {
  const model = models.find(({ id }) => id === chosen.model) ?? models[0]
  const variants = model === undefined || model.variants.length === 0 ? [] : [defaultVariant, ...model.variants]
  return {
    commands,
    options: [
      ...option("mode", "Mode", "mode", chosen.mode, modes.map((value) => ({ value, name: value }))),
      ...option("model", "Model", "model", model?.id, models.map(({ id, name }) => ({ value: id, name }))),
      ...option("effort", "Thinking", "thought_level", chosen.thinking, variants.map((value) => ({ value, name: value })))
    ]
  }
}
