/** A chat's timeline: the past above, the live window below, kept at its end while the reader is there. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { guard } from "lit/directives/guard.js"
import { repeat } from "lit/directives/repeat.js"
import { AutoFollow } from "../controller/AutoFollow.ts"
import { ask } from "../controller/intent.ts"
import type { Chat } from "../../shared/Chat.ts"
import type { ChatNote } from "../../shared/ChatNote.ts"
import type { Item } from "../../shared/ChatEvent.ts"
import type { TurnSummary } from "../../shared/Turn.ts"
import type { WorkStore } from "../store/WorkStore.ts"
import { base } from "../style/base.ts"
import { icon } from "../style/icons.ts"
import { type Group, groupItems, turnsWithoutItems, wholeTimeline, withNotes } from "../view/timeline.ts"
import type { LoadText } from "./boo-tool-text.ts"
import "./boo-turn.ts"

export class BooTimeline extends LitElement {
  static override properties = {
    chat: { attribute: false }, past: { attribute: false }, pastNotes: { attribute: false }, floor: { type: Number }, pastTurns: { attribute: false }, pending: { attribute: false },
    older: { type: Boolean }, loadingOlder: { type: Boolean }, skew: { type: Number }, load: { attribute: false }, work: { attribute: false }, labels: { attribute: false }
  }
  static override styles = [base, css`
    :host { position: relative; min-height: 0; }
    .scroller { height: 100%; overflow-y: auto; overflow-anchor: none; overflow-x: hidden; padding: var(--s5) var(--s5) var(--s4); scrollbar-gutter: stable both-edges; }
    .content { max-width: var(--measure); margin-inline: auto; }
    /* what is not seen costs no layout */
    boo-turn:not(:nth-last-of-type(-n + 2)) { content-visibility: auto; contain-intrinsic-size: auto 14rem; }
    boo-turn + :is(boo-turn, boo-prompt, boo-note), boo-note + :is(boo-turn, boo-prompt) { margin-top: var(--s6); }
    boo-prompt + boo-prompt { margin-top: var(--s3); }
    .top { display: grid; place-items: center; min-height: 2.5rem; margin-bottom: var(--s4); color: var(--ink-faint); font-size: var(--size-s); }
    .jump { position: absolute; inset-inline: 0; bottom: var(--s3); display: grid; place-items: center; pointer-events: none; }
    .jump button { pointer-events: auto; min-height: 1.875rem; border-radius: 99px; border-color: var(--line-strong); background: var(--raised); box-shadow: var(--shadow-2); font-size: var(--size-s); animation: rise var(--calm); }
    @keyframes rise { from { opacity: 0; transform: translateY(0.375rem); } }
    @media (max-width: 46rem) { .scroller { padding: var(--s4) var(--s4) var(--s3); scrollbar-gutter: auto; } }
  `]

  chat: Chat | undefined
  past: ReadonlyArray<Item> = []
  pastNotes: ReadonlyArray<ChatNote> = []
  /** What is older isn't here. */
  floor = 0
  pastTurns: ReadonlyMap<string, TurnSummary> = new Map()
  pending: ReadonlyArray<TemplateResult> = []
  older = false
  loadingOlder = false
  skew = 0
  load: LoadText | undefined
  work: WorkStore | undefined
  labels: (agent: string | undefined) => string = (agent) => agent ?? "The agent"
  #groups: ReadonlyArray<Group> = []
  #follow = new AutoFollow(
    this,
    () => ({
      scroller: this.renderRoot.querySelector<HTMLElement>(".scroller"), content: this.renderRoot.querySelector<HTMLElement>(".content"),
      pieces: this.renderRoot.querySelectorAll("boo-turn")
    }),
    () => {
      if (this.older && !this.loadingOlder) ask(this, "boo-older", undefined)
    }
  )

  /** To the newest, for whoever has just said something. */
  jump(): void {
    this.#follow.jump()
  }

  override willUpdate(changed: Map<string, unknown>): void {
    const { chat } = this
    if (chat === undefined || !(changed.has("chat") || changed.has("past"))) return
    const turns = new Map<string, TurnSummary>(chat.turns.map((turn) => [turn.turnId, turn]))
    this.#groups = groupItems(wholeTimeline(chat, this.past), (turnId) => turns.get(turnId) ?? this.pastTurns.get(turnId), this.#groups)
  }

  override render(): TemplateResult | typeof nothing {
    const { chat } = this
    if (chat === undefined) return nothing
    return html`<div class="scroller" tabindex="0" role="region" aria-label="Timeline">
        <div class="content">
          ${this.#top()}
          <div role="log" aria-live="polite" aria-relevant="additions">
            ${repeat(withNotes(this.#groups, chat, this.pastNotes, this.floor), ({ key }) => key, (entry) => "note" in entry ? this.#note(entry.note)
              : guard([entry.group, this.skew, this.labels, this.work], () => html`<boo-turn .group=${entry.group}
              .label=${this.labels(entry.group.turn?.agent)} .skew=${this.skew} .load=${this.load} .work=${this.work}></boo-turn>`))}
            ${turnsWithoutItems(chat).map((turn) => html`<boo-turn .group=${{ key: turn.turnId, turn, items: [], first: true, last: true, before: undefined }}
              .label=${this.labels(turn.agent)} .skew=${this.skew}></boo-turn>`)}
            ${this.pending}
          </div>
        </div>
      </div>
      ${this.#follow.following ? nothing : html`<div class="jump"><button @click=${() => this.#follow.jump()}>${icon("arrowDown")}Jump to latest</button></div>`}`
  }

  #note(note: ChatNote): TemplateResult {
    void import("./later.ts")
    return html`<boo-note .note=${note}></boo-note>`
  }

  #top(): TemplateResult | typeof nothing {
    if (this.loadingOlder) return html`<div class="top" role="status"><span class="spinner"></span></div>`
    if (this.older) return html`<div class="top"><button @click=${() => ask(this, "boo-older", undefined)}>${icon("arrowUp")}Show older</button></div>`
    return nothing
  }
}

customElements.define("boo-timeline", BooTimeline)
