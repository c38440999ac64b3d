/** DecidedChanges: what was decided in a session, newest first, in pages, asked for while somebody looks. */
import type { PendingChange } from "../../shared/Change.ts"
import type { SessionId } from "../../shared/Ids.ts"
import type { WorkRemote } from "../rpc/WorkRemote.ts"
import { Observable } from "./Observable.ts"

const pageSize = 50

export class DecidedChanges extends Observable {
  /** `undefined` until the first page. */
  changes: ReadonlyArray<PendingChange> | undefined
  problem: string | undefined
  loading = false
  hasOlder = false
  readonly #remote: Pick<WorkRemote, "decided">
  readonly #sessionId: SessionId
  /** Decisions there were when the first page was asked for. */
  #counted = -1
  #latest = 0
  #looking = false

  constructor(remote: Pick<WorkRemote, "decided">, sessionId: SessionId) {
    super()
    this.#remote = remote
    this.#sessionId = sessionId
  }

  /** Somebody looks: the first page is asked for, and again whenever more is decided, until the returned function is called. */
  look(): () => void {
    this.#looking = true
    this.#refresh()
    return () => {
      this.#looking = false
    }
  }

  /** How many decisions there were by now. */
  count(decided: number): void {
    this.#latest = decided
    this.#refresh()
  }

  async older(): Promise<void> {
    const last = this.changes?.at(-1)
    if (last !== undefined && !this.loading) await this.#ask({ before: last.id })
  }

  #refresh(): void {
    if (!this.#looking || this.loading || this.#counted === this.#latest) return
    this.#counted = this.#latest
    void this.#ask({}).then(() => this.#refresh())
  }

  async #ask(page: { readonly before?: PendingChange["id"] }): Promise<void> {
    this.loading = true
    this.changed()
    const reply = await this.#remote.decided({ sessionId: this.#sessionId, limit: pageSize, ...page })
    this.loading = false
    this.problem = reply._tag === "Done" ? undefined : reply.message
    if (reply._tag === "Done") {
      this.changes = page.before === undefined ? reply.value : [...this.changes ?? [], ...reply.value]
      this.hasOlder = reply.value.length === pageSize
    }
    this.changed()
  }
}
