/**
 * Reviewed: which changes of a session somebody has marked as looked at, in this browser. A mark is of one content: a change
 * that becomes another one wants to be looked at again.
 */
import { Schema } from "effect"
import type { PendingChange } from "../../shared/Change.ts"
import type { SessionId } from "../../shared/Ids.ts"
import type { Kept } from "./Kept.ts"
import { Observable } from "./Observable.ts"

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Record(Schema.String, Schema.String)))

/** What of a change is looked at: its contents and modes. */
const contentOf = ({ baseBlob, blob, mode, oldMode }: PendingChange): string => [baseBlob, blob, oldMode, mode].map((part) => part ?? "-").join(".")

export class Reviewed extends Observable {
  readonly #kept: Kept
  readonly #name: string
  /** Contents by path. */
  #marks: ReadonlyMap<string, string>

  constructor(kept: Kept, sessionId: SessionId) {
    super()
    this.#kept = kept
    this.#name = `reviewed.${sessionId}`
    const found = decode(kept.get(this.#name) ?? "{}")
    this.#marks = new Map(found._tag === "Some" ? Object.entries(found.value) : [])
  }

  has(change: PendingChange): boolean {
    return this.#marks.get(change.path) === contentOf(change)
  }

  mark(change: PendingChange, reviewed: boolean): void {
    const marks = new Map(this.#marks)
    if (reviewed) marks.set(change.path, contentOf(change))
    else marks.delete(change.path)
    this.#keep(marks)
    this.changed()
  }

  /** Forgets what is of no change that stands, so that it doesn't grow for ever. */
  keepOnly(changes: ReadonlyArray<PendingChange>): void {
    if (this.#marks.size === 0) return
    const standing = new Set(changes.map(({ path }) => path))
    const marks = new Map([...this.#marks].filter(([path]) => standing.has(path)))
    if (marks.size !== this.#marks.size) this.#keep(marks)
  }

  #keep(marks: ReadonlyMap<string, string>): void {
    this.#marks = marks
    this.#kept.set(this.#name, marks.size === 0 ? undefined : JSON.stringify(Object.fromEntries(marks)))
  }
}
