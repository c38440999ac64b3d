/** One stretch of a turn: the prompt that began it, who answers, what it did, and how it stands or ended. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { repeat } from "lit/directives/repeat.js"
import type { Item } from "../../shared/ChatEvent.ts"
import { itemKey } from "../../shared/ChatItems.ts"
import type { ToolKind } from "../../shared/ToolCall.ts"
import { isOpen } from "../../shared/Turn.ts"
import type { WorkStore } from "../store/WorkStore.ts"
import { base } from "../style/base.ts"
import { icon } from "../style/icons.ts"
import { turnNote } from "../view/continuity.ts"
import type { RequestItem } from "../view/request.ts"
import type { Group } from "../view/timeline.ts"
import type { LoadText } from "./boo-tool-text.ts"
import "./boo-ending.ts"
import "./boo-markdown.ts"
import "./boo-progress.ts"
import "./boo-prompt.ts"

export class BooTurn extends LitElement {
  static override properties = { group: { attribute: false }, label: {}, skew: { type: Number }, load: { attribute: false }, work: { attribute: false } }
  static override styles = [base, css`
    .item + .item { margin-top: var(--s3); }
    .item.step + .item.step { margin-top: 0; }
    .item.answer + .item.answer { margin-top: var(--s4); }
    .item.asked + .who, .who + .item { margin-top: var(--s1); }
    .item.asked { margin-bottom: var(--s3); }
    .who { display: flex; align-items: baseline; gap: 0.4375rem; margin-top: var(--s2); font-size: var(--size-m); }
    .who b { font-weight: 620; letter-spacing: -0.004em; }
    .who span { color: var(--ink-faint); font-size: var(--size-xs); }
    .note { display: flex; align-items: baseline; gap: 0.4375rem; margin: var(--s2) 0 var(--s1); color: var(--ink-faint); font-size: var(--size-s); line-height: 1.45; }
    .note .icon { align-self: center; font-size: 0.875rem; } .note.warn, .note.warn b { color: var(--warn); }
    .note.warn { flex-wrap: wrap; gap: 0 0.4375rem; } .note.warn::after { display: none; } .note.warn .cut { flex: 1 0 100%; padding-inline-start: 1.3125rem; white-space: normal; overflow-wrap: anywhere; }
    .note b { flex: none; font-weight: 520; color: var(--ink-soft); }
    .note::after { content: ""; flex: 1 1 2rem; align-self: center; min-width: 1rem; border-top: 1px solid var(--line); }
    @media (max-width: 46rem) { .note { flex-wrap: wrap; gap: 0 0.4375rem; } .note::after { display: none; } .note .icon { align-self: start; margin-top: 0.1875rem; } .note b { flex: 1 1 0; } .note .cut { flex: 1 0 100%; padding-inline-start: 1.3125rem; white-space: normal; } }
    .self { color: var(--ink-faint); font-weight: 500; }
    .last { margin-top: var(--s2); }
    .last.told { margin-top: var(--s3); }
  `]

  group: Group | undefined
  label = ""
  skew = 0
  load: LoadText | undefined
  work: WorkStore | undefined

  override willUpdate(): void {
    if (this.group?.items.some(({ _tag }) => _tag === "Tool" || _tag === "Text") === true) void import("./steps.ts")
    if (this.group?.items.some(({ _tag }) => _tag === "Request" || _tag === "Plan") === true) void import("./later.ts")
  }

  override render(): TemplateResult | typeof nothing {
    const { group } = this
    if (group === undefined) return nothing
    const asked = group.items.filter((item) => item._tag === "Prompt")
    const answered = group.items.filter((item) => item._tag !== "Prompt")
    return html`
      ${asked.map((item) => html`<div class="item asked"><boo-prompt .content=${item.content} .by=${item.by} .at=${item.at} .promptId=${item.promptId} .turnId=${item.turnId}></boo-prompt></div>`)}
      ${group.first ? html`${this.#note(group)}${this.#who(group)}` : nothing}
      ${repeat(answered, itemKey, (item, index) => this.#item(item, index === answered.length - 1))}
      ${group.last ? this.#end(group) : nothing}`
  }

  #who({ turn }: Group): TemplateResult {
    const notes = [turn?.settings.model, turn?.settings.mode].filter((note) => note !== undefined)
    const words = turn?.origin === "agent" ? html`<b role="heading" aria-level="3">${this.label} <span class="self">spoke by itself</span></b>` : html`<b>${this.label}</b>`
    return html`<div class="who">${words}${notes.length === 0 ? nothing : html`<span>${notes.join(" · ")}</span>`}</div>`
  }

  /** Where its agent is another than before, or came to its context anew. */
  #note({ before, turn }: Group): TemplateResult | typeof nothing {
    const note = turn === undefined ? undefined : turnNote(turn, before, this.label)
    return note === undefined ? nothing : html`<p class="note ${note.tone}">${icon(note.tone === "warn" ? "alert" : "refresh")}<b>${note.words}</b><span class="cut" title=${note.why}>${note.why}</span></p>`
  }

  #item(item: Item, isLast: boolean): TemplateResult | typeof nothing {
    const live = isLast && this.group?.last === true && this.group.turn !== undefined && isOpen(this.group.turn)
    switch (item._tag) {
      case "Prompt": return nothing
      case "Text": return item.kind === "thought"
        ? html`<div class="item step"><boo-thought .text=${item.text} .live=${live}></boo-thought></div>`
        : html`<div class="item answer"><boo-markdown .text=${item.text} .live=${live}></boo-markdown></div>`
      case "Tool": return html`<div class="item step"><boo-tool .call=${item.call} .skew=${this.skew} .load=${this.load}></boo-tool></div>`
      case "Plan": return html`<div class="item plan"><boo-plan .entries=${item.entries}></boo-plan></div>`
      case "Request": return html`<div class="item ${item.closed === undefined ? "request" : "step"}"><boo-request .item=${item} .agent=${this.group?.turn?.agent} .kind=${this.#kindOf(item)}></boo-request></div>`
    }
  }

  /** Of the tool call that is asked about. */
  #kindOf({ request }: RequestItem): ToolKind {
    const call = this.group?.items.findLast((item) => item._tag === "Tool" && request._tag === "Permission" && item.call.toolCallId === request.toolCallId)
    return call?._tag === "Tool" ? call.call.kind : "other"
  }

  #end({ items, turn }: Group): TemplateResult | typeof nothing {
    if (turn === undefined) return nothing
    return isOpen(turn)
      ? html`<div class="last"><boo-progress .turn=${turn} .items=${items} .label=${this.label} .skew=${this.skew}></boo-progress></div>`
      : html`<div class="last told"><boo-ending .turn=${turn} .label=${this.label}></boo-ending><boo-turn-files .turn=${turn} .work=${this.work}></boo-turn-files></div>`
  }
}

customElements.define("boo-turn", BooTurn)
