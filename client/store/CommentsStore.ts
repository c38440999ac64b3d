/** CommentsStore: a session's comments on lines, kept by this browser until they are sent. */
import { Option, Schema } from "effect"
import type { SessionId } from "../../shared/Ids.ts"
import { type CommentPlace, LineComment } from "../../shared/LineComment.ts"
import type { Kept } from "./Kept.ts"
import { Observable } from "./Observable.ts"

const Comments = Schema.fromJsonString(Schema.Array(LineComment))
const decode = Schema.decodeUnknownOption(Comments)

export class CommentsStore extends Observable {
  /** Oldest first. */
  comments: ReadonlyArray<LineComment>
  readonly #kept: Kept
  readonly #name: string

  constructor(kept: Kept, sessionId: SessionId) {
    super()
    this.#kept = kept
    this.#name = `comments.${sessionId}`
    this.comments = this.#read()
  }

  get count(): number {
    return this.comments.length
  }

  ofPath(path: string): ReadonlyArray<LineComment> {
    return this.comments.filter((comment) => comment.path === path)
  }

  add(place: CommentPlace, text: string): void {
    this.#keep([...this.#read(), { ...place, id: crypto.randomUUID(), text, at: Date.now() }])
  }

  edit(id: string, text: string): void {
    this.#keep(this.#read().map((comment) => comment.id === id ? { ...comment, text } : comment))
  }

  remove(ids: ReadonlyArray<string>): void {
    this.#keep(this.#read().filter(({ id }) => !ids.includes(id)))
  }

  /** Another tab of the browser may have written meanwhile. */
  #read(): ReadonlyArray<LineComment> {
    return Option.getOrElse(decode(this.#kept.get(this.#name)), () => [])
  }

  #keep(comments: ReadonlyArray<LineComment>): void {
    this.comments = comments
    this.#kept.set(this.#name, comments.length === 0 ? undefined : JSON.stringify(comments))
    this.changed()
  }
}

export class CommentsStores {
  readonly #kept: Kept
  readonly #stores = new Map<SessionId, CommentsStore>()

  constructor(kept: Kept) {
    this.#kept = kept
  }

  of(sessionId: SessionId): CommentsStore {
    const store = this.#stores.get(sessionId) ?? new CommentsStore(this.#kept, sessionId)
    this.#stores.set(sessionId, store)
    return store
  }
}
