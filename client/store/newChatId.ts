/** Ids of chats that the page asks for. A page that is not served securely has no `randomUUID`. */
import { ChatId } from "../../shared/Ids.ts"

export const newChatId = (): ChatId => {
  const digits = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("")
  return ChatId.make(digits.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-8$4-$5"))
}
