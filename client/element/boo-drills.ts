/** What drills of the agents came to, and a button that drills one again. Loaded when first shown. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { repeat } from "lit/directives/repeat.js"
import { StoreController } from "../controller/StoreController.ts"
import { type DrillLine, drillSteps } from "../../shared/Drill.ts"
import type { AgentName } from "../../shared/Ids.ts"
import type { AgentsStore } from "../store/AgentsStore.ts"
import type { DrillsStore } from "../store/DrillsStore.ts"
import { base } from "../style/base.ts"
import { icon } from "../style/icons.ts"
import { type DrillRow, drillRows, verdictWords } from "../view/drills.ts"

export class BooDrills extends LitElement {
  static override properties = { store: { attribute: false }, agents: { attribute: false }, open: { state: true } }
  static override styles = [base, css`
    :host { padding: 0 var(--s4) var(--s4); }
    .about { padding-bottom: var(--s3); color: var(--ink-soft); }
    .agent { display: grid; grid-template-columns: minmax(0, 1fr) auto; align-items: center; gap: 0 var(--s3); padding-block: var(--s2); border-top: 1px solid var(--line); }
    h3 { display: flex; align-items: baseline; gap: var(--s2); font-size: var(--size-m); font-weight: 560; }
    h3 small { color: var(--ink-faint); font-size: var(--size-s); font-weight: 400; }
    .words { display: flex; flex-wrap: wrap; align-items: center; gap: 0.125rem var(--s2); color: var(--ink-faint); font-size: var(--size-s); }
    .chip { padding: 0 0.4375rem; border-radius: 1rem; font-size: var(--size-xs); line-height: 1.6; box-shadow: inset 0 0 0 1px var(--line-strong); }
    .ok { color: var(--good); } .differs { color: var(--warn); } .failed { color: var(--bad); } .not { color: var(--ink-faint); }
    progress { grid-column: 1 / -1; width: 100%; height: 2px; margin-top: var(--s2); border: 0; border-radius: 1px; background: var(--line); color: var(--accent); appearance: none; overflow: hidden; }
    progress::-webkit-progress-bar { background: var(--line); }
    progress::-webkit-progress-value { background: var(--accent); transition: inline-size var(--calm); }
    progress::-moz-progress-bar { background: var(--accent); }
    .actions { display: flex; gap: var(--s1); }
    dl { grid-column: 1 / -1; display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 0.1875rem var(--s3); margin-top: var(--s2); font-size: var(--size-s); }
    dt { display: grid; grid-template-columns: 5rem auto; gap: var(--s2); }
    dt b { font-weight: 560; } dd { color: var(--ink-soft); overflow-wrap: anywhere; }
    .learnt { grid-column: 1 / -1; margin-top: var(--s2); color: var(--ink-soft); font-size: var(--size-s); }
    .problem { color: var(--bad); } .none { padding: var(--s4); color: var(--ink-faint); text-align: center; }
    @media (max-width: 46rem) { dl { grid-template-columns: minmax(0, 1fr); } dd { padding-inline-start: 5.5rem; margin-bottom: var(--s1); } }
  `]

  store: DrillsStore | undefined
  agents: AgentsStore | undefined
  open: ReadonlySet<string> = new Set()

  constructor() {
    super()
    new StoreController(this, () => [this.store, this.agents])
  }

  override firstUpdated(): void {
    void this.store?.load()
  }

  override render(): TemplateResult {
    const { agents, store } = this
    const rows = drillRows(agents?.agents ?? [], store?.reports ?? [], store?.running, Date.now())
    return html`<p class="about">A drill runs an agent through a start, prompts, a tool, permissions, stops, a crash and a resumption, in a directory of its own. It uses the agent's model.</p>
      ${store?.problem === undefined ? nothing : html`<p class="problem" role="alert">${store.problem}</p>`}
      ${rows.length === 0 ? html`<p class="none">No agent is ready on this server.</p>` : repeat(rows, ({ agent }) => agent.name, (row) => this.#agent(row))}`
  }

  #agent(row: DrillRow): TemplateResult {
    const { agent, counts, isRunning, lines, learnt, words } = row
    const isOpen = isRunning || this.open.has(agent.name)
    return html`<section class="agent" aria-label=${agent.label}>
      <div>
        <h3>${agent.label}${agent.version === undefined ? nothing : html`<small>${agent.version}</small>`}</h3>
        <div class="words" role="status">${words}${isRunning ? nothing : counts.map(({ count, verdict }) => html`<span class="chip ${verdict}">${count} ${verdict}</span>`)}</div>
      </div>
      <div class="actions">
        ${lines.length === 0 || isRunning ? nothing : html`<button class="icon-only" aria-expanded=${isOpen} aria-label="What the drill of ${agent.label} came to" @click=${() => this.#turn(agent.name)}>${icon("list")}</button>`}
        <button class="outline" ?disabled=${this.store?.running !== undefined} aria-label="Drill ${agent.label}" @click=${() => void this.store?.run(agent.name)}>
          ${isRunning ? html`<span class="spinner"></span>Drilling…` : html`${icon("play")}${lines.length === 0 ? "Drill" : "Drill again"}`}</button>
      </div>
      ${isRunning ? html`<progress max=${drillSteps.length} value=${lines.length} aria-label="Steps of the drill"></progress>` : nothing}
      ${isOpen && lines.length > 0 ? html`<dl>${lines.map((line) => this.#line(line))}</dl>` : nothing}
      ${isOpen && learnt.length > 0 ? html`<p class="learnt">Learnt and kept with the agent: ${learnt.join("; ")}.</p>` : nothing}
    </section>`
  }

  #line({ note, step, verdict }: DrillLine): TemplateResult {
    return html`<dt><span class=${verdict === "not offered" ? "not" : verdict}>${verdictWords[verdict]}</span><b>${step}</b></dt><dd>${note}</dd>`
  }

  #turn(agent: AgentName): void {
    const open = new Set(this.open)
    if (!open.delete(agent)) open.add(agent)
    this.open = open
  }
}

customElements.define("boo-drills", BooDrills)
