/** One file's change, line by line, with its colours. Unchanged lines between are folded away. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { base } from "../style/base.ts"
import { codeColours } from "../style/code.ts"
import type { DiffLine, LineDiff } from "../view/diff.ts"
import type { Line } from "../view/highlight.ts"
import { languageOfPath } from "../view/languages.ts"
import { drawnPart, lineSpans } from "../view/lineSpans.ts"
import { byteWords, plural } from "../view/numbers.ts"
import { shortenPaths } from "../view/path.ts"
import { type DiffPart, headOf, isStored } from "../view/toolCall.ts"
import type { LoadText } from "./boo-tool-text.ts"

const signs = { same: " ", added: "+", removed: "−" } as const

export class BooDiff extends LitElement {
  static override properties = { piece: { attribute: false }, load: { attribute: false }, diff: { state: true }, colours: { state: true } }
  static override styles = [base, codeColours, css`
    figure { border: 1px solid var(--line); border-radius: var(--round-m); background: var(--sunk); overflow: hidden; }
    figcaption { display: flex; gap: var(--s3); align-items: center; padding: 0.3125rem var(--s3); border-bottom: 1px solid var(--line); font-size: var(--size-s); color: var(--ink-soft); }
    .plus { color: var(--good); } .minus { color: var(--bad); }
    .scroll { max-height: 26rem; overflow: auto; }
    .lines { display: grid; grid-template-columns: auto auto minmax(0, 1fr); padding-block: var(--s1); color: var(--code-ink); font: var(--size-code) / 1.55 var(--mono); tab-size: 4; }
    .line { display: grid; grid-column: 1 / -1; grid-template-columns: subgrid; }
    .number { min-width: 2.6em; padding-inline: 0.5em 0.4em; color: var(--ink-faint); text-align: end; user-select: none; font-size: 0.92em; }
    .text { white-space: pre-wrap; overflow-wrap: anywhere; padding-inline: 1.45em var(--s3); }
    .sign { display: inline-block; width: 1.2em; margin-inline-start: -1.2em; color: var(--ink-faint); user-select: none; }
    .added { background: var(--added); } .added .sign { color: var(--good); }
    .removed { background: var(--removed); } .removed .sign { color: var(--bad); }
    .gap { grid-column: 1 / -1; padding: 0.125rem var(--s3); color: var(--ink-faint); background: var(--hover); font: var(--size-xs) / 1.6 var(--font); }
    .more { color: var(--ink-faint); user-select: none; }
    .waits { padding: var(--s3); color: var(--ink-faint); font-size: var(--size-s); }
  `]

  piece: DiffPart | undefined
  load: LoadText | undefined
  diff: LineDiff | undefined
  /** Colours by line, of the text before and after. */
  colours: { readonly before: ReadonlyArray<Line>; readonly after: ReadonlyArray<Line> } | undefined

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("piece") && this.piece !== undefined) void this.#compare(this.piece)
  }

  async #text(text: DiffPart["before"]): Promise<string> {
    if (!isStored(text)) return text ?? ""
    const found = await this.load?.(text.hash)
    return found !== undefined && "text" in found ? found.text : headOf(text)
  }

  async #compare(part: DiffPart): Promise<void> {
    const [{ diffLines }, before, after] = await Promise.all([import("../view/diff.ts"), this.#text(part.before), this.#text(part.after)])
    if (this.piece !== part) return
    this.diff = diffLines(before, after)
    const { highlight } = await import("../view/highlight.ts")
    const language = languageOfPath(part.path)
    const [old, now] = await Promise.all([highlight(before, language), highlight(after, language)])
    if (this.piece === part && old !== undefined && now !== undefined) this.colours = { before: old, after: now }
  }

  #pieces(line: Exclude<DiffLine, { kind: "gap" }>): TemplateResult {
    const at = line.after ?? line.before ?? 0
    const { more, text: drawn } = drawnPart(line.text)
    const pieces = lineSpans(drawn, (line.after === undefined ? this.colours?.before : this.colours?.after)?.[at - 1], [])
    return html`${pieces.map(({ colour, text }) => colour === undefined ? text : html`<span class=${colour}>${text}</span>`)}${more > 0 ? html`<span class="more">… ${byteWords(more)} more</span>` : nothing}`
  }

  #line(line: DiffLine): TemplateResult {
    if (line.kind === "gap") return html`<div class="gap">${plural(line.count, "unchanged line")}</div>`
    return html`<div class="line ${line.kind}"><span class="number">${line.before ?? nothing}</span><span class="number">${line.after ?? nothing}</span><span
      class="text"><span class="sign">${signs[line.kind]}</span>${this.#pieces(line)}</span></div>`
  }

  override render(): TemplateResult | typeof nothing {
    const { diff, piece: part } = this
    if (part === undefined) return nothing
    const empty = diff !== undefined && diff.lines.length === 0
    return html`<figure aria-label=${`Change of ${part.path}`}>
      <figcaption>
        <span class="mono cut" title=${part.path}>${shortenPaths(part.path, 3)}</span>
        ${part.before === null ? html`<span class="faint">new file</span>` : nothing}
        ${diff === undefined ? nothing : html`<span class="figures"><span class="plus">+${diff.added}</span> <span class="minus">−${diff.removed}</span></span>`}
        ${diff?.cut === true ? html`<span class="faint">too large to compare in full</span>` : nothing}
      </figcaption>
      ${diff === undefined ? html`<div class="waits">Comparing…</div>` : empty ? html`<div class="waits">Nothing changed.</div>`
        : html`<div class="scroll" tabindex="0"><div class="lines">${diff.lines.map((line) => this.#line(line))}</div></div>`}
    </figure>`
  }
}

customElements.define("boo-diff", BooDiff)
