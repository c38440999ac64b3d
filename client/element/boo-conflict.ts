/** A change that does not fit the project any more: both sides, and the three ways out. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import type { AgentInfo } from "../../shared/Agent.ts"
import { type Conflict, makersOf, type PendingChange } from "../../shared/Change.ts"
import type { WorkStore } from "../store/WorkStore.ts"
import { base } from "../style/base.ts"
import { icon } from "../style/icons.ts"
import { labelOf } from "../view/agents.ts"
import { conflictSides, waysOut } from "../view/conflict.ts"
import "./boo-code.ts"
import "./boo-diff.ts"

export class BooConflict extends LitElement {
  static override properties = { change: { attribute: false }, work: { attribute: false }, agents: { attribute: false }, sides: { state: true }, problem: { state: true }, marks: { state: true } }
  static override styles = [base, css`
    :host { padding: var(--s3); }
    .told { display: flex; gap: var(--s2); padding: var(--s3); border: 1px solid var(--warn-line); border-radius: var(--round-m); background: var(--warn-soft); line-height: 1.5; }
    .told > .icon { margin-top: 0.1875rem; color: var(--warn); }
    .ways { display: flex; flex-wrap: wrap; gap: var(--s2); margin-top: var(--s2); }
    .bar { display: flex; align-items: center; gap: 0.25rem; margin: var(--s3) 0 var(--s2); }
    .bar button { --row: 1.625rem; color: var(--ink-faint); } .bar button[aria-pressed="true"] { background: var(--pressed); color: var(--ink); }
    .sides { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: var(--s3); }
    h4 { margin: 0 0 var(--s1); font-size: var(--size-m); font-weight: 600; } h4 span { color: var(--ink-faint); font-weight: 440; font-size: var(--size-s); }
    section { min-width: 0; }
    .gone { padding: var(--s4); border: 1px dashed var(--line-strong); border-radius: var(--round-m); color: var(--ink-faint); text-align: center; }
    .wait { display: grid; place-content: center; padding: var(--s5); color: var(--ink-faint); }
    boo-code { --code-height: none; }
  `]

  change: PendingChange | undefined
  work: WorkStore | undefined
  agents: ReadonlyArray<AgentInfo> | undefined
  sides: Conflict | undefined
  problem: string | undefined
  /** Merged with git's marks, instead of side by side. */
  marks = false
  #asked: string | undefined

  override willUpdate(): void {
    const { change, work } = this
    if (change === undefined || work === undefined) return
    const asked = `${change.id} ${change.blob ?? ""} ${change.seq}`
    if (asked === this.#asked) return
    this.#asked = asked
    void work.conflict(change.id).then((reply) => {
      if (this.#asked !== asked) return
      this.sides = reply._tag === "Done" ? reply.value : undefined
      this.problem = reply._tag === "Done" ? undefined : reply.message
    })
  }

  override render(): TemplateResult | typeof nothing {
    const { change, sides, work } = this
    if (change === undefined || work === undefined) return nothing
    const whose = makersOf([change]).map((name) => labelOf(this.agents, name)).join(", ") || "manual"
    const busy = work.busy.has(change.id)
    return html`<div class="told" role="note">${icon("alert")}<div>
        <p>The project's <b>${change.path}</b> has changed in the same place since this change began. Nothing was touched; choose what becomes of it.</p>
        <div class="ways">${waysOut(whose).map(({ name, way, words }) => html`<button class="outline" title=${words} ?disabled=${busy} @click=${() => void work.resolve(change.id, way)}>${name}</button>`)}</div>
      </div></div>
      ${this.problem !== undefined ? html`<p class="wait" role="alert">${this.problem}</p>` : sides === undefined ? html`<p class="wait" role="status" aria-label="Loading"><span class="spinner"></span></p>` : this.#sides(sides, whose, change.path)}`
  }

  #sides(sides: Conflict, whose: string, path: string): TemplateResult {
    const { marked } = sides
    return html`<div class="bar" role="group" aria-label="Show">
        <button aria-pressed=${!this.marks} @click=${() => { this.marks = false }}>Both sides</button>
        ${marked === null ? nothing : html`<button aria-pressed=${this.marks} @click=${() => { this.marks = true }}>Merged, with marks</button>`}
        ${sides.cut ? html`<span class="faint">Only the beginning is shown.</span>` : nothing}
      </div>
      ${this.marks && marked !== null ? html`<boo-code .text=${marked} language="text"></boo-code>` : html`<div class="sides">${conflictSides(sides, whose).map(({ about, after, before, name }) => html`<section>
        <h4>${name} <span>${about}</span></h4>
        ${after === null ? html`<p class="gone">No text here</p>` : html`<boo-diff .piece=${{ _tag: "Diff", path, before, after }}></boo-diff>`}</section>`)}</div>`}`
  }
}

customElements.define("boo-conflict", BooConflict)
