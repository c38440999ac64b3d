/** What of the changes is shown, and how: by words, by who made them, as a tree or as a list. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { base } from "../style/base.ts"
import { icon } from "../style/icons.ts"
import { hueOf, makerColours, makerMark } from "../style/makerMarks.ts"
import type { ChangeFilter } from "../view/changeRows.ts"
import type { Maker } from "../view/makers.ts"

export class BooChangesFilter extends LitElement {
  static override properties = { filter: { attribute: false }, makers: { attribute: false }, tree: { type: Boolean }, looking: { type: Boolean } }
  static override styles = [base, makerColours, css`
    div { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem; padding: 0 var(--s2) 0 var(--s3); }
    label { display: flex; align-items: center; gap: 0.375rem; flex: 1 1 9rem; min-width: 3rem; color: var(--ink-faint); }
    input[type="search"] { flex: 1; min-width: 0; min-height: 1.625rem; padding-block: 0; border-color: transparent; background: none; }
    input[type="search"]:focus-visible { border-color: var(--line-strong); outline: none; }
    .maker { --row: 1.375rem; gap: 0.25rem; padding-inline: 0.3125rem 0.5rem; border-radius: 99px; font-size: var(--size-xs); font-weight: 560; opacity: 0.75; }
    .maker:hover { opacity: 1; } .maker[aria-pressed="true"] { opacity: 1; box-shadow: inset 0 0 0 1.5px currentColor; }
    .maker .icon { font-size: 0.8125rem; } .letter { font-weight: 700; }
    .icon-only { --row: 1.75rem; } .icon-only[aria-pressed="true"] { background: var(--pressed); color: var(--ink); }
    @media (pointer: coarse) { .icon-only { --row: 2.25rem; } .maker { --row: 2rem; } }
    @container panel (max-width: 34rem) {
      label { flex-basis: 6rem; } .maker { min-width: 2rem; justify-content: center; padding-inline: 0.25rem; }
      .maker .cut { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
    }
  `]

  filter: ChangeFilter | undefined
  /** Who made any of the changes; a choice only where there are several. */
  makers: ReadonlyArray<Maker> = []
  tree = false
  looking = false

  override focus(): void {
    this.renderRoot.querySelector("input")?.focus()
  }

  override render(): TemplateResult {
    const chosen = this.filter?.makers ?? new Set<string>()
    return html`<div>
      <label>${icon("search")}<input type="search" aria-label="Filter the files" placeholder="Filter the files" .value=${this.filter?.typed ?? ""} @input=${this.#onInput} @keydown=${this.#onKey}></label>
      ${this.makers.length < 2 ? nothing : this.makers.map(({ label, manual, name }) => html`<button class="maker ${manual ? "manual" : `hue${hueOf(name)}`}" aria-pressed=${chosen.has(name)}
        title=${manual ? "Only what was changed by hand" : `Only what ${label} changed`} @click=${() => this.#toggle(name)}>${makerMark(name, manual)}<span class="cut">${label}</span></button>`)}
      <button class="icon-only" aria-pressed=${this.tree} aria-label="As a tree" title=${this.tree ? "Show a flat list" : "Show a tree of folders"} @click=${() => this.#tell("tree", !this.tree)}>${icon(this.tree ? "folder" : "list")}</button>
      <button class="icon-only" ?disabled=${this.looking} aria-label="Look at the files again" title="Look at the files again" @click=${() => this.#tell("look-again", undefined)}>${this.looking ? html`<span class="spinner"></span>` : icon("refresh")}</button>
    </div>`
  }

  #toggle(name: string): void {
    const makers = new Set(this.filter?.makers)
    if (!makers.delete(name)) makers.add(name)
    this.#tell("narrow", { makers })
  }

  #onInput(event: Event): void {
    if (event.currentTarget instanceof HTMLInputElement) this.#tell("narrow", { typed: event.currentTarget.value })
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key !== "Escape" && event.key !== "Enter") return
    event.preventDefault()
    event.stopPropagation()
    if (event.key === "Escape") this.#tell("narrow", { typed: "" })
    this.#tell("typed", undefined)
  }

  #tell(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail }))
  }
}

customElements.define("boo-changes-filter", BooChangesFilter)
