/** HereStore: what a rewind from one place of a chat would change, asked of the server, and the rewind. */
import type { SessionId, TurnId } from "../../shared/Ids.ts"
import type { RewindOffer } from "../../shared/rpc/ChangeRpc.ts"
import type { WorkRemote } from "../rpc/WorkRemote.ts"
import { Observable } from "./Observable.ts"

export type HereRemote = Pick<WorkRemote, "aroundTurn" | "ahead" | "rewind">

export class HereStore extends Observable {
  /** `undefined` until the files were looked at; null where no such checkpoint was taken. */
  before: RewindOffer | null | undefined
  after: RewindOffer | null | undefined
  /** To the checkpoint that takes a rewind back. */
  undo: RewindOffer | undefined
  problem: string | undefined
  busy = false
  readonly #remote: HereRemote
  readonly #sessionId: SessionId

  constructor(remote: HereRemote, sessionId: SessionId) {
    super()
    this.#remote = remote
    this.#sessionId = sessionId
  }

  async lookAround(turnId: TurnId): Promise<void> {
    const reply = await this.#remote.aroundTurn({ sessionId: this.#sessionId, turnId })
    if (reply._tag === "Done") ({ after: this.after, before: this.before } = reply.value)
    else this.problem = reply.message
    this.changed()
  }

  async lookAhead(seq: number): Promise<void> {
    const reply = await this.#remote.ahead({ sessionId: this.#sessionId, seq })
    if (reply._tag === "Done") this.undo = reply.value
    else this.problem = reply.message
    this.changed()
  }

  /** Whether it was done. */
  async rewind(seq: number): Promise<boolean> {
    this.busy = true
    this.problem = undefined
    this.changed()
    const reply = await this.#remote.rewind({ sessionId: this.#sessionId, seq })
    this.busy = false
    if (reply._tag !== "Done") this.problem = reply.message
    this.changed()
    return reply._tag === "Done"
  }
}
