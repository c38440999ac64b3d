/** Landing changes as one commit: on which branch, with which message, and then where to push it. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { StoreController } from "../controller/StoreController.ts"
import type { PendingChange } from "../../shared/Change.ts"
import type { LandTargets } from "../../shared/Land.ts"
import { trailersOf } from "../../shared/Trailers.ts"
import type { LandStore } from "../store/LandStore.ts"
import { base } from "../style/base.ts"
import { icon } from "../style/icons.ts"
import { lineTotals } from "../view/change.ts"
import { plural } from "../view/numbers.ts"

export class BooLand extends LitElement {
  static override properties = { store: { attribute: false }, changes: { attribute: false }, message: { state: true }, branch: { state: true }, anew: { state: true } }
  static override styles = [base, css`
    form, .done { display: grid; gap: var(--s3); padding: 0 var(--s4) var(--s4); }
    .sum { color: var(--ink-soft); } .plus { color: var(--good); } .minus { color: var(--bad); }
    summary { color: var(--ink-soft); cursor: pointer; } details ul { max-height: 9rem; margin-top: var(--s1); overflow: auto; font: var(--size-s) / 1.6 var(--mono); overflow-wrap: anywhere; }
    fieldset { display: grid; gap: 0.125rem; } legend, .label { margin-bottom: var(--s1); padding: 0; color: var(--ink-faint); font-size: var(--size-s); }
    .choice { display: flex; align-items: center; flex-wrap: wrap; gap: var(--s2); min-height: var(--row); }
    .choice input[type="radio"] { margin: 0; accent-color: var(--accent); }
    .choice input[type="text"] { flex: 1; min-width: 9rem; font-family: var(--mono); font-size: var(--size-s); }
    .choice small { flex: 1 0 100%; padding-inline-start: 1.375rem; color: var(--ink-faint); font-size: var(--size-s); line-height: 1.4; }
    textarea { width: 100%; min-height: 6rem; resize: vertical; line-height: 1.5; }
    .trailers { padding: var(--s2) var(--s3); border-radius: var(--round-m); background: var(--sunk); color: var(--ink-soft); font: var(--size-s) / 1.6 var(--mono); overflow-wrap: anywhere; }
    .problem { display: flex; gap: var(--s2); padding: var(--s2) var(--s3); border: 1px solid var(--bad-line); border-radius: var(--round-m); background: var(--bad-soft); color: var(--bad); overflow-wrap: anywhere; white-space: pre-line; }
    .problem li { font-family: var(--mono); font-size: var(--size-s); }
    .end { display: flex; justify-content: flex-end; align-items: center; flex-wrap: wrap; gap: var(--s2); }
    .good { display: flex; gap: var(--s2); align-items: baseline; } .good .icon { align-self: center; color: var(--good); }
    .wait { display: grid; place-content: center; padding: var(--s5); }
  `]

  store: LandStore | undefined
  changes: ReadonlyArray<PendingChange> = []
  /** As they were typed; before that what the server suggests. */
  message: string | undefined
  branch: string | undefined
  /** On a new branch. */
  anew: boolean | undefined

  constructor() {
    super()
    new StoreController(this, () => [this.store])
  }

  override render(): TemplateResult | typeof nothing {
    const { store } = this
    if (store === undefined) return nothing
    if (store.landed !== undefined) return this.#done(store, store.landed)
    const { targets } = store
    if (targets === undefined) return store.problem === undefined ? html`<p class="wait" role="status" aria-label="Loading"><span class="spinner"></span></p>` : html`<div class="done">${this.#problem(store)}</div>`
    const { added, removed } = lineTotals(this.changes), anew = this.anew ?? targets.branch === null, trailers = trailersOf(this.changes)
    return html`<form @submit=${(event: Event) => this.#land(event, store, targets)}>
      <p class="sum">${plural(this.changes.length, "change")} as one commit of the project, <span class="figures"><span class="plus">+${added}</span> <span class="minus">−${removed}</span></span></p>
      <details><summary>Which files</summary><ul>${this.changes.map(({ operation, path }) => html`<li>${path} <span class="faint">${operation}</span></li>`)}</ul></details>
      <fieldset><legend>Where</legend>
        ${targets.branch === null ? nothing : html`<label class="choice"><input type="radio" name="where" .checked=${!anew} @change=${() => { this.anew = false }}><span>On <b class="mono">${targets.branch}</b>, the checkout's branch</span>
          <small>Its files follow. What else is changed${targets.staged ? " or staged" : ""} there stays as it is.</small></label>`}
        <label class="choice"><input type="radio" name="where" .checked=${anew} @change=${() => { this.anew = true }}>On a new branch
          <input type="text" aria-label="The new branch's name" .value=${this.branch ?? targets.suggested} @input=${(event: Event) => { this.branch = valueOf(event); this.anew = true }}>
          <small>From the checkout's last commit; no file of the checkout is touched.</small></label>
      </fieldset>
      <label><span class="label">Message</span><textarea required .value=${this.message ?? targets.message} @input=${(event: Event) => { this.message = valueOf(event) }}></textarea></label>
      ${trailers.length === 0 ? nothing : html`<div><p class="label">Added below it, for the agents whose changes are landed</p><div class="trailers">${trailers.map((line) => html`<div>${line}</div>`)}</div></div>`}
      ${this.#problem(store)}
      <div class="end"><button type="button" @click=${() => this.dispatchEvent(new Event("done"))}>Cancel</button>
        <button class="primary" ?disabled=${store.busy !== undefined}>${store.busy === undefined ? nothing : html`<span class="spinner"></span>`}Commit ${plural(this.changes.length, "change")}</button></div>
    </form>`
  }

  #done(store: LandStore, { branch, commit }: { readonly branch: string; readonly commit: string }): TemplateResult {
    const remotes = store.targets?.remotes ?? []
    return html`<div class="done">
      <p class="good" role="status">${icon("check")}<span>Landed as <code class="inline">${commit.slice(0, 10)}</code> on <b class="mono">${branch}</b>.${store.pushed === undefined ? nothing : html` Pushed to <b class="mono">${store.pushed}</b>.`}</span></p>
      ${this.#problem(store)}
      <div class="end">
        ${store.pushed !== undefined ? nothing : remotes.length === 0 ? html`<span class="faint">The project has no remote to push to.</span>`
          : remotes.map((remote) => html`<button class="outline" ?disabled=${store.busy !== undefined} title="Never by force" @click=${() => void store.push(remote)}>${store.busy === "pushing" ? html`<span class="spinner"></span>` : icon("arrowUp")}Push to ${remote}</button>`)}
        <button class="primary" @click=${() => this.dispatchEvent(new Event("done"))}>Done</button>
      </div></div>`
  }

  #problem({ conflicts, problem }: LandStore): TemplateResult | typeof nothing {
    if (conflicts.length > 0) {
      return html`<div class="problem" role="alert">${icon("alert")}<div><p>Nothing was landed: ${conflicts.length === 1 ? "this file has" : "these files have"} changed in the project since. Find a way out of the conflict, or leave ${conflicts.length === 1 ? "it" : "them"} out.</p>
        <ul>${conflicts.map(({ path }) => html`<li>${path}</li>`)}</ul></div></div>`
    }
    return problem === undefined ? nothing : html`<p class="problem" role="alert">${icon("alert")}${problem}</p>`
  }

  #land(event: Event, store: LandStore, targets: LandTargets): void {
    event.preventDefault()
    const anew = this.anew ?? targets.branch === null
    void store.land(this.changes.map(({ id }) => id), (this.message ?? targets.message).trim(), anew ? (this.branch ?? targets.suggested).trim() : undefined)
  }
}

const valueOf = ({ currentTarget }: Event): string =>
  currentTarget instanceof HTMLInputElement || currentTarget instanceof HTMLTextAreaElement ? currentTarget.value : ""

customElements.define("boo-land", BooLand)
