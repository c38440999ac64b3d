/** One chat: its timeline, what waits, and the composer. It hears what they ask and tells the chat's store. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { ask, IntentController } from "../controller/intent.ts"
import { StoreController } from "../controller/StoreController.ts"
import type { AgentName } from "../../shared/Ids.ts"
import type { ChatRow, Session } from "../../shared/Session.ts"
import type { AgentsStore } from "../store/AgentsStore.ts"
import type { ChatStore } from "../store/ChatStore.ts"
import type { PendingPrompt } from "../store/Pending.ts"
import type { Preferences } from "../store/Preferences.ts"
import type { Stores } from "../store/Stores.ts"
import type { WireStore } from "../store/WireStore.ts"
import type { WorkStore } from "../store/WorkStore.ts"
import { base } from "../style/base.ts"
import { icon } from "../style/icons.ts"
import { labelOf } from "../view/agents.ts"
import { promptText } from "../view/prompt.ts"
import type { BooComposer } from "./boo-composer.ts"
import type { Here } from "./boo-from-here.ts"
import type { BooTimeline } from "./boo-timeline.ts"
import "./boo-composer.ts"
import "./boo-dialog.ts"
import "./boo-facts.ts"
import "./boo-timeline.ts"

export class BooChat extends LitElement {
  static override properties = { store: { attribute: false }, agents: { attribute: false }, preferences: { attribute: false }, row: { attribute: false }, stores: { attribute: false }, session: { attribute: false }, work: { attribute: false }, wire: { state: true }, here: { state: true }, showsAgents: { state: true } }
  static override styles = [base, css`
    :host { display: grid; grid-template: minmax(0, 1fr) auto / minmax(0, 1fr); min-height: 0; height: 100%; }
    .bottom { width: 100%; max-width: calc(var(--measure) + 2 * var(--s5)); margin-inline: auto; padding: 0 var(--s5) max(var(--s3), env(safe-area-inset-bottom)); }
    .wait { display: grid; place-content: center; justify-items: center; gap: var(--s3); padding: var(--s5); color: var(--ink-faint); text-align: center; }
    .wait p { max-width: 26rem; }
    .refusal { display: flex; align-items: center; gap: var(--s2); margin-bottom: var(--s2); padding: 0.375rem 0.375rem 0.375rem var(--s3); border: 1px solid var(--bad-line); border-radius: var(--round-m); background: var(--bad-soft); color: var(--bad); }
    .refusal span { flex: 1; }
    @media (max-width: 46rem) { .bottom { padding-inline: var(--s2); padding-bottom: max(var(--s2), env(safe-area-inset-bottom)); } }
  `]

  store: ChatStore | undefined
  agents: AgentsStore | undefined
  preferences: Preferences | undefined
  row: ChatRow | undefined
  stores: Stores | undefined
  session: Session | undefined
  work: WorkStore | undefined
  /** What is known of the agents is shown above the chat. */
  showsAgents = false
  /** Shown above the chat. */
  wire: WireStore | undefined
  /** Where something may be done from, shown above the chat. */
  here: Here | undefined
  readonly #load = async (hash: string) => {
    const reply = await this.store?.blob(hash)
    return reply?._tag === "Done" ? { text: reply.value } : { problem: reply?.message ?? "The chat is closed." }
  }
  #known: AgentsStore["agents"]
  #labels = (agent: string | undefined): string => labelOf(this.#known, agent)

  constructor() {
    super()
    new StoreController(this, () => [this.store, this.agents, this.stores?.server])
    new IntentController(this)
      .on("boo-prompt", ({ agent, content, settings }) => {
        this.store?.prompt(content, agent, settings)
        this.#timeline?.jump()
      })
      .on("boo-stop", () => void this.store?.stop())
      .on("boo-answer", ({ answer, requestId }) => void this.store?.answer(requestId, answer))
      .on("boo-change-prompt", ({ content, promptId }) => void this.store?.changePrompt(promptId, content))
      .on("boo-withdraw", ({ promptId }) => void this.store?.withdraw(promptId))
      .on("boo-dismiss", ({ promptId }) => this.#edit(this.store?.dismiss(promptId)))
      .on("boo-resume-queue", () => void this.store?.resumeQueue())
      .on("boo-choose-agent", ({ agent, settings }) => {
        if (this.preferences !== undefined) this.preferences.agent = agent
        void this.store?.choose(agent, settings)
      })
      .on("boo-refresh-agents", () => this.agents?.refresh())
      .on("boo-older", () => void this.store?.loadOlder())
      .on("boo-show-agents", () => void this.#showAgents())
      .on("boo-from-here", (here) => void this.#fromHere(here))
      .on("boo-undo-rewind", (here) => void this.#fromHere(here))
      .on("boo-wire", ({ agent }) => void this.#showWire(agent))
      .on("boo-put-away", () => this.store?.putAwayRefusal())
  }

  override focus(): void {
    this.#composer?.focus()
  }

  get #composer(): BooComposer | null {
    return this.renderRoot.querySelector("boo-composer")
  }

  get #timeline(): BooTimeline | null {
    return this.renderRoot.querySelector("boo-timeline")
  }

  get #chosen(): AgentName | undefined {
    return this.store?.chat?.agent ?? this.row?.agent
  }

  override willUpdate(): void {
    if ((this.store?.chat?.queue.length ?? 0) > 0) void import("./later.ts")
    if (this.agents?.agents === this.#known) return
    this.#known = this.agents?.agents
    const known = this.#known
    this.#labels = (agent) => labelOf(known, agent)
  }

  override firstUpdated(): void {
    if (this.store !== undefined) this.#composer?.write(this.preferences?.draft(this.store.chatId) ?? "")
    // a keyboard on a screen would cover the chat
    if (matchMedia("(hover: hover)").matches) void this.#composer?.updateComplete.then(() => this.focus())
  }

  override render(): TemplateResult | typeof nothing {
    const { agents, store } = this
    if (store === undefined) return nothing
    return html`${this.#body(store)}
      <div class="bottom">
        ${store.refusal === undefined ? nothing : html`<div class="refusal" role="alert">${icon("alert")}<span>${store.refusal}</span>
          <button class="icon-only" aria-label="Put away" @click=${() => ask(this, "boo-put-away", undefined)}>${icon("cross")}</button></div>`}
        <boo-standing .work=${this.work} .agents=${agents}></boo-standing>
        <boo-queue .queue=${store.chat?.queue ?? []} .labels=${this.#labels} .chosen=${this.#chosen}></boo-queue>
        <boo-composer .chat=${store.chat} .agents=${agents?.agents} .chosen=${this.#chosen} .refreshing=${agents?.refreshing ?? false}
          .stopping=${store.stopping} .connected=${this.stores?.server.connection._tag === "Online"} .skew=${store.skew} @draft=${(event: CustomEvent<string>) => this.preferences?.keepDraft(store.chatId, event.detail)}></boo-composer>
        <boo-facts .chat=${store.chat} .agent=${this.#chosen} .worktree=${this.session?.worktree}></boo-facts>
      </div>
      ${this.showsAgents ? html`<boo-dialog name="Agents" @closed=${() => { this.showsAgents = false }}>
        <boo-agents .store=${store} .backends=${this.stores?.backends} .directory=${this.stores?.directory} .labels=${this.#labels}></boo-agents></boo-dialog>` : nothing}
      ${this.wire === undefined ? nothing : html`<boo-dialog wide .name=${`Wire log of ${this.#labels(this.wire.agent)}`} @closed=${() => { this.wire = undefined }}>
        <boo-wire .store=${this.wire} .label=${this.#labels(this.wire.agent)}></boo-wire></boo-dialog>`}
      ${this.#hereDialog()}`
  }

  #body(store: ChatStore): TemplateResult {
    const { chat, failure, past, pending } = store
    if (failure !== undefined) return html`<div class="wait" role="alert">${icon("alert")}<p>${failure}</p></div>`
    if (chat === undefined) return html`<div class="wait" role="status"><span class="spinner"></span>Opening the chat…</div>`
    if (chat.items.length === 0 && chat.turns.length === 0 && pending.length === 0 && chat.floor === 0) {
      void import("./later.ts")
      return html`<boo-start .agent=${this.#known?.find(({ name }) => name === this.#chosen)} @try=${(event: CustomEvent<string>) => {
        this.#composer?.write(event.detail)
        this.focus()
      }}></boo-start>`
    }
    return html`<boo-timeline .chat=${chat} .past=${past.items} .pastNotes=${past.notes} .floor=${past.floor ?? chat.floor} .pastTurns=${past.turns} .pending=${pending.filter(({ state }) => state !== "accepted").map((prompt) => this.#pending(prompt))}
      .older=${(past.floor ?? chat.floor) > 0} .loadingOlder=${store.loadingOlder} .skew=${store.skew} .load=${this.#load} .work=${this.work} .labels=${this.#labels}></boo-timeline>`
  }

  #hereDialog(): TemplateResult | typeof nothing {
    const { here } = this
    if (here === undefined) return nothing
    const away = () => { this.here = undefined }
    return html`<boo-dialog name=${"words" in here ? "From here" : "Undo"} @closed=${away}><boo-from-here .here=${here} .later=${this.stores?.work} .sessionId=${this.row?.sessionId} .chatId=${this.row?.id} @closed=${away}></boo-from-here></boo-dialog>`
  }

  async #fromHere(here: Here): Promise<void> {
    await import("./later.ts")
    this.stores?.work.load()
    this.here = here
  }

  async #showAgents(): Promise<void> {
    await import("./later.ts")
    this.showsAgents = true
  }

  async #showWire(agent: AgentName): Promise<void> {
    await import("./later.ts")
    this.wire = this.store?.wire(agent)
  }

  #pending({ at, content, promptId, state, why }: PendingPrompt): TemplateResult {
    return html`<boo-prompt .content=${content} .at=${at} .promptId=${promptId} state=${state} .why=${why}></boo-prompt>`
  }

  /** What was refused goes back to where it can be changed. */
  #edit(prompt: PendingPrompt | undefined): void {
    if (prompt === undefined) return
    const pictures = prompt.content.flatMap((block) => block.type === "image" ? [{ name: "picture", mimeType: block.mimeType, data: block.data }] : [])
    this.#composer?.write(promptText(prompt.content), pictures)
    this.focus()
  }
}

customElements.define("boo-chat", BooChat)
