import { assert, it } from "@effect/vitest"
import { ChatId, SessionId } from "../../shared/Ids.ts"
import * as Archive from "./Archive.ts"

const chatId = (n: number) => ChatId.make(`00000001-0000-4000-8000-00000000000${n}`)
const sessionId = SessionId.make("00000002-0000-4000-8000-000000000001")

it("refuses what is archived, by itself or with its session, until it is reopened", () => {
  const archive = Archive.make({ chats: [chatId(1)], sessions: [] })
  for (const n of [1, 2]) archive.place(chatId(n), sessionId)
  const refused = () => [1, 2, 3].map((n) => archive.refusal(chatId(n))?.reason._tag)
  assert.deepStrictEqual(refused(), ["Archived", undefined, undefined])
  archive.setSession(sessionId, true)
  assert.deepStrictEqual(refused(), ["Archived", "SessionArchived", undefined])
  archive.setChat(chatId(1), false)
  assert.deepStrictEqual(refused(), ["SessionArchived", "SessionArchived", undefined])
  archive.setSession(sessionId, false)
  assert.deepStrictEqual(refused(), [undefined, undefined, undefined])
})
