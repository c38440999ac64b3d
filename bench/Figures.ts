/** What many measured values come to. Milliseconds, unless a name says otherwise. */

/** Of an empty list 0. */
export const quantile = (values: ReadonlyArray<number>, q: number): number => {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0
}
export const median = (values: ReadonlyArray<number>): number => quantile(values, 0.5)

/** Microseconds count here: the same clock as the agent's `clock` step. Epoch milliseconds. */
export const now = (): number => performance.timeOrigin + performance.now()

const digits = (value: number): number => Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2

export const ms = (value: number): string => `${value.toFixed(digits(value))} ms`
export const ratio = (value: number): string => Number.isFinite(value) ? `${value.toFixed(value < 10 ? 3 : 1)} ×` : "–"
export const count = (value: number): string => Math.round(value).toLocaleString("en-US")
export const bytes = (value: number): string => value >= 1e6 ? `${(value / 1e6).toFixed(1)} MB` : `${(value / 1e3).toFixed(1)} kB`
