/**
 * The comments of a session before they are sent: what stands in them, the chat and the agent they go to, and the one
 * prompt that they become. Sent as any other prompt of that chat, so that none is lost on the way.
 */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { IntentController } from "../controller/intent.ts"
import { StoreController } from "../controller/StoreController.ts"
import type { AgentInfo } from "../../shared/Agent.ts"
import { factsOf } from "../../shared/Chat.ts"
import type { AgentName, ChatId, SessionId } from "../../shared/Ids.ts"
import type { LineComment } from "../../shared/LineComment.ts"
import type { ChatRow } from "../../shared/Session.ts"
import type { ChatStore } from "../store/ChatStore.ts"
import type { CommentsStore } from "../store/CommentsStore.ts"
import type { Stores } from "../store/Stores.ts"
import { base } from "../style/base.ts"
import { icon } from "../style/icons.ts"
import { commentPrompt } from "../view/commentPrompt.ts"
import { contentOf, contentProblem } from "../view/composer.ts"
import { chatName } from "../view/directory.ts"
import { plural } from "../view/numbers.ts"
import "./boo-comment.ts"

export class BooCommentsSend extends LitElement {
  static override properties = {
    sessionId: {}, stores: { attribute: false }, comments: { attribute: false }, isOutdated: { attribute: false }, chosen: { state: true }, agent: { state: true }, problem: { state: true }
  }
  static override styles = [base, css`
    :host { display: grid; grid-template: minmax(0, 1fr) auto / minmax(0, 1fr); min-height: 0; max-height: 32rem; }
    .list { display: grid; align-content: start; gap: var(--s3); min-height: 0; overflow: auto; padding: var(--s1) var(--s4) var(--s3); }
    h3 { margin-bottom: var(--s1); font: 500 var(--size-s) / 1.5 var(--mono); color: var(--ink-soft); overflow-wrap: anywhere; }
    pre { max-height: 6rem; margin-bottom: var(--s1); overflow: auto; padding: var(--s1) var(--s2); border-inline-start: 2px solid var(--line-strong); color: var(--ink-faint); font: var(--size-s) / 1.5 var(--mono); }
    details { border: 1px solid var(--line); border-radius: var(--round-m); }
    summary { padding: 0.375rem var(--s3); color: var(--ink-soft); font-size: var(--size-s); cursor: pointer; }
    .prompt { max-height: 14rem; margin: 0; padding: var(--s2) var(--s3); border: 0; border-top: 1px solid var(--line); white-space: pre-wrap; overflow-wrap: anywhere; }
    footer { display: flex; flex-wrap: wrap; align-items: center; gap: var(--s2); padding: var(--s2) var(--s3) var(--s3) var(--s4); border-top: 1px solid var(--line); }
    select { max-width: 14rem; }
    label { color: var(--ink-faint); font-size: var(--size-s); }
    .space { flex: 1; }
    .problem { flex-basis: 100%; color: var(--bad); }
    .none { padding: var(--s5); color: var(--ink-faint); text-align: center; }
    .old { color: var(--warn); font: var(--size-xs) / 1.5 var(--font); }
  `]

  sessionId: SessionId | undefined
  stores: Stores | undefined
  comments: CommentsStore | undefined
  /** Says of which the file has changed since. */
  isOutdated: (comment: LineComment) => boolean = () => false
  chosen: ChatId | undefined
  agent: AgentName | undefined
  problem: string | undefined

  constructor() {
    super()
    new StoreController(this, () => [this.comments, this.stores?.directory, this.stores?.agents, this.#store])
    new IntentController(this)
      .on("boo-edit-comment", ({ id, text }) => this.comments?.edit(id, text))
      .on("boo-remove-comment", ({ id }) => this.comments?.remove([id]))
  }

  get #chats(): ReadonlyArray<ChatRow> {
    return (this.stores?.directory.directory?.chats ?? []).filter(({ archivedAt, sessionId }) => sessionId === this.sessionId && archivedAt === null)
  }

  /** The chosen chat, else the one that was worked in last. */
  get #row(): ChatRow | undefined {
    const chats = this.#chats
    return chats.find(({ id }) => id === this.chosen) ?? [...chats].sort((one, other) => (other.lastEndedAt ?? other.createdAt) - (one.lastEndedAt ?? one.createdAt))[0]
  }

  get #store(): ChatStore | undefined {
    const row = this.#row
    return row === undefined ? undefined : this.stores?.chats.show(row.id)
  }

  get #agent(): AgentName | undefined {
    return this.agent ?? this.#store?.chat?.agent ?? this.#row?.agent ?? undefined
  }

  /** Those that can be prompted, and the chat's own in any case. */
  get #agents(): ReadonlyArray<AgentInfo> {
    const own = this.#agent
    return (this.stores?.agents.agents ?? []).filter(({ enabled, name, readiness }) => name === own || (enabled && ["ready", "loading"].includes(readiness)))
  }

  override render(): TemplateResult {
    const comments = this.comments?.comments ?? []
    if (comments.length === 0) return html`<p class="none">There are no comments. Press a line's number in a diff to write one.</p>`
    const chats = this.#chats, row = this.#row
    const text = commentPrompt(comments, this.isOutdated)
    return html`<div class="list">
        ${comments.map((comment) => this.#comment(comment))}
        <details><summary>The prompt</summary><pre class="prompt">${text}</pre></details>
      </div>
      <footer>
        ${this.problem === undefined ? nothing : html`<p class="problem" role="alert">${this.problem}</p>`}
        ${row === undefined ? html`<span class="faint">The session has no chat; start one first.</span>` : html`
          <label for="chat">To</label><select id="chat" @change=${this.#onChat}>${chats.map((one) => html`<option value=${one.id} ?selected=${one.id === row.id}>${chatName(one)}</option>`)}</select>
          <select aria-label="Agent" @change=${this.#onAgent}>${this.#agents.map(({ label, name }) => html`<option value=${name} ?selected=${name === this.#agent}>${label}</option>`)}</select>`}
        <span class="space"></span>
        <button class="primary" ?disabled=${row === undefined || this.#agent === undefined} @click=${() => this.#send(text, comments)}>${icon("send")}Send ${plural(comments.length, "comment")}</button>
      </footer>`
  }

  #comment(comment: LineComment): TemplateResult {
    return html`<section><h3>${comment.path}${this.isOutdated(comment) ? html` <span class="old">changed since</span>` : nothing}</h3><pre>${comment.quoted}</pre><boo-comment .comment=${comment}></boo-comment></section>`
  }

  #onChat(event: Event): void {
    if (!(event.currentTarget instanceof HTMLSelectElement)) return
    const { value } = event.currentTarget
    this.chosen = this.#chats.find(({ id }) => id === value)?.id
    this.agent = undefined
  }

  #onAgent(event: Event): void {
    if (!(event.currentTarget instanceof HTMLSelectElement)) return
    const { value } = event.currentTarget
    this.agent = this.#agents.find(({ name }) => name === value)?.name
  }

  #send(text: string, comments: ReadonlyArray<LineComment>): void {
    const store = this.#store, agent = this.#agent
    if (store === undefined || agent === undefined) return
    const content = contentOf(text, [])
    this.problem = contentProblem(content)
    if (this.problem !== undefined) return
    store.prompt(content, agent, store.chat === undefined ? {} : factsOf(store.chat, agent).settings)
    this.comments?.remove(comments.map(({ id }) => id))
    this.dispatchEvent(new CustomEvent<ChatId>("sent", { detail: store.chatId }))
  }
}

customElements.define("boo-comments-send", BooCommentsSend)
