/**
 * How what an agent reports becomes the usage of a turn, by the rules of its row. Pure. What is missing, negative or
 * infinite counts as 0; nothing here can fail a turn.
 *
 *   what the agent tells       the turn's share
 *   of the turn, or its calls  as told, or added up
 *   of the session so far      what it has grown by since the turn began
 */
import type { Usage } from "../../../shared/Turn.ts"
import type { AgentQuirks } from "../AgentRow.ts"
import type { AcpPrompted, AcpUpdate, AcpUsage } from "./AcpUpdate.ts"

export type UsageRules = Pick<AgentQuirks, "usage" | "cost">

interface Tokens { readonly input: number; readonly output: number }

/** The running totals of a session as last told. A cost, in US dollars, is unknown until it is told where the session was taken up again. */
export interface Totals { readonly tokens: Tokens; readonly cost: number | undefined }

/** A turn's usage so far, and the totals that stood when it began and that stand now. */
export interface Figures {
  readonly rules: UsageRules
  readonly usage: Usage | undefined
  readonly before: Totals
  readonly now: Totals
}

const none: Tokens = { input: 0, output: 0 }
/** More is junk. */
const mostDollars = 1e9
const noUsage: Usage = { inputTokens: 0, outputTokens: 0, source: "not reported" }

/** Of the first turn of a life. Token totals begin anew with the agent's process, the cost with the agent's session. */
export const firstFigures = (rules: UsageRules, fresh: boolean): Figures => {
  const totals: Totals = { tokens: none, cost: fresh ? 0 : undefined }
  return { rules, usage: undefined, before: totals, now: totals }
}

/** Of the turn after. */
export const nextFigures = ({ now, rules }: Figures): Figures => ({ rules, usage: undefined, before: now, now })

const count = (figure: number | null | undefined): number =>
  figure == null || !(figure > 0) ? 0 : Math.min(Math.round(figure), Number.MAX_SAFE_INTEGER)

const sum = (a: Tokens, b: Tokens): Tokens => ({ input: count(a.input + b.input), output: count(a.output + b.output) })

/** By how much a total grew; all of it where it began anew. */
const growth = (before: number, now: number): number => now < before ? now : now - before

/**
 * Input counts cache reads and writes, output counts reasoning. Some agents tell these beside input and output, others
 * within: the total of all says which; without one, `within` does.
 */
const tokensOf = (usage: AcpUsage, within: boolean): Tokens => {
  const input = count(usage.inputTokens), output = count(usage.outputTokens), thought = count(usage.thoughtTokens)
  const cached = count(usage.cachedReadTokens) + count(usage.cachedWriteTokens), total = count(usage.totalTokens)
  const inside = { input, output }, beside = sum(inside, { input: cached, output: thought })
  const told = [inside, { input: beside.input, output }, { input, output: beside.output }, beside].find((one) => one.input + one.output === total)
  return told ?? (within ? inside : beside)
}

const withTokens = (figures: Figures, { input, output }: Tokens, source: Usage["source"]): Figures =>
  input + output === 0 ? figures : { ...figures, usage: { ...figures.usage ?? noUsage, inputTokens: input, outputTokens: output, source } }

/** A chunk of the agent's message, one of which may close each model call. */
export const chunkUsage = (figures: Figures, usage: AcpUsage | null | undefined): Figures => {
  if (figures.rules.usage !== "chunk meta" || !usage) return figures
  const { inputTokens, outputTokens } = figures.usage ?? noUsage
  return withTokens(figures, sum({ input: inputTokens, output: outputTokens }, tokensOf(usage, true)), "measured")
}

/** ACP's `usage_update`: the context window, and what the session has cost so far. */
export const reportedUsage = (figures: Figures, { cost, size, used }: Extract<AcpUpdate, { sessionUpdate: "usage_update" }>): Figures => {
  const spent = withCost(figures, cost?.amount)
  if (used == null && size == null) return spent
  return { ...spent, usage: {
    ...spent.usage ?? noUsage, ...(used == null ? {} : { contextUsed: count(used) }), ...(size == null ? {} : { contextSize: count(size) })
  } }
}

const withCost = (figures: Figures, total: number | null | undefined): Figures => {
  if (figures.rules.cost !== "session total" || total == null || !(total >= 0 && total <= mostDollars)) return figures
  // of a session that was taken up again: what it had cost before is not this turn's
  const before: Totals = { ...figures.before, cost: figures.before.cost ?? total }
  // rounded to a billionth, for differences of decimals aren't decimal
  const cost = Math.round(growth(before.cost ?? total, total) * 1e9) / 1e9
  const now = { ...figures.now, cost: total }
  if (cost === 0 && figures.usage?.cost === undefined) return { ...figures, before, now }
  return { ...figures, before, now, usage: { ...figures.usage ?? noUsage, cost } }
}

/** The answer to the prompt. */
export const answeredFigures = (figures: Figures, { _meta, usage }: AcpPrompted): Figures => {
  switch (figures.rules.usage) {
    case "none": case "chunk meta": return figures
    case "sum of turn": return usage ? withTokens(figures, tokensOf(usage, false), "measured") : figures
    case "last call": return usage ? withTokens(figures, tokensOf(usage, false), "estimated") : figures
    case "answer meta": {
      const told = _meta?.quota?.token_count
      return told ? withTokens(figures, { input: count(told.input_tokens), output: count(told.output_tokens) }, "measured") : figures
    }
    case "running total": {
      if (!usage) return figures
      const tokens = tokensOf(usage, true), { before } = figures
      const begun = tokens.input < before.tokens.input || tokens.output < before.tokens.output ? none : before.tokens
      return withTokens({ ...figures, now: { ...figures.now, tokens } },
        { input: tokens.input - begun.input, output: tokens.output - begun.output }, "measured")
    }
  }
}
