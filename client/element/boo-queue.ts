/** The prompts that wait, above the composer: changed, withdrawn, and let go on where they are held. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { repeat } from "lit/directives/repeat.js"
import { ask } from "../controller/intent.ts"
import type { QueuedPrompt } from "../../shared/ChatEvent.ts"
import type { PromptId } from "../../shared/Ids.ts"
import { base } from "../style/base.ts"
import { icon } from "../style/icons.ts"
import { plural } from "../view/numbers.ts"
import { promptLine, promptText } from "../view/prompt.ts"

export class BooQueue extends LitElement {
  static override properties = { queue: { attribute: false }, labels: { attribute: false }, chosen: {}, editing: { state: true } }
  static override styles = [base, css`
    section { margin-inline: var(--s3); padding: 0.25rem 0.3125rem 0.5rem 0.75rem; border: 1px solid var(--line); border-bottom: 0; border-radius: var(--round-l) var(--round-l) 0 0; background: var(--sunk); }
    header { display: flex; align-items: center; gap: var(--s2); min-height: 1.875rem; color: var(--ink-soft); font-size: var(--size-s); }
    header > .icon { color: var(--ink-faint); }
    .held, .held > .icon { color: var(--warn); }
    header button .icon { font-size: 0.75rem; }
    header button { margin-inline-start: auto; min-height: 1.5rem; font-size: var(--size-s); }
    ol { max-height: 11rem; overflow: auto; }
    li { display: flex; align-items: center; gap: var(--s2); min-height: 1.875rem; border-top: 1px solid var(--line); }
    li .number { width: 1.125rem; color: var(--ink-faint); font-size: var(--size-xs); text-align: end; flex: none; }
    li .cut { flex: 1; }
    li .agent { color: var(--ink-faint); font-size: var(--size-xs); flex: none; }
    li button { --row: 1.625rem; }
    .buttons { display: flex; flex: none; }
    form { display: grid; gap: var(--s2); flex: 1; padding-block: var(--s2); }
    textarea { width: 100%; min-height: 4.5rem; resize: vertical; }
    form div { display: flex; gap: var(--s2); }
  `]

  queue: ReadonlyArray<QueuedPrompt> = []
  labels: (agent: string | undefined) => string = (agent) => agent ?? ""
  /** The agent that is chosen now: one that a prompt waits for is named only where it is another. */
  chosen: string | undefined
  editing: PromptId | undefined

  override render(): TemplateResult | typeof nothing {
    const { queue } = this
    if (queue.length === 0) return nothing
    const held = queue.filter((prompt) => prompt.held).length
    return html`<section aria-label="Queue">
      <header class=${held > 0 ? "held" : ""}>${icon(held > 0 ? "pause" : "queue")}
        <span role="status">${held > 0 ? `${plural(held, "prompt")} held after the stop` : `${plural(queue.length, "prompt")} waiting`}</span>
        ${held > 0 ? html`<button class="primary" @click=${() => ask(this, "boo-resume-queue", undefined)}>${icon("play")}Resume</button>` : nothing}
      </header>
      <ol>${repeat(queue, ({ promptId }) => promptId, (prompt, index) => html`<li>${
        prompt.promptId === this.editing ? this.#editor(prompt) : this.#line(prompt, index)}</li>`)}</ol>
    </section>`
  }

  #line(prompt: QueuedPrompt, index: number): TemplateResult {
    const line = promptLine(prompt.content)
    return html`<span class="number figures">${index + 1}</span><span class="cut" title=${line}>${line}</span>
      ${prompt.agent === this.chosen ? nothing : html`<span class="agent">${this.labels(prompt.agent)}</span>`}
      <span class="buttons">
        <button class="icon-only" aria-label="Change this prompt" @click=${() => { this.editing = prompt.promptId }}>${icon("pencil")}</button>
        <button class="icon-only" aria-label="Withdraw this prompt" @click=${() => ask(this, "boo-withdraw", { promptId: prompt.promptId })}>${icon("cross")}</button>
      </span>`
  }

  #editor(prompt: QueuedPrompt): TemplateResult {
    return html`<form @submit=${(event: SubmitEvent) => this.#change(event, prompt)} @keydown=${(event: KeyboardEvent) => {
      if (event.key !== "Escape") return
      event.preventDefault()
      this.editing = undefined
    }}>
      <textarea name="text" aria-label="The prompt's text" .value=${promptText(prompt.content)} autofocus></textarea>
      <div><button class="primary">Save</button><button type="button" class="outline" @click=${() => { this.editing = undefined }}>Leave as it was</button></div>
    </form>`
  }

  #change(event: SubmitEvent, { content, promptId }: QueuedPrompt): void {
    event.preventDefault()
    if (!(event.currentTarget instanceof HTMLFormElement)) return
    const text = new FormData(event.currentTarget).get("text")
    if (typeof text === "string" && text.trim() !== "") {
      ask(this, "boo-change-prompt", { promptId, content: [{ type: "text", text }, ...content.filter(({ type }) => type !== "text")] })
    }
    this.editing = undefined
  }
}

customElements.define("boo-queue", BooQueue)
