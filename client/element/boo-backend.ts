/** One agent in a chat: how its backend stands, what it used, how it came to its context; ended or started anew by hand. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import type { AgentFacts } from "../../shared/Chat.ts"
import { base } from "../style/base.ts"
import type { BackendLine } from "../view/backends.ts"
import type { UsageLine } from "../view/usage.ts"

/** What can be asked of it, as the name of an event. */
export type BackendAct = "end" | "restart" | "wire"

const continuityWords = { resumed: "Resumed", replayed: "Told the history", fresh: "Fresh" } as const

export class BooBackend extends LitElement {
  static override properties = { label: {}, line: { attribute: false }, usage: { attribute: false }, facts: { attribute: false } }
  static override styles = [base, css`
    article { display: grid; grid-template-columns: auto minmax(0, 1fr) auto; gap: 0.125rem 0.625rem; align-items: center; padding: 0.5rem var(--s4); }
    .dot { width: 0.5rem; height: 0.5rem; border-radius: 50%; background: none; box-shadow: inset 0 0 0 1.5px var(--line-strong); }
    .good { background: var(--good); box-shadow: none; } .works { background: var(--accent); box-shadow: none; } .warn { background: var(--warn); box-shadow: none; } .bad { background: var(--bad); box-shadow: none; }
    h4 { margin: 0; font-size: var(--size-m); font-weight: 600; } h4 span { color: var(--ink-soft); font-weight: 450; }
    .buttons { display: flex; align-items: center; gap: 0.375rem; grid-row: 1; grid-column: 3; }
    .buttons button { min-height: 1.625rem; font-size: var(--size-s); } .plain { color: var(--ink-soft); }
    p { grid-column: 2 / -1; color: var(--ink-soft); font-size: var(--size-s); line-height: 1.5; overflow-wrap: anywhere; }
    .where { color: var(--ink-faint); }
    .detail { color: var(--bad); }
    .source { padding: 0.0625rem 0.4375rem; border-radius: 99px; box-shadow: inset 0 0 0 1px var(--line); color: var(--ink-faint); font-size: var(--size-xs); white-space: nowrap; }
    @media (max-width: 46rem) { .buttons { grid-row: auto; grid-column: 2 / -1; flex-wrap: wrap; margin-block: var(--s1); gap: var(--s2); } .buttons button { min-height: 2.25rem; } .plain { order: 1; } }
  `]

  label = ""
  /** `undefined`: nothing of it is alive. */
  line: BackendLine | undefined
  usage: UsageLine | undefined
  facts: AgentFacts | undefined

  override render(): TemplateResult {
    const { facts, label, line, usage } = this
    return html`<article aria-label=${label}>
      <span class="dot ${line?.tone ?? "off"}"></span>
      <h4>${label} <span>${line?.state ?? "Not running"}</span></h4>
      ${line?.where === undefined ? nothing : html`<p class="where">${line.where}</p>`}
      ${line === undefined || line.figures.length === 0 ? nothing : html`<p class="figures">${line.figures.join(" · ")}</p>`}
      ${usage === undefined ? nothing : html`<p class="figures">${[usage.turns, usage.tokens, usage.cost, usage.context].filter((part) => part !== undefined).join(" · ")} <span class="source">${usage.source}</span></p>`}
      ${facts?.continuity === undefined ? nothing : html`<p><b>${continuityWords[facts.continuity]}.</b> ${facts.why}</p>`}
      ${line?.detail === undefined ? nothing : html`<p class="detail">${line.detail}</p>`}
      ${this.#buttons(line)}
    </article>`
  }

  #buttons(line: BackendLine | undefined): TemplateResult {
    const here = line?.where === undefined
    const held = line?.held
    return html`<div class="buttons">
      ${here ? html`<button class="plain" title="What went between the server and it" @click=${() => this.#act("wire")}>Wire log</button>` : nothing}
      ${line === undefined ? nothing : html`
        <button class="outline" title=${held ?? "Ends its process and starts it anew; its session is taken up again"} ?disabled=${held !== undefined} @click=${() => this.#act("restart")}>Restart</button>
        <button class="outline" title=${held ?? "Ends its process; the next prompt starts it again"} ?disabled=${held !== undefined} @click=${() => this.#act("end")}>Evict</button>`}
    </div>`
  }

  #act(what: BackendAct): void {
    this.dispatchEvent(new CustomEvent<BackendAct>("act", { detail: what }))
  }
}

customElements.define("boo-backend", BooBackend)
