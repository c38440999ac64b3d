/** What can be done to several changes at once: the chosen ones, or all that are shown. What takes work out of the worktree is asked twice. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import type { PendingChange } from "../../shared/Change.ts"
import { base } from "../style/base.ts"
import { icon } from "../style/icons.ts"
import { type Act, actTitles, isOpen, undoing } from "../view/change.ts"
import type { IconName } from "../view/iconName.ts"
import { plural } from "../view/numbers.ts"

export class BooChangesActs extends LitElement {
  static override properties = { changes: { attribute: false }, chosen: { type: Number }, all: { type: Number }, past: { type: Boolean }, asking: { state: true } }
  static override styles = [base, css`
    div { display: flex; align-items: center; flex-wrap: wrap; gap: 0.25rem; padding: 0.375rem var(--s2) 0.375rem var(--s3); border-top: 1px solid var(--line); background: var(--paper); }
    label { display: flex; align-items: center; gap: var(--s2); min-height: 1.75rem; margin-inline-end: auto; color: var(--ink-soft); cursor: pointer; }
    p { flex: 1 1 12rem; line-height: 1.4; }
    button { --row: 1.75rem; }
    .reject:hover, .sure { color: var(--bad); } .sure { border-color: var(--bad-line); background: var(--bad-soft); font-weight: 560; }
    @media (pointer: coarse) { button { --row: 2.25rem; } }
    @container panel (max-width: 34rem) { [role="group"] { flex-wrap: nowrap; gap: 0; } [role="group"] button { padding-inline: 0.5rem; } [role="group"] button .icon { display: none; } }
  `]

  /** What the acts are about. */
  changes: ReadonlyArray<PendingChange> = []
  /** How many of them were chosen; none: it is all that are shown. */
  chosen = 0
  all = 0
  /** They were decided: what was applied of them can be reverted, what was rejected brought back. */
  past = false
  asking = false

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("chosen") || changed.has("past")) this.asking = false
  }

  override render(): TemplateResult | typeof nothing {
    const { all, chosen } = this
    const free = this.changes.filter(isOpen)
    if (all === 0) return nothing
    if (this.asking) {
      return html`<div role="alertdialog" aria-label="Reject?"><p>Take ${free.length === 1 ? "1 change" : `all ${free.length} changes`} out of the worktree? A checkpoint keeps what is rejected.</p>
        <button @click=${() => { this.asking = false }}>Keep</button>
        <button class="sure" @click=${() => this.#act("reject", free)}>Reject ${free.length}</button></div>`
    }
    const words = chosen === 0 ? "all" : String(chosen)
    return html`<div role="group" aria-label=${chosen === 0 ? "All changes" : "Chosen changes"}>
      <label><input type="checkbox" aria-label="Choose all" .checked=${chosen === all} .indeterminate=${chosen > 0 && chosen < all} @click=${() => this.#tell("choose-all", chosen < all)}>
        <span class="figures">${chosen === 0 ? plural(all, "change") : `${chosen} of ${all}`}</span></label>
      ${this.past ? html`${this.#undo("revert", "Revert", "back")}${this.#undo("bringBack", "Bring back", "undo")}` : html`<button class="reject" ?disabled=${free.length === 0} title=${actTitles.reject} @click=${() => { if (free.length > 1) this.asking = true; else this.#act("reject", free) }}>${icon("cross")}Reject ${words}</button>
      <button ?disabled=${free.length === 0} title=${actTitles.apply} @click=${() => this.#act("apply", free)}>${icon("check")}Apply ${words}</button>`}
      <slot></slot>
    </div>`
  }

  /** Of what was decided long ago much is as it is to stay: there a person chooses. */
  #undo(act: "revert" | "bringBack", words: string, sign: IconName): TemplateResult {
    const meant = this.chosen === 0 ? [] : this.changes.filter((change) => undoing(change) === act)
    return html`<button ?disabled=${meant.length === 0} title=${this.chosen === 0 ? "Choose changes first" : actTitles[act]} @click=${() => this.#act(act, meant)}>${icon(sign)}${words}${meant.length === 0 ? "" : ` ${meant.length}`}</button>`
  }

  #act(act: Exclude<Act, "resolve">, changes: ReadonlyArray<PendingChange>): void {
    this.asking = false
    this.#tell("act", { act, ids: changes.map(({ id }) => id) })
  }

  #tell(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail }))
  }
}

customElements.define("boo-changes-acts", BooChangesActs)
