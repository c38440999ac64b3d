/** The agents of a chat and all that are alive: their backends, usage and context, and this chat's rules. Loaded when first shown. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { repeat } from "lit/directives/repeat.js"
import { ask } from "../controller/intent.ts"
import { StoreController } from "../controller/StoreController.ts"
import { Ticker } from "../controller/Ticker.ts"
import { factsOf } from "../../shared/Chat.ts"
import type { AgentName, ChatId } from "../../shared/Ids.ts"
import { type PermissionRule, ruleSentence } from "../../shared/PermissionRule.ts"
import type { BackendsStore } from "../store/BackendsStore.ts"
import type { ChatStore } from "../store/ChatStore.ts"
import type { DirectoryStore } from "../store/DirectoryStore.ts"
import { base } from "../style/base.ts"
import { icon } from "../style/icons.ts"
import { type BackendLine, backendLines } from "../view/backends.ts"
import { usageLine, usageLines } from "../view/usage.ts"
import type { BackendAct } from "./boo-backend.ts"
import "./boo-backend.ts"

export class BooAgents extends LitElement {
  static override properties = { store: { attribute: false }, backends: { attribute: false }, directory: { attribute: false }, labels: { attribute: false }, problem: { state: true } }
  static override styles = [base, css`
    :host { padding-bottom: var(--s2); }
    h3 { padding: var(--s2) var(--s4) 0.125rem; color: var(--ink-faint); font-size: var(--size-s); font-weight: 560; }
    section + section { margin-top: var(--s2); border-top: 1px solid var(--line); padding-top: var(--s1); }
    li { display: flex; align-items: center; gap: var(--s2); padding: 0.25rem var(--s4); }
    li span { flex: 1; min-width: 0; overflow-wrap: anywhere; line-height: 1.4; } li .icon { color: var(--ink-faint); }
    li button { min-height: 1.625rem; font-size: var(--size-s); }
    .none { padding: 0.25rem var(--s4) 0.5rem; color: var(--ink-faint); line-height: 1.5; }
    .problem { display: flex; align-items: center; gap: var(--s2); margin: 0 var(--s4) var(--s2); padding: 0.375rem var(--s3); border: 1px solid var(--bad-line); border-radius: var(--round-m); background: var(--bad-soft); color: var(--bad); }
    @media (pointer: coarse) { li button { min-height: 2.25rem; } }
  `]

  store: ChatStore | undefined
  backends: BackendsStore | undefined
  directory: DirectoryStore | undefined
  labels: (agent: string | undefined) => string = (agent) => agent ?? ""
  /** Why the last wish came to nothing. */
  problem: string | undefined

  constructor() {
    super()
    new StoreController(this, () => [this.store, this.backends, this.directory])
    new Ticker(this, () => true)
  }

  override render(): TemplateResult | typeof nothing {
    const { store } = this
    if (store === undefined) return nothing
    const lines = backendLines(this.backends?.backends ?? [], this.directory?.directory, store.chatId, Date.now() - store.skew)
    const elsewhere = lines.filter(({ where }) => where !== undefined)
    return html`${this.problem === undefined ? nothing : html`<p class="problem" role="alert">${icon("alert")}${this.problem}</p>`}
      <section aria-label="In this chat"><h3>In this chat</h3>${this.#here(store, lines)}</section>
      <section aria-label="In other chats"><h3>In other chats</h3>
        ${repeat(elsewhere, ({ agent, chatId }) => `${chatId} ${agent}`, (line) => html`<boo-backend .label=${this.labels(line.agent)} .line=${line} @act=${(event: CustomEvent<BackendAct>) => this.#act(line, event.detail)}></boo-backend>`)}
        ${elsewhere.length === 0 ? html`<p class="none">No agent is alive in another chat.</p>` : nothing}</section>
      <section aria-label="Rules of this chat"><h3>Answered without asking, in this chat</h3>${this.#rules(store.chat?.rules ?? [])}</section>`
  }

  #here({ chat, chatId }: ChatStore, lines: ReadonlyArray<BackendLine>): TemplateResult {
    const alive = lines.filter(({ where }) => where === undefined)
    const names = new Set<AgentName>([...(chat === undefined ? [] : usageLines(chat).map(({ agent }) => agent)), ...alive.map(({ agent }) => agent)])
    if (names.size === 0) return html`<p class="none">No agent has been at work here yet.</p>`
    return html`${repeat(names, (agent) => agent, (agent) => {
      const line = alive.find((one) => one.agent === agent)
      return html`<boo-backend .label=${this.labels(agent)} .line=${line} .usage=${chat === undefined ? undefined : usageLine(chat, agent)}
        .facts=${chat === undefined ? undefined : factsOf(chat, agent)} @act=${(event: CustomEvent<BackendAct>) => this.#act({ chatId, agent }, event.detail)}></boo-backend>`
    })}`
  }

  #rules(rules: ReadonlyArray<PermissionRule>): TemplateResult {
    if (rules.length === 0) return html`<p class="none">Nothing by a rule: answer a permission with “always” to make one.</p>`
    return html`<ul>${repeat(rules, ({ ruleId }) => ruleId, (rule) => html`<li>${icon("shield")}<span>${ruleSentence(rule)}</span>
      <button class="outline" aria-label=${`Revoke: ${ruleSentence(rule)}`} @click=${() => void this.#tell(this.store?.revokeRule(rule.ruleId))}>Revoke</button></li>`)}</ul>`
  }

  #act({ agent, chatId }: { readonly agent: AgentName; readonly chatId: ChatId }, what: BackendAct): void {
    if (what === "wire") ask(this, "boo-wire", { agent })
    else void this.#tell(what === "end" ? this.backends?.evict(chatId, agent) : this.backends?.restart(chatId, agent))
  }

  async #tell(asked: Promise<{ readonly _tag: "Done" } | { readonly _tag: "Refused" | "Unreached"; readonly message: string }> | undefined): Promise<void> {
    const reply = await asked
    this.problem = reply === undefined || reply._tag === "Done" ? undefined : reply.message
  }
}

customElements.define("boo-agents", BooAgents)
