/** How a chat stands for those who don't have it open: what its row says of requests and of the last turn's end. Pure. */
import { type Chat, openRequests } from "../../shared/Chat.ts"
import type { ChatStanding } from "../../shared/Session.ts"
import { isOpen } from "../../shared/Turn.ts"

export const standingOf = (chat: Chat): ChatStanding => {
  const ended = chat.turns.filter((turn) => !isOpen(turn))
  const last = ended.reduce<typeof ended[number] | undefined>((newest, turn) => (turn.endedAt ?? 0) >= (newest?.endedAt ?? 0) ? turn : newest, undefined)
  return { waiting: openRequests(chat).length > 0, lastEndedAt: last?.endedAt ?? null, lastOutcome: last?.outcome ?? null }
}

/** How it stands after events that changed that; else nothing. */
export const newStanding = (before: Chat, after: Chat): ChatStanding | undefined => {
  const was = standingOf(before), is = standingOf(after)
  return was.waiting === is.waiting && was.lastEndedAt === is.lastEndedAt && was.lastOutcome === is.lastOutcome ? undefined : is
}
