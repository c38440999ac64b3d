/**
 * Permissions that are answered without asking: by a rule that a person set with "always", or by the mode that a prompt
 * runs in. The agent itself is only ever told "once", so that a rule can be listed, and taken back. Pure.
 */
import { Schema } from "effect"
import { type AgentRequest, optionOfKind, type PermissionOption } from "./AgentRequest.ts"
import { AgentName, RequestId, Who } from "./Ids.ts"
import { type ToolCall, ToolKind } from "./ToolCall.ts"

/** What a prompt's agent may do unasked: nothing, read and change files of the worktree, or all it wants. */
export const PermissionMode = Schema.Literals(["ask", "edits", "all"])
export type PermissionMode = typeof PermissionMode.Type

export const PermissionRule = Schema.Struct({
  /** The request whose answer made it. */
  ruleId: RequestId,
  agent: AgentName,
  toolKind: ToolKind,
  /** Only calls of this very title and input; missing where the kind alone says what is allowed, in the worktree. */
  title: Schema.optionalKey(Schema.String),
  input: Schema.optionalKey(Schema.String),
  allow: Schema.Boolean,
  by: Who
})
export type PermissionRule = typeof PermissionRule.Type

type Permission = Extract<AgentRequest, { _tag: "Permission" }>

/** What a permission is about: the tool call as it is known. */
export interface Subject { readonly kind: ToolKind; readonly input?: ToolCall["input"] }

/** Kinds that are allowed as such, and only for paths in the worktree; all others by their title and input. */
const wide: ReadonlyArray<ToolKind> = ["read", "search", "edit", "delete", "move"]
const edits: ReadonlyArray<ToolKind> = ["read", "search", "edit", "move"]

/** Titles are cut at this length: one that is as long may go on otherwise. */
const wholeTitle = 500
const longestInput = 4096

/**
 * The rule that an answer makes: none unless the option says "always" and the agent can be told "once" instead, nor for
 * what can't be told from another thing of the same beginning.
 */
export const ruleOf = (
  ruleId: RequestId, agent: AgentName, { input, kind: toolKind }: Subject, request: Permission, option: PermissionOption, by: Who
): PermissionRule | undefined => {
  if ((option.kind !== "allow_always" && option.kind !== "reject_always") || onceOf(request, option) === option) return undefined
  const rule = { ruleId, agent, toolKind, allow: option.kind === "allow_always", by }
  if (wide.includes(toolKind)) return request.within === true ? rule : undefined
  const { title } = request
  if (title.length >= wholeTitle || (input !== undefined && (typeof input !== "string" || input.length > longestInput))) return undefined
  return { ...rule, title, ...(input === undefined ? {} : { input }) }
}

/** What the agent is told where the person said "always". */
export const onceOf = ({ options }: Permission, option: PermissionOption): PermissionOption => {
  switch (option.kind) {
    case "allow_always": return optionOfKind(options, "allow_once") ?? option
    case "reject_always": return optionOfKind(options, "reject_once") ?? option
    default: return option
  }
}

const covers = (rule: PermissionRule, agent: AgentName, { input, kind }: Subject, { title, within }: Permission): boolean => {
  if (rule.agent !== agent || rule.toolKind !== kind) return false
  return rule.title === undefined ? within === true : rule.title === title && rule.input === input
}

export interface RuledAnswer { readonly option: PermissionOption; readonly by: Who }

/**
 * The answer that nobody need be asked for. The newest rule that covers the request goes before the mode, whose answer is
 * given in the name of `server`. Nothing where the agent offers no such option for this once.
 */
export const ruledAnswer = (
  rules: ReadonlyArray<PermissionRule>, mode: PermissionMode, agent: AgentName, subject: Subject, request: Permission, server: Who
): RuledAnswer | undefined => {
  const rule = rules.findLast((candidate) => covers(candidate, agent, subject, request))
  const allow = rule?.allow ?? (mode === "all" || (mode === "edits" && request.within === true && edits.includes(subject.kind)) ? true : undefined)
  if (allow === undefined) return undefined
  const option = optionOfKind(request.options, allow ? "allow_once" : "reject_once")
  return option === undefined ? undefined : { option, by: rule?.by ?? server }
}

const kindWords: Record<ToolKind, string> = {
  read: "read files", edit: "change files", delete: "delete files", move: "move files", search: "search",
  execute: "run", think: "think", fetch: "fetch", switch_mode: "switch its mode", other: "do"
}

/** A rule in words: "goose may always change files in the worktree". */
export const ruleSentence = ({ agent, allow, title, toolKind }: Pick<PermissionRule, "agent" | "allow" | "title" | "toolKind">): string =>
  `${agent} ${allow ? "may always" : "may never"} ${kindWords[toolKind]}${title === undefined ? " in the worktree" : `: ${title}`}`
