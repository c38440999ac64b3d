/** Model, mode and thinking of the chosen agent, where it offers a choice of them. */
import { css, html, LitElement, type TemplateResult } from "lit"
import { ask } from "../controller/intent.ts"
import type { AgentFacts } from "../../shared/Chat.ts"
import type { AgentName } from "../../shared/Ids.ts"
import { base } from "../style/base.ts"
import { icon } from "../style/icons.ts"
import { type SettingChoice, settingChoices } from "../view/agents.ts"

export class BooSettings extends LitElement {
  static override properties = { facts: { attribute: false }, agent: {} }
  static override styles = [base, css`
    :host { display: contents; }
    label { position: relative; display: inline-flex; align-items: center; flex: 0 1 auto; min-width: 2.5rem; color: var(--ink-soft); }
    select { min-height: var(--row); min-width: 0; max-width: 11rem; flex: 0 1 auto; padding: 0 1.375rem 0 0.5rem; border: 0; border-radius: var(--round-m); background: none; appearance: none; text-overflow: ellipsis; cursor: pointer; }
    select:hover { background: var(--hover); }
    option { background: var(--raised); color: var(--ink); }
    .icon { position: absolute; right: 0.4375rem; color: var(--ink-faint); font-size: 0.75rem; pointer-events: none; }
  `]

  facts: AgentFacts | undefined
  agent: AgentName | undefined

  override render(): TemplateResult {
    const choices = this.facts === undefined ? [] : settingChoices(this.facts)
    return html`${choices.map((choice) => html`<label title=${choice.name}><span class="unseen">${choice.name}</span>
      <select @change=${(event: Event) => this.#choose(choice, event)}>${choice.choices.map(({ name, value }) =>
        html`<option value=${value} ?selected=${value === choice.current}>${name}</option>`)}</select>${icon("chevronDown")}</label>`)}`
  }

  #choose({ setting }: SettingChoice, event: Event): void {
    if (!(event.currentTarget instanceof HTMLSelectElement) || this.agent === undefined) return
    ask(this, "boo-choose-agent", { agent: this.agent, settings: { ...this.facts?.settings, [setting]: event.currentTarget.value } })
  }
}

customElements.define("boo-settings", BooSettings)
