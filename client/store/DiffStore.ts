/**
 * DiffStore: the diffs of files that this page shows. A diff is asked for when it is first held and its stream is closed
 * when nobody holds it any more; whole ones are kept for a while, so that going back to a file shows it at once.
 *
 * Owns no rows: a diff's pieces stand as they came, in one list that only grows.
 */
import type { DiffFrame, DiffHunk, DiffOrder } from "../../shared/Diff.ts"
import type { SessionId } from "../../shared/Ids.ts"
import type { Reply } from "../rpc/Reply.ts"
import { Observable } from "./Observable.ts"

export interface DiffRemote {
  /** Answers when it is over. Ended early by `signal`. */
  readonly diff: (order: DiffOrder, onFrame: (frame: DiffFrame) => void, signal: AbortSignal) => Promise<Reply<void>>
  readonly content: (payload: { readonly sessionId: SessionId; readonly blob: string }) => Promise<Reply<{ readonly type: string; readonly base64: string }>>
}

type Frame<Tag extends DiffFrame["_tag"]> = Extract<DiffFrame, { readonly _tag: Tag }>

const keptFiles = 8
/** Lines of whole diffs that are kept in all. */
const keptLines = 400_000
/** Before a lost connection is tried again, in milliseconds. */
const pause = 1000

export class FileDiff extends Observable {
  readonly order: DiffOrder
  head: Frame<"Head"> | undefined
  /** Grows in place; another list after a lost connection. */
  pieces: Array<DiffHunk> = []
  lines = 0
  cut: Frame<"Cut"> | undefined
  /** Everything has come that will. */
  over = false
  /** Why nothing more comes. */
  problem: string | undefined
  readonly #remote: DiffRemote
  #running: AbortController | undefined
  #lost: AbortController | undefined

  constructor(remote: DiffRemote, order: DiffOrder) {
    super()
    this.#remote = remote
    this.order = order
  }

  /** Asks for it, unless it has come or is coming. */
  start(): void {
    if (this.over || this.#running !== undefined) return
    this.#running = new AbortController()
    this.problem = undefined
    void this.#run(this.#running)
  }

  stop(): void {
    this.#running?.abort()
    this.#running = undefined
    this.#lost = undefined
  }

  async #run(running: AbortController): Promise<void> {
    const reply = await this.#remote.diff(this.order, (frame) => {
      if (this.#running === running) this.#take(frame)
    }, running.signal)
    if (this.#running !== running) return
    this.#running = undefined
    if (reply._tag === "Unreached") {
      this.problem = reply.message
      this.#lost = running
      setTimeout(() => this.#again(running), pause)
    } else if (reply._tag === "Refused") this.problem = reply.message
    else this.over = true
    this.changed()
  }

  /** For those who wait: not where it was stopped meanwhile. */
  #again(lost: AbortController): void {
    if (this.#lost === lost) this.start()
  }

  #take(frame: DiffFrame): void {
    switch (frame._tag) {
      case "Head":
        this.head = frame
        this.pieces = []
        this.lines = 0
        this.cut = undefined
        break
      case "Hunks":
        for (const hunk of frame.hunks) {
          this.pieces.push(hunk)
          this.lines += hunk.lines.length
        }
        break
      case "Cut": this.cut = frame
    }
    this.changed()
  }
}

export class DiffStore {
  readonly #remote: DiffRemote
  /** The one held last stands last. */
  readonly #diffs = new Map<string, { readonly diff: FileDiff; holders: number }>()

  constructor(remote: DiffRemote) {
    this.#remote = remote
  }

  /** Each needs its `release`. */
  hold(order: DiffOrder): FileDiff {
    const key = keyOf(order)
    const entry = this.#diffs.get(key) ?? { diff: new FileDiff(this.#remote, order), holders: 0 }
    this.#diffs.delete(key)
    this.#diffs.set(key, entry)
    entry.holders += 1
    entry.diff.start()
    return entry.diff
  }

  release({ order }: FileDiff): void {
    const key = keyOf(order)
    const entry = this.#diffs.get(key)
    if (entry === undefined || entry.holders === 0) return
    entry.holders -= 1
    if (entry.holders > 0) return
    entry.diff.stop()
    if (!entry.diff.over) this.#diffs.delete(key)
    this.#forget()
  }

  /** A content whole, as an address that an image can have. */
  async image(sessionId: SessionId, blob: string): Promise<Reply<string>> {
    const reply = await this.#remote.content({ sessionId, blob })
    return reply._tag === "Done" ? { ...reply, value: `data:${reply.value.type};base64,${reply.value.base64}` } : reply
  }

  /** Of those that nobody holds the oldest go first. */
  #forget(): void {
    let files = 0, lines = 0
    for (const [key, { diff, holders }] of [...this.#diffs].toReversed()) {
      files += 1
      lines += diff.lines
      if (holders === 0 && (files > keptFiles || lines > keptLines)) this.#diffs.delete(key)
    }
  }
}

const keyOf = ({ anyway, baseBlob, blob, context, ignoreSpace, path, sessionId }: DiffOrder): string =>
  JSON.stringify([sessionId, path, baseBlob, blob, ignoreSpace === true, anyway === true, context])
