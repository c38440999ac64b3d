/** A turn as whoever drives it sees it, bare or through boocode. Times are epoch milliseconds. */
import type { Effect } from "effect"

export interface Delta { readonly at: number; readonly text: string }

export interface TimedTurn {
  readonly startedAt: number
  readonly endedAt: number
  readonly deltas: ReadonlyArray<Delta>
}

/** An agent that can be asked, however it is reached. */
export interface Driven {
  readonly turn: (prompt: string) => Effect.Effect<TimedTurn>
}

/** From the prompt to the first piece of the answer; where none came, to the end. */
export const firstDelta = ({ deltas, endedAt, startedAt }: TimedTurn): number => (deltas[0]?.at ?? endedAt) - startedAt
export const whole = ({ endedAt, startedAt }: TimedTurn): number => endedAt - startedAt

/** Of an answer to `clock`: how long each of its times was on its way. Pieces may hold several, or half of one. */
export const delays = ({ deltas }: TimedTurn): ReadonlyArray<number> => {
  const found: Array<number> = []
  let rest = ""
  for (const { at, text } of deltas) {
    const words = (rest + text).split(" ")
    rest = words.pop() ?? ""
    for (const word of words) if (/^\d{16}$/.test(word)) found.push(at - Number(word) / 1000)
  }
  return found
}
