/** Spans of time and moments, in the fewest words. Milliseconds in. */

/** `25 ms`, `0.4 s`, `12 s`, `3 m 05 s`, `2 h 10 m`. */
export const spanWords = (milliseconds: number): string => {
  const span = Math.max(0, milliseconds)
  if (span < 100) return `${Math.round(span)} ms`
  if (span < 950) return `${(span / 1000).toFixed(1)} s`
  const seconds = Math.round(span / 1000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} m ${String(seconds % 60).padStart(2, "0")} s`
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} m`
}

/** Whole seconds, for what is counted while one looks. */
export const countWords = (milliseconds: number): string => {
  const seconds = Math.floor(Math.max(0, milliseconds) / 1000)
  return seconds < 60 ? `${seconds} s` : spanWords(seconds * 1000)
}

/** `now`, `5 m`, `3 h`, `2 d`, then the date. */
export const agoWords = (at: number, now: number): string => {
  const minutes = Math.floor(Math.max(0, now - at) / 60_000)
  if (minutes < 1) return "now"
  if (minutes < 60) return `${minutes} m`
  if (minutes < 60 * 24) return `${Math.floor(minutes / 60)} h`
  if (minutes < 60 * 24 * 7) return `${Math.floor(minutes / (60 * 24))} d`
  return dayWords(at)
}

/** `just now`, `5 m ago`, then `on` the date. */
export const sinceWords = (at: number, now: number): string => {
  const ago = agoWords(at, now)
  if (ago === "now") return "just now"
  return ago === dayWords(at) ? `on ${ago}` : `${ago} ago`
}

const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" })
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" })
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" })

export const dayWords = (at: number): string => day.format(at)
export const clockWords = (at: number): string => clock.format(at)
export const momentWords = (at: number): string => full.format(at)

/** The time of day, and the day too where it is not of these hours. */
export const whenWords = (at: number, now: number): string => now - at < 12 * 60 * 60 * 1000 ? clockWords(at) : momentWords(at)
