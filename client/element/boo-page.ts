/** The page of somebody who is signed in: the list, the chat that is shown, what opens above. It hears what they ask and tells the directory's store. */
import { html, LitElement, nothing, type TemplateResult } from "lit"
import { keyed } from "lit/directives/keyed.js"
import { Attention } from "../controller/Attention.ts"
import { ask, type Guarded, IntentController } from "../controller/intent.ts"
import { Shortcuts, type ShortcutName } from "../controller/Shortcuts.ts"
import { StoreController } from "../controller/StoreController.ts"
import { promptedTurn } from "../../shared/Chat.ts"
import type { AgentName, ChatId, PromptId, SessionId } from "../../shared/Ids.ts"
import type { ChatRow } from "../../shared/Session.ts"
import type { Router } from "../Router.ts"
import type { ChatStore } from "../store/ChatStore.ts"
import type { DirectoryStore } from "../store/DirectoryStore.ts"
import type { Preferences } from "../store/Preferences.ts"
import type { Stores } from "../store/Stores.ts"
import type { WorkStore } from "../store/WorkStore.ts"
import { base } from "../style/base.ts"
import { icon } from "../style/icons.ts"
import { page } from "../style/page.ts"
import { agentForNew } from "../view/agents.ts"
import { chatName } from "../view/directory.ts"
import type { WorkTab } from "../view/workTab.ts"
import { promptText } from "../view/prompt.ts"
import { neighbour, type Place, placeOf } from "../view/place.ts"
import type { BooChat } from "./boo-chat.ts"
import type { Opened } from "./boo-opened.ts"
import "./boo-banner.ts"
import "./boo-bar.ts"
import "./boo-chat.ts"
import "./boo-sidebar.ts"

const narrow = matchMedia("(max-width: 46rem)")
/** Too small for a chat and its work side by side. */
const slim = matchMedia("(max-width: 70rem)")

export class BooPage extends LitElement {
  static override properties = {
    stores: { attribute: false }, preferences: { attribute: false }, router: { attribute: false },
    opened: { state: true }, guarded: { state: true }, list: { type: Boolean, reflect: true }, notice: { state: true }
  }
  static override styles = [base, page]

  stores: Stores | undefined
  preferences: Preferences | undefined
  router: Router | undefined
  opened: Opened | undefined
  guarded: Guarded | undefined
  /** The list is shown: beside the chat, or above it on a phone. */
  list = !narrow.matches
  notice: string | undefined
  readonly #attention = new Attention(this, () => ({
    directory: this.stores?.directory, preferences: this.preferences, shown: this.#place?.chat?.id, place: this.#place?.session.title
  }), (sessionId, chatId) => this.#go(sessionId, chatId))

  constructor() {
    super()
    new StoreController(this, () => [this.stores?.directory, this.stores?.server, this.preferences, this.preferences?.seen, this.router, this.stores?.work, this.#work])
    new Shortcuts(this, (name) => this.#shortcut(name))
    new IntentController(this)
      .on("boo-go", ({ chatId, sessionId }) => {
        const isThere = this.stores?.directory.directory?.sessions.some(({ id }) => id === sessionId) === true
        if (isThere) this.#go(sessionId, chatId)
        else this.notice = "That session is gone: it was deleted. If its work was parked, it is among the project's parked work."
      })
      .on("boo-open", (what) => {
        if (what === "sidebar") this.list = !this.list
        else this.opened = what
      })
      .on("boo-show-work", ({ path, tab }) => this.router?.show(tab, path))
      .on("boo-new-session", ({ base: from, projectId }) => void this.#enter((directory) => directory.createSession(projectId, this.#agent, from)))
      .on("boo-guard", (what) => {
        void import("./boo-guard.ts")
        this.guarded = what
      })
      .on("boo-new-chat", ({ sessionId }) => void this.#enter((directory) => directory.createChat(sessionId, undefined)))
      .on("boo-fork", ({ chatId, promptId, where }) => void this.#fork(chatId, promptId, where))
      .on("boo-rename-session", ({ sessionId, title }) => void this.#tell((directory) => directory.renameSession(sessionId, title)))
      .on("boo-rename-chat", ({ chatId, title }) => void this.#tell((directory) => directory.renameChat(chatId, title)))
      .on("boo-archive-session", ({ archived, sessionId }) => void this.#tell((directory) => directory.archiveSession(sessionId, archived)))
      .on("boo-archive-chat", ({ archived, chatId }) => void this.#tell((directory) => directory.archiveChat(chatId, archived)))
      .on("boo-remove-project", ({ projectId }) => void this.#tell((directory) => directory.removeProject(projectId)))
      .on("boo-fold-project", ({ projectId }) => this.preferences?.fold(projectId))
  }

  get #place(): Place | undefined {
    const directory = this.stores?.directory.directory
    return directory === undefined || this.router === undefined ? undefined : placeOf(directory, this.router.route)
  }

  get #agent(): AgentName | undefined {
    return agentForNew(this.stores?.agents.agents ?? [], this.preferences?.agent)
  }

  get #chat(): ChatStore | undefined {
    const chatId = this.#place?.chat?.id
    return chatId === undefined ? undefined : this.stores?.chats.show(chatId)
  }

  /** Chats in which an agent waits for an answer. */
  get #asking(): ReadonlyArray<ChatRow> {
    return (this.stores?.directory.directory?.chats ?? []).filter(({ waiting }) => waiting)
  }

  /** The shown session's, once what it needs is loaded. */
  get #work(): WorkStore | undefined {
    const session = this.#place?.session
    return session === undefined ? undefined : this.stores?.work.stores?.show(session.id)
  }

  /** Of the panel, where it is open. */
  get #tab(): WorkTab | undefined {
    return this.router?.route.tab
  }

  override willUpdate(): void {
    if (this.#tab === undefined) return
    void import("./boo-work.ts")
    this.stores?.work.load()
  }

  override firstUpdated(): void {
    // after what the first screen needs
    setTimeout(() => this.stores?.work.load(), 1000)
  }

  override updated(): void {
    if (this.opened !== undefined) void import("./later.ts")
    const place = this.#place
    if (place?.chat !== undefined) this.router?.settle(place.session.id, place.chat.id)
  }

  override render(): TemplateResult | typeof nothing {
    const { preferences, stores } = this
    if (stores === undefined) return nothing
    const place = this.#place
    const asking = this.#asking
    const calls = this.#attention.calls.length
    const { connection, info } = stores.server
    const whole = preferences?.choice("work-whole") === "yes"
    const working = place !== undefined && this.#tab !== undefined
    return html`
      <boo-sidebar ?inert=${!this.list} .directory=${stores.directory.directory} .current=${place?.session.id} .asking=${new Set(asking.map(({ sessionId }) => sessionId))}
        .folded=${preferences?.folded} .connection=${connection} .version=${info?.version ?? ""} .theme=${preferences?.theme ?? "auto"} .calls=${calls}></boo-sidebar>
      <div class="veil" @click=${() => { this.list = false }}></div>
      <main ?inert=${(this.list && narrow.matches) || (working && (slim.matches || whole))}>
        <boo-banner .connection=${connection} .database=${info?.database}></boo-banner>
        <boo-bar .place=${place} .asking=${new Set(asking.map(({ id }) => id))} .list=${this.list} .calls=${calls} .working=${working} .changes=${this.#work?.work.changes.length ?? 0}></boo-bar>
        ${this.notice === undefined ? nothing : html`<p class="notice" role="alert">${icon("alert")}<span>${this.notice}</span>
          <button class="icon-only" aria-label="Put away" @click=${() => { this.notice = undefined }}>${icon("cross")}</button></p>`}
        ${place === undefined || place.session.archivedAt === null ? nothing : html`<p class="notice" role="status">${icon("alert")}<span>This session is archived: nothing begins in it.</span>
          <button class="outline" @click=${() => ask(this, "boo-archive-session", { sessionId: place.session.id, archived: false })}>Reopen</button></p>`}
        ${place?.chat === undefined
          ? this.#welcome(stores, place)
          : this.#shown(place.chat)}
      </main>
      ${working ? html`<boo-work .stores=${stores} .preferences=${preferences} .work=${this.#work} .session=${place.session} .chat=${place.chat} .tab=${this.#tab} .path=${this.router?.route.path} ?whole=${whole}></boo-work>` : nothing}
      ${this.guarded === undefined ? nothing : html`<boo-guard .what=${this.guarded} .directory=${stores.directory} .work=${stores.work} @closed=${() => { this.guarded = undefined }}></boo-guard>`}
      ${this.opened === undefined ? nothing : html`<boo-opened .what=${this.opened} .store=${stores.directory} .drills=${stores.drills} .agents=${stores.agents} .preferences=${preferences} @closed=${() => { this.opened = undefined }}></boo-opened>`}`
  }

  #welcome({ agents, directory }: Stores, place: Place | undefined): TemplateResult {
    void import("./later.ts")
    return html`<boo-welcome .store=${directory} .agents=${agents} .session=${place?.session}></boo-welcome>`
  }

  #shown(row: ChatRow): TemplateResult {
    return html`${keyed(row.id, html`<boo-chat role="tabpanel" aria-label=${chatName(row)} .store=${this.#chat} .agents=${this.stores?.agents}
      .preferences=${this.preferences} .row=${row} .stores=${this.stores} .session=${this.#place?.session} .work=${this.#work}></boo-chat>`)}`
  }

  #go(sessionId: SessionId, chatId: ChatRow["id"] | undefined): void {
    if (narrow.matches) this.list = false
    this.router?.go(sessionId, chatId, slim.matches ? undefined : this.#tab)
  }

  async #enter(make: (directory: DirectoryStore) => ReturnType<DirectoryStore["createChat"]>): Promise<void> {
    if (this.stores === undefined) return
    const reply = await make(this.stores.directory)
    if (reply._tag === "Done") this.#go(reply.value.sessionId, reply.value.id)
    else this.notice = reply.message
  }

  /** What the prompt asked waits in the fork's composer. */
  async #fork(chatId: ChatId, promptId: PromptId, where: "session" | "beside"): Promise<void> {
    const reply = await this.stores?.directory.fork(chatId, promptId, where)
    if (reply?._tag !== "Done") {
      this.notice = reply?.message
      return
    }
    const { chat, content } = reply.value
    this.preferences?.keepDraft(chat.id, promptText(content))
    this.#go(chat.sessionId, chat.id)
  }

  async #tell(act: (directory: DirectoryStore) => Promise<{ readonly _tag: "Done" } | { readonly _tag: "Refused" | "Unreached"; readonly message: string }>): Promise<void> {
    if (this.stores === undefined) return
    const reply = await act(this.stores.directory)
    this.notice = reply._tag === "Done" ? undefined : reply.message
  }

  /** Whether the key did something. */
  #shortcut(name: ShortcutName): boolean {
    const place = this.#place
    const chat = this.renderRoot.querySelector<BooChat>("boo-chat")
    switch (name) {
      case "switch": this.opened = "switcher"; return true
      case "inbox": this.opened = "inbox"; return true
      case "help": this.opened = "shortcuts"; return true
      case "work": if (place !== undefined) this.router?.show(this.#tab === undefined ? "changes" : undefined); return place !== undefined
      case "sidebar": this.list = !this.list; return true
      case "newChat": if (place !== undefined) ask(this, "boo-new-chat", { sessionId: place.session.id }); return place !== undefined
      case "newSession": if (place?.project !== undefined) ask(this, "boo-new-session", { projectId: place.project.id }); return place?.project !== undefined
      case "nextChat": case "previousChat": {
        const next = place === undefined ? undefined : neighbour(place, name === "nextChat" ? 1 : -1)
        if (next !== undefined) this.#go(next.sessionId, next.id)
        return next !== undefined
      }
      case "focus": chat?.focus(); return chat !== null
      case "stop": {
        const store = this.#chat
        const runs = store?.chat !== undefined && promptedTurn(store.chat) !== undefined
        if (runs) void store.stop()
        return runs
      }
    }
  }
}

customElements.define("boo-page", BooPage)
