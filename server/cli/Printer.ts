/** What `boocode run` prints of a turn: the text as it comes, or one JSON object a line. */
import type { Chat } from "../../shared/Chat.ts"
import type { ChatEvent } from "../../shared/ChatEvent.ts"
import { applyFrame, type ChatFrame, type Watched } from "../../shared/Feed.ts"
import type { ChatId, PromptId, SessionId, TurnId } from "../../shared/Ids.ts"
import type { TurnSummary } from "../../shared/Turn.ts"

export interface Printer {
  /** Prints what a frame brings of the prompt's turn; the turn as it stands then. */
  readonly take: (frame: ChatFrame, promptId: PromptId) => TurnSummary | undefined
}

interface Place { readonly chatId: ChatId; readonly sessionId: SessionId }

const turnFor = (chat: Chat, promptId: PromptId): TurnSummary | undefined =>
  chat.turns.findLast((turn) => turn.promptId === promptId)

export const textPrinter = (_: Place): Printer => {
  let watched: Watched | undefined
  const printed = new Map<string, number>()
  const told = new Set<string>()
  const tell = (key: string, line: string) => {
    if (told.has(key)) return
    told.add(key)
    process.stderr.write(`${line}\n`)
  }
  return {
    take: (frame, promptId) => {
      watched = applyFrame(watched, frame)
      if (watched === undefined) return undefined
      const turn = turnFor(watched.chat, promptId)
      for (const item of watched.chat.items) {
        if (turn === undefined || item.turnId !== turn.turnId) continue
        if (item._tag === "Text" && item.kind === "text") {
          const done = printed.get(item.partId) ?? 0
          if (item.text.length > done) process.stdout.write(item.text.slice(done))
          printed.set(item.partId, item.text.length)
        }
        if (item._tag === "Tool") tell(`${item.call.toolCallId} ${item.call.status}`, `· ${item.call.title} (${item.call.status})`)
        if (item._tag === "Request" && item.closed === undefined) tell(item.requestId, "· The agent asks something; answer it in the page.")
      }
      if (turn?.outcome !== undefined) process.stdout.write("\n")
      return turn
    }
  }
}

const turnIdOf = (event: ChatEvent): TurnId | undefined => "turnId" in event ? event.turnId : undefined

export const jsonPrinter = (place: Place): Printer => {
  let watched: Watched | undefined
  let turnId: TurnId | undefined
  let ended = false
  const print = (value: object) => process.stdout.write(`${JSON.stringify(value)}\n`)
  return {
    take: (frame, promptId) => {
      watched = applyFrame(watched, frame)
      const turn = watched === undefined ? undefined : turnFor(watched.chat, promptId)
      if (turn === undefined || watched === undefined) return turn
      if (turnId === undefined) {
        turnId = turn.turnId
        print({ ...place, turnId })
      }
      const events = frame._tag === "Events" ? frame.events.filter(({ event }) => turnIdOf(event) === turnId) : []
      for (const { seq, event } of events) {
        print({ seq, event })
        ended ||= event._tag === "TurnEnded"
      }
      // a snapshot took the place of the events: the end at least is told
      if (!ended && turn.outcome !== undefined && turn.cause !== undefined) {
        print({ seq: watched.chat.seq, event: { _tag: "TurnEnded", turnId, outcome: turn.outcome, cause: turn.cause } })
      }
      return turn
    }
  }
}
