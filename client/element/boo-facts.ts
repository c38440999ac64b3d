/** Below the composer, in one quiet line: where the chat's agents work, and what the chosen one has used. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { ask } from "../controller/intent.ts"
import type { Chat } from "../../shared/Chat.ts"
import type { AgentName } from "../../shared/Ids.ts"
import { base } from "../style/base.ts"
import { icon } from "../style/icons.ts"
import { usageLine, usageWords } from "../view/usage.ts"

export class BooFacts extends LitElement {
  static override properties = { chat: { attribute: false }, agent: {}, worktree: {}, copied: { state: true } }
  static override styles = [base, css`
    div { display: flex; justify-content: space-between; gap: var(--s3); min-height: 1.625rem; padding: 0.1875rem 0.4375rem 0; }
    button { min-height: 1.375rem; min-width: 0; padding-inline: 0.5rem; gap: 0.3125rem; color: var(--ink-faint); font-size: var(--size-xs); }
    button:hover { color: var(--ink-soft); }
    .icon { font-size: 0.75rem; }
    .path { direction: rtl; } .path bdi { unicode-bidi: isolate; }
    .usage { margin-inline-start: auto; flex: 0 1 auto; }
    .name { display: none; }
    @media (max-width: 46rem) { .tree { flex: 1 0 7.5rem; justify-content: flex-start; } .usage { flex: 0 1 auto; } .path { display: none; } .name { display: inline; } }
  `]

  chat: Chat | undefined
  agent: AgentName | undefined
  /** Absolute; nothing before the session's first prompt. */
  worktree: string | undefined
  copied = false

  override render(): TemplateResult {
    const { agent, chat, worktree } = this
    const words = chat === undefined || agent === undefined ? "" : usageWords(usageLine(chat, agent))
    return html`<div>
      ${worktree === undefined ? nothing : html`<button class="tree" title=${`Copy the worktree's path\n${worktree}`} aria-label=${`Copy the worktree's path: ${worktree}`} @click=${() => void this.#copy(worktree)}>
        ${icon(this.copied ? "check" : "folder")}<span class="cut path"><bdi>${this.copied ? "Copied" : worktree}</bdi></span><span class="cut name">${this.copied ? "Copied" : worktree.slice(worktree.lastIndexOf("/") + 1)}</span></button>`}
      ${words === "" ? nothing : html`<button class="usage" title="What the agents of this chat used" @click=${() => ask(this, "boo-show-agents", undefined)}><span class="cut figures">${words}</span></button>`}
      <span class="unseen" role="status">${this.copied ? "Copied" : ""}</span></div>`
  }

  async #copy(path: string): Promise<void> {
    // without a secure context there is no clipboard: the title still shows the path
    await navigator.clipboard?.writeText(path)
    this.copied = true
    setTimeout(() => { this.copied = false }, 1600)
  }
}

customElements.define("boo-facts", BooFacts)
