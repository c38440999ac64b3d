/** The agent that the next prompt goes to: those that can be chosen, and why the others can't. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { placeBeside } from "../controller/Anchored.ts"
import { ask } from "../controller/intent.ts"
import { moveAmong } from "../controller/Roving.ts"
import type { AgentInfo } from "../../shared/Agent.ts"
import type { AgentName } from "../../shared/Ids.ts"
import type { TurnSettings } from "../../shared/Turn.ts"
import { base, floating } from "../style/base.ts"
import { icon } from "../style/icons.ts"
import { type AgentChoice, agentChoices, labelOf } from "../view/agents.ts"

export class BooAgentPicker extends LitElement {
  static override properties = {
    agents: { attribute: false }, chosen: {}, settingsOf: { attribute: false }, refreshing: { type: Boolean }, opened: { state: true }
  }
  static override styles = [base, floating, css`
    .chosen { gap: 0.4375rem; padding-inline: 0.5rem; font-weight: 560; max-width: 12rem; }
    .chosen .icon { color: var(--ink-faint); font-size: 0.75rem; }
    .light { width: 0.4375rem; height: 0.4375rem; flex: none; border-radius: 50%; background: var(--good); }
    .light.loading { background: var(--warn); } .light.missing, .light.off { background: none; box-shadow: inset 0 0 0 1.5px var(--line-strong); } .light.failed { background: var(--bad); }
    [popover] { width: min(21rem, calc(100vw - 1rem)); }
    h3 { padding: 0.375rem 0.625rem 0.25rem; color: var(--ink-faint); font-size: var(--size-xs); font-weight: 500; }
    .option { display: grid; grid-template-columns: auto 1fr auto; justify-content: start; gap: 0 0.625rem; width: 100%; padding: 0.375rem 0.625rem; text-align: start; white-space: normal; }
    .option .what { display: grid; min-width: 0; }
    .option small, .absent small { color: var(--ink-faint); font-size: var(--size-s); line-height: 1.4; overflow-wrap: anywhere; }
    .option > .icon { color: var(--accent); }
    .absent { display: grid; grid-template-columns: auto 1fr; gap: 0 0.625rem; align-items: baseline; padding: 0.375rem 0.625rem; color: var(--ink-soft); }
    .absent .what { display: grid; min-width: 0; gap: 0.125rem; }
    .absent code { display: block; width: fit-content; max-width: 100%; padding: 0.125rem 0.4375rem; border-radius: var(--round-s); background: var(--sunk); box-shadow: inset 0 0 0 1px var(--line); font: var(--size-s) / 1.5 var(--mono); overflow-wrap: anywhere; user-select: all; }
    .absent .light { align-self: center; grid-row: 1; }
    footer { margin-top: var(--s1); padding-top: var(--s1); border-top: 1px solid var(--line); }
    footer button { width: 100%; justify-content: flex-start; color: var(--ink-soft); }
  `]

  agents: ReadonlyArray<AgentInfo> | undefined
  chosen: AgentName | undefined
  /** What an agent's next prompts ask for. */
  settingsOf: (agent: AgentName) => TurnSettings = () => ({})
  refreshing = false
  opened = false

  override render(): TemplateResult {
    const current = this.agents?.find(({ name }) => name === this.chosen)
    return html`<button type="button" class="chosen" aria-haspopup="menu" aria-expanded=${this.opened} aria-label=${`Agent: ${labelOf(this.agents, this.chosen)}`} @click=${this.#open}>
        <span class="light ${this.#light(current)}"></span><span class="cut">${this.agents === undefined ? "Agents…" : labelOf(this.agents, this.chosen)}</span>${icon("chevronDown")}
      </button>
      <div popover id="list" role="menu" aria-label="Agents" @toggle=${this.#onToggle} @keydown=${(event: KeyboardEvent) => moveAmong(this.#options(), event)}>
        ${this.opened ? this.#list() : nothing}
      </div>`
  }

  #light(agent: AgentInfo | undefined): string {
    return agent === undefined ? "off" : agent.enabled ? agent.readiness : "off"
  }

  #list(): TemplateResult {
    const choices = agentChoices(this.agents ?? [])
    const absent = choices.filter(({ offered }) => !offered)
    return html`${choices.filter(({ offered }) => offered).map((choice) => this.#option(choice))}
      ${choices.length === absent.length ? html`<h3>No agent is ready on this server.</h3>` : nothing}
      ${absent.length === 0 ? nothing : html`<h3>Not available</h3>${absent.map(({ agent, words }) => html`<div class="absent">
        <span class="light ${this.#light(agent)}"></span><span class="what"><span>${agent.label}</span><small>${words}</small>${
          agent.install === undefined || agent.readiness !== "missing" ? nothing : html`<code>${agent.install}</code>`}</span></div>`)}`}
      <footer>${this.chosen === undefined ? nothing : html`<button role="menuitem" @click=${this.#wire}>${icon("list")}Wire log of ${labelOf(this.agents, this.chosen)}</button>`}
        <button role="menuitem" @click=${this.#agents}>${icon("circle")}Agents at work</button>
        <button role="menuitem" @click=${this.#drills}>${icon("shield")}Drills of the agents</button>
        <button role="menuitem" ?disabled=${this.refreshing} @click=${() => ask(this, "boo-refresh-agents", undefined)}>
        ${this.refreshing ? html`<span class="spinner"></span>Looking…` : html`${icon("refresh")}Look again for agents`}</button></footer>`
  }

  #option({ agent, words }: AgentChoice): TemplateResult {
    const isChosen = agent.name === this.chosen
    return html`<button class="option" role="menuitemradio" aria-checked=${isChosen} @click=${() => this.#choose(agent.name)}>
      <span class="light ${this.#light(agent)}"></span><span class="what">${agent.label}<small>${words}</small></span>${isChosen ? icon("check") : nothing}</button>`
  }

  #agents(): void {
    this.renderRoot.querySelector<HTMLElement>("#list")?.hidePopover()
    ask(this, "boo-show-agents", undefined)
  }

  #drills(): void {
    this.renderRoot.querySelector<HTMLElement>("#list")?.hidePopover()
    ask(this, "boo-open", "drills")
  }

  #wire(): void {
    if (this.chosen !== undefined) ask(this, "boo-wire", { agent: this.chosen })
    this.renderRoot.querySelector<HTMLElement>("#list")?.hidePopover()
  }

  #options(): ReadonlyArray<HTMLElement> {
    return [...this.renderRoot.querySelectorAll<HTMLElement>("[popover] button")]
  }

  #choose(agent: AgentName): void {
    ask(this, "boo-choose-agent", { agent, settings: this.settingsOf(agent) })
    this.renderRoot.querySelector<HTMLElement>("#list")?.hidePopover()
  }

  async #open(event: Event): Promise<void> {
    const list = this.renderRoot.querySelector<HTMLElement>("#list")
    if (list === null || !(event.currentTarget instanceof HTMLElement)) return
    const button = event.currentTarget
    list.togglePopover()
    if (!list.matches(":popover-open")) return
    this.opened = true
    await this.updateComplete
    placeBeside(list, button)
    const options = this.#options();
    (options.find((option) => option.ariaChecked === "true") ?? options[0])?.focus()
  }

  #onToggle(event: ToggleEvent): void {
    this.opened = event.newState === "open"
  }
}

customElements.define("boo-agent-picker", BooAgentPicker)
