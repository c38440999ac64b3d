/** Model, mode and thinking of the chosen agent, where it offers a choice of them: in a row, where that has no room behind one button. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { placeBeside } from "../controller/Anchored.ts"
import { ask } from "../controller/intent.ts"
import type { AgentFacts } from "../../shared/Chat.ts"
import type { AgentName } from "../../shared/Ids.ts"
import { base, floating } from "../style/base.ts"
import { icon } from "../style/icons.ts"
import { type SettingChoice, settingChoices } from "../view/agents.ts"

export class BooSettings extends LitElement {
  static override properties = { facts: { attribute: false }, agent: {} }
  static override styles = [base, floating, css`
    :host { display: contents; }
    .row { display: flex; flex: 0 1 auto; min-width: 0; }
    label { position: relative; display: inline-flex; align-items: center; flex: 0 1 auto; min-width: 2.5rem; color: var(--ink-soft); }
    select { min-height: var(--row); min-width: 0; max-width: 9rem; field-sizing: content; flex: 0 1 auto; padding: 0 1.375rem 0 0.5rem; border: 0; border-radius: var(--round-m); background: none; appearance: none; text-overflow: ellipsis; cursor: pointer; }
    select:hover { background: var(--hover); }
    option { background: var(--raised); color: var(--ink); }
    label .icon { position: absolute; right: 0.4375rem; color: var(--ink-faint); font-size: 0.75rem; pointer-events: none; }
    .open { display: none; }
    [popover] { min-width: 15rem; padding: var(--s3); }
    [popover]:popover-open { display: grid; gap: var(--s2); }
    [popover] label { display: grid; grid-template-columns: 5rem 1fr; gap: var(--s2); }
    [popover] select { width: 100%; max-width: none; field-sizing: fixed; border: 1px solid var(--line-strong); }
    @container (max-width: 34rem) { .row { display: none; } .open { display: inline-flex; } }
  `]

  facts: AgentFacts | undefined
  agent: AgentName | undefined

  override render(): TemplateResult | typeof nothing {
    const choices = this.facts === undefined ? [] : settingChoices(this.facts)
    if (choices.length === 0) return nothing
    const selects = (shown: boolean) => choices.map((choice) => html`<label title=${choice.name}><span class=${shown ? "faint" : "unseen"}>${choice.name}</span>${this.#select(choice)}</label>`)
    return html`<div class="row">${selects(false)}</div>
      <button type="button" class="icon-only open" aria-haspopup="true" aria-label="The agent's settings" @click=${this.#open}>${icon("sliders")}</button>
      <div popover>${selects(true)}</div>`
  }

  #select(choice: SettingChoice): TemplateResult {
    return html`<select @change=${(event: Event) => this.#choose(choice, event)}>${choice.choices.map(({ name, value }) =>
      html`<option value=${value} ?selected=${value === choice.current}>${name}</option>`)}</select>${icon("chevronDown")}`
  }

  #choose({ setting }: SettingChoice, event: Event): void {
    if (!(event.currentTarget instanceof HTMLSelectElement) || this.agent === undefined) return
    ask(this, "boo-choose-agent", { agent: this.agent, settings: { ...this.facts?.settings, [setting]: event.currentTarget.value } })
  }

  #open(event: Event): void {
    const settings = this.renderRoot.querySelector<HTMLElement>("[popover]")
    if (settings === null || !(event.currentTarget instanceof HTMLElement)) return
    settings.togglePopover()
    placeBeside(settings, event.currentTarget, "end")
  }
}

customElements.define("boo-settings", BooSettings)
