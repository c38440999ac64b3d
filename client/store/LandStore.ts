/** LandStore: landing chosen changes as one commit: what it can be landed on, what came of it, and pushing it. One for each time somebody wants to. */
import type { ChangeId, PendingChange } from "../../shared/Change.ts"
import type { SessionId } from "../../shared/Ids.ts"
import { LandId, type LandTargets } from "../../shared/Land.ts"
import type { WorkRemote } from "../rpc/WorkRemote.ts"
import { Observable } from "./Observable.ts"

type Asked = Pick<WorkRemote, "land" | "landTargets" | "push">

export interface Landed { readonly commit: string; readonly branch: string }

export class LandStore extends Observable {
  /** `undefined` until they were heard. */
  targets: LandTargets | undefined
  /** What the server said no to last. */
  problem: string | undefined
  busy: "landing" | "pushing" | undefined
  landed: Landed | undefined
  /** Where it was pushed. */
  pushed: string | undefined
  /** These keep it from landing. */
  conflicts: ReadonlyArray<PendingChange> = []
  readonly #remote: Asked
  readonly #sessionId: SessionId
  /** The same as long as the same is asked for: a landing that was not answered is not done twice. */
  #id = LandId.make(crypto.randomUUID())
  #order = ""

  constructor(remote: Asked, sessionId: SessionId) {
    super()
    this.#remote = remote
    this.#sessionId = sessionId
    void remote.landTargets({ sessionId }).then((reply) => {
      if (reply._tag === "Done") this.targets = reply.value
      else this.problem = reply.message
      this.changed()
    })
  }

  /** Without a branch: on the one that the checkout is on. */
  async land(changeIds: ReadonlyArray<ChangeId>, message: string, branch: string | undefined): Promise<void> {
    if (this.busy !== undefined) return
    const order = JSON.stringify([changeIds, message, branch])
    if (order !== this.#order) this.#id = LandId.make(crypto.randomUUID())
    this.#order = order
    this.#begin("landing")
    this.conflicts = []
    const reply = await this.#remote.land({ sessionId: this.#sessionId, id: this.#id, changeIds, message, ...(branch === undefined ? {} : { branch }) })
    this.busy = undefined
    if (reply._tag !== "Done") this.problem = reply.message
    else if (reply.value._tag === "Landed") this.landed = reply.value
    else this.conflicts = reply.value.changes
    this.changed()
  }

  async push(remote: string): Promise<void> {
    const branch = this.landed?.branch
    if (this.busy !== undefined || branch === undefined) return
    this.#begin("pushing")
    const reply = await this.#remote.push({ sessionId: this.#sessionId, branch, remote })
    this.busy = undefined
    if (reply._tag === "Done") this.pushed = `${reply.value.remote}/${reply.value.branch}`
    else this.problem = reply.message
    this.changed()
  }

  #begin(busy: "landing" | "pushing"): void {
    this.busy = busy
    this.problem = undefined
    this.changed()
  }
}
