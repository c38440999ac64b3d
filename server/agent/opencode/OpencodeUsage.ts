/**
 * What a turn has used: the sum over its model calls, each told once by its `step-finish` part. Cache counts as input and
 * reasoning as output; figures that make no sense count as none. Pure.
 */
import type { Usage } from "../../../shared/Turn.ts"
import type { StepFinish } from "./OpencodeEvent.ts"

export interface Steps {
  readonly seen: ReadonlySet<string>
  readonly usage: Usage
}

export const noSteps: Steps = { seen: new Set(), usage: { inputTokens: 0, outputTokens: 0, source: "not reported" } }

const figure = (value: number | null | undefined): number => value == null || !Number.isFinite(value) || value < 0 ? 0 : value
const tokens = (...values: ReadonlyArray<number | null | undefined>): number =>
  values.reduce<number>((sum, value) => sum + Math.round(figure(value)), 0)

/** `fillsContext`: the call was made with the session's own context, not a child's. */
export const addStep = (steps: Steps, part: StepFinish, fillsContext: boolean): Steps => {
  if (steps.seen.has(part.id)) return steps
  const input = tokens(part.tokens?.input, part.tokens?.cache?.read, part.tokens?.cache?.write)
  const output = tokens(part.tokens?.output, part.tokens?.reasoning)
  const cost = figure(part.cost)
  if (input + output + cost === 0) return steps
  const { usage } = steps
  return {
    seen: new Set(steps.seen).add(part.id),
    usage: {
      ...usage, inputTokens: usage.inputTokens + input, outputTokens: usage.outputTokens + output, source: "measured",
      cost: (usage.cost ?? 0) + cost,
      ...(fillsContext ? { contextUsed: input + output } : {})
    }
  }
}
