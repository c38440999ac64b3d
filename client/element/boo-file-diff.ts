/**
 * The diff of one changed file: its lines, or its two pictures, or why there are neither; with the person's comments on
 * it. Fills its box and scrolls inside. The slot `actions` is for what is decided of the whole file.
 */
import { html, LitElement, nothing, type TemplateResult } from "lit"
import { FileDiffs } from "../controller/FileDiffs.ts"
import { ask, IntentController } from "../controller/intent.ts"
import { StoreController } from "../controller/StoreController.ts"
import type { ChangeId, CountedChange } from "../../shared/Change.ts"
import type { DiffOrder } from "../../shared/Diff.ts"
import type { SessionId } from "../../shared/Ids.ts"
import type { LineComment } from "../../shared/LineComment.ts"
import type { CommentsStore } from "../store/CommentsStore.ts"
import type { DiffStore, FileDiff } from "../store/DiffStore.ts"
import type { Preferences } from "../store/Preferences.ts"
import { base } from "../style/base.ts"
import { diffIcon, type DiffIconName } from "../style/diffIcons.ts"
import { fileDiff } from "../style/fileDiff.ts"
import { icon } from "../style/icons.ts"
import type { HunkActs } from "../view/change.ts"
import type { DiffModel } from "../view/diffModel.ts"
import { cutWords, emptyWords, fileNotes, sizeWords } from "../view/diffWords.ts"
import { languageOfPath } from "../view/languages.ts"
import { amountWords, plural } from "../view/numbers.ts"
import { pathParts } from "../view/path.ts"
import type { BooDiffRows, DecideDetail, RevealDetail, WrittenComment } from "./boo-diff-rows.ts"
import "./boo-comment.ts"
import "./boo-diff-rows.ts"
import "./boo-image-diff.ts"

/** Below this many pixels there is no room for two sides. */
const roomForTwo = 620

export class BooFileDiff extends LitElement {
  static override properties = {
    sessionId: {}, file: { attribute: false }, changeId: {}, acts: {}, diffs: { attribute: false }, comments: { attribute: false }, preferences: { attribute: false },
    busy: { type: Boolean }, bare: { type: Boolean, reflect: true }, anyway: { state: true }, pictured: { state: true }, narrow: { state: true }
  }
  static override styles = [base, fileDiff]

  sessionId: SessionId | undefined
  file: CountedChange | undefined
  /** Set where the file's hunks can be decided of. */
  changeId: ChangeId | undefined
  /** What can be. */
  acts: HunkActs = "none"
  diffs: DiffStore | undefined
  /** None where there is nothing to comment on. */
  comments: CommentsStore | undefined
  preferences: Preferences | undefined
  busy = false
  /** Its name and what became of it stand elsewhere. */
  bare = false
  anyway = false
  /** A picture that is text too is shown as a picture. */
  pictured = true
  narrow = false
  readonly #held = new FileDiffs(this, () => {
    const { diffs } = this
    const order = this.#order()
    return diffs === undefined || order === undefined ? undefined : { diffs, order, split: this.#split }
  })
  readonly #resize = new ResizeObserver(() => { this.narrow = this.clientWidth < roomForTwo })

  constructor() {
    super()
    new StoreController(this, () => [this.#held.diff, this.#held.whole, this.comments, this.preferences])
    new IntentController(this)
      .on("boo-edit-comment", ({ id, text }) => this.comments?.edit(id, text))
      .on("boo-remove-comment", ({ id }) => this.comments?.remove([id]))
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#resize.observe(this)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#resize.disconnect()
  }

  override focus(): void {
    this.#rows?.focus()
  }

  get #rows(): BooDiffRows | null {
    return this.renderRoot.querySelector("boo-diff-rows")
  }

  get #split(): boolean {
    return this.#isChosen("split") && !this.narrow && this.#hasTwo
  }

  /** A new or deleted file has one side only. */
  get #hasTwo(): boolean {
    return this.file !== undefined && this.file.baseBlob !== null && this.file.blob !== null
  }

  /** Where there is little room they do, unless that was not wanted. */
  get #wraps(): boolean {
    const choice = this.preferences?.choice("diff.wrap")
    return choice === undefined ? this.narrow : choice === "yes"
  }

  /** Long lines go on below, or stay in one row; as it is wished from now on. */
  flipWrap(): void {
    this.preferences?.choose("diff.wrap", this.#wraps ? "no" : "yes")
  }

  #isChosen(name: "split" | "space"): boolean {
    return this.preferences?.choice(`diff.${name}`) === "yes"
  }

  #flip(name: "split" | "space"): void {
    this.preferences?.choose(`diff.${name}`, this.#isChosen(name) ? undefined : "yes")
  }

  #order(): DiffOrder | undefined {
    const { file, sessionId } = this
    if (file === undefined || sessionId === undefined || file.baseBlob === file.blob) return undefined
    return {
      sessionId, path: file.path, baseBlob: file.baseBlob, blob: file.blob,
      ...(this.#isChosen("space") ? { ignoreSpace: true } : {}), ...(this.anyway ? { anyway: true } : {})
    }
  }

  override willUpdate(changed: Map<string, unknown>): void {
    const before = changed.get("file")
    if (changed.has("file") && before !== undefined) this.anyway = false
  }

  override render(): TemplateResult | typeof nothing {
    const { file } = this
    if (file === undefined) return nothing
    const { diff } = this.#held
    return html`${this.#bar(file, diff)}${this.#elsewhere(file)}<div class="body">${this.#body(file, diff)}</div>${diff?.cut === undefined || diff.lines === 0 ? nothing : this.#cut(diff)}`
  }

  #bar(file: CountedChange, diff: FileDiff | undefined): TemplateResult | typeof nothing {
    const { name, parent } = pathParts(file.path), hasLines = diff !== undefined && diff.lines > 0
    // of a picture its name would be all there is
    if (this.bare && file.binary && (this.comments?.count ?? 0) === 0) return nothing
    return html`<header>
      ${this.bare ? nothing : html`<h3 title=${file.path}><span class="parent"><bdi>${parent}</bdi></span><b>${name}</b></h3>
        ${fileNotes(file).map((note) => html`<span class="note">${note}</span>`)}`}
      ${file.binary || file.added + file.removed === 0 ? nothing : html`<span class="figures"><span class="plus">+${amountWords(file.added)}</span> <span class="minus">−${amountWords(file.removed)}</span></span>`}
      ${hasLines ? this.#hunks(this.#held.model?.lines.hunks.length ?? 0) : nothing}
      <span class="space"></span>
      ${this.#commentCount()}
      ${diff?.head?.image == null || diff.head.binary ? nothing : this.#toggle("picture", "Show it as a picture", this.pictured, () => { this.pictured = !this.pictured })}
      ${diff === undefined || !hasLines && !this.#isChosen("space") ? nothing : this.#toggle("space", "Leave out changes of white space", this.#isChosen("space"), () => this.#flip("space"))}${
        !hasLines ? nothing : this.#toggle("wrap", "Wrap long lines", this.#wraps, () => this.flipWrap(), "w")}${
        !hasLines || this.narrow || !this.#hasTwo ? nothing : this.#toggle("split", "Side by side", this.#split, () => this.#flip("split"))}
      <slot name="actions"></slot>
    </header>`
  }

  /** From one to the next; the arrows above them go from file to file. */
  #hunks(count: number): TemplateResult {
    return html`<span class="hunks" role="group" aria-label="Hunks">${plural(count, "hunk")}<button class="icon-only" aria-label="Previous hunk" title="Previous hunk (p)" @click=${() => this.#rows?.stepHunk(-1)}>${icon("arrowUp")}</button><button class="icon-only" aria-label="Next hunk" title="Next hunk (n)" @click=${() => this.#rows?.stepHunk(1)}>${icon("arrowDown")}</button></span>`
  }

  /** The way to all comments of the session. */
  #commentCount(): TemplateResult | typeof nothing {
    const count = this.comments?.count ?? 0
    return count === 0 ? nothing : html`<button class="comments" title="See them all, and send them as one prompt" @click=${() => ask(this, "boo-comments", undefined)}>${icon("chat")}${plural(count, "comment")}</button>`
  }

  #toggle(shape: DiffIconName, words: string, on: boolean, flip: () => void, key?: string): TemplateResult {
    return html`<button class="icon-only toggle" aria-pressed=${on} aria-label=${words} title=${key === undefined ? words : `${words} (${key})`} @click=${flip}>${diffIcon(shape)}</button>`
  }

  /** Comments on what isn't shown: on an earlier state of the file, or on lines that are folded away. */
  #elsewhere(file: CountedChange): TemplateResult | typeof nothing {
    const { diff, model } = this.#held
    if (diff !== undefined && !diff.over) return nothing
    const others = (this.comments?.ofPath(file.path) ?? []).filter((comment) =>
      !isCurrent(comment, file) || model === undefined || model.rows.find(comment.side, comment.to) === -1)
    if (others.length === 0) return nothing
    return html`<details class="elsewhere"><summary>${icon("chat")}${plural(others.length, "comment")} on lines that are not shown${others.some((comment) => !isCurrent(comment, file)) ? ", or have changed since" : ""}</summary>
      ${others.map((comment) => html`<div class="other"><pre>${comment.quoted}</pre><boo-comment .comment=${comment}></boo-comment></div>`)}</details>`
  }

  #body(file: CountedChange, diff: FileDiff | undefined): TemplateResult {
    const ignores = this.#isChosen("space")
    if (diff === undefined) return html`<p class="none">${emptyWords(file, ignores)}</p>`
    const { cut, head, lines, over, problem } = diff
    if (problem !== undefined && lines === 0) return this.#problem(diff, problem)
    if (head === undefined) return html`<p class="none late" role="status"><span class="spinner"></span>Comparing…</p>`
    if (head.image !== null && (head.binary || this.pictured)) return html`<boo-image-diff .sessionId=${this.sessionId} .file=${file} .head=${head} .diffs=${this.diffs}></boo-image-diff>`
    if (head.binary) return html`<div class="none">${icon("file")}<p>A binary file</p><p class="faint">${sizeWords(head)}</p></div>`
    const { model } = this.#held
    if (lines > 0 && model !== undefined) return this.#lines(file, model)
    if (cut !== undefined) return html`<div class="none"><p>${cutWords(cut.why, 0)}</p>${cut.anyway ? this.#showAnyway("Show it anyway") : nothing}</div>`
    if (over && ignores) return html`<div class="none"><p>${emptyWords(file, ignores)}</p><button class="outline" @click=${() => this.#flip("space")}>Show it</button></div>`
    return over ? html`<p class="none">${emptyWords(file, ignores)}</p>` : html`<p class="none late" role="status"><span class="spinner"></span>Comparing…</p>`
  }

  #lines(file: CountedChange, model: DiffModel): TemplateResult {
    const acts = this.changeId !== undefined && file.operation === "edit" && this.#held.diff?.head?.choosable === true ? this.acts : "none"
    return html`<boo-diff-rows .model=${model} .version=${this.#held.version} .name=${file.path} .language=${languageOfPath(file.path)}
      .comments=${(this.comments?.ofPath(file.path) ?? []).filter((comment) => isCurrent(comment, file))} ?commentable=${this.comments !== undefined} ?wrap=${this.#wraps}
      .acts=${acts} ?cut=${this.#held.diff?.over !== true || this.#held.diff.cut !== undefined} ?expandable=${this.#hasTwo} ?busy=${this.busy}
      @reveal=${(event: CustomEvent<RevealDetail>) => this.#held.reveal(event.detail.gap, event.detail.where)}
      @decide=${(event: CustomEvent<DecideDetail>) => this.#decide(event.detail)}
      @step=${(event: CustomEvent<1 | -1>) => ask(this, "boo-next-file", { step: event.detail })}
      @comment=${(event: CustomEvent<WrittenComment>) => this.#comment(file, event.detail)}></boo-diff-rows>`
  }

  #problem(diff: FileDiff, problem: string): TemplateResult {
    return html`<div class="none" role="alert">${icon("alert")}<p>${problem}</p><button class="outline" @click=${() => diff.start()}>${icon("refresh")}Try again</button></div>`
  }

  #cut({ cut, lines }: FileDiff): TemplateResult | typeof nothing {
    if (cut === undefined) return nothing
    return html`<footer role="status"><span>${cutWords(cut.why, lines)}</span>${cut.anyway ? this.#showAnyway("Show more anyway") : nothing}</footer>`
  }

  #showAnyway(words: string): TemplateResult {
    return html`<button class="outline" @click=${() => { this.anyway = true }}>${words}</button>`
  }

  #decide({ hunk, way }: DecideDetail): void {
    if (this.changeId !== undefined) ask(this, "boo-hunk", { changeId: this.changeId, hunks: [hunk], way })
  }

  #comment({ baseBlob, blob, path }: CountedChange, { place, text }: WrittenComment): void {
    this.comments?.add({ ...place, path, blob: place.side === "old" ? baseBlob : blob }, text)
  }
}

/** It was written on the contents that are shown. */
const isCurrent = ({ blob, side }: LineComment, file: CountedChange): boolean => blob === (side === "old" ? file.baseBlob : file.blob)

customElements.define("boo-file-diff", BooFileDiff)
