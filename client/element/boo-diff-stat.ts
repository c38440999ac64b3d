/** How many lines a tool call added and removed; nothing for one that changed none. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import type { ToolCall } from "../../shared/ToolCall.ts"
import { base } from "../style/base.ts"

interface Stat { readonly added: number; readonly removed: number }
const counted = new WeakMap<ToolCall["content"], Stat>()

export class BooDiffStat extends LitElement {
  static override properties = { call: { attribute: false }, stat: { state: true } }
  static override styles = [base, css`
    :host { display: inline-flex; gap: 0.375rem; }
    .plus { color: var(--good); } .minus { color: var(--bad); }
  `]

  call: ToolCall | undefined
  stat: Stat | undefined
  #content: ToolCall["content"] | undefined

  override willUpdate(): void {
    const content = this.call?.content
    if (content === undefined || content === this.#content) return
    this.#content = content
    this.stat = counted.get(content)
    if (this.stat === undefined && content.some(({ type }) => type === "diff")) void this.#count(content)
  }

  async #count(content: ToolCall["content"]): Promise<void> {
    const { diffLines } = await import("../view/diff.ts")
    const stat = content.reduce<Stat>((sum, part) => {
      if (part.type !== "diff" || typeof part.newText !== "string" || (part.oldText !== null && typeof part.oldText !== "string")) return sum
      const { added, removed } = diffLines(part.oldText ?? "", part.newText, 0)
      return { added: sum.added + added, removed: sum.removed + removed }
    }, { added: 0, removed: 0 })
    counted.set(content, stat)
    if (this.#content === content) this.stat = stat
  }

  override render(): TemplateResult | typeof nothing {
    const { stat } = this
    if (stat === undefined || (stat.added === 0 && stat.removed === 0)) return nothing
    return html`<span class="plus">+${stat.added}</span>${stat.removed === 0 ? nothing : html`<span class="minus">−${stat.removed}</span>`}`
  }
}

customElements.define("boo-diff-stat", BooDiffStat)
