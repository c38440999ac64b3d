/** The agent's slash commands that fit what is typed, above the composer. The composer moves the choice and takes it. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import type { SlashCommand } from "../../shared/Agent.ts"
import { base } from "../style/base.ts"

export class BooCommands extends LitElement {
  static override properties = { commands: { attribute: false }, at: { type: Number } }
  static override styles = [base, css`
    ul { position: absolute; inset: auto 0 calc(100% + 0.375rem) 0; z-index: 2; max-height: 15rem; padding: var(--s1); overflow: auto; border: 1px solid var(--line); border-radius: var(--round-l); background: var(--raised); box-shadow: var(--shadow-3); }
    li { display: flex; align-items: baseline; gap: var(--s3); padding: 0.375rem 0.625rem; border-radius: var(--round-m); cursor: pointer; }
    li[aria-selected="true"] { background: var(--accent-soft); }
    code { flex: none; font: 560 0.94em var(--mono); }
    small { color: var(--ink-faint); font-size: var(--size-s); }
  `]

  commands: ReadonlyArray<SlashCommand> = []
  at = 0

  override updated(): void {
    this.renderRoot.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" })
  }

  override render(): TemplateResult | typeof nothing {
    if (this.commands.length === 0) return nothing
    return html`<ul role="listbox" aria-label="Commands">${this.commands.map((command, index) => html`<li role="option"
      aria-selected=${index === this.at} @pointerdown=${(event: Event) => this.#take(event, command)}>
      <code>/${command.name}</code><small class="cut">${command.description}${command.hint === undefined ? nothing : html` <i>${command.hint}</i>`}</small></li>`)}</ul>`
  }

  #take(event: Event, command: SlashCommand): void {
    event.preventDefault()
    this.dispatchEvent(new CustomEvent("take", { detail: command }))
  }
}

customElements.define("boo-commands", BooCommands)
