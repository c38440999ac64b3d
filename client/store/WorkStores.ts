/** WorkStores: the work of the sessions that this page shows, the diffs of their files, and what a person comments on them. Only the one looked at is followed; going back to another shows what was known of it, and catches up. */
import type { SessionId } from "../../shared/Ids.ts"
import type { WorkRemote } from "../rpc/WorkRemote.ts"
import { CommentsStores } from "./CommentsStore.ts"
import { DiffStore } from "./DiffStore.ts"
import { GuardStore } from "./GuardStore.ts"
import type { Kept } from "./Kept.ts"
import { HereStore } from "./HereStore.ts"
import { WorkStore } from "./WorkStore.ts"

const heldLimit = 8

export class WorkStores {
  readonly diffs: DiffStore
  readonly comments: CommentsStores
  readonly guards: GuardStore
  readonly #remote: WorkRemote
  readonly #kept: Kept
  /** The one looked at last stands last. */
  readonly #stores = new Map<SessionId, WorkStore>()

  constructor(remote: WorkRemote, kept: Kept) {
    this.#remote = remote
    this.guards = new GuardStore(remote)
    this.#kept = kept
    this.diffs = new DiffStore(remote)
    this.comments = new CommentsStores(kept)
  }

  /** What rewinds of the session would change. */
  here(sessionId: SessionId): HereStore {
    return new HereStore(this.#remote, sessionId)
  }

  /** The session's store, following its feed. */
  show(sessionId: SessionId): WorkStore {
    const store = this.#stores.get(sessionId) ?? new WorkStore(this.#remote, this.#kept, sessionId)
    this.#stores.delete(sessionId)
    this.#stores.set(sessionId, store)
    store.open()
    const others = [...this.#stores.values()].slice(0, -1)
    for (const old of others) old.close()
    for (const old of others.slice(0, -heldLimit)) this.#stores.delete(old.sessionId)
    return store
  }
}
