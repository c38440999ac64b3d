/** The line above a hunk: where it is, what unchanged lines can be seen more of, and what is decided of it alone. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { base } from "../style/base.ts"
import { diffIcon } from "../style/diffIcons.ts"
import { icon } from "../style/icons.ts"
import type { HunkActs } from "../view/change.ts"
import type { IconName } from "../view/iconName.ts"
import { plural } from "../view/numbers.ts"

/** Below so many hidden lines there is one button, for all of them. */
const few = 30

export class BooHunkHead extends LitElement {
  static override properties = {
    range: {}, heading: {}, left: { type: Number }, ends: {}, acts: {}, expandable: { type: Boolean }, busy: { type: Boolean }
  }
  static override styles = [base, css`
    :host { display: flex; align-items: center; gap: var(--s2); height: calc(2 * var(--code-row)); padding-inline: var(--s1) var(--s2); overflow: hidden; border-block: 1px solid var(--line); background: var(--sunk); color: var(--ink-faint); font: var(--size-s) / var(--code-row) var(--font); }
    .range { flex: none; font-family: var(--mono); }
    .heading { color: var(--ink-soft); font-family: var(--mono); }
    .what { display: flex; flex: 1; gap: 0.75em; min-width: 0; }
    button { min-height: 1.625rem; padding-inline: 0.5rem; font-size: var(--size-s); color: var(--ink-soft); }
    button:hover { color: var(--ink); }
    .more { display: flex; justify-content: flex-end; min-width: var(--more, 0); }
    .more button { padding-inline: 0.25rem; }
    .apply:hover:enabled { color: var(--good); } .reject:hover:enabled { color: var(--bad); }
    .act .icon { font-size: 0.875rem; }
    @media (max-width: 46rem) { .act span { display: none; } .act { min-width: 2.25rem; min-height: 2.125rem; } .more button { min-width: 2.25rem; min-height: 2.125rem; } .heading { flex: 1; } }
  `]

  range = ""
  heading = ""
  /** Unchanged lines that are left out above it. */
  left = 0
  /** The gap above lies between two hunks, or has one on one side only. */
  ends: "both" | "above" | "below" = "both"
  acts: HunkActs = "none"
  expandable = false
  busy = false
  /** The focus was on a button that shows more. */
  #held = false

  override willUpdate(): void {
    this.#held = this.hasUpdated && this.renderRoot.querySelector(".more button:focus") !== null
  }

  /** Pressed for the last time the button goes: who works by keys goes on at the next one, or in the lines. */
  override updated(): void {
    if (!this.#held || this.renderRoot.querySelector(".more button:focus") !== null) return
    (this.renderRoot.querySelector<HTMLElement>(".more button") ?? this.closest<HTMLElement>(".scroller"))?.focus()
  }

  override render(): TemplateResult {
    return html`<span class="more">${this.left > 0 && this.expandable ? this.#more() : nothing}</span>
      <span class="what">${this.range === "" ? nothing : html`<span class="range">${this.range}</span>`}${
        this.left > 0 && this.heading === "" ? html`<span class="cut">${plural(this.left, "unchanged line")}</span>` : html`<span class="heading cut">${this.heading}</span>`}</span>
      ${this.acts === "none" ? nothing : this.acts === "open" ? this.#open() : this.#act("revert", "Revert hunk", "Take these lines out of the project's checkout again. The worktree keeps them, and they wait anew (Shift+U)", "back")}`
  }

  #more(): TemplateResult {
    if (this.left <= few) return this.#button("all", `Show the ${plural(this.left, "unchanged line")}`, diffIcon("unfold"))
    return html`${this.ends === "below" ? nothing : this.#button("top", "Show more lines below what is above", icon("arrowDown"))}${
      this.ends === "above" ? nothing : this.#button("bottom", "Show more lines above this", icon("arrowUp"))}`
  }

  #button(where: "top" | "bottom" | "all", words: string, shape: TemplateResult): TemplateResult {
    return html`<button aria-label=${words} title=${words} @click=${() => this.dispatchEvent(new CustomEvent("reveal", { detail: where }))}>${shape}</button>`
  }

  #open(): TemplateResult {
    return html`${this.#act("reject", "Reject hunk", "Put these lines of the worktree back (Shift+X)", "cross")}${this.#act("apply", "Apply hunk", "Put these lines into the project's checkout (Shift+A)", "check")}`
  }

  #act(way: "apply" | "reject" | "revert", words: string, title: string, sign: IconName): TemplateResult {
    return html`<button class="act ${way}" ?disabled=${this.busy} title=${title} aria-label=${words} @click=${() => this.dispatchEvent(new CustomEvent("decide", { detail: way }))}>${icon(sign)}<span>${words}</span></button>`
  }
}

customElements.define("boo-hunk-head", BooHunkHead)
