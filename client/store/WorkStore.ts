/**
 * WorkStore: one session's work as this page holds it: the same fold as everybody's over the session's feed, what a person
 * does to its changes, and what is decided already.
 *
 * An act shows at once as busy; what became of it comes with its answer, or a moment earlier with the feed.
 */
import type { ChangeId, Conflict, Decided, PendingChange, Resolution, TurnFiles } from "../../shared/Change.ts"
import type { SessionId, TurnId } from "../../shared/Ids.ts"
import { emptyWork, evolveWork, type Work } from "../../shared/Work.ts"
import { done, type Reply } from "../rpc/Reply.ts"
import type { WorkRemote } from "../rpc/WorkRemote.ts"
import { DecidedChanges } from "./DecidedChanges.ts"
import { FilesStore } from "./FilesStore.ts"
import type { Kept } from "./Kept.ts"
import { LandStore } from "./LandStore.ts"
import { Observable } from "./Observable.ts"
import { Reviewed } from "./Reviewed.ts"
import { TerminalsStore } from "./TerminalsStore.ts"

export type Act = "apply" | "reject" | "revert" | "bringBack" | "resolve"

export class WorkStore extends Observable {
  work: Work = emptyWork
  /** Why there will be no work. */
  failure: string | undefined
  /** What the server said no to last; shown until put away. */
  refusal: string | undefined
  looking = false
  /** What is being done to which change. */
  busy: ReadonlyMap<ChangeId, Act> = new Map()
  /** Why a change was not decided, until something else is done to it. */
  problems: ReadonlyMap<ChangeId, string> = new Map()
  readonly sessionId: SessionId
  readonly reviewed: Reviewed
  readonly decided: DecidedChanges
  readonly terminals: TerminalsStore
  readonly files: FilesStore
  readonly #remote: WorkRemote
  readonly #ofTurns = new Map<TurnId, { readonly lookedAt: number; readonly reply: Promise<Reply<TurnFiles>> }>()
  readonly #waits = new Map<ChangeId, AbortController>()
  #stop: (() => void) | undefined

  constructor(remote: WorkRemote, kept: Kept, sessionId: SessionId) {
    super()
    this.#remote = remote
    this.sessionId = sessionId
    this.reviewed = new Reviewed(kept, sessionId)
    this.decided = new DecidedChanges(remote, sessionId)
    this.terminals = new TerminalsStore(remote, sessionId)
    this.files = new FilesStore(remote, sessionId)
  }

  /** Follows the session's work until `close`. What failed for good is tried again by `retry` alone. */
  open(): void {
    if (this.failure !== undefined) return
    this.#stop ??= this.#remote.watchChanges(this.sessionId, {
      onValue: (frame) => {
        this.work = evolveWork(this.work, frame)
        if (frame._tag !== "Standing") return
        // said once, above the list
        if (this.refusal === frame.problem?.sentence) this.refusal = undefined
        this.reviewed.keepOnly(this.work.changes)
        this.decided.count(this.work.decided)
        this.changed()
      },
      onFailure: (message) => {
        this.failure = message
        this.changed()
      }
    })
  }

  retry(): void {
    this.close()
    this.failure = undefined
    this.open()
    this.changed()
  }

  close(): void {
    this.#stop?.()
    this.#stop = undefined
  }

  /** Makes the server look at the files now. */
  async look(): Promise<void> {
    this.looking = true
    this.changed()
    const reply = await this.#remote.look({ sessionId: this.sessionId })
    if (reply._tag === "Done" || reply.message !== this.work.problem?.sentence) this.#note(reply)
    this.looking = false
    this.changed()
  }

  apply(changeIds: ReadonlyArray<ChangeId>): Promise<void> {
    return this.#decide("apply", changeIds, inParts(changeIds, (some) => this.#remote.apply({ sessionId: this.sessionId, changeIds: some })))
  }

  reject(changeIds: ReadonlyArray<ChangeId>): Promise<void> {
    return this.#decide("reject", changeIds, inParts(changeIds, (some, signal) => this.#remote.reject({ sessionId: this.sessionId, changeIds: some }, signal)))
  }

  revert(changeIds: ReadonlyArray<ChangeId>): Promise<void> {
    return this.#decide("revert", changeIds, inParts(changeIds, (some) => this.#remote.revert({ sessionId: this.sessionId, changeIds: some })))
  }

  bringBack(changeIds: ReadonlyArray<ChangeId>): Promise<void> {
    return this.#decide("bringBack", changeIds, inParts(changeIds, (some, signal) => this.#remote.bringBack({ sessionId: this.sessionId, changeIds: some }, signal)))
  }

  /** `part` names this decision: sent twice it is one. */
  decideHunks(verb: "apply" | "reject" | "revert", changeId: ChangeId, part: ChangeId, hunks: ReadonlyArray<number>): Promise<void> {
    const payload = { sessionId: this.sessionId, changeId, part, hunks }
    const ask = { apply: this.#remote.applyHunks, reject: this.#remote.rejectHunks, revert: this.#remote.revertHunks }[verb]
    return this.#decide(verb, [changeId], async (signal) => each(await ask(payload, signal)))
  }

  resolve(changeId: ChangeId, way: Resolution): Promise<void> {
    return this.#decide("resolve", [changeId], async (signal) => each(await this.#remote.resolve({ sessionId: this.sessionId, changeId, way }, signal)))
  }

  /** A decision that waits for turns to end waits no more. */
  giveUp(changeId: ChangeId): void {
    this.#waits.get(changeId)?.abort()
  }

  conflict(changeId: ChangeId): Promise<Reply<Conflict>> {
    return this.#remote.conflict({ sessionId: this.sessionId, changeId })
  }

  /** The first of what a turn changed. Asked for once, and again where the files were looked at since the turn ended. */
  ofTurn(turnId: TurnId, endedAt: number): Promise<Reply<TurnFiles>> {
    const held = this.#ofTurns.get(turnId), lookedAt = this.work.lookedAt ?? 0
    if (held !== undefined && (held.lookedAt >= endedAt || held.lookedAt === lookedAt)) return held.reply
    const reply = this.#remote.ofTurn({ sessionId: this.sessionId, turnId, limit: firstOfTurn }).then((answer) => {
      if (answer._tag === "Unreached") this.#ofTurns.delete(turnId)
      return answer
    })
    this.#ofTurns.set(turnId, { lookedAt, reply })
    return reply
  }

  /** What comes after the path that was had last. */
  moreOfTurn(turnId: TurnId, after: string): Promise<Reply<TurnFiles>> {
    return this.#remote.ofTurn({ sessionId: this.sessionId, turnId, after, limit: moreOfTurn })
  }

  /** For landing changes once. */
  landing(): LandStore {
    return new LandStore(this.#remote, this.sessionId)
  }

  putAwayRefusal(): void {
    this.refusal = undefined
    this.changed()
  }

  async #decide(act: Act, ids: ReadonlyArray<ChangeId>, ask: (signal: AbortSignal) => Promise<Reply<ReadonlyArray<Decided>>>): Promise<void> {
    const free = ids.filter((id) => !this.busy.has(id))
    if (free.length < ids.length || ids.length === 0) return
    const controller = new AbortController(), meant = new Set(ids)
    for (const id of ids) this.#waits.set(id, controller)
    this.busy = new Map([...this.busy, ...ids.map((id) => [id, act] as const)])
    this.problems = new Map([...this.problems].filter(([id]) => !meant.has(id)))
    this.changed()
    const reply = await ask(controller.signal)
    for (const id of ids) this.#waits.delete(id)
    this.busy = new Map([...this.busy].filter(([id]) => !meant.has(id)))
    if (reply._tag === "Done") this.#settle(reply.value)
    else if (!controller.signal.aborted) this.#note(reply)
    this.changed()
  }

  /** As the feed will tell it. */
  #settle(decided: ReadonlyArray<Decided>): void {
    this.problems = new Map([...this.problems, ...decided.flatMap(({ change, problem }) => problem === null ? [] : [[change.id, problem] as const])])
    // what was reverted or brought back waits anew, under the same id: the feed alone knows whether it is there already
    const changes = decided.map(({ change }) => change).filter(({ state }) => state !== "reverted")
    const standing = new Set(this.work.changes.map(({ id }) => id))
    const work = [
      { _tag: "Saved" as const, changes: changes.filter((change) => stands(change) && standing.has(change.id)) },
      { _tag: "Gone" as const, ids: changes.filter((change) => !stands(change)).map(({ id }) => id) },
      { _tag: "Standing" as const, ...this.work }
    ].reduce(evolveWork, this.work)
    // a batch that is on its way is not to be drawn before its end
    if (this.work.coming === undefined) this.work = work
  }

  #note<A>(reply: Reply<A>): void {
    if (reply._tag !== "Done") this.refusal = reply.message
  }
}

const stands = ({ state }: PendingChange): boolean => state === "pending" || state === "conflicted"

/** Files of a turn: most turns change fewer, and whoever wants more wants many. */
const firstOfTurn = 50, moreOfTurn = 200

/** As many as one call may name. */
const atOnce = 1000

/** One call after the other; what was decided by those before one that is refused is told by the feed. */
const inParts = (ids: ReadonlyArray<ChangeId>, ask: (some: ReadonlyArray<ChangeId>, signal: AbortSignal) => Promise<Reply<ReadonlyArray<Decided>>>) =>
  async (signal: AbortSignal): Promise<Reply<ReadonlyArray<Decided>>> => {
    const decided: Array<Decided> = []
    for (let at = 0; at < ids.length; at += atOnce) {
      const reply = await ask(ids.slice(at, at + atOnce), signal)
      if (reply._tag !== "Done") return reply
      decided.push(...reply.value)
    }
    return done(decided)
  }

const each = (reply: Reply<Decided>): Reply<ReadonlyArray<Decided>> => reply._tag === "Done" ? done([reply.value]) : reply
