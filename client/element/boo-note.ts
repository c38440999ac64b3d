/** What stands between turns: that the files of the worktree were put back, or that the chat is a fork. One quiet line. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { ask } from "../controller/intent.ts"
import type { ChatNote } from "../../shared/ChatNote.ts"
import { base } from "../style/base.ts"
import { icon } from "../style/icons.ts"
import { momentWords } from "../view/duration.ts"
import { noteFace } from "../view/here.ts"

export class BooNote extends LitElement {
  static override properties = { note: { attribute: false } }
  static override styles = [base, css`
    p { display: flex; align-items: center; gap: 0.4375rem; color: var(--ink-faint); font-size: var(--size-s); line-height: 1.45; }
    p::after { content: ""; flex: 1 1 2rem; min-width: 1rem; border-top: 1px solid var(--line); }
    .icon { font-size: 0.875rem; }
    .words { min-width: 0; overflow-wrap: anywhere; }
    button { min-height: 1.5rem; padding: 0 0.4375rem; color: var(--accent); font-size: var(--size-s); }
    @media (max-width: 46rem) { p { align-items: start; } p::after { display: none; } .icon { margin-top: 0.1875rem; } button { min-height: 2rem; margin-top: -0.375rem; } }
  `]

  note: ChatNote | undefined

  override render(): TemplateResult | typeof nothing {
    const { note } = this
    if (note === undefined) return nothing
    const face = noteFace(note)
    return html`<p title=${`${momentWords(note.at)}${face.more === "" ? "" : `\n${face.more}`}`}>${icon(face.icon)}<span class="words">${face.words}</span>
      ${note._tag === "Rewound" && note.count > 0 ? html`<button aria-label=${`Undo: ${face.words}`} @click=${() => ask(this, "boo-undo-rewind", { seq: note.undo })}>Undo</button>` : nothing}
      ${note._tag === "Forked" ? html`<button @click=${() => ask(this, "boo-go", { sessionId: note.sessionId, chatId: note.chatId })}>Open it</button>` : nothing}</p>`
  }
}

customElements.define("boo-note", BooNote)
