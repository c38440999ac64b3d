/**
 * Permissions that are answered without asking: by a rule that a person set with "always", or by the mode that a prompt
 * runs in. The agent itself is only ever told "once", so that a rule can be listed, and taken back. Pure.
 */
import { Schema } from "effect"
import { type AgentRequest, optionOfKind, type PermissionOption } from "./AgentRequest.ts"
import { AgentName, RequestId, Who } from "./Ids.ts"
import { ToolKind } from "./ToolCall.ts"

/** What a prompt's agent may do unasked: nothing, read and change files of the worktree, or all it wants. */
export const PermissionMode = Schema.Literals(["ask", "edits", "all"])
export type PermissionMode = typeof PermissionMode.Type

export const PermissionRule = Schema.Struct({
  /** The request whose answer made it. */
  ruleId: RequestId,
  agent: AgentName,
  toolKind: ToolKind,
  /** Only calls of this very title; missing where the kind alone says what is allowed. */
  title: Schema.optionalKey(Schema.String),
  allow: Schema.Boolean,
  by: Who
})
export type PermissionRule = typeof PermissionRule.Type

type Permission = Extract<AgentRequest, { _tag: "Permission" }>

/** A command, or what nobody has a word for, is allowed by its title and not by its kind. */
const isNarrow = (kind: ToolKind): boolean => kind === "execute" || kind === "other" || kind === "fetch"

const edits: ReadonlyArray<ToolKind> = ["read", "search", "think", "edit", "move"]

/** The rule that an answer makes: none unless the option says "always". */
export const ruleOf = (ruleId: RequestId, agent: AgentName, toolKind: ToolKind, { title }: Permission, option: PermissionOption, by: Who): PermissionRule | undefined => {
  if (option.kind !== "allow_always" && option.kind !== "reject_always") return undefined
  return { ruleId, agent, toolKind, allow: option.kind === "allow_always", by, ...(isNarrow(toolKind) ? { title } : {}) }
}

/** What the agent is told where the person said "always". */
export const onceOf = ({ options }: Permission, option: PermissionOption): PermissionOption => {
  switch (option.kind) {
    case "allow_always": return optionOfKind(options, "allow_once") ?? option
    case "reject_always": return optionOfKind(options, "reject_once") ?? option
    default: return option
  }
}

const covers = (rule: PermissionRule, agent: AgentName, toolKind: ToolKind, { title }: Permission): boolean =>
  rule.agent === agent && rule.toolKind === toolKind && (rule.title === undefined || rule.title === title)

export interface RuledAnswer { readonly option: PermissionOption; readonly by: Who }

/**
 * The answer that nobody need be asked for. The newest rule that covers the request goes before the mode, whose answer is
 * given in the name of `server`. Nothing where the agent offers no such option.
 */
export const ruledAnswer = (
  rules: ReadonlyArray<PermissionRule>, mode: PermissionMode, agent: AgentName, toolKind: ToolKind, request: Permission, server: Who
): RuledAnswer | undefined => {
  const rule = rules.findLast((candidate) => covers(candidate, agent, toolKind, request))
  const allow = rule?.allow ?? (mode === "all" || (mode === "edits" && edits.includes(toolKind)) ? true : undefined)
  if (allow === undefined) return undefined
  const option = allow ? optionOfKind(request.options, "allow_once", "allow_always") : optionOfKind(request.options, "reject_once", "reject_always")
  return option === undefined ? undefined : { option, by: rule?.by ?? server }
}

const kindWords: Record<ToolKind, string> = {
  read: "read files", edit: "change files", delete: "delete files", move: "move files", search: "search",
  execute: "run", think: "think", fetch: "fetch", switch_mode: "switch its mode", other: "do"
}

/** A rule in words: "goose may always change files". */
export const ruleSentence = ({ agent, allow, title, toolKind }: Pick<PermissionRule, "agent" | "allow" | "title" | "toolKind">): string =>
  `${agent} ${allow ? "may always" : "may never"} ${kindWords[toolKind]}${title === undefined ? "" : `: ${title}`}`
