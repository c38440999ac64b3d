/** A session's chats as tabs. Archived ones are kept in a menu at the end. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { repeat } from "lit/directives/repeat.js"
import { ask } from "../controller/intent.ts"
import { Menu } from "../controller/Menu.ts"
import { moveAmong } from "../controller/Roving.ts"
import type { ChatId, SessionId } from "../../shared/Ids.ts"
import type { ChatRow } from "../../shared/Session.ts"
import { base, floating } from "../style/base.ts"
import { icon } from "../style/icons.ts"
import { chatName } from "../view/directory.ts"

export class BooTabs extends LitElement {
  static override properties = {
    sessionId: {}, chats: { attribute: false }, archived: { attribute: false }, current: {}, asking: { attribute: false }, renaming: { state: true }
  }
  static override styles = [base, floating, css`
    :host { display: flex; align-items: center; gap: 0.125rem; min-width: 0; }
    [role="tablist"] { display: flex; gap: 0.125rem; min-width: 0; overflow-x: auto; scrollbar-width: none; }
    .tab { position: relative; display: flex; align-items: center; flex: none; max-width: min(13rem, 100%); border-radius: var(--round-m); color: var(--ink-faint); }
    .tab:hover { background: var(--hover); color: var(--ink); }
    .tab.current { background: var(--pressed); color: var(--ink); }
    [role="tab"] { min-height: 1.75rem; min-width: 0; padding-inline: 0.625rem; gap: 0.4375rem; font-weight: 540; }
    [role="tab"]:hover { background: none; }
    :focus-visible { outline-offset: -2px; }
    .close { --row: 1.375rem; margin-inline: -0.3125rem 0.1875rem; min-height: 1.375rem; border-radius: var(--round-s); }
    .close .icon { font-size: 0.75rem; }
    .tab:not(.current) .close { display: none; }
    boo-rename { width: 9rem; padding-inline: 0.25rem; }
    .menu { max-width: 20rem; }
    .plus { --row: 1.75rem; }
    @media (pointer: coarse) { [role="tab"] { min-height: 2.25rem; } .plus { --row: 2.25rem; } .close { --row: 2rem; } }
  `]

  sessionId: SessionId | undefined
  chats: ReadonlyArray<ChatRow> = []
  archived: ReadonlyArray<ChatRow> = []
  current: ChatId | undefined
  asking: ReadonlySet<string> = new Set()
  renaming: ChatId | undefined
  readonly #menu = new Menu(this, "end")

  override updated(changed: Map<string, unknown>): void {
    if (changed.has("current")) this.renderRoot.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest", inline: "nearest" })
  }

  override render(): TemplateResult {
    return html`<div role="tablist" aria-label="Chats" @keydown=${(event: KeyboardEvent) => {
        if (moveAmong([...this.renderRoot.querySelectorAll<HTMLElement>('[role="tab"]')], event, "horizontal")) event.stopPropagation()
      }}>${repeat(this.chats, ({ id }) => id, (chat) => this.#tab(chat))}</div>
      <button class="icon-only plus" aria-label="New chat" title="New chat (Alt+N)" @click=${this.#add}>${icon("plus")}</button>
      ${this.archived.length === 0 ? nothing : html`<button class="icon-only plus" aria-haspopup="menu" aria-label="Archived chats" title="Archived chats" @click=${this.#menu.onOpen}>${icon("archive")}</button>
        <div popover class="menu" role="menu" @keydown=${this.#menu.onKey}>
          ${this.archived.map((chat) => html`<button role="menuitem" @click=${() => this.#reopen(chat)}>${icon("refresh")}<span class="cut">Reopen ${chatName(chat)}</span></button>`)}</div>`}`
  }

  #tab(chat: ChatRow): TemplateResult {
    const isCurrent = chat.id === this.current
    if (chat.id === this.renaming) {
      void import("./later.ts")
      return html`<div class="tab current"><boo-rename .name=${chatName(chat)} label="The chat's name" @named=${(event: CustomEvent<string | undefined>) => this.#rename(chat, event.detail)}></boo-rename></div>`
    }
    return html`<div class="tab ${isCurrent ? "current" : ""}" role="presentation">
      <button role="tab" aria-selected=${isCurrent} tabindex=${isCurrent ? 0 : -1} title=${`${chatName(chat)} · ${chat.agent}`}
        @click=${() => ask(this, "boo-go", { sessionId: chat.sessionId, chatId: chat.id })} @dblclick=${() => { this.renaming = chat.id }}
        @keydown=${(event: KeyboardEvent) => { if (event.key === "F2") this.renaming = chat.id }}>
        ${this.asking.has(chat.id) ? html`<span class="pulse asks" role="img" aria-label="Waits for your answer"></span>`
          : chat.working ? html`<span class="pulse" role="img" aria-label="Working"></span>` : nothing}<span class="cut">${chatName(chat)}</span></button>
      ${this.chats.length < 2 ? nothing : html`<button class="icon-only close" aria-label=${`Archive ${chatName(chat)}`} title="Archive" @click=${() =>
        ask(this, "boo-archive-chat", { chatId: chat.id, archived: true })}>${icon("cross")}</button>`}
    </div>`
  }

  #rename(chat: ChatRow, title: string | undefined): void {
    this.renaming = undefined
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>('[aria-selected="true"]')?.focus())
    if (title !== undefined) ask(this, "boo-rename-chat", { chatId: chat.id, title })
  }

  #add(): void {
    if (this.sessionId !== undefined) ask(this, "boo-new-chat", { sessionId: this.sessionId })
  }

  #reopen(chat: ChatRow): void {
    this.#menu.leave(() => ask(this, "boo-archive-chat", { chatId: chat.id, archived: false }))
  }
}

customElements.define("boo-tabs", BooTabs)
