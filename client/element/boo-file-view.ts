/** One file of the worktree: its lines with numbers and colours, an image, or why it can't be shown; changed by hand in a plain text field. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { StoreController } from "../controller/StoreController.ts"
import type { FileContent } from "../../shared/File.ts"
import type { FilesStore, Shown } from "../store/FilesStore.ts"
import { base } from "../style/base.ts"
import { codeColours } from "../style/code.ts"
import { icon } from "../style/icons.ts"
import { asInFile, linePieces, whyNotEditable } from "../view/files.ts"
import type { Line } from "../view/highlight.ts"
import { languageOfPath } from "../view/languages.ts"
import { drawnPart, lineSpans } from "../view/lineSpans.ts"
import { byteWords } from "../view/numbers.ts"

export class BooFileView extends LitElement {
  static override properties = { store: { attribute: false }, editing: { state: true }, colours: { state: true }, problem: { state: true }, asking: { state: true } }
  static override styles = [base, codeColours, css`
    :host { display: grid; grid-template: auto auto minmax(0, 1fr) / minmax(0, 1fr); min-height: 0; min-width: 0; background: var(--paper); }
    header { display: flex; align-items: center; gap: var(--s1); min-height: 2.25rem; padding: 0 var(--s2); border-bottom: 1px solid var(--line); }
    .path { flex: 1; direction: rtl; text-align: left; font: var(--size-s) var(--mono); } .path bdi { unicode-bidi: isolate; }
    .size { color: var(--ink-faint); font-size: var(--size-xs); }
    header button { min-height: 1.75rem; }
    .note { grid-row: 2; padding: var(--s1) var(--s3); color: var(--ink-soft); font-size: var(--size-s); border-bottom: 1px solid var(--line); } .note.bad { background: var(--bad-soft); color: var(--bad); }
    .lines, textarea { grid-row: 3; min-height: 0; overflow: auto; font: var(--size-code) / 1.6 var(--mono); tab-size: 4; color: var(--code-ink); }
    .lines { padding-block: var(--s2); }
    .piece { content-visibility: auto; contain-intrinsic-height: auto calc(var(--count) * 1.6 * var(--size-code)); width: max-content; min-width: 100%; }
    .line { display: flex; white-space: pre; } .line.at { background: var(--warn-soft); box-shadow: inset 2px 0 var(--warn); }
    .number { flex: none; width: 3.25rem; padding-inline-end: var(--s3); text-align: end; color: var(--ink-faint); user-select: none; }
    .text { padding-inline-end: var(--s4); } .more { color: var(--ink-faint); user-select: none; }
    textarea { width: 100%; padding: var(--s2) var(--s3); border: 0; border-radius: 0; background: var(--raised); resize: none; white-space: pre; }
    textarea:focus-visible { outline-offset: -2px; }
    .other { grid-row: 3; display: grid; place-content: center; justify-items: center; gap: var(--s2); padding: var(--s4); overflow: auto; color: var(--ink-faint); text-align: center; }
    img { max-width: 100%; max-height: 100%; border: 1px solid var(--line); border-radius: var(--round-m); background: var(--sunk); }
  `]

  store: FilesStore | undefined
  editing = false
  colours: ReadonlyArray<Line> | undefined
  problem: string | undefined
  /** Deleting waits to be said twice. */
  asking = false
  #content: FileContent | undefined
  #path: string | undefined
  #scrolled: Shown | undefined

  constructor() {
    super()
    new StoreController(this, () => [this.store])
  }

  override willUpdate(): void {
    const shown = this.store?.shown
    if (shown?.path !== this.#path) {
      this.editing = this.asking = false
      this.problem = undefined
    }
    if (shown?.path === this.#path && shown?.content === this.#content) return
    this.#path = shown?.path
    this.#content = shown?.content
    this.colours = undefined
    void this.#colour(shown)
  }

  async #colour(shown: Shown | undefined): Promise<void> {
    if (shown?.content?._tag !== "Text") return
    const { highlight } = await import("../view/highlight.ts")
    const colours = await highlight(shown.content.text, languageOfPath(shown.path))
    if (this.#content === shown.content) this.colours = colours
  }

  override updated(): void {
    const shown = this.store?.shown
    if (shown?.line === undefined || shown.content === undefined || shown === this.#scrolled) return
    this.#scrolled = shown
    this.renderRoot.querySelector(`[data-piece="${Math.floor((shown.line - 1) / 200)}"]`)?.scrollIntoView({ block: "start" })
    requestAnimationFrame(() => this.renderRoot.querySelector(".line.at")?.scrollIntoView({ block: "center" }))
  }

  override render(): TemplateResult | typeof nothing {
    const shown = this.store?.shown
    if (shown === undefined) return nothing
    const { content, path } = shown
    const note = this.problem ?? shown.problem
    return html`<header>
        <button class="icon-only" aria-label="Back to the files" title="Back to the files" @click=${() => this.store?.putAway()}>${icon("back")}</button>
        <span class="path cut" title=${path}><bdi>${path}</bdi></span>
        ${content === undefined || content._tag === "Link" ? nothing : html`<span class="size figures">${byteWords(content.bytes)}</span>`}
        ${content === undefined ? nothing : this.#acts(path, content)}
      </header>
      ${note === undefined ? content?._tag === "Text" && content.cut ? html`<p class="note">Only its first ${byteWords(content.text.length)} are shown.</p>` : nothing : html`<p class="note bad" role="alert">${note}</p>`}
      ${content === undefined ? shown.problem === undefined ? html`<div class="other" role="status" aria-label="Loading"><span class="spinner"></span></div>` : nothing : this.#body(shown, content)}`
  }

  #acts(path: string, content: FileContent): TemplateResult {
    if (this.editing) {
      return html`<button @click=${() => { this.editing = false; this.problem = undefined }}>Cancel</button>
        <button class="primary" title="Ctrl+S" @click=${() => void this.#save(path, content)}>Save</button>`
    }
    const why = whyNotEditable(content)
    const hash = content._tag === "Link" ? null : content.hash
    return html`<button ?disabled=${why !== undefined} title=${why ?? "Change it by hand"} @click=${() => { this.editing = true }}>${icon("pencil")}Edit</button>
      ${hash === null ? nothing : this.asking
        ? html`<button class="outline" @click=${() => { this.asking = false }}>Keep</button><button class="primary" @click=${() => void this.#remove(path, hash)}>Delete</button>`
        : html`<button class="icon-only" aria-label="Delete the file" title="Delete the file" @click=${() => { this.asking = true }}>${icon("trash")}</button>`}`
  }

  #body(shown: Shown, content: FileContent): TemplateResult {
    switch (content._tag) {
      case "Image": return html`<div class="other"><img src=${`data:${content.type};base64,${content.base64}`} alt=${shown.path}></div>`
      case "Binary": return html`<div class="other"><p>It is no text, and no image that can be shown here.</p></div>`
      case "Link": return html`<div class="other"><p>A symlink to <span class="mono">${content.target}</span>, which is not followed.</p></div>`
      case "Text": return this.editing
        ? html`<textarea aria-label=${`Content of ${shown.path}`} spellcheck="false" .value=${content.text} @keydown=${(event: KeyboardEvent) => this.#onKey(event, shown.path, content)}></textarea>`
        : this.#lines(content.text, shown.line)
    }
  }

  #lines(text: string, at: number | undefined): TemplateResult {
    const lines = text.split("\n")
    return html`<div class="lines" tabindex="0" role="region" aria-label="Content">${linePieces(lines).map((piece, nth) => html`<div class="piece" data-piece=${nth} .style=${`--count: ${piece.lines.length}`}>${piece.lines.map((line, index) => {
      const number = piece.from + index + 1
      return html`<div class="line ${number === at ? "at" : ""}"><span class="number">${number}</span><span class="text">${this.#pieces(line, number)}</span></div>`
    })}</div>`)}</div>`
  }

  #pieces(line: string, number: number): unknown {
    const { more, text: drawn } = drawnPart(line), colours = this.colours?.[number - 1]
    if (colours === undefined && more === 0) return line
    return html`${lineSpans(drawn, colours, []).map(({ colour, text }) => colour === undefined ? text : html`<span class=${colour}>${text}</span>`)}${more > 0 ? html`<span class="more">… ${byteWords(more)} more</span>` : nothing}`
  }

  #onKey(event: KeyboardEvent, path: string, content: FileContent): void {
    event.stopPropagation()
    if (event.key !== "s" || !(event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    void this.#save(path, content)
  }

  async #save(path: string, content: FileContent): Promise<void> {
    const typed = this.renderRoot.querySelector("textarea")?.value
    if (typed === undefined || content._tag !== "Text") return
    this.problem = await this.store?.write(path, asInFile(typed, content.text), content.hash)
    if (this.problem === undefined) this.editing = false
  }

  async #remove(path: string, hash: string): Promise<void> {
    this.problem = await this.store?.remove(path, hash)
    this.asking = false
  }
}

customElements.define("boo-file-view", BooFileView)
