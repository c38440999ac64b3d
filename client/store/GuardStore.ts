/** GuardStore: where sessions begin and how they end, as calls. It keeps nothing: what is at stake is looked at when it is asked. */
import type { ParkedWork } from "../../shared/Guard.ts"
import type { ProjectId, SessionId, WorktreeId } from "../../shared/Ids.ts"
import { done, type Reply } from "../rpc/Reply.ts"
import type { WorkRemote } from "../rpc/WorkRemote.ts"

const pageSize = 50

export interface ParkedPage { readonly parked: ReadonlyArray<ParkedWork>; readonly hasOlder: boolean }

type Calls = Pick<WorkRemote, "bases" | "setup" | "setSetup" | "losses" | "deleteSession" | "parkSession" | "parked" | "restoreParked" | "discardParked">

export class GuardStore {
  readonly #remote: Calls

  constructor(remote: Calls) {
    this.#remote = remote
  }

  bases(projectId: ProjectId, typed: string) { return this.#remote.bases({ projectId, typed }) }
  setup(projectId: ProjectId) { return this.#remote.setup({ projectId }) }
  setSetup(projectId: ProjectId, command: string) { return this.#remote.setSetup({ projectId, command: command.trim() === "" ? null : command }) }
  losses(sessionId: SessionId) { return this.#remote.losses({ sessionId }) }
  delete(sessionId: SessionId, losses: "park" | "discard") { return this.#remote.deleteSession({ sessionId, losses }) }
  park(sessionId: SessionId) { return this.#remote.parkSession({ sessionId }) }
  /** The newest, or those after one that was had. */
  async parked(before?: ParkedWork): Promise<Reply<ParkedPage>> {
    const reply = await this.#remote.parked({ limit: pageSize, ...before === undefined ? {} : { before: { parkedAt: before.parkedAt, id: before.id } } })
    return reply._tag === "Done" ? done({ parked: reply.value, hasOlder: reply.value.length === pageSize }) : reply
  }
  restore(parkedId: WorktreeId) { return this.#remote.restoreParked({ parkedId }) }
  discard(parkedId: WorktreeId) { return this.#remote.discardParked({ parkedId }) }
}
