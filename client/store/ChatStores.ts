/**
 * ChatStores: the chats that this page has open. The ones looked at last stay open in the background, so that going
 * back to one shows it at once; an older one is closed and later resumes from its cursor.
 */
import type { ChatId } from "../../shared/Ids.ts"
import type { Remote } from "../rpc/Remote.ts"
import { ChatStore } from "./ChatStore.ts"
import type { Kept } from "./Kept.ts"

const openLimit = 6
const heldLimit = 24

export class ChatStores {
  readonly #remote: Remote
  readonly #kept: Kept
  /** The one looked at last stands last. */
  readonly #stores = new Map<ChatId, ChatStore>()

  constructor(remote: Remote, kept: Kept) {
    this.#remote = remote
    this.#kept = kept
  }

  /** The chat's store, following its feed. */
  show(chatId: ChatId): ChatStore {
    const store = this.#stores.get(chatId) ?? new ChatStore(this.#remote, this.#kept, chatId)
    this.#stores.delete(chatId)
    this.#stores.set(chatId, store)
    store.open()
    const others = [...this.#stores.values()]
    for (const old of others.slice(0, -openLimit)) old.close()
    for (const old of others.slice(0, -heldLimit)) this.#stores.delete(old.chatId)
    return store
  }
}
