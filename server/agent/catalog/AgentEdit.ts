/**
 * What a user changes of the catalogue: fields of a row, or a row of their own. The same shape in `agents.json` and in the
 * settings; what is left out stays as it is.
 */
import { Schema, Struct } from "effect"
import { SlashCommand } from "../../../shared/Agent.ts"
import { AgentName } from "../../../shared/Ids.ts"
import { AgentQuirks, AgentRow, plainQuirks } from "../AgentRow.ts"
import { DrillPromptsEdit } from "./DrillPrompts.ts"

const Arguments = Schema.Array(Schema.String)

export const AgentEdit = Schema.Struct({
  name: AgentName,
  label: Schema.optionalKey(Schema.NonEmptyString),
  enabled: Schema.optionalKey(Schema.Boolean),
  /** A program on PATH, an absolute path, or one that begins with `~/`. */
  command: Schema.optionalKey(Schema.NonEmptyString),
  args: Schema.optionalKey(Arguments),
  /** Added to the agent's environment; `null` takes a variable away. */
  env: Schema.optionalKey(Schema.Record(Schema.String, Schema.NullOr(Schema.String))),
  install: Schema.optionalKey(Schema.String),
  versionArgs: Schema.optionalKey(Arguments),
  commands: Schema.optionalKey(Schema.Array(SlashCommand)),
  /** `pty`: a program that speaks no protocol, only a terminal. */
  protocol: Schema.optionalKey(AgentRow.fields.protocol),
  quirks: Schema.optionalKey(AgentQuirks.mapFields(Struct.map(Schema.optionalKey))),
  drill: Schema.optionalKey(DrillPromptsEdit)
})
export type AgentEdit = typeof AgentEdit.Type

/** A row with what its user made of it. */
export interface Offer {
  readonly row: AgentRow
  readonly enabled: boolean
  readonly env: Readonly<Record<string, string | null>>
}

/** Of a program that keeps nothing and reports nothing. */
const terminalQuirks: AgentQuirks = { askModes: [], resume: "never", usage: "none", cost: "none" }

const ownRow = ({ name, protocol = "acp" }: AgentEdit, command: string): AgentRow => ({
  name, label: name, programs: [command], args: [], env: {}, forcedEnv: {}, protocol, versionArgs: [], commands: [],
  quirks: protocol === "pty" ? terminalQuirks : plainQuirks,
  install: "It was added by hand: install its program, or correct its \"command\"."
})

const edited = (offer: Offer, { args, command, commands, drill, enabled, env, install, label, protocol, quirks, versionArgs }: AgentEdit): Offer => ({
  enabled: enabled ?? offer.enabled,
  env: { ...offer.env, ...env },
  row: {
    ...offer.row,
    ...(label === undefined ? {} : { label }), ...(args === undefined ? {} : { args }), ...(install === undefined ? {} : { install }),
    ...(command === undefined ? {} : { programs: [command] }), ...(versionArgs === undefined ? {} : { versionArgs }),
    ...(commands === undefined ? {} : { commands }), ...(protocol === undefined ? {} : { protocol }),
    ...(drill === undefined ? {} : { drill: { ...offer.row.drill, ...drill } }), quirks: { ...offer.row.quirks, ...quirks }
  }
})

/** Pure: the rows with the edits on them, later edits over earlier ones, and a sentence for each edit that makes no sense. */
export const applyEdits = (
  rows: ReadonlyArray<Offer>, edits: ReadonlyArray<AgentEdit>
): { readonly offers: ReadonlyArray<Offer>; readonly problems: ReadonlyArray<string> } => {
  const offers = new Map(rows.map((offer) => [offer.row.name, offer]))
  const problems: Array<string> = []
  for (const edit of edits) {
    const offer = offers.get(edit.name)
    if (offer !== undefined) offers.set(edit.name, edited(offer, edit))
    else if (edit.command !== undefined) offers.set(edit.name, edited({ row: ownRow(edit, edit.command), enabled: true, env: {} }, edit))
    else problems.push(`The agent "${edit.name}" is none that boocode knows, so it needs a "command".`)
  }
  return { offers: [...offers.values()], problems }
}
