/**
 * The wire log: the newest messages between the server and each agent, for people who want to see what an agent really
 * said. In memory and bounded. Per (chat, agent), across its restarts and for some time after its end. Secrets are taken
 * out before anything is kept.
 */
import type { WireDirection, WireMessage } from "../../shared/Wire.ts"
import { cutText, mendText } from "../../shared/Text.ts"
import { redactor } from "./Redaction.ts"

/** Where a backend tells what goes over its wire. */
export interface WireTap {
  /** A whole message. Quick: it is called for every line. */
  readonly message: (direction: WireDirection, text: string) => void
  /** What became of the message that came last. */
  readonly note: (words: string) => void
}

/** For backends that nobody listens to. */
export const deafTap: WireTap = { message: () => {}, note: () => {} }

export interface WireLimits {
  /** Messages of one backend. */
  readonly messages: number
  /** Characters of one backend's messages together, and of one message. */
  readonly size: number
  readonly text: number
  /** Backends, the longest silent go first. */
  readonly backends: number
}

const standard: WireLimits = { messages: 500, size: 1024 * 1024, text: 8 * 1024, backends: 50 }

/** The longest secret that a cut may split. */
const secretLimit = 4 * 1024

/** What is kept of a message. What a cut may have split of a secret is left out too. */
export const keptText = (redact: (text: string) => string, text: string, limit: number): string => {
  const read = limit + 2 * secretLimit
  if (text.length <= read) return copied(cutText(mendText(redact(text)), limit))
  const head = redact(cutText(text, read))
  return copied(cutText(mendText(head), Math.max(0, Math.min(limit, head.length - secretLimit))))
}

/** A part of a text keeps the whole in memory, which may be a hundred times larger. */
const copied = (text: string): string => Buffer.from(text).toString()

interface Line { readonly message: WireMessage; note: string | undefined }

class Log {
  readonly lines: Array<Line> = []
  size = 0
  at: number
  /** The number of the message that came last. Begins with the time, so that no log repeats the numbers of one before it. */
  number: number

  constructor(at: number) {
    this.at = at
    this.number = Math.floor(at)
  }
}

export interface WireLogs {
  /** `secrets` are known to its backend, on top of those of the server. */
  readonly tap: (name: string, secrets: ReadonlyArray<string>) => WireTap
  /** Messages with greater numbers, oldest first; none where the backend isn't known. */
  readonly read: (name: string, after: number) => ReadonlyArray<WireMessage>
}

export interface WireLogsOptions {
  readonly now: () => number
  readonly secrets: ReadonlyArray<string>
  readonly limits?: WireLimits
}

export const make = ({ limits = standard, now, secrets: ours }: WireLogsOptions): WireLogs => {
  const logs = new Map<string, Log>()

  const logOf = (name: string): Log => {
    const known = logs.get(name)
    if (known !== undefined) return known
    if (logs.size >= limits.backends) {
      const oldest = Array.from(logs).reduce((one, other) => other[1].at < one[1].at ? other : one)
      logs.delete(oldest[0])
    }
    const log = new Log(now())
    logs.set(name, log)
    return log
  }
  const add = (log: Log, message: WireMessage) => {
    log.at = message.at
    log.lines.push({ message, note: undefined })
    log.size += message.text.length
    while (log.lines.length > limits.messages || log.size > limits.size) log.size -= log.lines.shift()?.message.text.length ?? 0
  }

  return {
    tap: (name, secrets) => {
      const redact = redactor([...ours, ...secrets])
      return {
        message: (direction, text) => {
          const log = logOf(name)
          add(log, { number: ++log.number, at: now(), direction, text: keptText(redact, text, limits.text), size: text.length })
        },
        note: (words) => {
          const last = logs.get(name)?.lines.findLast(({ message }) => message.direction === "in")
          if (last !== undefined) last.note = words
        }
      }
    },
    read: (name, after) => (logs.get(name)?.lines ?? []).filter(({ message }) => message.number > after)
      .map(({ message, note }) => note === undefined ? message : { ...message, note })
  }
}
