// One turn of the scripted agent: what it has said, how it takes a cancel, and the waits that a cancel breaks. The steps
// themselves are in Play and beside it.

import type { StopReason } from "@agentclientprotocol/sdk"
import { chunk, type Session } from "./Session.ts"

/** Breaks the steps of a turn that was cancelled. */
export class Cancelled extends Error {}

/** Tokens of one turn. */
export interface Tokens {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly totalTokens: number
}

export class Turn {
  readonly session: Session
  /** The blocks of the prompt that are not text, a line each. */
  readonly attached: ReadonlyArray<string>
  /** What the client told the agent besides the prompt. */
  readonly context: string
  said = ""
  tokens: Tokens | undefined
  ignoresCancel = false
  cancelWaits = false
  cancelAnswer: StopReason = "cancelled"
  /** Speaks so long after the turn's answer, once for each. */
  readonly lateMs: Array<number> = []
  isCancelled = false
  readonly #cancelled = Promise.withResolvers<never>()
  #toolCalls = 0

  constructor(session: Session, { attached, context }: { readonly attached: ReadonlyArray<string>; readonly context: string }) {
    this.session = session
    this.attached = attached
    this.context = context
    this.#cancelled.promise.catch(() => {})
  }

  cancel(): void {
    if (this.ignoresCancel) return
    this.isCancelled = true
    this.#cancelled.reject(new Cancelled())
  }

  /** One chunk of text. */
  say(text: string): void {
    this.said += text
    this.session.update(chunk("agent_message_chunk", text))
  }

  /** A line of its own, for what a step reports. */
  report(text: string): void {
    this.say(`${text}\n`)
  }

  nextToolCallId(): string {
    this.#toolCalls += 1
    return `call_${this.session.kept.exchanges.length}_${this.#toolCalls}`
  }

  orCancelled<A>(work: Promise<A>): Promise<A> {
    return Promise.race([work, this.#cancelled.promise])
  }

  pause(ms: number): Promise<void> {
    return this.orCancelled(new Promise((resolve) => setTimeout(resolve, ms)))
  }

  /** Waits until the client has room for more, and lets a cancel in. */
  async breathe(): Promise<void> {
    await this.session.wire.drained()
    await this.orCancelled(new Promise((resolve) => setImmediate(resolve)))
  }

  /** The client's answer to a request; with `cancel-waits`, a cancel takes effect only after it. */
  async answered<A>(answer: Promise<A>): Promise<A> {
    if (!this.cancelWaits) return this.orCancelled(answer)
    const result = await answer
    if (this.isCancelled) throw new Cancelled()
    return result
  }
}
