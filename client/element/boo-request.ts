/** What an agent asks: a permission with its options as buttons or a form, and once closed who answered what. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { ask } from "../controller/intent.ts"
import type { PermissionOption } from "../../shared/AgentRequest.ts"
import type { AgentName } from "../../shared/Ids.ts"
import type { ToolKind } from "../../shared/ToolCall.ts"
import { base } from "../style/base.ts"
import { icon } from "../style/icons.ts"
import { inlineCode } from "../style/inlineCode.ts"
import { shortenPaths } from "../view/path.ts"
import { closedWords, coverWords, isAllowing, optionName, orderedOptions, type RequestItem } from "../view/request.ts"

export class BooRequest extends LitElement {
  static override properties = { item: { attribute: false }, agent: {}, kind: {}, chosen: { state: true } }
  static override styles = [base, css`
    section { padding: var(--s3); border: 1px solid var(--warn-line); border-radius: var(--round-l); background: var(--warn-soft); }
    header { display: flex; align-items: flex-start; gap: var(--s2); line-height: 1.4; overflow-wrap: anywhere; }
    header > .icon { margin-top: 0.0625rem; color: var(--warn); font-size: 1.0625rem; }
    strong { font-weight: 600; }
    .what { display: block; margin-top: 0.125rem; }
    .options { display: flex; flex-wrap: wrap; gap: var(--s2); margin-top: var(--s3); padding-inline-start: 1.5625rem; }
    .reject:hover { border-color: var(--bad); color: var(--bad); }
    .closed { display: flex; align-items: center; gap: var(--s2); min-height: 1.75rem; color: var(--ink-soft); min-width: 0; }
    .name { font-weight: 540; } .closed .title { color: var(--ink-faint); }
    .closed > .icon { color: var(--ink-faint); font-size: 0.9375rem; }
    .answer { flex: none; font-size: var(--size-s); color: var(--ink-faint); margin-inline-start: auto; }
    .rule { display: inline; min-height: 0; padding: 0 0.25rem; margin-inline: -0.25rem; font-size: inherit; color: inherit; text-decoration: underline; text-underline-offset: 2px; }
    .allowed b { color: var(--good); font-weight: 560; } .refused b { color: var(--bad); font-weight: 560; } .none b { font-weight: 560; }
    @media (max-width: 46rem) { .options { padding: 0; } .options button { flex: 1 1 auto; } .closed { flex-wrap: wrap; } }
  `]

  item: RequestItem | undefined
  /** Whose request it is, and of what kind the tool call is that it is about. */
  agent: AgentName | undefined
  kind: ToolKind = "other"
  /** The option that was pressed, until the chat says it is closed. */
  chosen: string | undefined

  override render(): TemplateResult | typeof nothing {
    const { item } = this
    if (item === undefined) return nothing
    const { request } = item
    const closed = closedWords(item)
    const title = request._tag === "Permission" ? request.title : request.message
    if (closed !== undefined) {
      return html`<div class="closed ${closed.tone}">${icon(request._tag === "Permission" ? "shield" : "chat")}
        <span class="name">${request._tag === "Permission" ? "Permission" : "Question"}</span><span class="title cut" title=${title}>${inlineCode(shortenPaths(title))}</span><span class="answer"><b>${closed.words}</b> ${item.closed?.why === "rule"
          ? html`<button class="rule" title="The rules of this chat" @click=${() => ask(this, "boo-show-agents", undefined)}>${closed.who}</button>` : closed.who}</span></div>`
    }
    return html`<section role="group" aria-label="The agent asks">
      <header>${icon(request._tag === "Permission" ? "shield" : "chat")}
        <span><strong>${request._tag === "Permission" ? "The agent asks for permission" : "The agent asks"}</strong><span class="what">${inlineCode(title)}</span></span>
      </header>
      ${request._tag === "Permission"
        ? html`<div class="options">${orderedOptions(request).map((option, index) => this.#option(option, index === 0))}</div>`
        : this.#form(request.schema, item)}
    </section>`
  }

  #form(schema: string, { requestId }: RequestItem): TemplateResult {
    void import("./later.ts")
    return html`<boo-elicitation .schema=${schema} .requestId=${requestId}></boo-elicitation>`
  }

  #option(option: PermissionOption, first: boolean): TemplateResult {
    const kind = isAllowing(option.kind) ? first ? "primary" : "outline" : "outline reject"
    const covers = this.item === undefined || this.agent === undefined ? undefined : coverWords(this.item, option, this.agent, this.kind)
    return html`<button class=${kind} title=${covers ?? nothing} ?disabled=${this.chosen !== undefined} @click=${() => this.#answer(option)}>
      ${this.chosen === option.optionId ? html`<span class="spinner"></span>` : nothing}${optionName(option)}</button>`
  }

  #answer({ optionId }: PermissionOption): void {
    if (this.item === undefined) return
    this.chosen = optionId
    ask(this, "boo-answer", { requestId: this.item.requestId, answer: { _tag: "Selected", optionId } })
    // a refused answer leaves the request open: it can be answered again
    setTimeout(() => {
      this.chosen = undefined
    }, 4000)
  }
}

customElements.define("boo-request", BooRequest)
