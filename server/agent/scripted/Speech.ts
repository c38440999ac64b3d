// The steps that are text, in many sizes and speeds.

import { chunk } from "./Session.ts"
import type { Turn } from "./Turn.ts"

const burstOf = 256
const floodChunk = 64 * 1024
const echoChunks = 40
const echoEveryMs = 10

/** What a chunk of `clock` says: microseconds since 1970, 16 digits. Whoever reads it knows how long it was on its way. */
export const time = (): string => `${Math.round((performance.timeOrigin + performance.now()) * 1000)} `

/** Paced by the clock, not by pauses: the last chunk comes (N-1)·MS after the first however long each took. */
export const stream = async (turn: Turn, count: number, everyMs: number, word: (number: number) => string): Promise<void> => {
  const start = performance.now()
  for (let index = 0; index < count; index++) {
    const due = start + index * everyMs - performance.now()
    if (due > 0) await turn.pause(due)
    else if (index > 0) await turn.breathe()
    turn.say(word(index + 1))
  }
}

export const burst = async (turn: Turn, count: number, bytes: number | undefined): Promise<void> => {
  for (let first = 1; first <= count; first += burstOf) {
    const texts: Array<string> = []
    for (let word = first; word < first + burstOf && word <= count; word++) {
      texts.push(bytes === undefined ? `word ${word} ` : `${word} `.padEnd(bytes, "x").slice(0, bytes))
    }
    turn.said += texts.join("")
    turn.session.update(...texts.map((text) => chunk("agent_message_chunk", text)))
    await turn.breathe()
  }
}

/** What is flooded is not kept for a replay. */
export const flood = async (turn: Turn, megabytes: number): Promise<void> => {
  const line = "The flood rises, and nobody has asked for so much water here.\n\n"
  const full = line.repeat(Math.ceil(floodChunk / line.length)).slice(0, floodChunk)
  for (let left = Math.round(megabytes * 1024 * 1024); left > 0; left -= floodChunk) {
    turn.session.update(chunk("agent_message_chunk", full.slice(0, left)))
    await turn.breathe()
  }
}

/** Says a text in small pieces; a long one in larger pieces, so that an echo never takes longer than half a second. */
export const echo = async (turn: Turn, text: string): Promise<void> => {
  const characters = Array.from(text)
  const size = Math.max(6, Math.ceil(characters.length / echoChunks))
  for (let from = 0; from < characters.length; from += size) {
    if (from > 0) await turn.pause(echoEveryMs)
    turn.say(characters.slice(from, from + size).join(""))
  }
}
