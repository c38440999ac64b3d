/**
 * ChatStore: one chat as this page holds it: the same fold as the server's, run over the chat's feed; what left the
 * live window; prompts on their way; and what a person does to the chat.
 *
 * Owns no words and no time but the difference between the server's clock and this one's.
 */
import type { Chat } from "../../shared/Chat.ts"
import type { RequestAnswer } from "../../shared/AgentRequest.ts"
import type { LogEntry } from "../../shared/ChatEvent.ts"
import type { ContentBlock } from "../../shared/Content.ts"
import { applyFrame, type ChatFrame, type Watched } from "../../shared/Feed.ts"
import type { AgentName, ChatId, PromptId, RequestId } from "../../shared/Ids.ts"
import type { TurnSettings } from "../../shared/Turn.ts"
import type { Remote } from "../rpc/Remote.ts"
import type { Reply } from "../rpc/Reply.ts"
import type { Kept } from "./Kept.ts"
import { Observable } from "./Observable.ts"
import { addPage, keepLeft, noPast, type Past, pastFloor } from "./Past.ts"
import { WireStore } from "./WireStore.ts"
import { keepPending, newPromptId, type PendingPrompt, readPending, unseen } from "./Pending.ts"

const pageSize = 80

export class ChatStore extends Observable {
  /** `undefined` until the first frame. */
  chat: Chat | undefined
  past: Past = noPast
  pending: ReadonlyArray<PendingPrompt>
  /** Why there will be no chat. */
  failure: string | undefined
  /** What the server said no to last; shown until put away. */
  refusal: string | undefined
  loadingOlder = false
  stopping = false
  /** Milliseconds by which this clock is ahead of the server's. */
  skew = 0
  readonly chatId: ChatId
  readonly #remote: Remote
  readonly #kept: Kept
  readonly #blobs = new Map<string, Promise<Reply<string>>>()
  #watched: Watched | undefined
  #stops: ReadonlyArray<() => void> = []
  #sending = false
  /** The last frame was no catching up: the next one tells of now. */
  #live = false
  #least = Infinity

  constructor(remote: Remote, kept: Kept, chatId: ChatId) {
    super()
    this.#remote = remote
    this.#kept = kept
    this.chatId = chatId
    this.pending = readPending(kept, chatId)
  }

  /** Follows the chat until `close`; opened again, it goes on from where it stands. */
  open(): void {
    if (this.#stops.length > 0) return
    this.#stops = [
      this.#remote.watchChat(this.chatId, () => this.#watched?.cursor, {
        onValue: (frame) => this.#take(frame),
        onFailure: (message) => {
          this.failure = message
          this.changed()
        }
      }),
      this.#remote.onState((state) => {
        if (state._tag === "Online") void this.#send()
        else this.#live = false
      })
    ]
  }

  close(): void {
    for (const stop of this.#stops) stop()
    this.#stops = []
  }

  /** Shown as pending at once; sent again under the same id until the server has answered. */
  prompt(content: ReadonlyArray<ContentBlock>, agent: AgentName, settings: TurnSettings): void {
    const at = Date.now() - this.skew
    this.#setPending([...this.pending, { promptId: newPromptId(), content, agent, settings, at, state: "sending" }])
    void this.#send()
  }

  /** Takes a refused prompt away; what it said is the caller's to put back into the composer. */
  dismiss(promptId: PromptId): PendingPrompt | undefined {
    const found = this.pending.find((prompt) => prompt.promptId === promptId)
    this.#setPending(this.pending.filter((prompt) => prompt !== found))
    return found
  }

  async stop(): Promise<void> {
    this.stopping = true
    this.changed()
    this.#note(await this.#remote.stop({ chatId: this.chatId }))
    this.stopping = false
    this.changed()
  }

  changePrompt(promptId: PromptId, content: ReadonlyArray<ContentBlock>) {
    return this.#act(this.#remote.changePrompt({ chatId: this.chatId, promptId, content }))
  }

  withdraw(promptId: PromptId) {
    return this.#act(this.#remote.withdrawPrompt({ chatId: this.chatId, promptId }))
  }

  resumeQueue() {
    return this.#act(this.#remote.resumeQueue({ chatId: this.chatId }))
  }

  answer(requestId: RequestId, answer: RequestAnswer) {
    return this.#act(this.#remote.answer({ chatId: this.chatId, requestId, answer }))
  }

  /** Takes an "always" back. */
  revokeRule(ruleId: RequestId) {
    return this.#remote.revokeRule({ chatId: this.chatId, ruleId })
  }

  choose(agent: AgentName, settings: TurnSettings) {
    return this.#act(this.#remote.setSettings({ chatId: this.chatId, agent, settings }))
  }

  putAwayRefusal(): void {
    this.refusal = undefined
    this.changed()
  }

  /** Asks for the page above what is here. */
  async loadOlder(): Promise<void> {
    const chat = this.chat
    if (chat === undefined || this.loadingOlder) return
    const before = pastFloor(this.past, chat)
    if (before === 0) return
    this.loadingOlder = true
    this.changed()
    const reply = await this.#remote.older({ chatId: this.chatId, before, limit: pageSize })
    this.loadingOlder = false
    // a snapshot may have come meanwhile, which began the past anew
    const still = this.chat !== undefined && pastFloor(this.past, this.chat) === before
    if (reply._tag === "Done" && still) this.past = addPage(this.past, reply.value)
    this.changed()
  }

  /** A text that the log keeps by hash; asked for once. */
  blob(hash: string): Promise<Reply<string>> {
    const held = this.#blobs.get(hash)
    if (held !== undefined) return held
    const asked = this.#remote.blob(hash).then((reply) => {
      if (reply._tag === "Unreached") this.#blobs.delete(hash)
      return reply
    })
    this.#blobs.set(hash, asked)
    return asked
  }

  /** What goes over the wire of an agent of this chat. */
  wire(agent: AgentName): WireStore {
    return new WireStore(this.#remote, this.chatId, agent)
  }

  #take(frame: ChatFrame): void {
    this.failure = undefined
    if (frame._tag === "Snapshot") this.#begin(frame)
    else this.#follow(frame)
    this.#live = true
    this.chat = this.#watched?.chat
    if (this.chat !== undefined) this.#setPending(unseen(this.pending, this.chat))
    this.changed()
  }

  #begin(frame: Extract<ChatFrame, { _tag: "Snapshot" }>): void {
    const before = this.#watched
    this.#watched = applyFrame(before, frame)
    // what lies between is not here: the past begins anew
    if (before === undefined || frame.chat.floor > before.chat.floor) this.past = noPast
    this.#setPending(this.pending.filter((prompt) => prompt.state !== "accepted"))
  }

  /** One entry after the other, so that nothing leaves the window unseen. */
  #follow(frame: Extract<ChatFrame, { _tag: "Events" }>): void {
    for (const entry of frame.events) {
      const before = this.#watched
      this.#watched = applyFrame(before, { ...frame, events: [entry] })
      if (before !== undefined && this.#watched !== undefined) this.past = keepLeft(this.past, before.chat, entry, this.#watched.chat)
    }
    if (this.#live) this.#measureSkew(frame.events)
  }

  /** An event that has just happened is as old as its way here: the least difference seen is the clocks' own. */
  #measureSkew(events: ReadonlyArray<LogEntry>): void {
    const newest = events.at(-1)
    if (newest === undefined) return
    this.#least = Math.min(this.#least, Date.now() - newest.at)
    this.skew = this.#least
  }

  /** One after the other, in the order they were typed. */
  async #send(): Promise<void> {
    if (this.#sending) return
    this.#sending = true
    for (;;) {
      const next = this.pending.find((prompt) => prompt.state === "sending")
      if (next === undefined) break
      const { agent, content, promptId, settings } = next
      const reply = await this.#remote.prompt({ chatId: this.chatId, promptId, content, agent, settings })
      if (reply._tag === "Unreached") break
      this.#setPending(this.pending.map((prompt) => prompt.promptId !== promptId ? prompt
        : reply._tag === "Done" ? { ...prompt, state: "accepted" } : { ...prompt, state: "refused", why: reply.message }))
      if (this.chat !== undefined) this.#setPending(unseen(this.pending, this.chat))
    }
    this.#sending = false
  }

  #setPending(pending: ReadonlyArray<PendingPrompt>): void {
    if (pending === this.pending || (pending.length === 0 && this.pending.length === 0)) return
    this.pending = pending
    keepPending(this.#kept, this.chatId, pending)
    this.changed()
  }

  async #act<A>(asked: Promise<Reply<A>>): Promise<Reply<A>> {
    const reply = await asked
    this.#note(reply)
    return reply
  }

  #note<A>(reply: Reply<A>): void {
    if (reply._tag === "Done") return
    this.refusal = reply.message
    this.changed()
  }
}
