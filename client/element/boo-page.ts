/** The page of somebody who is signed in: the list, the chat that is shown, what opens above. It hears what they ask and tells the directory's store. */
import { html, LitElement, nothing, type TemplateResult } from "lit"
import { keyed } from "lit/directives/keyed.js"
import { ask, IntentController, type Intents } from "../controller/intent.ts"
import { Shortcuts, type ShortcutName } from "../controller/Shortcuts.ts"
import { StoreController } from "../controller/StoreController.ts"
import { promptedTurn } from "../../shared/Chat.ts"
import type { AgentName, SessionId } from "../../shared/Ids.ts"
import type { ChatRow, Project } from "../../shared/Session.ts"
import type { Router } from "../Router.ts"
import type { ChatStore } from "../store/ChatStore.ts"
import type { Preferences } from "../store/Preferences.ts"
import type { Stores } from "../store/Stores.ts"
import { base } from "../style/base.ts"
import { icon } from "../style/icons.ts"
import { page } from "../style/page.ts"
import { agentChoices } from "../view/agents.ts"
import { chatName } from "../view/directory.ts"
import { pageTitle } from "../view/pageTitle.ts"
import { neighbour, type Place, placeOf } from "../view/place.ts"
import "./boo-banner.ts"
import type { BooChat } from "./boo-chat.ts"
import "./boo-chat.ts"
import "./boo-dialog.ts"
import "./boo-path.ts"
import "./boo-shortcuts.ts"
import "./boo-sidebar.ts"
import "./boo-switcher.ts"
import "./boo-tabs.ts"
import "./boo-welcome.ts"

type Opened = Exclude<Intents["boo-open"], "sidebar">
const names: Record<Opened, string> = { addProject: "Add a project", switcher: "Go to a chat", shortcuts: "Keys" }
const narrow = matchMedia("(max-width: 46rem)")

interface Answered { readonly _tag: string; readonly message?: string }

export class BooPage extends LitElement {
  static override properties = {
    stores: { attribute: false }, preferences: { attribute: false }, router: { attribute: false },
    opened: { state: true }, list: { type: Boolean, reflect: true }, notice: { state: true }
  }
  static override styles = [base, page]

  stores: Stores | undefined
  preferences: Preferences | undefined
  router: Router | undefined
  opened: Opened | undefined
  /** The list is shown: beside the chat, or above it on a phone. */
  list = !narrow.matches
  notice: string | undefined

  constructor() {
    super()
    new StoreController(this, () => [this.stores?.directory, this.stores?.server, this.stores?.chats, this.preferences, this.router])
    new Shortcuts(this, (name) => this.#shortcut(name))
    const directory = () => this.stores?.directory
    new IntentController(this)
      .on("boo-go", ({ chatId, sessionId }) => this.#go(sessionId, chatId))
      .on("boo-open", (what) => this.#open(what))
      .on("boo-new-session", ({ projectId }) => void this.#enter(directory()?.createSession(projectId, this.#agent)))
      .on("boo-new-chat", ({ sessionId }) => void this.#enter(directory()?.createChat(sessionId, undefined)))
      .on("boo-rename-session", ({ sessionId, title }) => void this.#tell(directory()?.renameSession(sessionId, title)))
      .on("boo-rename-chat", ({ chatId, title }) => void this.#tell(directory()?.renameChat(chatId, title)))
      .on("boo-archive-session", ({ archived, sessionId }) => void this.#tell(directory()?.archiveSession(sessionId, archived)))
      .on("boo-archive-chat", ({ archived, chatId }) => void this.#tell(directory()?.archiveChat(chatId, archived)))
      .on("boo-remove-project", ({ projectId }) => void this.#tell(directory()?.removeProject(projectId)))
      .on("boo-fold-project", ({ projectId }) => this.preferences?.fold(projectId))
  }

  get #place(): Place | undefined {
    const directory = this.stores?.directory.directory
    return directory === undefined || this.router === undefined ? undefined : placeOf(directory, this.router.route)
  }

  /** The agent of new sessions: the one chosen last, else the first that is there. */
  get #agent(): AgentName | undefined {
    const offered = agentChoices(this.stores?.agents.agents ?? []).filter((choice) => choice.offered)
    return (offered.find(({ agent }) => agent.name === this.preferences?.agent) ?? offered[0])?.agent.name
  }

  get #chat(): ChatStore | undefined {
    const chatId = this.#place?.chat?.id
    return chatId === undefined ? undefined : this.stores?.chats.show(chatId)
  }

  override updated(): void {
    const place = this.#place
    if (place?.chat !== undefined) this.router?.settle(place.session.id, place.chat.id)
    document.title = pageTitle(this.stores?.directory.directory, place?.session.title, this.#asking.chats.size)
  }

  /** Where somebody waits for an answer, as far as this page has the chats open. */
  get #asking(): { readonly chats: ReadonlySet<string>; readonly sessions: ReadonlySet<string> } {
    const asking = (this.stores?.directory.directory?.chats ?? []).filter(({ id }) => this.stores?.chats.peek(id)?.waitsForAnswer === true)
    return { chats: new Set(asking.map(({ id }) => id)), sessions: new Set(asking.map(({ sessionId }) => sessionId)) }
  }

  override render(): TemplateResult | typeof nothing {
    const { preferences, stores } = this
    if (stores === undefined) return nothing
    const place = this.#place
    const asking = this.#asking
    const { connection, info } = stores.server
    return html`
      <boo-sidebar ?inert=${!this.list} .directory=${stores.directory.directory} .current=${place?.session.id} .asking=${asking.sessions} .folded=${preferences?.folded}
        .connection=${connection} .version=${info?.version ?? ""} .theme=${preferences?.theme ?? "auto"}></boo-sidebar>
      <div class="veil" @click=${() => { this.list = false }}></div>
      <main ?inert=${this.list && narrow.matches}>
        <boo-banner .connection=${connection} .database=${info?.database}></boo-banner>
        ${this.#bar(place, asking.chats)}
        ${this.notice === undefined ? nothing : html`<p class="notice" role="alert">${icon("alert")}<span>${this.notice}</span>
          <button class="icon-only" aria-label="Put away" @click=${() => { this.notice = undefined }}>${icon("cross")}</button></p>`}
        ${place?.chat === undefined
          ? html`<boo-welcome .store=${stores.directory} .agents=${stores.agents} .session=${place?.session}></boo-welcome>`
          : this.#shown(place.chat)}
      </main>
      ${this.opened === undefined ? nothing : this.#dialog(this.opened)}`
  }

  #shown(row: ChatRow): TemplateResult {
    return html`${keyed(row.id, html`<boo-chat role="tabpanel" aria-label=${chatName(row)} .store=${this.#chat} .agents=${this.stores?.agents}
      .preferences=${this.preferences} .row=${row} .demo=${this.stores?.server.info?.demo ?? false}></boo-chat>`)}`
  }

  #bar(place: Place | undefined, asking: ReadonlySet<string>): TemplateResult {
    return html`<header>
      <button class="icon-only list" aria-label=${this.list ? "Hide the list" : "Show the list"} aria-expanded=${this.list} title="Ctrl+B" @click=${() => { this.list = !this.list }}>${icon("menu")}</button>
      ${place === undefined ? html`<span class="where"></span>` : html`
        <span class="where cut"><span class="faint">${place.project?.name ?? "Removed project"} /</span> <b title=${place.session.title}>${place.session.title}</b></span>
        <boo-tabs .sessionId=${place.session.id} .chats=${place.chats} .archived=${place.archived} .current=${place.chat?.id} .asking=${asking}></boo-tabs>`}
    </header>`
  }

  #dialog(opened: Opened): TemplateResult {
    const done = () => { this.opened = undefined }
    return html`<boo-dialog .name=${names[opened]} @closed=${done}>${
      opened === "addProject" ? html`<boo-path .store=${this.stores?.directory} @added=${(event: CustomEvent<Project>) => {
          done()
          ask(this, "boo-new-session", { projectId: event.detail.id })
        }}></boo-path>`
      : opened === "switcher" ? html`<boo-switcher .directory=${this.stores?.directory.directory} @done=${done}></boo-switcher>`
      : html`<boo-shortcuts></boo-shortcuts>`}</boo-dialog>`
  }

  #go(sessionId: SessionId, chatId: ChatRow["id"] | undefined): void {
    if (narrow.matches) this.list = false
    this.router?.go(sessionId, chatId)
  }

  #open(what: Intents["boo-open"]): void {
    if (what === "sidebar") this.list = !this.list
    else this.opened = what
  }

  async #enter(made: Promise<{ readonly _tag: "Done"; readonly value: ChatRow } | { readonly _tag: "Refused" | "Unreached"; readonly message: string }> | undefined): Promise<void> {
    const reply = await made
    if (reply?._tag === "Done") this.#go(reply.value.sessionId, reply.value.id)
    else this.notice = reply?.message
  }

  async #tell(asked: Promise<Answered> | undefined): Promise<void> {
    const reply = await asked
    this.notice = reply?._tag === "Done" ? undefined : reply?.message
  }

  #shortcut(name: ShortcutName): boolean {
    const place = this.#place
    const chat = this.renderRoot.querySelector<BooChat>("boo-chat")
    switch (name) {
      case "switch": this.opened = "switcher"; return true
      case "help": this.opened = "shortcuts"; return true
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
