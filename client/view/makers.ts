/** Makers: who made changes, as badges and notes say it. Pure. */
import type { AgentInfo } from "../../shared/Agent.ts"
import { makersOf, type PendingChange } from "../../shared/Change.ts"
import { labelOf } from "./agents.ts"
import { plural } from "./numbers.ts"

type Made = Pick<PendingChange, "agents" | "manual">
type Agents = ReadonlyArray<AgentInfo> | undefined

export interface Maker {
  /** The agent's name, or "manual". */
  readonly name: string
  readonly manual: boolean
  /** As the catalogue has it; a name that it doesn't know stands verbatim. */
  readonly label: string
  readonly title: string
}

export const makerOf = (name: string, manual: boolean, agents: Agents): Maker => manual
  ? { name, manual, label: "manual", title: "Manually staged" }
  : { name, manual, label: labelOf(agents, name), title: `Staged by ${labelOf(agents, name)}` }

/** Of one change: its agents in their order, then the hand. Nobody named means by hand. */
export const makersOfChange = ({ agents, manual }: Made, known: Agents): ReadonlyArray<Maker> => [
  ...agents.map((name) => makerOf(name, false, known)), ...(manual || agents.length === 0 ? [makerOf("manual", true, known)] : [])
]

const namesOf = (changes: ReadonlyArray<Made>, agents: Agents): ReadonlyArray<string> => {
  const made = makersOf(changes)
  const named = changes.some((change) => change.agents.length === 0 && !change.manual) && !made.includes("manual") ? [...made, "manual"] : made
  return named.map((name) => name === "manual" ? name : labelOf(agents, name))
}

/** Whoever made any of them, once each. */
export const makersOfAll = (changes: ReadonlyArray<Made>, agents: Agents): ReadonlyArray<Maker> =>
  [...new Map(changes.flatMap((change) => makersOfChange(change, agents)).map((maker) => [maker.name, maker])).values()]

/** Over a set that mixes makers; `undefined` where one made all of it. */
export const makersNote = (changes: ReadonlyArray<Made>, agents: Agents): string | undefined => {
  const names = namesOf(changes, agents)
  return names.length < 2 ? undefined : `Changes from ${names.join(", ")}`
}

/** What is not applied yet, for a quiet line; `undefined` where nothing waits. */
export const standingWords = (changes: ReadonlyArray<Made>, agents: Agents): string | undefined => {
  const [name, ...others] = namesOf(changes, agents)
  if (name === undefined) return undefined
  const files = plural(changes.length, "file"), live = changes.length === 1 ? "lives" : "live"
  if (others.length > 0) return `${files} from ${[name, ...others].join(", ")} ${live} in this worktree`
  return name === "manual" ? `${files} changed by hand ${live} in this worktree` : `${name}'s ${files} ${live} in this worktree`
}
