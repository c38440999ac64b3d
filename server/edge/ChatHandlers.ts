/** The chat group of the contract, onto `Chats`. */
import { Effect } from "effect"
import { Caller } from "../../shared/rpc/Auth.ts"
import { ChatRpc } from "../../shared/rpc/ChatRpc.ts"
import type { Who } from "../../shared/Ids.ts"
import { Chats } from "../chat/Chats.ts"
import { Forks } from "../chat/Forks.ts"

const asCaller = <A, E, R>(f: (by: Who) => Effect.Effect<A, E, R>) => Effect.flatMap(Caller, ({ who }) => f(who))

export const chatHandlers = ChatRpc.toLayer(Effect.gen(function*() {
  const chats = yield* Chats
  const forks = yield* Forks
  return ChatRpc.of({
    "chat.Create": ({ sessionId, agent }) => asCaller((by) => chats.create(sessionId, agent, by)),
    "chat.Prompt": (call) => asCaller((by) => chats.prompt({ ...call, by })),
    "chat.Stop": ({ chatId }) => asCaller((by) => chats.stop(chatId, by)),
    "chat.ChangePrompt": ({ chatId, promptId, content }) => asCaller((by) => chats.changePrompt(chatId, promptId, content, by)),
    "chat.WithdrawPrompt": ({ chatId, promptId }) => asCaller((by) => chats.withdrawPrompt(chatId, promptId, by)),
    "chat.ResumeQueue": ({ chatId }) => asCaller((by) => chats.resumeQueue(chatId, by)),
    "chat.SetTitle": ({ chatId, title }) => asCaller((by) => chats.setTitle(chatId, title, by)),
    "chat.SetSettings": ({ chatId, agent, settings }) => asCaller((by) => chats.setSettings(chatId, agent, settings, by)),
    "chat.RevokeRule": ({ chatId, ruleId }) => asCaller((by) => chats.revokeRule(chatId, ruleId, by)),
    "chat.Answer": ({ chatId, requestId, answer }) => asCaller((by) => chats.answer(chatId, requestId, answer, by)),
    "chat.Fork": (call) => asCaller((by) => forks.fork({ ...call, by })),
    "chat.Archive": ({ chatId, archived }) => asCaller((by) => chats.archive(chatId, archived, by)),
    "chat.Watch": ({ chatId, cursor }) => chats.watch(chatId, cursor),
    "chat.Older": ({ chatId, before, limit }) => chats.older(chatId, before, limit),
    "chat.Blob": ({ hash }) => chats.blob(hash)
  })
}))
