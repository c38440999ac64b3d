/** Decides what a chat is told of its worktree from outside. Pure. */
import type { Chat } from "../../shared/Chat.ts"
import { type ChatMessage, type Decision, nothing, record } from "./ChatMessage.ts"

/** A chat in which nobody has worked has nothing to be told; one that knows of it already hears it once. */
export const tellRewound = (chat: Chat, { rewound }: Extract<ChatMessage, { _tag: "TellRewound" }>): Decision =>
  chat.turns.length === 0 || chat.notes.some((note) => note._tag === "Rewound" && note.id === rewound.id)
    ? nothing : record({ _tag: "WorktreeRewound", ...rewound })
