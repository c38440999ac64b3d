/** One message, one decision: sends each message to the decider of its noun. Pure. */
import type { Chat } from "../../shared/Chat.ts"
import { note } from "./AgentDecider.ts"
import { tellRewound } from "./NoteDecider.ts"
import type { Call, Decision } from "./ChatMessage.ts"
import * as Queue from "./QueueDecider.ts"
import * as Turn from "./TurnDecider.ts"

export const decide = (chat: Chat, call: Call): Decision => {
  const { message } = call
  switch (message._tag) {
    case "Prompt": return Queue.prompt(chat, message, call)
    case "ChangePrompt": return Queue.changePrompt(chat, message)
    case "WithdrawPrompt": return Queue.withdrawPrompt(chat, message)
    case "ResumeQueue": return Queue.resumeQueue(chat, message, call)
    case "Stop": return Queue.stop(chat, message)
    case "SetTitle": return Queue.setTitle(chat, message)
    case "SetSettings": return Queue.setSettings(chat, message)
    case "Answer": return Turn.answer(chat, message)
    case "RevokeRule": return Turn.revokeRule(chat, message)
    case "Deliver": return Turn.deliver(chat, message)
    case "Update": return Turn.update(chat, message)
    case "Ask": return Turn.ask(chat, message)
    case "Withdraw": return Turn.withdraw(chat, message)
    case "Escalate": return Turn.escalate(chat, message)
    case "EndTurn": return Turn.endTurn(chat, message, call)
    case "Speak": return Turn.speak(chat, message, call)
    case "Note": return note(chat, message)
    case "TellRewound": return tellRewound(chat, message)
    case "Recover": return Turn.recover(chat, call)
  }
}
